package promiseweb

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"huying/internal/promise"
	"huying/internal/web"
)

// gauge is one figure of a promise, with what it means.
type gauge struct {
	Label  string
	Amount amount
	Note   string
}

// gauges are the figures of a promise that is counted: goal, latest, planned, gap, forecast.
func (d *desk) gauges(st *promise.Standing) []gauge {
	say := d.r.T
	var out []gauge
	add := func(label string, a amount, note string) {
		if a.Value != "" {
			out = append(out, gauge{say(label), a, note})
		}
	}
	note := ""
	if st.Target != "" && st.Target != st.Claim.Value {
		note = say("promiseweb.before_adjustment", "value", promised(st).String())
	}
	add("promiseweb.goal", goal(st), note)
	add("promiseweb.latest", of(st, st.Value), say("promiseweb.as_of", "day", d.r.Day(st.AsOf)))
	add("promiseweb.planned", of(st, st.Planned), say("promiseweb.planned_"+string(st.Course)))
	add("promiseweb.gap", gap(d.r, st), say("promiseweb.gap_means"))
	if st.Light != promise.Blue && st.Light != promise.Closed && st.Method != "" {
		add("promiseweb.forecast", of(st, st.Forecast), say("promise.method."+st.Method))
	}
	return out
}

// facts are what the register says of a promise.
func (d *desk) facts(st *promise.Standing) []web.Pair {
	say := d.r.T
	out := []web.Pair{
		{Name: say("promiseweb.number"), Value: web.Text(st.Number)},
		{Name: say("promiseweb.kind"), Value: web.Link(d.href(choice{Filter: promise.Filter{Kind: st.Kind}}), say("promise.kind."+string(st.Kind)))},
	}
	add := func(name string, value string) {
		if value != "" {
			out = append(out, web.Pair{Name: say(name), Value: web.Text(value)})
		}
	}
	if no := st.Claim.Theme.No; no > 0 {
		out = append(out, web.Pair{Name: say("promiseweb.theme"), Value: headingLink(d.href(choice{Filter: promise.Filter{Theme: no}}), st.Claim.Theme.Title)})
	}
	if no := st.Claim.Matter.No; no > 0 {
		out = append(out, web.Pair{Name: say("promiseweb.matter"), Value: headingLink(d.href(choice{Filter: promise.Filter{Matter: no}}), st.Claim.Matter.Title)})
	}
	out = append(out, web.Pair{Name: say("promiseweb.lead"), Value: leadFact(d, st, d.leadWhy(st))})
	if len(st.Joint) > 0 {
		out = append(out, web.Pair{Name: say("promiseweb.joint"), Value: unitLinks(d, st.Joint)})
	}
	add("promiseweb.place", d.placeOf(st))
	out = append(out, web.Pair{Name: say("promiseweb.due"), Value: dueFact(d, st)})
	add("promiseweb.status", say("promise.status."+string(st.Status)))
	out = append(out, web.Pair{Name: say("promiseweb.measurability"), Value: measureFact(d, st)})
	add("promiseweb.cycle", say("promise.cycle."+string(st.Cycle)))
	if st.Status != promise.IsDone {
		add("promiseweb.next_report", d.r.Day(st.NextReport))
	}
	if st.Invest != "" || st.Spent != "" {
		add("promiseweb.invest", d.investText(st))
	}
	out = append(out, web.Pair{Name: say("promiseweb.entered"), Value: enteredFact(st)})
	if st.Formula != "" {
		out = append(out, web.Pair{Name: say("promiseweb.formula"), Value: formulaFact(st.Formula)})
	}
	return out
}

func (d *desk) placeOf(st *promise.Standing) string {
	if st.Place == "" {
		return ""
	}
	return d.place(st.Place)
}

// leadWhy says why a unit leads: which of its responsibilities the words name, that nobody else answers for them, or that the office said so.
func (d *desk) leadWhy(st *promise.Standing) string {
	switch {
	case len(st.LeadReason) > 0:
		return d.r.T("promiseweb.lead_why")
	case slices.ContainsFunc(st.Entries, func(e promise.Entry) bool { return e.Type == promise.Changed && setsLead(e.Change) }):
		return d.r.T("promiseweb.lead_set")
	case d.trees.Fallback() == st.Lead:
		return d.r.T("promiseweb.lead_fallback")
	}
	return ""
}

func setsLead(c promise.Change) bool {
	return c.Before != nil && c.After != nil && c.Before.Lead != c.After.Lead
}

// tenThousands is an amount of money in 万元.
func (d *desk) tenThousands(v string) string {
	if v == "" {
		return d.r.T("promiseweb.not_given")
	}
	return d.r.T("promiseweb.money", "value", web.Group(v), "yuan", web.Group(yuan(v)))
}

// yuan is an amount in 万元 as one in yuan, for readers who do not count by ten thousands.
func yuan(v string) string {
	whole, rest, _ := strings.Cut(v, ".")
	rest += "0000"
	v = strings.TrimLeft(whole+rest[:4], "0")
	if rest = strings.TrimRight(rest[4:], "0"); rest != "" {
		return cmp.Or(v, "0") + "." + rest
	}
	return cmp.Or(v, "0")
}

func (d *desk) investText(st *promise.Standing) string {
	return d.r.T("promiseweb.invest_of", "planned", d.tenThousands(st.Invest), "spent", d.tenThousands(st.Spent))
}

func itoa(n int) string { return strconv.Itoa(n) }

// stageOf says how far what is not counted has come: its share, or its status.
func stageOf(r *web.Request, st *promise.Standing) string {
	if s := stands(st); s != "" {
		return s
	}
	return r.T("promise.status." + string(st.Status))
}
