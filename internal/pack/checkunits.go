package pack

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"huying/internal/clock"
)

const (
	maxPhrases = 200
	maxPhrase  = 60
)

// checkUnits checks what units.yaml says by itself.
func (c *checker) checkUnits(u *unitsFile) {
	if len(u.Units) == 0 || len(u.Units) > MaxUnits {
		c.wrong(c.units, "$.units", "pack.too_many", "limit", MaxUnits, "n", len(u.Units))
		return
	}
	standard := u.From
	if !c.checkDay(c.units, "$.from", u.From) {
		standard = Day{Date: clock.Date{Year: 1949, Month: 10, Day: 1}}
	}
	var tree []version
	for i := range u.Units {
		un, at := &u.Units[i], fmt.Sprintf("$.units[%d]", i)
		if !keyText.MatchString(un.Key) {
			c.wrong(c.units, at+".key", "pack.bad_key", "key", un.Key)
			continue
		}
		c.checkName(c.units, at+".name", un.Name.ZH)
		c.checkPhrases(at, un.Responsibilities)
		if c.dates(c.units, at, &un.From, &un.Until, standard) {
			tree = append(tree, version{un.Key, un.Parent, un.From.Date, un.Until.Date, at})
		}
	}
	c.checkTree(c.units, tree)
	c.checkSuccessors(u.Units)
	c.checkFallback(u.Units)
}

// checkPhrases holds that responsibilities are phrases, each once.
func (c *checker) checkPhrases(at string, phrases []string) {
	if len(phrases) > maxPhrases {
		c.wrong(c.units, at+".responsibilities", "pack.too_many", "limit", maxPhrases, "n", len(phrases))
	}
	seen := map[string]bool{}
	for i, p := range phrases {
		here := fmt.Sprintf("%s.responsibilities[%d]", at, i)
		switch n := utf8.RuneCountInString(p); {
		case strings.TrimSpace(p) != p || n < 2 || n > maxPhrase:
			c.wrong(c.units, here, "pack.bad_phrase", "phrase", p, "limit", maxPhrase)
		case seen[p]:
			c.wrong(c.units, here, "pack.duplicate_phrase", "phrase", p)
		}
		seen[p] = true
	}
}

// checkSuccessors holds that who inherits exists on the day after the end, or has a successor that does.
func (c *checker) checkSuccessors(units []Unit) {
	for i, u := range units {
		at := fmt.Sprintf("$.units[%d].successor", i)
		known := slices.ContainsFunc(units, func(v Unit) bool { return v.Key == u.Successor })
		switch {
		case u.Successor == "":
		case u.Until.IsZero():
			c.wrong(c.units, at, "pack.successor_of_living", "key", u.Key)
		case !known || u.Successor == u.Key:
			c.wrong(c.units, at, "pack.unknown_successor", "key", u.Key, "successor", u.Successor)
		case !inherits(units, u):
			c.wrong(c.units, at, "pack.successor_absent", "key", u.Key, "successor", u.Successor, "day", u.Until.AddDays(1))
		}
	}
}

// inherits reports whether the successors of u lead to a unit that exists the day after u ends.
func inherits(units []Unit, u Unit) bool {
	day, key := u.Until.AddDays(1), u.Successor
	for range len(units) {
		next := ""
		for _, v := range units {
			if v.Key != key {
				continue
			}
			if !day.Before(v.From.Date) && (v.Until.IsZero() || !day.After(v.Until.Date)) {
				return true
			}
			if v.Successor != "" {
				next = v.Successor
			}
		}
		key = next
	}
	return false
}

// checkFallback holds that on each day on which there are units exactly one takes what no other does.
func (c *checker) checkFallback(units []Unit) {
	var days []clock.Date
	for _, u := range units {
		days = append(days, u.From.Date)
		if !u.Until.IsZero() {
			days = append(days, u.Until.AddDays(1))
		}
	}
	slices.SortFunc(days, clock.Date.Compare)
	for _, day := range slices.Compact(days) {
		there, last := 0, -1
		n := 0
		for i, u := range units {
			if day.Before(u.From.Date) || !u.Until.IsZero() && day.After(u.Until.Date) {
				continue
			}
			there++
			if u.Fallback {
				n, last = n+1, i
			}
		}
		if there > 0 && n != 1 {
			at := "$.units"
			if last >= 0 {
				at = fmt.Sprintf("$.units[%d].fallback", last)
			}
			c.wrong(c.units, at, "pack.fallbacks", "n", n, "day", day)
			return
		}
	}
}

// checkAcross checks what one file says of another.
func (c *checker) checkAcross(m *mainFile, places []Place, units []Unit) {
	c.checkDistrict(m.District, places)
	known := map[string]bool{"": true}
	for _, p := range places {
		known[p.Key] = true
	}
	for i, u := range units {
		if !known[u.Place] {
			c.wrong(c.units, fmt.Sprintf("$.units[%d].place", i), "pack.unknown_place", "key", u.Key, "place", u.Place)
		}
	}
	if m.Demonstration == nil {
		return
	}
	on := m.Demonstration.Date.Date
	for i, a := range m.Demonstration.Accounts {
		there := slices.ContainsFunc(units, func(u Unit) bool {
			return u.Key == a.Unit && !on.Before(u.From.Date) && (u.Until.IsZero() || !on.After(u.Until.Date))
		})
		if !there {
			c.wrong(c.main, fmt.Sprintf("$.demonstration.accounts[%d].unit", i), "pack.unknown_unit", "login", a.Login, "unit", a.Unit, "day", on)
		}
	}
}

// checkDistrict holds that the pack's district is a place, and that every other place stands under one.
func (c *checker) checkDistrict(district string, places []Place) {
	i := slices.IndexFunc(places, func(p Place) bool { return p.Key == district })
	if i < 0 || places[i].Kind != "district" {
		c.wrong(c.main, "$.district", "pack.unknown_district", "district", district)
	}
	for i, p := range places {
		if p.Parent == "" && p.Key != district {
			c.wrong(c.places, fmt.Sprintf("$.places[%d]", i), "pack.place_outside", "key", p.Key, "district", district)
		}
	}
}
