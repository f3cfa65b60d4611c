// Package pack reads a district pack: the folder of files that describes one district (its places, its units, its report, its rules of
// supervision), and checks it before anything of it is used. It knows nobody: what a pack says is plain values, which app hands to those
// who keep them.
package pack

import (
	"embed"
	"io/fs"
	"path"
	"time"
	_ "time/tzdata" // a pack's zone must be known on a machine without a zone database too

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/strictyaml"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Limits of a pack. A large city's pack has some thousand places.
const (
	MaxFiles    = 1000
	MaxReport   = 32 << 20 // bytes; as much as the reader takes
	MaxPlaces   = 20_000
	MaxUnits    = 2_000
	MaxAccounts = 200
	MaxRoles    = 200
	MaxFile     = 1 << 20 // bytes of a procedure, a schema or a drill
	maxFindings = 200
)

// PeersFile says with which other systems orders are exchanged; a pack may have none.
const PeersFile = "peers.yaml"

// ScoringFile is the table by which the year of units is scored; a pack may have none.
const ScoringFile = "scoring.yaml"

// SimulationFile is what is played of cases when the pack is shown; a pack may have none.
const SimulationFile = "simulation.yaml"

// Pack is a checked pack.
type Pack struct {
	Key           string
	Name          Text
	District      string // key of the place that is the whole
	Location      *time.Location
	Hotline       string   // the telephone number for residents; empty: there is none
	Hours         []string // business hours of a working day, in order: "08:30-12:00"
	Report        Report
	ReportText    []byte         // the report's file, as it stands there
	Supervision   *Supervision   // nil: the rules that hold by default
	Demonstration *Demonstration // nil: the pack is not for showing
	Context       []Division     // of the state, that the district lies in, the widest first
	Places        []Place
	Units         []Unit
	Roles         []Role            // of the district's own, beside those of the program
	Procedures    []string          // the files of procedures, in order of their names
	Drills        []string          // the files of drills
	Files         map[string][]byte // the content of procedures, drills, the schemas that they name, the table of scores, the simulation and the peers, by path in the pack
}

// Role is a post of the district: a community officer, a mediator. What its holders may do stands in the procedures that name it.
type Role struct {
	Key  string `yaml:"key"`
	Name Text   `yaml:"name"`
}

// Open returns the content of a file of the pack's folders, or fs.ErrNotExist.
func (p *Pack) Open(file string) ([]byte, error) {
	data, ok := p.Files[file]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return data, nil
}

// Text is a name in both languages.
type Text struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// Day is a day as a file gives it. What is no date is kept, so that it can be named with its line.
type Day struct {
	clock.Date
	bad string
}

// UnmarshalText implements encoding.TextUnmarshaler. It never fails.
func (d *Day) UnmarshalText(text []byte) error {
	*d = Day{}
	date, err := clock.ParseDate(string(text))
	if d.Date = date; err != nil {
		d.bad = string(text)
	}
	return nil
}

// Division is a division of the state.
type Division struct {
	Code string `yaml:"code"`
	Name Text   `yaml:"name"`
}

// Place is one version of a place.
type Place struct {
	Key          string `yaml:"key"`
	Kind         string `yaml:"kind"` // one of Kinds
	Parent       string `yaml:"parent"`
	Name         Text   `yaml:"name"`
	Full         Text   `yaml:"full"`
	Code         string `yaml:"code"`
	Tile         []int  `yaml:"tile"` // column and row from 1, or nothing
	Illustrative bool   `yaml:"illustrative"`
	From         Day    `yaml:"from"`
	Until        Day    `yaml:"until"`
}

// Unit is one version of a unit.
type Unit struct {
	Key              string   `yaml:"key"`
	Parent           string   `yaml:"parent"`
	Name             Text     `yaml:"name"`
	Short            Text     `yaml:"short"`
	Head             string   `yaml:"head"`
	Responsibilities []string `yaml:"responsibilities"`
	Place            string   `yaml:"place"`
	Successor        string   `yaml:"successor"`
	Fallback         bool     `yaml:"fallback"`
	External         bool     `yaml:"external"`
	Illustrative     bool     `yaml:"illustrative"`
	From             Day      `yaml:"from"`
	Until            Day      `yaml:"until"`
}

// Report is the work report that the register begins with, and where it is from.
type Report struct {
	File   string `yaml:"file"`
	Title  string `yaml:"title"`
	Year   int    `yaml:"year"`
	Date   Day    `yaml:"date"`
	By     string `yaml:"by"`
	Source string `yaml:"source"`
}

// Supervision is how promises are supervised.
type Supervision struct {
	ReportDay int    `yaml:"report-day"` // of the month
	Lights    Lights `yaml:"lights"`
}

// Lights are the thresholds of the lights: working days, percentage points, reports in a row.
type Lights struct {
	NodeSoon     int     `yaml:"node-soon"`
	BehindYellow float64 `yaml:"behind-yellow"`
	BehindRed    float64 `yaml:"behind-red"`
	MissedYellow int     `yaml:"missed-yellow"`
	MissedRed    int     `yaml:"missed-red"`
}

// Demonstration is what is added when the pack is shown: never when it is loaded in earnest.
type Demonstration struct {
	Date     Day       `yaml:"date"` // on which the business clock stays
	Seed     uint64    `yaml:"seed"`
	Password string    `yaml:"password"` // of all its accounts, and public
	Accounts []Account `yaml:"accounts"`
}

// Account is an account of the demonstration.
type Account struct {
	Login string `yaml:"login"`
	Name  Text   `yaml:"name"`
	Role  string `yaml:"role"` // one of Roles
	Unit  string `yaml:"unit"`
	Place string `yaml:"place"` // of a post that is bound to a place; may be empty
}

// The shapes of the three files.
type (
	mainFile struct {
		Pack          string         `yaml:"pack"`
		Name          Text           `yaml:"name"`
		District      string         `yaml:"district"`
		Zone          string         `yaml:"zone"`
		Hotline       string         `yaml:"hotline"`
		Hours         []string       `yaml:"hours"`
		Report        Report         `yaml:"report"`
		Supervision   *Supervision   `yaml:"supervision"`
		Demonstration *Demonstration `yaml:"demonstration"`
	}
	placesFile struct {
		From    Day        `yaml:"from"` // of what gives no day of its own
		Context []Division `yaml:"context"`
		Places  []Place    `yaml:"places"`
	}
	unitsFile struct {
		From  Day    `yaml:"from"`
		Units []Unit `yaml:"units"`
	}
	rolesFile struct {
		Roles []Role `yaml:"roles"`
	}
)

// Load reads the pack in the root of fsys and checks it. name stands before the files in its messages: the folder as the user gave it. The
// error is an errs.List of all that was found, each at its file and line; there is a pack only when nothing was.
func Load(fsys fs.FS, name string) (*Pack, error) {
	c := &checker{fsys: fsys, name: name}
	if !c.listing() {
		return nil, c.found
	}
	var m mainFile
	var p placesFile
	var u unitsFile
	var r rolesFile
	if c.has("roles.yaml") {
		if c.roles = c.decode("roles.yaml", &r); c.roles != nil {
			c.checkRoles(r.Roles)
		}
	}
	c.main = c.decode("pack.yaml", &m)
	c.places = c.decode("places.yaml", &p)
	c.units = c.decode("units.yaml", &u)
	if c.main != nil {
		c.checkMain(&m)
	}
	if c.places != nil {
		c.checkPlaces(&p)
	}
	if c.units != nil {
		c.checkUnits(&u)
	}
	if c.main != nil && c.places != nil && c.units != nil {
		c.checkAcross(&m, p.Places, u.Units)
	}
	files := c.folders()
	if len(c.found) > 0 {
		return nil, c.found
	}
	return &Pack{
		Key: m.Pack, Name: m.Name, District: m.District, Location: c.zone, Hotline: m.Hotline, Hours: m.Hours, Report: m.Report, ReportText: c.report,
		Supervision: m.Supervision, Demonstration: m.Demonstration, Context: p.Context, Places: p.Places, Units: u.Units,
		Roles: r.Roles, Procedures: under(files, "procedures/"), Drills: under(files, "drills/"), Files: files,
	}, nil
}

// checker collects what is wrong.
type checker struct {
	fsys                fs.FS
	name                string
	main, places, units *strictyaml.File // nil when it could not be read
	roles               *strictyaml.File // nil when there is none
	ownRoles            []string
	zone                *time.Location
	report              []byte
	found               errs.List
}

// add keeps an error. After maxFindings one more says that there are more; the rest is dropped.
func (c *checker) add(e *errs.Error) {
	switch n := len(c.found); {
	case n < maxFindings:
		c.found = append(c.found, e)
	case n == maxFindings:
		c.found = append(c.found, errs.New(errs.Invalid, "pack.more", "n", maxFindings).At(c.name))
	}
}

// wrong keeps a finding at the value of a path in a file.
func (c *checker) wrong(f *strictyaml.File, at, key string, kv ...any) {
	if len(c.found) <= maxFindings { // finding the line costs
		c.add(f.Wrong(at, key, kv...))
	}
}

// at is how messages name a file of the pack.
func (c *checker) at(file string) string { return path.Join(c.name, file) }
