package drill

import (
	"slices"
	"strings"
	"testing"
	"time"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/strictyaml"
)

const good = `
drill: whistle
procedure: whistle
at: 2021-11-19 15:06
people:
  officer:  {role: community.officer, unit: jinfeng-office, place: jinfeng}
  builder:  {role: clerk, unit: construction}
  chief:    {posts: [{role: head, unit: construction}, {role: clerk, unit: office}]}
  stranger: account
  public:   nobody
  aunt:     {name: 王阿姨, phone: "13800000000"}
forms:
  road: {title: 路灯不亮, category: road, place: jinfeng}
steps:
  - {who: officer, opens: whistle, form: road, with: {danger: true, photo: [a.png]}, needs: [title], not: [stranger, public], as: a}
  - who: builder
    does: report-in
    with: {note: 到}
    expect:
      state: handling
      owed: [resolve construction 11-24 17:30]
      offers: {builder: [resolve, cannot], public: []}
      sees: {public: outline, stranger: nothing}
  - {wait: 2 days}
  - {at: 2021-11-22 10:07, expect: {level: 1, duties: [report-in ecology missed, resolve construction due]}}
  - {who: stranger, does: resolve, refused: not-found}
  - expect: {figures: {of: whistle, by: public, shares: {solved: 1 of 2}}, board: {by: chief, units: {construction: {owed: 1}}}}
`

// say puts findings into English, as a pack's author may read them.
func say(t testing.TB, err error) string {
	t.Helper()
	texts, cerr := i18n.New(Locales, strictyaml.Locales)
	if cerr != nil {
		t.Fatal(cerr)
	}
	var b strings.Builder
	for _, e := range errs.All(err) {
		b.WriteString(texts.Error(i18n.EN, e) + "\n")
	}
	if b.Len() == 0 && err != nil {
		return err.Error()
	}
	return b.String()
}

func mustRead(t testing.TB, source string) *Drill {
	t.Helper()
	d, err := Read("drills/d.yaml", []byte(source))
	if err != nil {
		t.Fatal(say(t, err))
	}
	return d
}

func TestADrillIsRead(t *testing.T) {
	d := mustRead(t, good)
	if d.Name != "whistle" || len(d.Steps) != 6 || d.Line(1) != 16 {
		t.Errorf("%s, %d steps, the second on line %d", d.Name, len(d.Steps), d.Line(1))
	}
	var names []string
	for _, p := range d.People {
		names = append(names, p.Key)
	}
	if got := strings.Join(names, " "); got != "officer builder chief stranger public aunt" {
		t.Errorf("the people are %s", got)
	}
	chief, _ := d.People.Get("chief")
	aunt, _ := d.People.Get("aunt")
	stranger, _ := d.People.Get("stranger")
	if len(chief.Posts) != 2 || !chief.Account || aunt.Account || aunt.Name != "王阿姨" || !stranger.Account || stranger.Posts != nil {
		t.Errorf("%+v %+v %+v", chief, aunt, stranger)
	}
	offers := d.Steps[1].Expected.Offers
	if offers[0].Key != "builder" || !slices.Equal(offers[0].Value, Strings{"resolve", "cannot"}) || len(offers[1].Value) != 0 {
		t.Errorf("%v", offers)
	}
}

func TestFaultsOfADrill(t *testing.T) {
	for _, tt := range []struct{ name, from, to, key, place string }{
		{"a misspelt key", "needs: [title]", "need: [title]", "strictyaml.invalid", ":15"},
		{"a key of an expectation", "state: handling", "stat: handling", "strictyaml.invalid", ":20"},
		{"a key of a person", "place: jinfeng}", "plac: jinfeng}", "strictyaml.invalid", ":6"},
		{"nobody of that name", "who: builder", "who: bilder", "no_person", ":16"},
		{"nobody of that name is offered anything", "offers: {builder:", "offers: {bilder:", "no_person", ":22"},
		{"a time that is none", "at: 2021-11-19 15:06", "at: 2021-11-31 15:06", "bad_moment", ":4"},
		{"a beginning without a year", "at: 2021-11-19 15:06", "at: 11-19 15:06", "no_year", ":4"},
		{"a while that is none", "wait: 2 days", "wait: 2 fortnights", "bad_wait", ":24"},
		{"a duty that is none", "[report-in ecology missed,", "[report-in ecology forgotten,", "bad_duty", ":25"},
		{"two deeds", "does: report-in\n", "does: report-in\n    approves: cannot\n", "one_deed", ":18"},
		{"no deed", "    does: report-in\n", "", "no_deed", ":16"},
		{"a deed at another time", "{who: stranger, does", "{at: 2021-11-23 09:00, who: stranger, does", "time_alone", ":26"},
		{"a refusal that is none", "refused: not-found", "refused: politely", "bad_refusal", ":26"},
		{"a field of what is not invalid", "refused: not-found", "refused: not-found, field: note", "field_of_invalid", ":26"},
		{"a key of another deed", "does: resolve, refused", "does: resolve, how: related, refused", "key_of_other", ":26"},
		{"a form that is not there", "form: road", "form: raod", "no_form", ":15"},
		{"a case that is not there", "{who: stranger, does", "{who: stranger, case: b, does", "no_case", ":26"},
		{"a sight that is none", "public: outline", "public: half", "bad_sight", ":23"},
		{"a share that is none", "1 of 2", "50%", "bad_share", ":27"},
		{"a column that is none", "{owed: 1}", "{owd: 1}", "bad_standing", ":27"},
		{"a person that is none", "stranger: account", "stranger: acount", "bad_person", ":9"},
		{"no steps", good[strings.Index(good, "steps:"):], "", "no_steps", ":"},
		{"nothing happens", "{wait: 2 days}", "{}", "empty_step", ":"},
	} {
		if !strings.Contains(good, tt.from) {
			t.Fatalf("%s: there is no %q", tt.name, tt.from)
		}
		_, err := Read("d.yaml", []byte(strings.Replace(good, tt.from, tt.to, 1)))
		key := tt.key
		if !strings.Contains(key, ".") {
			key = "drill.check." + key
		}
		if !slices.ContainsFunc(errs.All(err), func(e *errs.Error) bool { return e.Key == key && strings.Contains(e.Place, "d.yaml"+tt.place) }) {
			t.Errorf("%s: want %s at %s, found\n%s", tt.name, key, tt.place, say(t, err))
		}
		for _, e := range errs.All(err) {
			if e.Key != "strictyaml.empty" && !strings.Contains(e.Args["excerpt"].(string), "> ") {
				t.Errorf("%s: %s shows no line", tt.name, e.Key)
			}
		}
	}
}

