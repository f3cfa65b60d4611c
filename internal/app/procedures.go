package app

import (
	"path"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/pack"
	"huying/internal/places"
)

// ReadProcedures reads the procedures of a pack and checks each by itself and against the district as it is on a day. Its errors name
// file and line; there are procedures only when nothing was found.
func ReadProcedures(p *pack.Pack, dir string, on clock.Date) (map[string]*casework.Procedure, error) {
	all := map[string]*casework.Procedure{}
	var found errs.List
	for _, file := range p.Procedures {
		at := path.Join(dir, file)
		proc, err := casework.Read(at, p.Files[file], p.Open)
		if err != nil {
			found = append(found, errs.All(err)...)
			continue
		}
		if all[proc.Name] != nil {
			found = append(found, errs.New(errs.Invalid, "app.procedure_twice", "name", proc.Name).At(at))
			continue
		}
		all[proc.Name] = proc
	}
	if len(found) > 0 {
		return nil, found // who opens whom can be said only when all are read
	}
	d := districtOf(p, on, all)
	for _, file := range p.Procedures {
		for _, proc := range all {
			if proc.File() != path.Join(dir, file) {
				continue
			}
			found = append(found, errs.All(proc.CheckIn(d))...)
		}
	}
	peers, err := ReadPeers(p, dir)
	if found = append(found, errs.All(err)...); err == nil && peers != nil {
		found = append(found, errs.All(peers.CheckIn(orders.District{Procedures: all, Trees: d.Trees}))...)
	}
	_, err = ReadScoring(p, dir, all)
	found = append(found, errs.All(err)...)
	_, err = ReadScript(p, dir, all)
	found = append(found, errs.All(err)...)
	return all, found.Err()
}

// districtOf is what procedures may name, as the district is on a day.
func districtOf(p *pack.Pack, on clock.Date, procedures map[string]*casework.Procedure) casework.District {
	where, who := treesOf(p)
	peers, err := ReadPeers(p, "")
	if err != nil {
		peers = nil // it is said where it is read
	}
	return casework.District{Roles: rolesIn(p), Peers: peers.Takers(), Trees: (&places.History{Places: where, Units: who}).On(on), Procedures: procedures}
}

// rolesIn are the roles that procedures of a pack may name: those of the district's business, the program's and its own.
func rolesIn(p *pack.Pack) []string {
	var roles []string
	for _, r := range identity.Roles {
		if !r.Admin() {
			roles = append(roles, string(r))
		}
	}
	for _, r := range p.Roles {
		roles = append(roles, r.Key)
	}
	return roles
}

// roleTexts are the names of the district's roles, under the keys by which pages ask for them.
func roleTexts(roles []identity.DistrictRole) map[i18n.Lang]map[string]string {
	texts := map[i18n.Lang]map[string]string{i18n.ZH: {}, i18n.EN: {}}
	for _, r := range roles {
		key := "identity.role." + string(r.Key)
		texts[i18n.ZH][key], texts[i18n.EN][key] = r.ZH, r.EN
	}
	return texts
}

// districtRoles are the pack's roles as accounts know them.
func districtRoles(p *pack.Pack) []identity.DistrictRole {
	roles := make([]identity.DistrictRole, len(p.Roles))
	for i, r := range p.Roles {
		roles[i] = identity.DistrictRole{Key: identity.Role(r.Key), ZH: r.Name.ZH, EN: textIn(r.Name, i18n.EN)}
	}
	return roles
}
