package promise

import "math"

// judge lights the promise. The rule is that of supervision offices: grey not started; green reported and on plan; yellow a node due
// soon, 10 to 20 points behind, or one report missed; red a node overdue, more than 20 points behind, or two reports missed; blue done
// and not yet verified; struck off when verified. What is late is red or yellow even when nothing was begun: silence is not a grey area.
func (st *Standing) judge(s sight) {
	m := st.marks()
	switch {
	case st.Override != nil:
		st.light(st.Override.Light, "override", "reason", st.Override.Reason, "until", st.Override.Until.String())
	case m.verified:
		st.light(Closed, "verified")
	case m.done:
		st.light(Blue, "unverified")
	default:
		red, yellow := st.doubts(s, m)
		switch {
		case len(red) > 0:
			st.Light, st.Why = Red, append(red, yellow...)
		case len(yellow) > 0:
			st.Light, st.Why = Yellow, yellow
		case !m.started:
			st.light(Grey, "not_started", "start", st.Start.String())
		default:
			st.light(Green, st.onPlan(), "points", math.Round(st.ahead()), "plan", math.Round(st.Plan))
		}
	}
}

func (st *Standing) light(l Light, key string, args ...any) {
	st.Light, st.Why = l, []Reason{{key, args}}
}

// onPlan says in which way a green promise is green.
func (st *Standing) onPlan() string {
	switch {
	case st.Progress == nil:
		return "reported"
	case st.ahead() >= 0:
		return "on_plan"
	}
	return "within_tolerance"
}

// ahead is progress minus plan, in points.
func (st *Standing) ahead() float64 {
	if st.Progress == nil {
		return 0
	}
	return *st.Progress - st.Plan
}

// doubts returns what makes a promise red and what makes it yellow. What goes on by its nature is only asked to report.
func (st *Standing) doubts(s sight, m marks) (red, yellow []Reason) {
	if !m.continuing {
		red, yellow = st.lateNodes(s)
		switch behind := -st.ahead(); {
		case behind > s.rules.BehindRed:
			red = append(red, st.behind(behind))
		case behind >= s.rules.BehindYellow:
			yellow = append(yellow, st.behind(behind))
		}
	}
	switch n := st.Missed; {
	case n >= s.rules.MissedRed:
		red = append(red, Reason{"missed", []any{"n", n, "last", st.Reported.String()}})
	case n >= s.rules.MissedYellow:
		yellow = append(yellow, Reason{"missed", []any{"n", n, "last", st.Reported.String()}})
	}
	return red, yellow
}

func (st *Standing) behind(points float64) Reason {
	return Reason{"behind", []any{"points", math.Round(points), "plan", math.Round(st.Plan), "progress", math.Round(*st.Progress)}}
}

// lateNodes looks at the milestones and at the deadline, which is the last of them.
func (st *Standing) lateNodes(s sight) (red, yellow []Reason) {
	_, due := st.terms()
	for _, n := range append(append([]Node{}, st.Nodes...), Node{Due: due}) {
		if _, done := st.NodesDone[n.No]; done && n.No != 0 {
			continue
		}
		key := "node"
		if n.No == 0 {
			key = "deadline"
		}
		left := s.wd.Between(s.today, n.Due)
		switch {
		case s.today.After(n.Due):
			red = append(red, Reason{key + "_overdue", []any{"node", n.Title, "due", n.Due.String(), "n", s.wd.Between(n.Due, s.today)}})
		case left <= s.rules.NodeSoon && n.No != 0:
			yellow = append(yellow, Reason{key + "_soon", []any{"node", n.Title, "due", n.Due.String(), "n", left}})
		case left <= s.rules.NodeSoon && !st.Met():
			yellow = append(yellow, Reason{key + "_soon", []any{"due", n.Due.String(), "n", left}})
		}
	}
	return red, yellow
}
