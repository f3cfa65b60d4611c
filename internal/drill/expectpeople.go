package drill

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// people holds what each person sees of the case and may do with it.
func (l *look) people() error {
	for _, want := range l.e.Sees {
		if err := l.sees(want.Key, want.Value); err != nil {
			return err
		}
	}
	for _, want := range l.e.Knows {
		c, err := l.as(want.Key)
		if err != nil {
			return err
		}
		l.is("knows."+want.Key, strconv.FormatBool(want.Value), strconv.FormatBool(c.tellsCallers()))
	}
	for _, want := range l.e.Offers {
		c, err := l.as(want.Key)
		if err != nil {
			return err
		}
		var offers []string
		if c != nil {
			for _, o := range c.Actions {
				offers = append(offers, o.Action)
			}
			if c.Approve {
				offers = append(offers, offerApprove)
			}
		}
		l.list("offers."+want.Key, want.Value, offers)
	}
	return nil
}

// offerApprove stands for the approval of what waits, beside the actions of the procedure.
const offerApprove = "approve"

// tellsCallers reports whether the case says who called.
func (c *kase) tellsCallers() bool {
	if c == nil {
		return false
	}
	for _, x := range c.Callers {
		if x.Person != 0 || x.Name != "" || x.Unit != "" || len(x.Said) > 0 {
			return true
		}
	}
	return false
}

// sees holds how much somebody sees of the case, on its page and in the list alike.
func (l *look) sees(who, want string) error {
	c, err := l.as(who)
	if err != nil {
		return err
	}
	seen := sights[0]
	if c != nil {
		seen = c.Sight
	}
	l.is("sees."+who, want, seen)
	if l.p.secret(who, l.on) != "" && l.p.sys.Token(who) == "" {
		return nil // a receipt opens the one case and no list
	}
	rows, _, err := l.p.list(l.ctx, who, l.on.kind, nil)
	if err != nil {
		return err
	}
	listed := sights[0]
	for _, r := range rows {
		if r.Number == l.on.number {
			listed = r.Sight
		}
	}
	if listed != want {
		l.wrong = append(l.wrong, l.p.differs(l.at+".sees."+who, who+" finds in the list", want, listed))
	}
	return nil
}

// desks holds what lies on desks of the case: duties, and what waits for approval.
func (l *look) desks() error {
	for _, want := range l.e.Desks {
		a, err := l.p.send(l.ctx, request{who: want.Key, method: http.MethodGet, path: api + "/desk?size=200&procedure=" + url.QueryEscape(l.on.kind)})
		if err != nil {
			return err
		}
		var got struct {
			Items []struct {
				row
				Duty string `json:"duty"`
			} `json:"items"`
			Approvals []row `json:"approvals"`
		}
		if a.ok() {
			if err := a.into(&got); err != nil {
				return err
			}
		}
		var lies []string
		for _, t := range got.Items {
			if t.Number == l.on.number {
				lies = append(lies, t.Duty)
			}
		}
		for _, r := range got.Approvals {
			if r.Number == l.on.number {
				lies = append(lies, offerApprove)
			}
		}
		l.list("desks."+want.Key, want.Value, lies)
	}
	return nil
}

// told holds which notices of the case people got since they were last asked.
func (l *look) told() error {
	for _, want := range l.e.Told {
		a, err := l.p.send(l.ctx, request{who: want.Key, method: http.MethodGet, path: api + "/notices?size=200"})
		if err != nil {
			return err
		}
		var got struct {
			Items []struct {
				Topic string `json:"topic"`
				Case  string `json:"case"`
				Link  string `json:"link"`
			} `json:"items"`
		}
		if a.ok() {
			if err := a.into(&got); err != nil {
				return err
			}
		}
		var topics []string
		for _, n := range got.Items { // the newest first
			if n.Case == l.on.number || strings.HasSuffix(n.Link, "/"+l.on.number) {
				topics = append(topics, n.Topic)
			}
		}
		key := want.Key + " " + l.on.number
		fresh := topics[:max(0, len(topics)-l.p.told[key])]
		l.p.told[key] = len(topics)
		l.list("told."+want.Key, want.Value, fresh)
	}
	return nil
}

// receipt holds the receipt of the case against the ledger.
func (l *look) receipt(who string) error {
	if !l.e.Receipt {
		return nil
	}
	a, err := l.p.send(l.ctx, request{who: who, method: http.MethodGet, path: api + "/cases/" + url.PathEscape(l.on.number) + "/receipt",
		secret: l.p.secret(who, l.on)})
	if err != nil {
		return err
	}
	seen := a.say()
	if a.ok() {
		if err := l.p.sys.Verify(l.ctx, a.body); err == nil {
			return nil
		} else {
			seen = err.Error()
		}
	}
	l.is("receipt", "true", seen)
	return nil
}
