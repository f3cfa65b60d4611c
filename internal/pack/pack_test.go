package pack

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/strictyaml"
)

const mainYAML = `pack: small
name: {zh: 小区, en: Small}
district: small
zone: Asia/Shanghai
hours: ["08:30-12:00", "14:30-17:30"]
report:
  file: report.txt
  title: 报告
  year: 2021
  date: 2021-02-05
  by: 管委会
  source: 公开
supervision:
  report-day: 25
  lights: {node-soon: 10, behind-yellow: 10, behind-red: 20, missed-yellow: 1, missed-red: 2}
demonstration:
  date: 2021-11-19
  seed: 7
  password: a-public-word
  accounts:
    - {login: keji, name: {zh: 科技}, role: clerk, unit: science}
`

const placesYAML = `from: 2016-01-01
context:
  - {code: "44", name: {zh: 广东省}}
  - {code: "4404", name: {zh: 珠海市}}
  - {code: "440402", name: {zh: 香洲区}}
places:
  - {key: small, kind: district, name: {zh: 小区}}
  - {key: town, kind: town, parent: small, code: "440402100", name: {zh: 唐家湾镇}}
  - {key: a, kind: community, parent: town, code: "440402100001", name: {zh: 下栅社区}, tile: [1, 1]}
  - {key: b, kind: community, parent: town, code: "440402100002", name: {zh: 金峰社区}, tile: [2, 1]}
  - {key: a-1, kind: cell, parent: a, name: {zh: 一格}, illustrative: true}
`

const unitsYAML = `from: 2016-01-01
units:
  - {key: committee, name: {zh: 管委会}, place: small}
  - {key: science, parent: committee, name: {zh: 科技局}, responsibilities: [研发, 高新技术企业]}
  - {key: old, parent: committee, name: {zh: 旧局}, until: 2021-06-30, successor: science}
  - {key: town, parent: committee, name: {zh: 唐家湾镇}, place: town, fallback: true}
`

func small() fstest.MapFS {
	return fstest.MapFS{
		"pack.yaml": {Data: []byte(mainYAML)}, "places.yaml": {Data: []byte(placesYAML)}, "units.yaml": {Data: []byte(unitsYAML)},
		"report.txt": {Data: []byte("一、工作回顾")}, "README.md": {Data: []byte("#")}, "NOTICE": {Data: []byte("x")},
	}
}

func TestTheDistrictOfTheReportIsSound(t *testing.T) {
	p, err := Load(os.DirFS("../../packs/zhuhai-gaoxin"), "packs/zhuhai-gaoxin")
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, pl := range p.Places {
		count[pl.Kind]++
		if pl.Kind == "community" && (len(pl.Tile) != 2 || len(pl.Code) != 12 || !strings.HasSuffix(pl.Full.ZH, "社区居民委员会")) {
			t.Errorf("community %s: %+v", pl.Key, pl)
		}
		if pl.Kind == "cell" && !pl.Illustrative {
			t.Errorf("the grid cell %s is not marked as illustrative", pl.Key)
		}
	}
	if count["district"] != 1 || count["town"] != 1 || count["community"] != 18 || p.Places[0].Code != "" {
		t.Errorf("places %v, code of the zone %q", count, p.Places[0].Code)
	}
	for _, u := range p.Units {
		if !u.Illustrative || u.Parent != "" && (len(u.Responsibilities) < 10 || u.Short.ZH == "" || u.Name.EN == "") {
			t.Errorf("unit %s: %+v", u.Key, u)
		}
	}
	roles := map[string]bool{}
	for _, a := range p.Demonstration.Accounts {
		roles[a.Role] = true
	}
	if slices.ContainsFunc(Roles, func(r string) bool { return !roles[r] }) || p.Location.String() != "Asia/Shanghai" || len(p.ReportText) < 40_000 || p.Demonstration.Date.String() != "2021-11-19" {
		t.Errorf("roles %v, zone %s, report of %d bytes", roles, p.Location, len(p.ReportText))
	}
}

