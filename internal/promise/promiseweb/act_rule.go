package promiseweb

import (
	"net/http"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/web"
)

// ruling is one way in which the supervision office speaks of a promise.
type ruling struct {
	key   string // of the page, of its texts, and the last part of its address
	need  identity.Permission
	said  string                                        // what is told when it was done: a message key's last part
	stale func(st *promise.Standing) string             // why it cannot be done as the promise stands: a message key; empty when it can
	blank func(d *desk, st *promise.Standing) *web.Form // the form as it opens
	read  func(f *web.Form) promise.Entry
}

var rulings = []ruling{
	{key: "verify", need: identity.PromiseVerify, said: "act_verified",
		stale: func(st *promise.Standing) string {
			switch outcome(st) {
			case promise.Done:
				return ""
			case promise.Verified:
				return "promiseweb.act_verified_already"
			}
			return "promise.verify_needs_done"
		},
		blank: func(*desk, *promise.Standing) *web.Form { return web.NewForm() },
		read: func(f *web.Form) promise.Entry {
			return promise.Entry{Type: promise.Verified, Note: f.Text("note", maxWords)}
		}},
	{key: "reopen", need: identity.PromiseVerify, said: "act_reopened",
		stale: func(st *promise.Standing) string {
			if outcome(st) == "" {
				return "promiseweb.act_not_ended"
			}
			return ""
		},
		blank: func(*desk, *promise.Standing) *web.Form { return web.NewForm() },
		read: func(f *web.Form) promise.Entry {
			return promise.Entry{Type: promise.Reopened, Note: f.Required("note", maxWords)}
		}},
	{key: "adjust", need: identity.PromiseAdjust, said: "act_adjusted", blank: blankAdjustment,
		read: func(f *web.Form) promise.Entry {
			return promise.Entry{Type: promise.Adjusted, Change: promise.Change{Title: f.Line("title", maxTitle), Value: f.Decimal("value"), Due: f.Date("due"),
				Approver: f.Required("approver", maxTitle), Reason: f.Required("reason", maxWords)}}
		}},
	{key: "override", need: identity.PromiseOverride, said: "act_overridden",
		blank: func(d *desk, _ *promise.Standing) *web.Form {
			return web.NewForm("until", d.r.Today().AddDays(usualOverride).String())
		},
		read: func(f *web.Form) promise.Entry {
			e := promise.Entry{Type: promise.Override, Change: promise.Change{Light: promise.Light(f.Choice("light", texts(byHand)...)),
				Reason: f.Required("reason", maxWords), Until: f.Date("until")}}
			if e.Change.Light == "" && len(f.Value("light")) == 0 {
				f.Wrong("light", "web.required")
			}
			return e
		}},
}

// maxTitle is how many characters the new words of a promise, or the name of an approver, may have.
const maxTitle = 200

// usualOverride is for how many days a light is set by hand when nobody says otherwise.
const usualOverride = 30

// byHand are the lights that may be set by hand: what is done is told by entries, never by a light.
var byHand = []promise.Light{promise.Green, promise.Yellow, promise.Red, promise.Grey}

// blankAdjustment opens with the adjustment that holds, for a further one takes its place as a whole.
func blankAdjustment(_ *desk, st *promise.Standing) *web.Form {
	if c := st.Adjusted; c != nil {
		f := web.NewForm("title", c.Title, "value", c.Value)
		if !c.Due.IsZero() {
			f.Set("due", c.Due.String())
		}
		return f
	}
	return web.NewForm()
}

// ruleRoutes are the pages of rulings.
func (h *pages) ruleRoutes() []web.Route {
	var out []web.Route
	for _, x := range rulings {
		need, pattern := web.May(x.need), "/promises/{number}/"+x.key
		out = append(out, web.Route{Pattern: "GET " + pattern, Need: need, Handle: func(r *web.Request) error { return h.askRuling(r, x) }},
			web.Route{Pattern: "POST " + pattern, Need: need, Handle: func(r *web.Request) error { return h.sayRuling(r, x) }})
	}
	return out
}

// ruleForm is the form of a ruling.
type ruleForm struct {
	act
	Stale  string // why nothing can be done, in words
	Last   []sitting
	Lights []web.Option
}

func (h *pages) askRuling(r *web.Request, x ruling) error {
	st, d, err := h.ruled(r, x.need)
	if err != nil {
		return err
	}
	f := x.blank(d, st)
	f.Set("back", r.Query("back"))
	return d.drawRuling(http.StatusOK, st, f, x)
}

func (h *pages) sayRuling(r *web.Request, x ruling) error {
	st, d, err := h.ruled(r, x.need)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if why := x.why(st); why != "" {
		return errs.New(errs.Conflict, why)
	}
	e := x.read(f)
	e.Promise = st.ID
	if ok, err := h.say(r, f, e); err != nil {
		return err
	} else if ok {
		return h.done(r, f, st, "promiseweb."+x.said)
	}
	return d.drawRuling(statusWrong, st, f, x)
}

func (x ruling) why(st *promise.Standing) string {
	if x.stale == nil {
		return ""
	}
	return x.stale(st)
}

func (d *desk) drawRuling(status int, st *promise.Standing, f *web.Form, x ruling) error {
	v := ruleForm{act: d.act(st, f, x.key)}
	if why := x.why(st); why != "" {
		v.Stale = d.r.T(why)
	}
	if x.need == identity.PromiseVerify {
		v.Last = d.lastWords(st)
	}
	for _, l := range byHand {
		v.Lights = append(v.Lights, web.Option{Value: string(l), Text: d.r.T("web.light." + string(l))})
	}
	return d.r.Render(status, d.frame(v.act), rulePage(d, v))
}

// lastWords are the latest sittings of a promise: those that end it and those before, from which one sees whether it was kept.
func (d *desk) lastWords(st *promise.Standing) []sitting {
	all := d.sittings(st)
	return all[:min(len(all), 3)]
}

// unlinked is an entry without the way to the one that it corrects, which may not be on the page.
func unlinked(e said) said {
	e.Of = ""
	return e
}
