package pack

import (
	"slices"
	"strings"

	"huying/internal/clock"
	"huying/internal/strictyaml"
)

// version is what a tree's check needs of a version of a place or a unit.
type version struct {
	key, parent string
	from, until clock.Date
	at          string // its path in the file
}

func (v version) holds(day clock.Date) bool {
	return !day.Before(v.from) && (v.until.IsZero() || !day.After(v.until))
}

// checkTree checks that the versions of each key follow one another, and that on each day they make a tree. It returns whether every way up
// ends.
func (c *checker) checkTree(f *strictyaml.File, all []version) bool {
	byKey := map[string][]version{}
	for _, v := range all {
		byKey[v.key] = append(byKey[v.key], v)
	}
	for _, v := range all {
		if of := byKey[v.key]; of[0].at == v.at { // once for each key, in the order of the file
			c.checkSpans(f, of)
		}
	}
	for _, v := range all {
		of, known := byKey[v.parent]
		switch gap, open := gap(v, of); {
		case v.parent == "" || v.parent == v.key:
		case !known:
			c.wrong(f, v.at+".parent", "pack.unknown_parent", "key", v.key, "parent", v.parent)
		case open:
			c.wrong(f, v.at+".parent", "pack.parent_absent", "key", v.key, "parent", v.parent, "day", gap)
		}
	}
	return c.checkCycles(f, all)
}

// checkSpans checks the dates of one key's versions.
func (c *checker) checkSpans(f *strictyaml.File, of []version) {
	of = slices.SortedStableFunc(slices.Values(of), func(a, b version) int { return a.from.Compare(b.from) })
	for i, v := range of {
		if !v.until.IsZero() && v.until.Before(v.from) {
			c.wrong(f, v.at+".until", "pack.ends_first", "key", v.key, "from", v.from, "until", v.until)
		}
		if i == 0 {
			continue
		}
		switch before := of[i-1]; {
		case before.from == v.from:
			c.wrong(f, v.at+".key", "pack.duplicate_key", "key", v.key, "line", f.Line(before.at))
		case before.until.IsZero() || !before.until.Before(v.from):
			c.wrong(f, v.at+".from", "pack.overlap", "key", v.key, "from", v.from, "line", f.Line(before.at))
		}
	}
}

// gap returns the first day of v on which none of the versions of its parent holds, if there is one.
func gap(v version, parent []version) (clock.Date, bool) {
	parent = slices.SortedFunc(slices.Values(parent), func(a, b version) int { return a.from.Compare(b.from) })
	need := v.from
	for _, p := range parent {
		if p.holds(need) {
			if p.until.IsZero() {
				return need, false
			}
			need = p.until.AddDays(1)
		}
	}
	return need, v.until.IsZero() || !need.After(v.until)
}

// checkCycles looks for versions that stand under themselves. What could never close a cycle, whatever the day, is left out first: in a
// sound pack that is all of it. It returns whether there was none.
func (c *checker) checkCycles(f *strictyaml.File, all []version) bool {
	all = suspects(all)
	said := map[string]bool{}
	for _, v := range all {
		if said[v.key] {
			continue
		}
		// Between two days on which something begins nothing can close: the days on which a version of the cycle begins are enough.
		day := v.from
		now := map[string]version{}
		for _, w := range all {
			if w.holds(day) {
				now[w.key] = w
			}
		}
		if way := wayRound(now, v.key); way != nil {
			for _, key := range way {
				said[key] = true
			}
			c.wrong(f, v.at+".parent", "pack.cycle", "way", strings.Join(append(way, v.key), " → "), "day", day)
		}
	}
	return len(said) == 0
}

// suspects returns the versions that have, or may have, a way back to themselves: it takes away, again and again, what stands under nothing
// that is left.
func suspects(all []version) []version {
	children := map[string][]int{}
	waits := make([]bool, len(all))
	left := map[string]int{} // key → its versions that still have a suspect above
	for i, v := range all {
		children[v.parent] = append(children[v.parent], i)
		left[v.key]++
		waits[i] = true
	}
	free := []int{}
	release := func(parent string) {
		for _, i := range children[parent] {
			if waits[i] {
				waits[i] = false
				free = append(free, i)
			}
		}
	}
	for parent := range children {
		if left[parent] == 0 { // the top, and parents that nobody knows
			release(parent)
		}
	}
	for len(free) > 0 {
		v := all[free[0]]
		free = free[1:]
		if left[v.key]--; left[v.key] == 0 {
			release(v.key)
		}
	}
	var rest []version
	for i, v := range all {
		if waits[i] {
			rest = append(rest, v)
		}
	}
	return rest
}

// wayRound returns the keys from key up to the one before it comes round to itself, or nil.
func wayRound(now map[string]version, key string) []string {
	way := []string{key}
	for at := now[key]; len(way) <= len(now); at = now[at.parent] {
		if at.parent == key {
			return way
		}
		if _, ok := now[at.parent]; !ok {
			return nil
		}
		way = append(way, at.parent)
	}
	return nil
}
