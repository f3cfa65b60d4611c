package app

import (
	"bytes"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/drill"
	"huying/internal/errs"
	"huying/internal/pack"
)

// DrillConfig is what drills are played with.
type DrillConfig struct {
	Pack     fs.FS
	PackName string // its folder, as the user gave it
	Database string // "postgres://…", in which each play gets a schema of its own; empty: SQLite files in a folder that is removed
	Log      *slog.Logger
}

// DrillStage makes districts for drills to be played in. It is safe for use by several goroutines.
type DrillStage struct {
	cfg        Config
	read       *App // the pack with its report, its procedures and the texts, from which every district is made
	all        []*drill.Drill
	procedures map[string]*casework.Procedure
	district   casework.District
	scratch    scratch
	lite       *liteScratch // nil: on PostgreSQL
	dir        string

	base     func() (string, error) // the database of the pack without anybody, made once
	prepared map[*drill.Drill]func() (*prepared, error)

	mu       sync.Mutex
	compiled map[string]map[string]*casework.Procedure // of changed files, by their content
}

// OpenDrills reads a pack with its drills. It fails with the findings of either.
func OpenDrills(cfg DrillConfig) (s *DrillStage, err error) {
	s = &DrillStage{prepared: map[*drill.Drill]func() (*prepared, error){}, compiled: map[string]map[string]*casework.Procedure{}}
	s.cfg = Config{Pack: cfg.Pack, PackName: cfg.PackName, Log: cfg.Log}
	s.cfg.fill()
	s.read = &App{cfg: s.cfg}
	if err := s.read.readPack(); err != nil {
		return nil, err
	}
	p := s.read.pack
	if s.read.report, err = ReadReport(p, cfg.PackName); err != nil {
		return nil, err
	}
	on := clock.DateOf(clock.Business{}.Now(), p.Location)
	if s.procedures, err = ReadProcedures(p, cfg.PackName, on); err != nil {
		return nil, err
	}
	if err := s.read.startWith(p); err != nil {
		return nil, err
	}
	s.district = districtOf(p, on, s.procedures)
	if s.all, err = ReadDrills(p, cfg.PackName, s.procedures); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "huying-drill-"); err != nil {
		return nil, err
	}
	s.cfg.Keys = filepath.Join(s.dir, "keys")
	if cfg.Database == "" {
		s.lite = &liteScratch{dir: s.dir}
		s.scratch = s.lite
	} else {
		s.scratch = &pgScratch{url: cfg.Database}
	}
	s.base = sync.OnceValues(s.makeBase)
	for _, d := range s.all {
		s.prepared[d] = sync.OnceValues(func() (*prepared, error) { return s.prepare(d) })
	}
	return s, nil
}

// ReadDrills reads the drills of a pack and checks what they name of it. Its errors name file and line.
func ReadDrills(p *pack.Pack, dir string, procedures map[string]*casework.Procedure) ([]*drill.Drill, error) {
	peers, err := ReadPeers(p, dir)
	if err != nil {
		return nil, err
	}
	known := drill.Known{Procedures: slices.Collect(maps.Keys(procedures)), Roles: rolesIn(p), Peers: peers.Keys()}
	for _, u := range p.Units {
		known.Units = append(known.Units, u.Key)
	}
	for _, x := range p.Places {
		known.Places = append(known.Places, x.Key)
	}
	return drill.ReadAll(dir, p.Drills, p.Files, known)
}

// Drills are the drills of the pack, in the order of their files.
func (s *DrillStage) Drills() []*drill.Drill { return s.all }

// Trials are the procedures that have drills, each with all its mutants, in the order of their files.
func (s *DrillStage) Trials() ([]drill.Trial, error) {
	p := s.read.pack
	others := drill.Others{}
	for _, r := range p.Roles {
		others.Roles = append(others.Roles, r.Key)
	}
	for _, u := range p.Units {
		others.Units = append(others.Units, u.Key)
	}
	var all []drill.Trial
	for _, file := range p.Procedures {
		name := s.nameIn(file)
		t := drill.Trial{Procedure: name, File: file}
		for _, d := range s.all {
			if slices.Contains(d.Procedures, name) {
				t.Drills = append(t.Drills, d)
			}
		}
		if len(t.Drills) == 0 {
			continue
		}
		var err error
		if t.Mutants, err = drill.Mutants(file, p.Files, others); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// Undrilled are the procedures that no drill names, sorted.
func (s *DrillStage) Undrilled() []string {
	left := slices.Sorted(maps.Keys(s.procedures))
	for _, d := range s.all {
		left = slices.DeleteFunc(left, func(name string) bool { return slices.Contains(d.Procedures, name) })
	}
	return left
}

// nameIn is the name of the procedure in a file of the pack.
func (s *DrillStage) nameIn(file string) string {
	for name, p := range s.procedures {
		if p.File() == path.Join(s.cfg.PackName, file) {
			return name
		}
	}
	return ""
}

// Check implements drill.Stage.
func (s *DrillStage) Check(changed map[string][]byte) error {
	_, err := s.with(changed)
	return err
}

// mostCompiled bounds how many changed procedures are kept compiled.
const mostCompiled = 64

// with are the procedures of the pack when some of its files are others: only what the files are part of is compiled again.
func (s *DrillStage) with(changed map[string][]byte) (map[string]*casework.Procedure, error) {
	if len(changed) == 0 {
		return s.procedures, nil
	}
	key := contentOf(changed)
	s.mu.Lock()
	all := s.compiled[key]
	s.mu.Unlock()
	if all != nil {
		return all, nil
	}
	open := func(file string) ([]byte, error) {
		if data, ok := changed[file]; ok {
			return data, nil
		}
		return s.read.pack.Open(file)
	}
	all = maps.Clone(s.procedures)
	district := s.district
	district.Procedures = all
	for _, file := range s.read.pack.Procedures {
		if !s.partOf(file, changed) {
			continue
		}
		data, err := open(file)
		if err != nil {
			return nil, err
		}
		proc, err := casework.Read(path.Join(s.cfg.PackName, file), data, open)
		if err != nil {
			return nil, err
		}
		delete(all, s.nameIn(file))
		all[proc.Name] = proc
	}
	var found errs.List
	for _, proc := range all {
		found = append(found, errs.All(proc.CheckIn(district))...)
	}
	if len(found) > 0 {
		return nil, found
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.compiled) >= mostCompiled {
		clear(s.compiled)
	}
	s.compiled[key] = all
	return all, nil
}

// partOf reports whether one of the files is a procedure's own, or one that it names.
func (s *DrillStage) partOf(procedure string, changed map[string][]byte) bool {
	for file := range changed {
		if file == procedure || bytes.Contains(s.read.pack.Files[procedure], []byte(file)) {
			return true
		}
	}
	return false
}

func contentOf(changed map[string][]byte) string {
	var b bytes.Buffer
	for _, file := range slices.Sorted(maps.Keys(changed)) {
		b.WriteString(file)
		b.WriteByte(0)
		b.Write(changed[file])
		b.WriteByte(0)
	}
	return b.String()
}

// Close removes what the drills have left.
func (s *DrillStage) Close() error { return os.RemoveAll(s.dir) }
