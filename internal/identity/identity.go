// Package identity knows the people who work with the program: their accounts and passwords, their sessions, what they are granted,
// and the record of what they did. It says who somebody is and what they may do; what is done with that is for the others.
package identity

import (
	"embed"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the tables of accounts, grants, sessions, throttling and audit.
var Schema = store.Schema{Name: "identity", FS: migrations}

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Tree tells whether one unit, or one place, stands under another, today. It is true for a key and itself, and false for a key that
// it does not know.
type Tree interface {
	Covers(ancestor, key string) bool
}

// Grant gives a person a role over a subtree of the units and a subtree of the places, from one day to another.
type Grant struct {
	ID        int64
	Person    int64
	Role      Role
	Unit      string     // key of the unit at the top; empty is the whole district
	Place     string     // key of the place at the top; empty is the whole district
	From      clock.Date // the first day
	Until     clock.Date // the last day; zero is no end
	GrantedBy string     // login of who granted it, or the console
	GrantedAt time.Time
	RevokedBy string
	RevokedAt time.Time // zero: it was not taken back
	Note      string
}

// Holds reports whether the grant holds on a day.
func (g Grant) Holds(on clock.Date) bool {
	return g.RevokedAt.IsZero() && !on.Before(g.From) && (g.Until.IsZero() || !on.After(g.Until))
}

// overlaps reports whether there is a day on which both grants hold.
func (g Grant) overlaps(h Grant) bool {
	return g.RevokedAt.IsZero() && h.RevokedAt.IsZero() &&
		(g.Until.IsZero() || !h.From.After(g.Until)) && (h.Until.IsZero() || !g.From.After(h.Until))
}

// Actor is a signed-in person with the grants that held when they were read. A nil Actor is nobody, who may nothing.
type Actor struct {
	ID         int64
	Login      string
	Name       string
	Unit       string // the key of the unit that the person belongs to
	Grants     []Grant
	MustChange bool // the password was given by somebody else: until it is changed, the person may nothing else

	Units, Places Tree // nil: a key covers only itself
}

// May reports whether the person holds permission p for some unit and place.
func (a *Actor) May(p Permission) bool { return len(a.Scope(p)) > 0 }

// Can reports whether the person holds permission p for what belongs to a unit and a place. An empty unit or place means the whole
// district: only a grant without that bound covers it.
func (a *Actor) Can(p Permission, unit, place string) bool {
	for _, area := range a.Scope(p) {
		if covers(a.Units, area.Unit, unit) && covers(a.Places, area.Place, place) {
			return true
		}
	}
	return false
}

// Area is a subtree of the units and one of the places; empty is the whole district.
type Area struct{ Unit, Place string }

// Scope returns the areas for which the person holds permission p: what a list asks for before it counts.
func (a *Actor) Scope(p Permission) []Area {
	if a == nil || a.MustChange {
		return nil
	}
	var areas []Area
	for _, g := range a.Grants {
		if g.Role.May(p) {
			areas = append(areas, Area{g.Unit, g.Place})
		}
	}
	return areas
}

func covers(t Tree, top, key string) bool {
	switch {
	case top == "":
		return true
	case key == "":
		return false
	case t == nil:
		return top == key
	}
	return t.Covers(top, key)
}
