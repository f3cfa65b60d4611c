package promise

import "huying/internal/clock"

// Workdays counts working days; the calendar supplies it.
type Workdays interface {
	// Between returns how many working days lie after a and up to b, b included; 0 when b is not after a.
	Between(a, b clock.Date) int
	// OnOrAfter returns d when it is a working day, and the next one when it is not.
	OnOrAfter(d clock.Date) clock.Date
	// OnOrBefore returns d when it is a working day, and the last one before when it is not.
	OnOrBefore(d clock.Date) clock.Date
}

// Rules are the numbers of the light rule. A pack sets them; Default is the rule as the practice of supervision offices has it.
type Rules struct {
	ReportDay    int     // of the month, by which a monthly report is due; a rest day moves it on to the next working day
	NodeSoon     int     // yellow: a node falls due within so many working days
	BehindYellow float64 // yellow: progress is so many points behind
	BehindRed    float64 // red: more than so many points behind
	MissedYellow int     // yellow: so many reports in a row were missed
	MissedRed    int     // red
}

// Default are the rules that hold when a pack sets none.
var Default = Rules{ReportDay: 25, NodeSoon: 10, BehindYellow: 10, BehindRed: 20, MissedYellow: 1, MissedRed: 2}

// plan returns the progress in percent that was planned for the end of day: 0 at the start, the share of each node on its day, 100 when
// due, and between them linear in working days.
func plan(p *Promise, day clock.Date, wd Workdays) float64 {
	from, low := p.Start, 0.0
	for _, n := range append(sharedNodes(p.Nodes), Node{Due: p.Due, Share: 100}) {
		if day.Before(n.Due) {
			all := wd.Between(from, n.Due)
			if all == 0 || !day.After(from) {
				return low
			}
			return low + (n.Share-low)*float64(wd.Between(from, day))/float64(all)
		}
		from, low = n.Due, n.Share
	}
	return 100
}

// sharedNodes are the nodes that say how far the whole should be by then.
func sharedNodes(nodes []Node) []Node {
	out := make([]Node, 0, len(nodes)+1)
	for _, n := range nodes {
		if n.Share > 0 {
			out = append(out, n)
		}
	}
	return out
}

// elapsed is the share of the promise's working days that had run by the end of day, from 0 to 1.
func elapsed(p *Promise, day clock.Date, wd Workdays) float64 {
	all := wd.Between(p.Start, p.Due)
	if all == 0 || !day.Before(p.Due) {
		return 1
	}
	return float64(wd.Between(p.Start, day)) / float64(all)
}

// reportDays returns the days on which periodic reports fall due, oldest first.
func (r Rules) reportDays(p *Promise, wd Workdays) []clock.Date {
	if p.Cycle == AtEnd {
		return nil
	}
	var days []clock.Date
	for _, c := range r.cycles(p, wd) {
		days = append(days, c.due)
	}
	return days
}

// splitAt parts sorted days into those before today and the first that is not.
func splitAt(days []clock.Date, today clock.Date) (past []clock.Date, next clock.Date) {
	for i, d := range days {
		if !d.Before(today) {
			return days[:i], d
		}
	}
	return days, clock.Date{}
}

// missed counts the reports in a row that fell due since the last one came, which was on the day last (zero: never). A report that
// comes late, before the next one is due, ends the row.
func missed(due []clock.Date, last clock.Date) int {
	n := 0
	var before clock.Date // the end of the period before
	for _, d := range due {
		if last.IsZero() || !last.After(before) {
			n++
		}
		before = d
	}
	return n
}
