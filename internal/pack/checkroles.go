package pack

import (
	"fmt"
	"regexp"
	"slices"
)

// roleText is what a role of the district is called: a noun, or a place of work and a noun.
var roleText = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}(?:\.[a-z][a-z0-9-]{0,30})?$`)

// checkRoles checks the district's own roles.
func (c *checker) checkRoles(roles []Role) {
	if len(roles) > MaxRoles {
		c.wrong(c.roles, "$.roles", "pack.too_many_roles", "limit", MaxRoles)
		return
	}
	for i, r := range roles {
		at := fmt.Sprintf("$.roles[%d]", i)
		switch {
		case !roleText.MatchString(r.Key):
			c.wrong(c.roles, at+".key", "pack.bad_role", "role", r.Key)
		case slices.Contains(Roles, r.Key) || slices.Contains(c.ownRoles, r.Key):
			c.wrong(c.roles, at+".key", "pack.role_twice", "role", r.Key)
		}
		c.checkName(c.roles, at+".name", r.Name.ZH)
		c.ownRoles = append(c.ownRoles, r.Key)
	}
}
