// Package places keeps the two trees of a district: its units (who answers) and its places (where). Both are effective-dated: what a unit
// was called, and under whom it stood, on the day a promise was made can be asked for ever. A version is known by (key, first day); a key
// means the same unit or place for good. Nothing is deleted: what ends gets a last day and, a unit, a successor that inherits what is open.
package places

import (
	"embed"

	"huying/internal/clock"
	"huying/internal/i18n"
	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the tables of units and places.
var Schema = store.Schema{Name: "places", FS: migrations}

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Text is a name in both languages.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en,omitempty"`
}

// In returns the text in a language; one that has no English stays Chinese.
func (t Text) In(lang i18n.Lang) string {
	if lang == i18n.EN && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// Kind is what sort of place a place is. A place stands under one of a wider kind.
type Kind string

const (
	District  Kind = "district"  // 区: the whole of it
	Town      Kind = "town"      // 镇、街道
	Community Kind = "community" // 社区、村
	Cell      Kind = "cell"      // 网格
)

// Kinds from the widest to the narrowest.
var Kinds = []Kind{District, Town, Community, Cell}

// Tile is a square of the tile map, counted from 1. The zero Tile is none.
type Tile struct{ Col, Row int }

// Place is one version of a place.
type Place struct {
	Key          string
	Kind         Kind
	Parent       string // empty: the top
	Name         Text   // as it is called: 下栅社区
	Full         Text   // in official papers: 下栅社区居民委员会; may be empty
	Code         string // of the national code of divisions; empty when it has none of its own
	Tile         Tile
	Order        int // among its siblings, as the pack lists them
	Illustrative bool
	From         clock.Date // the first day
	Until        clock.Date // the last day; zero is no end
}

// Unit is one version of a unit: a bureau, an office, a town, a company that answers for something.
type Unit struct {
	Key              string
	Parent           string // empty: the top
	Name             Text
	Short            Text   // 科技创新局
	Head             string // who leads it; may be empty
	Responsibilities []string
	Place            string // its jurisdiction; empty is the whole district
	Successor        string // who inherits what is open after Until
	Order            int
	Fallback         bool // takes what no other unit takes: 兜底
	External         bool // of another government, or a company: it has no accounts here
	Illustrative     bool
	From             clock.Date
	Until            clock.Date
}

// Holds reports whether the version is in force on a day.
func (p Place) Holds(day clock.Date) bool { return within(day, p.From, p.Until) }

// Holds reports whether the version is in force on a day.
func (u Unit) Holds(day clock.Date) bool { return within(day, u.From, u.Until) }

func within(day, from, until clock.Date) bool {
	return !day.Before(from) && (until.IsZero() || !day.After(until))
}

// node is what a tree needs to know of a unit or a place.
type node interface {
	Place | Unit
	Holds(clock.Date) bool
	id() string
	up() string
	rank() int
	span() (from, until clock.Date)
	heir() string
}

func (p Place) id() string                     { return p.Key }
func (p Place) up() string                     { return p.Parent }
func (p Place) rank() int                      { return p.Order }
func (p Place) span() (from, until clock.Date) { return p.From, p.Until }
func (p Place) heir() string                   { return "" }
func (u Unit) id() string                      { return u.Key }
func (u Unit) up() string                      { return u.Parent }
func (u Unit) rank() int                       { return u.Order }
func (u Unit) span() (from, until clock.Date)  { return u.From, u.Until }
func (u Unit) heir() string                    { return u.Successor }

// History is every version of every unit and place. It is never changed once made.
type History struct {
	Version int64 // counts the changes; a form carries it, so that a change to what somebody else changed is seen
	Places  []Place
	Units   []Unit
}

// Trees are the units and the places of one day.
type Trees struct {
	Day    clock.Date
	Units  *Tree[Unit]
	Places *Tree[Place]
}

// On returns the trees of a day.
func (h *History) On(day clock.Date) *Trees {
	return &Trees{Day: day, Units: newTree(h.Units, day), Places: newTree(h.Places, day)}
}

// Fallback returns the key of the unit that takes what no other does, or nothing.
func (t *Trees) Fallback() string {
	for _, u := range t.Units.All() {
		if u.Fallback {
			return u.Key
		}
	}
	return ""
}

// UnitVersions returns the versions of one unit, the earliest first.
func (h *History) UnitVersions(key string) []Unit { return versions(h.Units, key) }

// PlaceVersions returns the versions of one place, the earliest first.
func (h *History) PlaceVersions(key string) []Place { return versions(h.Places, key) }
