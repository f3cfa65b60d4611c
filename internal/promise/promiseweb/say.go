package promiseweb

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"huying/internal/clock"
	"huying/internal/promise"
	"huying/internal/web"
)

// amount is a figure with its unit. The unit is the report's word and stays Chinese.
type amount struct{ Sign, Value, Unit string }

func (a amount) String() string {
	if a.Value == "" {
		return ""
	}
	return a.Sign + a.Value + a.Unit
}

// goal is what a promise is measured against: after an adjustment, the adjusted figure. It is empty when no figure was promised.
func goal(st *promise.Standing) amount { return aim(st.Claim, st.Target) }

// promised is the figure as the report promised it.
func promised(st *promise.Standing) amount { return aim(st.Claim, st.Claim.Value) }

func aim(c promise.Claim, value string) amount {
	if value == "" {
		return amount{}
	}
	a := amount{Sign: c.Sign(), Value: web.Group(value), Unit: c.Unit}
	if c.Op == "range" && c.ValueMax != "" {
		a.Value += "–" + web.Group(c.ValueMax)
	}
	return a
}

// of is a figure in the promise's unit.
func of(st *promise.Standing, value string) amount {
	if value == "" {
		return amount{}
	}
	return amount{Value: web.Group(value), Unit: st.Claim.Unit}
}

// gap is how far the figure is from the plan. Between percentages it is told in points.
func gap(r *web.Request, st *promise.Standing) amount {
	a := of(st, st.Gap)
	switch v := value(st.Gap); {
	case v == 0:
		a.Value = "0"
	case v > 0:
		a.Sign = "+"
	}
	if a.Unit == "%" {
		a.Unit = r.T("promiseweb.points")
	}
	return a
}

// reason says one reason for a light.
func reason(r *web.Request, why promise.Reason) string {
	args := make([]any, len(why.Args))
	for i, a := range why.Args {
		args[i] = a
		if s, ok := a.(string); ok && i%2 == 1 {
			if day, err := clock.ParseDate(s); err == nil && !day.IsZero() {
				args[i] = r.Day(day)
			}
		}
	}
	return r.T("promise.why."+why.Key, args...)
}

// percent is a share without decimals.
func percent(v float64) string { return strconv.FormatFloat(math.Round(v), 'f', -1, 64) + "%" }

// ratio is n of all in percent; nothing of nothing is nothing.
func ratio(n, all int) string {
	if all == 0 {
		return ""
	}
	return percent(100 * float64(n) / float64(all))
}

// progressText says in words what a bar shows.
func progressText(r *web.Request, st *promise.Standing) string {
	if st.Progress == nil {
		return r.T("promiseweb.bar_unknown", "plan", percent(st.Plan))
	}
	return r.T("promiseweb.bar", "progress", percent(*st.Progress), "plan", percent(st.Plan))
}

func progressOf(st *promise.Standing) float64 {
	if st.Progress == nil {
		return 0
	}
	return *st.Progress
}

// stands is how far a promise has come, in its own unit when it is counted: "751 / 798 个", or else in percent.
func stands(st *promise.Standing) string {
	switch {
	case st.Value != "" && st.Target != "":
		a := of(st, st.Value)
		if a.Unit == "%" {
			return a.Value + "% / " + goal(st).String()
		}
		return a.Value + " / " + goal(st).String()
	case st.Progress != nil:
		return percent(*st.Progress)
	case st.Target != "":
		return "– / " + goal(st).String()
	}
	return ""
}

// pathOf is where the promise of a number stands on the site.
func pathOf(number string) string { return "/promises/" + url.PathEscape(number) }

// filePath is where a piece of evidence is fetched.
func filePath(st *promise.Standing, hash string) string {
	return path(st) + "/files/" + url.PathEscape(hash)
}

// anchor is the id of a promise within its document.
func anchor(number string) string { return "p-" + url.PathEscape(number) }

// anchorAt is the id of what begins at a place of a document.
func anchorAt(start int) string { return "at-" + strconv.Itoa(start) }

// inReport is where the words of a promise stand in their document; nothing when it has no place there. number is that of the promise
// which was entered from it.
func inReport(document int64, number string) string {
	return "/reports/" + strconv.FormatInt(document, 10) + "#" + anchor(number)
}

// named is what tells a promise from others with the same words: the one of several things that its sentence names.
func named(d *desk, st *promise.Standing) string {
	for _, other := range d.board.Rows {
		if other != st && other.Title == st.Title && other.Document == st.Document {
			switch {
			case st.Claim.Indicator != "":
				return st.Claim.Indicator
			case st.Claim.Object != st.Title:
				return st.Claim.Object
			}
		}
	}
	if st.Kind == promise.Target && st.Claim.Indicator != "" && !strings.Contains(st.Title, st.Claim.Indicator) {
		return st.Claim.Indicator
	}
	return ""
}
