package casework

// tallies are counts of duties, for expressions: late.milestone is how many of the duties called milestone were missed and are still to be done.
var tallies = []struct {
	name string
	is   func(*Owing) bool
}{
	{"due", func(o *Owing) bool { return o.Status == Due }},                        // still to be done, in time
	{"late", func(o *Owing) bool { return o.Status == Breach && o.outstanding() }}, // missed, and still to be done
	{"missed", func(o *Owing) bool { return o.Status == Breach }},                  // missed, whatever became of it
	{"met", func(o *Owing) bool { return o.done() }},                               // done, in time or late
}

// tally counts the duties of the whole case that are so, by their names. Few expressions ask for it: it is worked out when one does.
func (d *decider) tally(is func(*Owing) bool) func() any {
	return func() any {
		n := map[string]any{}
		for _, name := range d.p.dutyNames() {
			n[name] = int64(0)
		}
		for i := range d.c.Duties {
			if o := &d.c.Duties[i]; is(o) {
				so, _ := n[o.Name].(int64)
				n[o.Name] = so + 1
			}
		}
		return n
	}
}

// dutyNames are the names of the duties that a case may have.
func (p *Procedure) dutyNames() []string {
	var out []string
	for _, d := range p.Duties {
		out = append(out, d.Key)
	}
	for _, s := range p.States {
		for _, d := range s.Value.Duties {
			out = append(out, d.Key)
		}
	}
	return out
}