func TestLoadSaysWhatStandsThere(t *testing.T) {
	p, err := Load(small(), "")
	if err != nil {
		t.Fatal(err)
	}
	if p.Key != "small" || p.Name.EN != "Small" || !slices.Equal(p.Hours, []string{"08:30-12:00", "14:30-17:30"}) || string(p.ReportText) != "一、工作回顾" {
		t.Errorf("%+v", p)
	}
	if s := *p.Supervision; s != (Supervision{25, Lights{10, 10, 20, 1, 2}}) {
		t.Errorf("supervision %+v", s)
	}
	if u := p.Units[2]; u.From.String() != "2016-01-01" || u.Until.String() != "2021-06-30" || u.Successor != "science" {
		t.Errorf("unit %+v", u)
	}
	if pl := p.Places[3]; !slices.Equal(pl.Tile, []int{2, 1}) || pl.Code != "440402100002" || len(p.Context) != 3 {
		t.Errorf("place %+v", pl)
	}
	if d := p.Demonstration; d.Seed != 7 || len(d.Accounts) != 1 {
		t.Errorf("demonstration %+v", d)
	}
}

func TestAPackWithoutRulesAndDemonstration(t *testing.T) {
	f := small()
	f["pack.yaml"].Data = []byte(mainYAML[:strings.Index(mainYAML, "supervision:")])
	p, err := Load(f, "")
	if err != nil || p.Supervision != nil || p.Demonstration != nil {
		t.Errorf("%+v, %v", p, err)
	}
}

