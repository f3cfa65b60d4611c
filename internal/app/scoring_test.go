package app

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/pack"
)

func TestATableOfScoresThatCountsNothingIsFoundWithThePack(t *testing.T) {
	p, err := pack.Load(os.DirFS("../../packs/zhuhai-gaoxin"), "d")
	if err != nil {
		t.Fatal(err)
	}
	day := clock.Date{Year: 2021, Month: 11, Day: 19}
	if _, err := ReadProcedures(p, "d", day); err != nil {
		t.Fatal(err)
	}
	p.Files[pack.ScoringFile] = bytes.Replace(p.Files[pack.ScoringFile], []byte("letter/chase"), []byte("letter/chess"), 1)
	_, err = ReadProcedures(p, "d", day)
	if !slices.ContainsFunc(errs.All(err), func(e *errs.Error) bool {
		return e.Key == "casework.score.no_duty" && strings.HasPrefix(e.Place, "d/scoring.yaml:")
	}) {
		t.Errorf("found %v", err)
	}
	delete(p.Files, pack.ScoringFile)
	if _, err := ReadProcedures(p, "d", day); err != nil {
		t.Errorf("a pack without a table of scores: %v", err)
	}
}
