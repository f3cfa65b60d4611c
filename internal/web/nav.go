package web

import "slices"

// NavItem is an entry of the main navigation. Only who meets Need sees it.
type NavItem struct {
	Key   string // Page.Nav of the pages that stand under it
	Href  string
	Text  string // message key
	Need  Need
	Group NavGroup // the menu that it stands in; the zero value: in the line itself
	Front Need     // who finds it in the line itself all the same
}

// NavGroup is a menu of the navigation, by the message key of its name.
type NavGroup string

// The menus, in the order in which they stand.
const (
	NavPromises NavGroup = "web.nav_promises"
	NavCases    NavGroup = "web.nav_cases"
	NavDistrict NavGroup = "web.nav_district"
)

var navGroups = []NavGroup{NavPromises, NavCases, NavDistrict}

// navMenu is a menu with the entries that the person may open.
type navMenu struct {
	Group NavGroup
	Items []NavItem
}

// holds reports whether a page stands in the menu.
func (m navMenu) holds(key string) bool {
	return slices.ContainsFunc(m.Items, func(it NavItem) bool { return it.Key == key })
}

// navigation is what the person may open: what stands in the line itself, which the person needs most, and the menus after it.
func (r *Request) navigation() (line []NavItem, menus []navMenu) {
	within := map[NavGroup][]NavItem{}
	var front []NavItem
	for _, it := range r.shown(r.s.opts.Nav) {
		switch {
		case it.Group == "":
			line = append(line, it)
		case it.Front.Met(r.Actor):
			front = append(front, it)
		default:
			within[it.Group] = append(within[it.Group], it)
		}
	}
	line = append(line, front...)
	for _, g := range navGroups {
		if len(within[g]) > 0 {
			menus = append(menus, navMenu{g, within[g]})
		}
	}
	return line, menus
}

// shown are the entries that the person may open.
func (r *Request) shown(items []NavItem) (out []NavItem) {
	for _, it := range items {
		if it.Need.Met(r.Actor) {
			out = append(out, it)
		}
	}
	return out
}