// Each situation changes one text of the sound pack and names what must be found: "file:line key", in order.
var findings = []struct {
	name, file, old, new string
	want                 []string
}{
	{"an unknown key", "units.yaml", "{key: science,", "{key: science, colour: red,", []string{"units.yaml:4 strictyaml.invalid"}},
	{"a second document", "units.yaml", "units:\n", "---\nunits:\n", []string{"units.yaml strictyaml.second_document"}},
	{"no places at all", "places.yaml", placesYAML, "places: []", []string{"places.yaml:1 pack.too_many", "pack.yaml:3 pack.unknown_district",
		"units.yaml:3 pack.unknown_place", "units.yaml:6 pack.unknown_place"}},
	{"an empty file", "places.yaml", placesYAML, "", []string{"places.yaml strictyaml.empty"}},
	{"a key that is no key", "places.yaml", "key: a,", "key: 'a b',", []string{"places.yaml:9 pack.bad_key", "places.yaml:11 pack.unknown_parent"}},

	{"a parent that is not there", "places.yaml", "parent: a,", "parent: c,", []string{"places.yaml:11 pack.unknown_parent"}},
	{"a parent that had ended", "units.yaml", "{key: science, parent: committee", "{key: science, parent: old", []string{"units.yaml:4 pack.parent_absent"}},
	{"a cycle in the place tree", "places.yaml", "town, parent: small", "town, parent: a-1", []string{"places.yaml:8 pack.cycle"}},
	{"a place that is its own parent", "places.yaml", "parent: a,", "parent: a-1,", []string{"places.yaml:11 pack.cycle"}},
	{"a cycle of units from some day on", "units.yaml", "units:\n", `units:
  - {key: x, parent: y, name: {zh: 甲}}
  - {key: y, parent: committee, name: {zh: 乙}, until: 2020-12-31}
  - {key: y, parent: x, name: {zh: 乙}, from: 2021-01-01}
`, []string{"units.yaml:5 pack.cycle"}},
	{"units that only seem to be in a cycle", "units.yaml", "units:\n", `units:
  - {key: x, parent: committee, name: {zh: 甲}, until: 2020-12-31}
  - {key: y, parent: x, name: {zh: 乙}, until: 2020-12-31}
  - {key: y, parent: committee, name: {zh: 乙}, from: 2021-01-01}
  - {key: x, parent: y, name: {zh: 甲}, from: 2021-01-01}
`, nil},
	{"a key twice", "places.yaml", "key: b,", "key: a,", []string{"places.yaml:10 pack.duplicate_key"}},
	{"a version that begins before the last has ended", "units.yaml", "units:\n", "units:\n  - {key: old, parent: committee, name: {zh: 旧}, from: 2021-06-30}\n",
		[]string{"units.yaml:3 pack.overlap"}},
	{"a last day before the first", "units.yaml", "2021-06-30", "2015-06-30", []string{"units.yaml:5 pack.ends_first", "units.yaml:5 pack.successor_absent"}},
	{"no first day anywhere", "places.yaml", "from: 2016-01-01\n", "", []string{"places.yaml:6 pack.no_from", "places.yaml:7 pack.no_from", "places.yaml:8 pack.no_from",
		"places.yaml:9 pack.no_from", "places.yaml:10 pack.no_from"}},
	{"a first day that is no date", "places.yaml", "from: 2016-01-01", "from: 2016-02-30", []string{"places.yaml:1 pack.bad_date"}},
	{"a last day that is no date", "units.yaml", "2021-06-30", "yesterday", []string{"units.yaml:5 pack.bad_date", "units.yaml:5 pack.successor_of_living"}},
	{"a place without a name", "places.yaml", "name: {zh: 一格}", "name: {en: One}", []string{"places.yaml:11 pack.no_name"}},
	{"a name with a line break", "places.yaml", "zh: 一格", `zh: "一\n格"`, []string{"places.yaml:11 pack.bad_name"}},

	{"an unknown kind", "places.yaml", "kind: cell", "kind: village", []string{"places.yaml:11 pack.unknown_kind", "places.yaml:11 pack.kind_order"}},
	{"a code of the wrong length", "places.yaml", `"440402100002"`, `"44040210000"`, []string{"places.yaml:10 pack.bad_code"}},
	{"a code that is no number", "places.yaml", `"440402100002"`, `"44040210000x"`, []string{"places.yaml:10 pack.bad_code"}},
	{"a code for a grid cell", "places.yaml", "parent: a,", `parent: a, code: "440402100001001",`, []string{"places.yaml:11 pack.bad_code"}},
	{"a code of another town", "places.yaml", `"440402100002"`, `"440402101002"`, []string{"places.yaml:10 pack.code_elsewhere"}},
	{"a town of another county", "places.yaml", `"440402100", `, `"440403100", `, []string{"places.yaml:8 pack.code_elsewhere", "places.yaml:9 pack.code_elsewhere",
		"places.yaml:10 pack.code_elsewhere"}},
	{"a code twice", "places.yaml", `"440402100002"`, `"440402100001"`, []string{"places.yaml:10 pack.duplicate_code"}},
	{"a context that jumps", "places.yaml", `code: "4404",`, `code: "440402",`, []string{"places.yaml:4 pack.bad_context"}},
	{"a town under a community", "places.yaml", "kind: cell, parent: a", "kind: town, parent: a", []string{"places.yaml:11 pack.kind_order"}},
	{"two places on one tile", "places.yaml", "tile: [2, 1]", "tile: [1, 1]", []string{"places.yaml:10 pack.tile_clash"}},
	{"a tile outside the map", "places.yaml", "tile: [2, 1]", "tile: [0, 1]", []string{"places.yaml:10 pack.bad_tile"}},
	{"a tile with three numbers", "places.yaml", "tile: [2, 1]", "tile: [2, 1, 1]", []string{"places.yaml:10 pack.bad_tile"}},
	{"a place beside the district", "places.yaml", "kind: town, parent: small", "kind: town", []string{"places.yaml:8 pack.place_outside"}},

	{"a successor that is not there", "units.yaml", "successor: science", "successor: mars", []string{"units.yaml:5 pack.unknown_successor"}},
	{"a successor that ended first", "units.yaml", "units:\n", "units:\n  - {key: x, parent: committee, name: {zh: 甲}, until: 2021-07-31, successor: old}\n", nil},
	{"successors that lead nowhere", "units.yaml", "successor: science", "successor: old2}\n  - {key: old2, parent: committee, name: {zh: 旧}, until: 2021-01-01",
		[]string{"units.yaml:5 pack.successor_absent"}},
	{"a successor of a unit that goes on", "units.yaml", "until: 2021-06-30, ", "", []string{"units.yaml:5 pack.successor_of_living"}},
	{"a jurisdiction that is no place", "units.yaml", "place: town", "place: mars", []string{"units.yaml:6 pack.unknown_place"}},
	{"nobody who takes the rest", "units.yaml", ", fallback: true", "", []string{"units.yaml:3 pack.fallbacks"}},
	{"two who take the rest", "units.yaml", "place: small}", "place: small, fallback: true}", []string{"units.yaml:6 pack.fallbacks"}},
	{"a phrase of one character", "units.yaml", "[研发,", "[研,", []string{"units.yaml:4 pack.bad_phrase"}},
	{"a phrase twice", "units.yaml", "[研发,", "[高新技术企业,", []string{"units.yaml:4 pack.duplicate_phrase"}},

	{"a bad key of the pack", "pack.yaml", "pack: small", "pack: Small!", []string{"pack.yaml:1 pack.bad_key"}},
	{"a district that is a town", "pack.yaml", "district: small", "district: town", []string{"pack.yaml:3 pack.unknown_district", "places.yaml:7 pack.place_outside"}},
	{"no such zone", "pack.yaml", "Asia/Shanghai", "Asia/Zhuhai", []string{"pack.yaml:4 pack.bad_zone"}},
	{"the machine's own zone", "pack.yaml", "Asia/Shanghai", "Local", []string{"pack.yaml:4 pack.bad_zone"}},
	{"hours that are none", "pack.yaml", "14:30-17:30", "2pm-5pm", []string{"pack.yaml:5 pack.bad_hours"}},
	{"an hour that no day has", "pack.yaml", "14:30-17:30", "14:30-25:30", []string{"pack.yaml:5 pack.bad_hours"}},
	{"hours that end first", "pack.yaml", "14:30-17:30", "17:30-14:30", []string{"pack.yaml:5 pack.hours_end_first"}},
	{"hours that overlap", "pack.yaml", "14:30-17:30", "11:30-17:30", []string{"pack.yaml:5 pack.hours_overlap"}},
	{"no hours", "pack.yaml", `["08:30-12:00", "14:30-17:30"]`, "[]", []string{"pack.yaml:5 pack.no_hours"}},
	{"a report that is not there", "pack.yaml", "file: report.txt", "file: repord.txt", []string{"pack.yaml:7 pack.report_unreadable", "report.txt pack.unknown_file"}},
	{"a report outside the folder", "pack.yaml", "file: report.txt", "file: ../report.txt", []string{"pack.yaml:7 pack.bad_report_file", "report.txt pack.unknown_file"}},
	{"an empty report", "report.txt", "一、工作回顾", "", []string{"pack.yaml:7 pack.report_empty"}},
	{"a report from nowhere", "pack.yaml", "  source: 公开\n", "", []string{"pack.yaml:7 pack.no_provenance"}},
	{"a report of no year", "pack.yaml", "year: 2021", "year: 21", []string{"pack.yaml:9 pack.bad_year"}},
	{"a report of a day that never was", "pack.yaml", "date: 2021-02-05", "date: 2021-02-29", []string{"pack.yaml:10 pack.bad_date"}},
	{"a report day that February lacks", "pack.yaml", "report-day: 25", "report-day: 30", []string{"pack.yaml:14 pack.bad_report_day"}},
	{"red before yellow", "pack.yaml", "behind-red: 20", "behind-red: 5", []string{"pack.yaml:15 pack.bad_behind"}},
	{"red with the first missed report", "pack.yaml", "missed-red: 2", "missed-red: 1", []string{"pack.yaml:15 pack.bad_missed"}},
	{"an account of an unknown unit", "pack.yaml", "unit: science", "unit: mars", []string{"pack.yaml:21 pack.unknown_unit"}},
	{"an account of a unit that had ended", "pack.yaml", "unit: science", "unit: old", []string{"pack.yaml:21 pack.unknown_unit"}},
	{"an account of an unknown role", "pack.yaml", "role: clerk", "role: king", []string{"pack.yaml:21 pack.unknown_role"}},
	{"a login that is none", "pack.yaml", "login: keji", "login: KE JI", []string{"pack.yaml:21 pack.bad_login"}},
	{"a login twice", "pack.yaml", "  accounts:\n", "  accounts:\n    - {login: keji, name: {zh: 科}, role: clerk, unit: science}\n", []string{"pack.yaml:22 pack.duplicate_login"}},
	{"a password that anybody guesses", "pack.yaml", "a-public-word", "1111111111111", []string{"pack.yaml:19 pack.weak_password"}},
	{"a password with a login in it", "pack.yaml", "a-public-word", "a-keji-public-word", []string{"pack.yaml:21 pack.password_has_login"}},
	{"a demonstration on no day", "pack.yaml", "  date: 2021-11-19\n", "", []string{"pack.yaml:17 pack.no_demo_date", "pack.yaml:20 pack.unknown_unit"}},
}

