package drill

import (
	"slices"

	"huying/internal/errs"
)

// Known is what there is in a pack that drills may name.
type Known struct{ Procedures, Roles, Units, Places, Peers []string }

// CheckIn returns what of the pack the drill names that is not there, as an errs.List, or nil.
func (d *Drill) CheckIn(k Known) error {
	c := &checker{d: d}
	has := func(list []string, name, at, key string) {
		if name != "" && !slices.Contains(list, name) {
			c.wrong(at, key, "name", name)
		}
	}
	for _, name := range d.Procedures {
		has(k.Procedures, name, "$.procedure", "no_procedure")
	}
	for _, p := range d.People {
		has(k.Peers, p.Value.Peer, "$.people."+p.Key+".peer", "no_peer")
		for _, post := range p.Value.Posts {
			at := "$.people." + p.Key
			has(k.Roles, post.Role, at+".role", "no_role")
			has(k.Units, post.Unit, at+".unit", "no_unit")
			has(k.Places, post.Place, at+".place", "no_place")
		}
	}
	for i := range d.Steps {
		s := &d.Steps[i]
		has(k.Procedures, s.Opens, stepAt(i)+".opens", "no_procedure")
		has(k.Procedures, s.Finds, stepAt(i)+".finds", "no_procedure")
	}
	return c.found.Err()
}

// ReadAll reads the drills of a pack: files are its contents by path, names the paths of the drills, dir how the user calls the folder.
// The error is an errs.List of everything that was found in any of them.
func ReadAll(dir string, names []string, files map[string][]byte, k Known) ([]*Drill, error) {
	var all []*Drill
	var found errs.List
	for _, name := range names {
		d, wrong, err := decode(dir+"/"+name, files[name])
		if err != nil {
			found = append(found, errs.All(err)...)
			continue
		}
		found = append(append(found, wrong...), errs.All(d.CheckIn(k))...)
		if slices.ContainsFunc(all, func(o *Drill) bool { return o.Name == d.Name }) {
			found = append(found, d.file.Wrong("$.drill", "drill.check.twice", "name", d.Name))
			continue
		}
		all = append(all, d)
	}
	return all, found.Err()
}
