package app

import (
	"path"

	"huying/internal/casework"
	"huying/internal/pack"
)

// ReadScoring reads the table by which a pack scores the year of its units, and checks it against the pack's procedures; a pack without
// one has nil. Its errors name file and line.
func ReadScoring(p *pack.Pack, dir string, procedures map[string]*casework.Procedure) (*casework.Scoring, error) {
	data, err := p.Open(pack.ScoringFile)
	if err != nil {
		return nil, nil // it has none
	}
	s, err := casework.ReadScoring(path.Join(dir, pack.ScoringFile), data)
	if err != nil {
		return nil, err
	}
	return s, s.CheckIn(procedures)
}