func TestFindings(t *testing.T) {
	for _, tt := range findings {
		t.Run(tt.name, func(t *testing.T) {
			f := small()
			before := string(f[tt.file].Data)
			if !strings.Contains(before, tt.old) {
				t.Fatalf("%s has no %q", tt.file, tt.old)
			}
			f[tt.file].Data = []byte(strings.Replace(before, tt.old, tt.new, 1))
			p, err := Load(f, "")
			if got := places(err); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q\n%v", got, tt.want, err)
			}
			if (err == nil) != (p != nil) {
				t.Errorf("pack %v beside error %v", p, err)
			}
		})
	}
}

func places(err error) (list []string) {
	for _, e := range errs.All(err) {
		list = append(list, e.Place+" "+e.Key)
	}
	return list
}

func TestFindingsOfTheFolder(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(fstest.MapFS)
		want   []string
	}{
		{"a file is missing", func(f fstest.MapFS) { delete(f, "units.yaml") }, []string{"d/units.yaml pack.no_file"}},
		{"a misspelt file", func(f fstest.MapFS) { f["unit.yaml"] = &fstest.MapFile{} }, []string{"d/unit.yaml pack.unknown_file"}},
		{"a folder that nobody reads", func(f fstest.MapFS) { f["old/units.yaml"] = &fstest.MapFile{} }, []string{"d/old pack.unknown_file"}},
		{"a table of scores", func(f fstest.MapFS) { f[ScoringFile] = &fstest.MapFile{Data: []byte("start: 100")} }, nil},
		{"a folder where the table of scores should be", func(f fstest.MapFS) { f[ScoringFile] = &fstest.MapFile{Mode: fs.ModeDir} }, []string{"d/scoring.yaml pack.cannot_read"}},
		{"an editor's own file", func(f fstest.MapFS) { f[".DS_Store"] = &fstest.MapFile{} }, nil},
		{"a folder where a file should be", func(f fstest.MapFS) { f["units.yaml"].Mode = fs.ModeDir }, []string{"d/units.yaml pack.cannot_read"}},
		{"a report that is too large", func(f fstest.MapFS) { f["report.txt"].Data = make([]byte, MaxReport+1) }, []string{"d/pack.yaml:7 pack.report_unreadable"}},
		{"a YAML file that is too large", func(f fstest.MapFS) { f["units.yaml"].Data = bytes.Repeat([]byte("#"), strictyaml.MaxSize+1) },
			[]string{"d/units.yaml pack.file_too_large"}},
		{"too many files", func(f fstest.MapFS) {
			for i := range MaxFiles {
				f[fmt.Sprintf("n%d.md", i)] = &fstest.MapFile{}
			}
		}, []string{"d pack.too_many_files"}},
		{"two files broken at once", func(f fstest.MapFS) { f["units.yaml"].Data, f["pack.yaml"].Data = []byte("a: b"), []byte("a: b") },
			[]string{"d/pack.yaml:1 strictyaml.invalid", "d/units.yaml:1 strictyaml.invalid"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := small()
			tt.change(f)
			_, err := Load(f, "d")
			if got := places(err); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
	if _, err := Load(os.DirFS("/nonexistent/pack"), "nowhere"); !slices.Equal(places(err), []string{"nowhere pack.no_folder"}) {
		t.Errorf("no folder: %v", err)
	}
}

func TestALongListOfFindingsEnds(t *testing.T) {
	f := small()
	f["places.yaml"].Data = []byte("places:\n" + strings.Repeat("  - {key: '?'}\n", 1000))
	_, err := Load(f, "")
	all := errs.All(err)
	if len(all) != maxFindings+1 || all[maxFindings].Key != "pack.more" {
		t.Errorf("%d findings, the last is %v", len(all), all[len(all)-1])
	}
}

func TestEveryFindingHasItsWords(t *testing.T) {
	c, err := i18n.New(errs.Locales, strictyaml.Locales, Locales)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Keys(i18n.ZH), c.Keys(i18n.EN)) {
		t.Error("the languages have different keys")
	}
	for _, tt := range findings {
		f := small()
		f[tt.file].Data = []byte(strings.Replace(string(f[tt.file].Data), tt.old, tt.new, 1))
		_, err := Load(f, "")
		for _, lang := range i18n.Langs {
			for _, e := range errs.All(err) {
				if s := c.One(lang, e); s == e.Key || strings.Contains(s, "<no value>") {
					t.Errorf("%s, %s: %s", tt.name, lang, s)
				}
			}
		}
	}
}

// FuzzLoad changes one file of a sound pack. Whatever stands there, Load answers, and names a file for each thing that it finds.
func FuzzLoad(f *testing.F) {
	files := []string{"pack.yaml", "places.yaml", "units.yaml"}
	for i, text := range []string{mainYAML, placesYAML, unitsYAML} {
		f.Add(uint8(i), text)
	}
	for _, tt := range findings {
		if i := slices.Index(files, tt.file); i >= 0 {
			f.Add(uint8(i), strings.Replace(string(small()[tt.file].Data), tt.old, tt.new, 1))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		pack := small()
		pack[files[int(which)%len(files)]].Data = []byte(text)
		p, err := Load(pack, "d")
		if (err == nil) != (p != nil) {
			t.Fatalf("pack %v beside error %v", p, err)
		}
		for _, e := range errs.All(err) {
			if !strings.HasPrefix(e.Place, "d/") {
				t.Fatalf("a finding without a place: %v", e)
			}
		}
	})
}
