package casework

import "slices"

// circle are the parties and roles that read a case of a closed circle now: those of the circle, and those who read it as long as it is in
// the state in which it is (the counsellors on duty, until one of them has taken it on).
func (p *Procedure) circle(c *Case) []string {
	s, ok := p.state(c.State)
	if !ok {
		return p.Visible.Circle
	}
	return slices.Concat(p.Visible.Circle, s.SeenBy)
}
