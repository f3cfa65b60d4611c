package casework

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"huying/internal/calendar"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/places"
	"huying/internal/strictyaml"
)

const packDir = "../../packs/zhuhai-gaoxin"

func fromPack(path string) ([]byte, error) { return os.ReadFile(filepath.Join(packDir, path)) }

// say puts findings into Chinese, as a pack's author reads them.
func say(t *testing.T, err error) string {
	t.Helper()
	texts, cerr := i18n.New(Locales, strictyaml.Locales, calendar.Locales)
	if cerr != nil {
		t.Fatal(cerr)
	}
	var b strings.Builder
	for _, e := range errs.All(err) {
		b.WriteString(texts.Error(i18n.ZH, e) + "\n")
	}
	return b.String()
}

func procedureOf(t *testing.T, name string) *Procedure {
	t.Helper()
	path := "procedures/" + name + ".yaml"
	data, err := fromPack(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(path, data, fromPack)
	if err != nil {
		t.Fatalf("%v\n%s", err, say(t, err))
	}
	return p
}

// district is a small one: a committee with bureaus, a town that takes what nobody takes, two communities with their offices.
func district() *places.Trees {
	from := clock.Date{Year: 2016, Month: 1, Day: 1}
	h := &places.History{}
	for _, p := range [][3]string{{"zone", "", "district"}, {"town", "zone", "town"}, {"jinfeng", "town", "community"}, {"xiazha", "town", "community"}} {
		h.Places = append(h.Places, places.Place{Key: p[0], Parent: p[1], Kind: places.Kind(p[2]), From: from})
	}
	for _, u := range [][3]string{
		{"committee", "", ""}, {"construction", "committee", ""}, {"governance", "committee", ""}, {"emergency", "committee", ""},
		{"planning", "committee", ""}, {"ecology", "committee", ""}, {"office", "committee", ""}, {"health", "committee", ""},
		{"civil", "committee", ""}, {"tangjiawan", "", "town"},
		{"jinfeng-office", "tangjiawan", "jinfeng"}, {"xiazha-office", "tangjiawan", "xiazha"},
	} {
		h.Units = append(h.Units, places.Unit{Key: u[0], Parent: u[1], Place: u[2], From: from, Fallback: u[0] == "tangjiawan"})
	}
	return h.On(clock.Date{Year: 2021, Month: 11, Day: 19})
}

// crowd is a district in which everybody holds every post, but for some.
type crowd struct {
	without []int64  // who hold none
	empty   []string // addresses behind which nobody is
}

func (c *crowd) Holds(person int64, _, _ string) bool { return !slices.Contains(c.without, person) }
func (c *crowd) Behind(address, _ string) bool        { return !slices.Contains(c.empty, address) }

// play is a case under way in a test.
type play struct {
	t       *testing.T
	p       *Procedure
	c       *Case
	history []Record
	w       World
}

func newPlay(t *testing.T, p *Procedure, at string) *play {
	pl := &play{t: t, p: p, w: World{Calendar: calendar.Default(), Trees: district(), People: &crowd{}}}
	pl.at(at)
	return pl
}

func (pl *play) at(s string) {
	pl.t.Helper()
	now, err := time.ParseInLocation("2006-01-02 15:04", s, pl.w.Calendar.Zone())
	if err != nil {
		pl.t.Fatal(err)
	}
	pl.w.Now = now
}

func (pl *play) try(by Actor, cmd Command) error {
	events, signed, err := Decide(pl.p, pl.c, by, cmd, pl.w)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return nil
	}
	pl.history = append(pl.history, Record{Seq: len(pl.history) + 1, At: pl.w.Now, By: signed, Events: events})
	pl.c, err = Fold(func(string) *Procedure { return pl.p }, 1, pl.history)
	if err != nil {
		pl.t.Fatal(err)
	}
	return nil
}

func (pl *play) do(by Actor, cmd Command) {
	pl.t.Helper()
	if err := pl.try(by, cmd); err != nil {
		pl.t.Fatalf("%#v: %v", cmd, err)
	}
}

func (pl *play) refused(kind errs.Kind, by Actor, cmd Command) {
	pl.t.Helper()
	if err := pl.try(by, cmd); !errs.Is(err, kind) {
		pl.t.Fatalf("%#v: %v, want %v", cmd, err, kind)
	}
}

func (pl *play) tick() { pl.t.Helper(); pl.do(Actor{Program: true}, Tick{}) }

// owes is what is still to be done: "report-in unit:construction 2021-11-22 10:06", a missed one with a mark before it.
func (pl *play) owes() string {
	var out []string
	for _, o := range pl.c.Duties {
		if !o.outstanding() {
			continue
		}
		mark := ""
		if o.Status == Breach {
			mark = "!"
		}
		due := "stopped"
		if !o.Due.IsZero() {
			due = o.Due.In(pl.w.Calendar.Zone()).Format("01-02 15:04")
		}
		out = append(out, mark+o.Name+" "+string(o.Owner)+" "+due)
	}
	return strings.Join(out, ", ")
}

func (pl *play) is(state, owes string) {
	pl.t.Helper()
	if pl.c.State != state || pl.owes() != owes {
		pl.t.Fatalf("the case is %s and owes %q; want %s, %q", pl.c.State, pl.owes(), state, owes)
	}
}

func clerk(person int64, unit string) Actor {
	return Actor{Person: person, Posts: []Post{{Role: "clerk", Unit: unit, Acts: true}}}
}
func head(person int64, unit string) Actor {
	return Actor{Person: person, Posts: []Post{{Role: "head", Unit: unit, Acts: true}}}
}

var officer = Actor{Person: 7, Posts: []Post{{Role: "community.officer", Unit: "jinfeng-office", Place: "jinfeng", Acts: true}}}

var proof = []any{strings.Repeat("a", 64)}

func whistle(more ...any) OpenCase {
	form := Data{"title": "路口井盖塌陷", "category": "road", "place": "jinfeng", "description": "金峰路口井盖塌陷，车辆绕行"}
	for i := 0; i+1 < len(more); i += 2 {
		form[more[i].(string)] = more[i+1]
	}
	return OpenCase{Number: "WS-000001", Form: form, Channel: "web"}
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
