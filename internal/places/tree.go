package places

import (
	"cmp"
	"slices"

	"huying/internal/clock"
)

// Tree is the units, or the places, of one day. It is never changed once made and safe for use by several goroutines.
type Tree[N node] struct {
	all      []N            // from the top, each before what stands under it, siblings in their order
	at       map[string]int // key → index in all
	end      []int          // index after the last one under it
	children map[string][]N
	heirs    map[string]string // key of a unit that is no more → its successor
	gone     map[string]N      // key of what is no more → as it was last
}

// newTree takes the versions that hold on day. What has no way to the top (a parent that is missing, a cycle) is left out: Check is where
// that is an error.
func newTree[N node](versions []N, day clock.Date) *Tree[N] {
	t := &Tree[N]{at: map[string]int{}, children: map[string][]N{}, heirs: map[string]string{}, gone: map[string]N{}}
	for _, n := range versions {
		if _, until := n.span(); n.Holds(day) {
			t.children[n.up()] = append(t.children[n.up()], n)
		} else if !until.IsZero() && until.Before(day) {
			if n.heir() != "" {
				t.heirs[n.id()] = n.heir()
			}
			if last, ok := t.gone[n.id()]; !ok || ended(last).Before(until) {
				t.gone[n.id()] = n
			}
		}
	}
	for _, list := range t.children {
		slices.SortStableFunc(list, func(a, b N) int { return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.id(), b.id())) })
	}
	t.plant("")
	return t
}

func ended[N node](n N) clock.Date { _, until := n.span(); return until }

func (t *Tree[N]) plant(parent string) {
	for _, n := range t.children[parent] {
		if _, seen := t.at[n.id()]; seen {
			continue
		}
		i := len(t.all)
		t.at[n.id()] = i
		t.all, t.end = append(t.all, n), append(t.end, 0)
		t.plant(n.id())
		t.end[i] = len(t.all)
	}
}

// All returns everything in the tree, from the top, each before what stands under it.
func (t *Tree[N]) All() []N { return t.all }

// ByKey returns what exists on the day under a key.
func (t *Tree[N]) ByKey(key string) (n N, ok bool) {
	i, ok := t.at[key]
	if ok {
		n = t.all[i]
	}
	return n, ok
}

// Known returns what exists on the day under a key or, of what is no more, what it was last: a name for old papers.
func (t *Tree[N]) Known(key string) (n N, ok bool) {
	if n, ok = t.ByKey(key); !ok {
		n, ok = t.gone[key]
	}
	return n, ok
}

// Children returns what stands directly under key, in its order; of the empty key, what stands at the top.
func (t *Tree[N]) Children(key string) []N { return t.children[key] }

// Under returns key and everything that stands under it.
func (t *Tree[N]) Under(key string) []N {
	i, ok := t.at[key]
	if !ok {
		return nil
	}
	return t.all[i:t.end[i]]
}

// Path returns the way from the top to key, both included; nothing for a key that does not exist on the day.
func (t *Tree[N]) Path(key string) []N {
	var path []N
	for n, ok := t.ByKey(key); ok; n, ok = t.ByKey(n.up()) {
		path = append(path, n)
	}
	slices.Reverse(path)
	return path
}

// Covers reports whether key stands under ancestor, or is it. A unit that is no more is covered by whatever covers its successor: who
// answers for the successor answers for what it left open. A key that was never known is covered by nothing.
func (t *Tree[N]) Covers(ancestor, key string) bool {
	if ancestor == key {
		_, now := t.at[key]
		_, once := t.heirs[key]
		return now || once
	}
	a, ok := t.at[ancestor]
	i, found := t.at[t.Heir(key)]
	return ok && found && a <= i && i < t.end[a]
}

// Heir returns key itself when it exists on the day, and else the end of its chain of successors that does; nothing when there is none.
func (t *Tree[N]) Heir(key string) string {
	for range len(t.heirs) + 1 {
		if _, ok := t.at[key]; ok {
			return key
		}
		key = t.heirs[key]
	}
	return ""
}

// Successors returns the chain of successors of a unit that is no more, the next first.
func (t *Tree[N]) Successors(key string) []string {
	var chain []string
	for next := t.heirs[key]; next != "" && !slices.Contains(chain, next); next = t.heirs[next] {
		chain = append(chain, next)
		if _, ok := t.at[next]; ok {
			break
		}
	}
	return chain
}

func versions[N node](all []N, key string) []N {
	var of []N
	for _, n := range all {
		if n.id() == key {
			of = append(of, n)
		}
	}
	slices.SortFunc(of, byFrom)
	return of
}

func byFrom[N node](a, b N) int {
	from, _ := a.span()
	other, _ := b.span()
	return from.Compare(other)
}
