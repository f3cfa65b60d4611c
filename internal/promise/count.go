package promise

import (
	"sort"
	"strings"
)

// Filter chooses promises of a board. Zero fields choose all. It is what every count on a page links to, so that the number and the list
// behind it are made by the same code.
type Filter struct {
	Kind          Kind
	Theme         int // theme number of the plan; −1 chooses those under none
	Matter        int
	Unit          string // lead or joint
	Lead          string
	Light         Light
	Status        Status
	Measurability Measurability
	Vague         string // the reason
	Late          bool   // red, or past its deadline
	Projects      bool
	Text          string
}

// Has reports whether the filter chooses st. covers tells whether a unit stands under another; nil compares keys.
func (f Filter) Has(st *Standing, covers func(ancestor, key string) bool) bool {
	under := func(ancestor, key string) bool { return ancestor == key || covers != nil && covers(ancestor, key) }
	switch {
	case f.Kind != "" && st.Kind != f.Kind,
		f.Theme > 0 && st.Claim.Theme.No != f.Theme, f.Theme < 0 && st.Claim.Theme.No != 0,
		f.Matter > 0 && st.Claim.Matter.No != f.Matter,
		f.Light != "" && st.Light != f.Light,
		f.Status != "" && st.Status != f.Status,
		f.Measurability != "" && st.Claim.Measurability != f.Measurability,
		f.Vague != "" && st.Claim.Vague != f.Vague,
		f.Late && !st.Late(),
		f.Projects && !st.Project,
		f.Lead != "" && !under(f.Lead, st.Lead),
		f.Text != "" && !strings.Contains(strings.ToLower(st.Title+"|"+st.Claim.Quote+"|"+st.Number+"|"+st.Claim.Indicator), strings.ToLower(f.Text)):
		return false
	}
	if f.Unit == "" || under(f.Unit, st.Lead) {
		return true
	}
	for _, j := range st.Joint {
		if under(f.Unit, j) {
			return true
		}
	}
	return false
}

// Late reports whether the promise is red for being behind or overdue.
func (st *Standing) Late() bool { return st.Light == Red }

// Choose returns the promises that the filter chooses, in the board's order.
func (b *Board) Choose(f Filter, covers func(ancestor, key string) bool) []*Standing {
	var out []*Standing
	for _, st := range b.Rows {
		if f.Has(st, covers) {
			out = append(out, st)
		}
	}
	return out
}

// Tally counts a set of promises by everything that a page shows.
type Tally struct {
	Total         int
	Lights        map[Light]int
	Statuses      map[Status]int
	Kinds         map[Kind]int
	Measurability map[Measurability]int
	Vague         map[string]int // by reason
	Clear         int            // of which one can tell when they are kept
	Late          int
	Simulated     int // that hold a simulated entry
	Proofs        int // with evidence
}

// Count tallies promises.
func Count(rows []*Standing) Tally {
	t := Tally{Lights: map[Light]int{}, Statuses: map[Status]int{}, Kinds: map[Kind]int{}, Measurability: map[Measurability]int{}, Vague: map[string]int{}}
	for _, st := range rows {
		t.Total++
		t.Lights[st.Light]++
		t.Statuses[st.Status]++
		t.Kinds[st.Kind]++
		t.Measurability[st.Claim.Measurability]++
		if st.Claim.Measurability == Vague {
			t.Vague[st.Claim.Vague]++
		}
		if st.Claim.Measurability.Clear() {
			t.Clear++
		}
		if st.Late() {
			t.Late++
		}
		if st.IsSimulated() {
			t.Simulated++
		}
		if st.Proofs > 0 {
			t.Proofs++
		}
	}
	return t
}

// IsSimulated reports whether anything that was said of the promise came from the simulator.
func (st *Standing) IsSimulated() bool {
	for _, e := range st.Entries {
		if e.Simulated {
			return true
		}
	}
	return false
}

// Group is the promises under one heading or of one unit.
type Group struct {
	Heading Heading
	Key     string // of a unit
	Rows    []*Standing
}

// ByTheme groups the promises of the plan's themes, in their order; those under no theme are left out.
func ByTheme(rows []*Standing) []Group {
	return byHeading(rows, func(st *Standing) Heading {
		if st.Claim.Matter.No > 0 {
			return Heading{}
		}
		return st.Claim.Theme
	})
}

// ByMatter groups the livelihood items by matter, in their order.
func ByMatter(rows []*Standing) []Group {
	return byHeading(rows, func(st *Standing) Heading { return st.Claim.Matter })
}

func byHeading(rows []*Standing, of func(*Standing) Heading) []Group {
	at := map[int]int{}
	var groups []Group
	for _, st := range rows {
		h := of(st)
		if h.No == 0 {
			continue
		}
		i, ok := at[h.No]
		if !ok {
			i = len(groups)
			at[h.No] = i
			groups = append(groups, Group{Heading: h})
		}
		groups[i].Rows = append(groups[i].Rows, st)
	}
	sortGroups(groups)
	return groups
}

// ByLead groups promises by the unit that leads them, in the order of units given; a unit without any is left out.
func ByLead(rows []*Standing, units []UnitDuty) []Group {
	at := map[string][]*Standing{}
	for _, st := range rows {
		at[st.Lead] = append(at[st.Lead], st)
	}
	var groups []Group
	for _, u := range units {
		if len(at[u.Key]) > 0 {
			groups = append(groups, Group{Key: u.Key, Rows: at[u.Key]})
			delete(at, u.Key)
		}
	}
	for _, st := range rows { // units that no longer exist, and have no successor here
		if left := at[st.Lead]; left != nil {
			groups = append(groups, Group{Key: st.Lead, Rows: left})
			delete(at, st.Lead)
		}
	}
	return groups
}

func sortGroups(groups []Group) {
	sort.SliceStable(groups, func(i, j int) bool { return groups[i].Heading.No < groups[j].Heading.No })
}
