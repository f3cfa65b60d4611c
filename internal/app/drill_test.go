package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"huying/internal/drill"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store/storetest"
)

const demoPack = "../../packs/zhuhai-gaoxin"

func drillsOf(t *testing.T, database string) *DrillStage {
	t.Helper()
	s, err := OpenDrills(DrillConfig{Pack: os.DirFS(demoPack), PackName: "packs/zhuhai-gaoxin", Database: database, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(inChinese(t, err))
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func inChinese(t *testing.T, err error) string {
	t.Helper()
	cat, cerr := i18n.New(Messages()...)
	if cerr != nil {
		t.Fatal(cerr)
	}
	return cat.Error(i18n.ZH, err) + " " + err.Error()
}

func TestTheDrillsOfThePackPass(t *testing.T) {
	for engine, database := range map[string]string{"sqlite": "", "postgres": storetest.PostgresURL(t)} {
		s := drillsOf(t, database)
		if len(s.Drills()) == 0 {
			t.Fatal("there are none")
		}
		drill.PlayAll(t.Context(), s, s.Drills(), 2, func(r drill.Result) {
			t.Logf("%s: %s %.1f s", engine, r.Drill.Name, r.Took.Seconds())
			if r.Err != nil {
				t.Errorf("%s: %s, step %d of %d: %s", engine, r.Drill.Name, r.Played, len(r.Drill.Steps), inChinese(t, r.Err))
			}
		})
	}
}

func TestADrillLeavesNothing(t *testing.T) {
	s := drillsOf(t, "")
	if r := drill.Play(t.Context(), s, s.Drills()[0], nil); r.Err != nil {
		t.Fatal(inChinese(t, r.Err))
	}
	left, err := filepath.Glob(filepath.Join(s.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	left = slices.DeleteFunc(left, func(f string) bool { return filepath.Base(f) == "keys" })
	if len(left) != 2 { // what the next play is copied from: the pack, and the pack with its people
		t.Errorf("there are %v", left)
	}
}

func TestADrillNoticesAWeakenedProcedure(t *testing.T) {
	s := drillsOf(t, "")
	trials, err := s.Trials()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(trials, func(x drill.Trial) bool { return x.Procedure == "whistle" })
	if i < 0 {
		t.Fatal("nothing drills the whistle")
	}
	whistle := trials[i]
	var few []drill.Mutant
	for _, what := range []string{"by: owed → [anyone]", "within: 3 working days → 6 working days", "missed: to unconfirmed → nothing", "required: [title, category, place, description]"} {
		j := slices.IndexFunc(whistle.Mutants, func(m drill.Mutant) bool { return strings.HasPrefix(m.What, what) })
		if j < 0 {
			t.Fatalf("there is no mutant %q", what)
		}
		few = append(few, whistle.Mutants[j])
	}
	whistle.Mutants = few
	score, err := whistle.Run(t.Context(), s, 2, func(int) {})
	if err != nil {
		t.Fatal(inChinese(t, err))
	}
	if score.ByDrill != 3 || score.ByCheck != 1 || len(score.Broken) > 0 { // nothing would lead to the state unconfirmed any more
		t.Errorf("%d by the check, %d by the drill; not noticed: %+v", score.ByCheck, score.ByDrill, score.Unnoticed)
	}
}

func TestAMutantThatTheCheckRefuses(t *testing.T) {
	s := drillsOf(t, "")
	data := strings.Replace(string(s.read.pack.Files["procedures/whistle.yaml"]), "missed: to unconfirmed", "missed: to nowhere", 1)
	changed := map[string][]byte{"procedures/whistle.yaml": []byte(data)}
	if err := s.Check(changed); len(errs.All(err)) != 1 {
		t.Errorf("%v", err)
	}
	if _, err := s.Open(context.Background(), s.Drills()[0], changed); err == nil {
		t.Error("it was opened")
	}
	if err := s.Check(nil); err != nil {
		t.Error(err)
	}
}

// BenchmarkDrill plays the whistle, with the making of its district.
func BenchmarkDrill(b *testing.B) {
	s, err := OpenDrills(DrillConfig{Pack: os.DirFS(demoPack), PackName: "packs/zhuhai-gaoxin", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	}()
	i := slices.IndexFunc(s.Drills(), func(d *drill.Drill) bool { return d.Name == "whistle" })
	for b.Loop() {
		if r := drill.Play(b.Context(), s, s.Drills()[i], nil); r.Err != nil {
			b.Fatal(r.Err)
		}
	}
}
