package places

import (
	"slices"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Check returns all that is wrong with a history: a version that begins twice or ends before it begins, versions of one key that overlap,
// a parent that is missing or a cycle on some day, a successor or a jurisdiction that does not exist, a day with units of which none, or
// more than one, takes what the others do not.
func (h *History) Check() errs.List {
	list := checkSpans(h.Places, Place.label)
	list = append(list, checkSpans(h.Units, Unit.label)...)
	if len(list) > 0 {
		return list // the days below would say the same thing worse
	}
	list = checkParents(h.Places, Place.label)
	list = append(list, checkParents(h.Units, Unit.label)...)
	list = append(list, checkKinds(h.Places)...)
	list = append(list, checkFallback(h.Units)...)
	return append(list, h.checkUnits()...)
}

func (p Place) label() string { return p.Name.ZH }
func (u Unit) label() string  { return u.Name.ZH }

func checkSpans[N node](all []N, label func(N) string) (list errs.List) {
	byKey := map[string][]N{}
	var keys []string
	for _, n := range all {
		if byKey[n.id()] == nil {
			keys = append(keys, n.id())
		}
		byKey[n.id()] = append(byKey[n.id()], n)
	}
	for _, key := range keys {
		of := slices.SortedStableFunc(slices.Values(byKey[key]), byFrom)
		for i, n := range of {
			from, until := n.span()
			if !until.IsZero() && until.Before(from) {
				list = append(list, errs.New(errs.Invalid, "places.bad_dates", "key", key, "name", label(n), "from", from, "until", until))
			}
			if i+1 == len(of) {
				continue
			}
			switch next, _ := of[i+1].span(); {
			case next == from:
				list = append(list, errs.New(errs.Invalid, "places.duplicate", "key", key, "from", from))
			case until.IsZero() || !until.Before(next):
				list = append(list, errs.New(errs.Invalid, "places.overlap", "key", key, "from", from, "other", next))
			}
		}
	}
	return list
}

// checkParents looks at each day on which something begins or ends: between two such days nothing changes.
func checkParents[N node](all []N, label func(N) string) (list errs.List) {
	said := map[string]bool{}
	for _, day := range days(all) {
		now := map[string]N{}
		for _, n := range all {
			if n.Holds(day) {
				now[n.id()] = n
			}
		}
		tree := newTree(all, day)
		for _, n := range all {
			if _, planted := tree.ByKey(n.id()); planted || !n.Holds(day) || said[n.id()] {
				continue
			}
			if _, there := now[n.up()]; !there {
				said[n.id()] = true
				list = append(list, errs.New(errs.Invalid, "places.missing_parent", "key", n.id(), "name", label(n), "parent", n.up(), "day", day))
			} else if circles(now, n) {
				said[n.id()] = true
				list = append(list, errs.New(errs.Invalid, "places.cycle", "key", n.id(), "name", label(n), "day", day))
			}
		}
	}
	return list
}

// circles reports whether the way up from n comes back to n.
func circles[N node](now map[string]N, n N) bool {
	at := n
	for range len(now) {
		next, ok := now[at.up()]
		if !ok {
			return false
		}
		if next.id() == n.id() {
			return true
		}
		at = next
	}
	return false
}

// days are the days on which something begins, and the days after something ends.
func days[N node](all []N) []clock.Date {
	set := map[clock.Date]bool{}
	for _, n := range all {
		from, until := n.span()
		set[from] = true
		if !until.IsZero() {
			set[until.AddDays(1)] = true
		}
	}
	list := make([]clock.Date, 0, len(set))
	for d := range set {
		list = append(list, d)
	}
	slices.SortFunc(list, clock.Date.Compare)
	return list
}

// checkKinds holds that a parent is of a wider kind.
func checkKinds(all []Place) (list errs.List) {
	kinds := map[string]Kind{}
	for _, p := range all {
		kinds[p.Key] = p.Kind
	}
	for _, p := range all {
		if up, ok := kinds[p.Parent]; ok && slices.Index(Kinds, up) >= slices.Index(Kinds, p.Kind) {
			list = append(list, errs.New(errs.Invalid, "places.kind_order", "key", p.Key, "name", p.Name.ZH, "parent", p.Parent))
		}
	}
	return list
}

// checkUnits holds that a unit's jurisdiction is a place, and that who inherits from it exists when it ends, or does so through its own
// successors.
func (h *History) checkUnits() (list errs.List) {
	places := map[string]bool{"": true}
	for _, p := range h.Places {
		places[p.Key] = true
	}
	for _, u := range h.Units {
		if !places[u.Place] {
			list = append(list, errs.New(errs.Invalid, "places.unknown_place", "key", u.Key, "name", u.Name.ZH, "place", u.Place))
		}
		if u.Successor == "" {
			continue
		}
		day := u.From
		if !u.Until.IsZero() {
			day = u.Until.AddDays(1)
		}
		if u.Successor == u.Key || newTree(h.Units, day).Heir(u.Successor) == "" {
			list = append(list, errs.New(errs.Invalid, "places.unknown_successor",
				"key", u.Key, "name", u.Name.ZH, "successor", u.Successor, "day", day))
		}
	}
	return list
}

// checkFallback holds that on each day on which there are units one of them, and no more, takes what no other does.
func checkFallback(all []Unit) (list errs.List) {
	for _, day := range days(all) {
		units, fallbacks := 0, 0
		for _, u := range all {
			if u.Holds(day) {
				units++
				fallbacks += btoi(u.Fallback)
			}
		}
		if units > 0 && fallbacks != 1 {
			return append(list, errs.New(errs.Invalid, "places.fallbacks", "n", fallbacks, "day", day))
		}
	}
	return list
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