func TestWhatADrillNamesOfThePack(t *testing.T) {
	d := mustRead(t, good)
	known := Known{Procedures: []string{"whistle"}, Roles: []string{"community.officer", "clerk", "head"}, Units: []string{"jinfeng-office", "construction", "office"},
		Places: []string{"jinfeng"}}
	if err := d.CheckIn(known); err != nil {
		t.Error(say(t, err))
	}
	err := d.CheckIn(Known{})
	for _, want := range []string{"d.yaml:3: The pack has no procedure “whistle”", "d.yaml:6: There is no unit “jinfeng-office”", "d.yaml:6: There is no place", "d.yaml:7: There is no role"} {
		if !strings.Contains(say(t, err), want) {
			t.Errorf("nothing says %q:\n%s", want, say(t, err))
		}
	}
	files := map[string][]byte{"drills/a.yaml": []byte(good), "drills/b.yaml": []byte(good), "drills/c.yaml": []byte("drill: [c]")}
	all, err := ReadAll("pack", []string{"drills/a.yaml", "drills/b.yaml", "drills/c.yaml"}, files, known)
	if len(all) != 1 || !strings.Contains(say(t, err), "pack/drills/b.yaml:2: Another drill is called “whistle”") || !strings.Contains(say(t, err), "pack/drills/c.yaml") {
		t.Errorf("%d drills\n%s", len(all), say(t, err))
	}
}

func TestADutyReadsTheSameInBracesAsInLines(t *testing.T) {
	for _, written := range []string{"take office 11-19 13:00", "take office 11-19 13:05 late", "take office 2021-11-19 08:08", "take office", "take#2 office stopped"} {
		d := mustRead(t, toyPeople+"steps:\n  - {who: clerk, opens: p, expect: {owed: ["+written+"]}}\n  - expect:\n      owed: ["+written+"]\n")
		braces, lines := (*d.Steps[0].Expected.Owed)[0], (*d.Steps[1].Expected.Owed)[0]
		if braces != lines || braces.written != written {
			t.Errorf("%q: %+v, %+v", written, braces, lines)
		}
	}
}

func TestMomentsAndWhiles(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	now := time.Date(2021, 12, 30, 9, 0, 0, 0, zone)
	for written, want := range map[string]string{"2022-01-04 17:30": "2022-01-04 17:30", "12-31 08:30": "2021-12-31 08:30", "01-04 17:30": "2022-01-04 17:30", "10-08 08:30": "2021-10-08 08:30"} {
		m, ok := parseMoment(written)
		if got := m.in(now, zone).Format(minute); !ok || got != want {
			t.Errorf("%s is %s", written, got)
		}
	}
	for written, want := range map[string]string{"12-30 09:00": "2021-12-30 09:00", "12-30 08:59": "2022-12-30 08:59", "11-01 08:30": "2022-11-01 08:30", "2021-01-01 08:30": "2021-01-01 08:30"} {
		m, _ := parseMoment(written)
		if got := m.next(now, zone).Format(minute); got != want {
			t.Errorf("the next %s is %s", written, got)
		}
	}
	for _, bad := range []string{"2021-02-29 10:00", "2021-11-19", "15:06", "2021-11-19T15:06", "11-19 24:00"} {
		if _, ok := parseMoment(bad); ok {
			t.Errorf("%q passed", bad)
		}
	}
	for w, want := range map[Wait]string{{n: 90, unit: "minute"}: "2021-12-30 10:30", {n: 2, unit: "day"}: "2022-01-01 09:00", {n: 1, unit: "week"}: "2022-01-06 09:00", {n: 15, unit: "hour"}: "2021-12-31 00:00"} {
		if got := w.after(now).Format(minute); got != want {
			t.Errorf("%v later it is %s, want %s", w, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("drill: x\nat: 2021-11-19 15:06\nsteps: [{expect: {owed: [a b c]}}]"))
	f.Add([]byte("steps: [{who: [a], leads: {x: {y: z}}}]\npeople: {a: {posts: [{}]}}"))
	f.Add([]byte("a: &x [*x]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Read("d.yaml", data)
		if err == nil && d.Line(0) < 1 {
			t.Error("a step is on no line")
		}
	})
}

func FuzzDuty(f *testing.F) {
	f.Add("report-in#2 construction 2021-11-22 10:06 late claimed builder")
	f.Add("a b stopped")
	f.Fuzz(func(t *testing.T, s string) {
		if d := parseDuty(s); !d.wrong && (d.name == "" || d.owner == "") {
			t.Errorf("%q is %+v", s, d)
		}
	})
}
