package caseweb

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/ledger"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/web"
)

// openings are the kinds of cases that whoever asks may open.
type opening struct {
	*casework.Procedure
	Self     bool // for oneself
	OnBehalf bool // for somebody at the window or on the telephone
}

// openings lists the procedures, with what whoever asks may do with each.
func (h *pages) openings(r *web.Request, tx *store.Tx) ([]opening, error) {
	all, err := h.Cases.Procedures(r.Context(), tx)
	if err != nil {
		return nil, err
	}
	by, w := casework.ActorOf(casework.Asker{Actor: r.Actor}), h.Cases.World(tx)
	var out []opening
	for _, p := range all {
		o := opening{Procedure: p, Self: casework.CanOpen(p, by, w, false) == nil, OnBehalf: r.Actor != nil && casework.CanOpen(p, by, w, true) == nil}
		if o.Self || o.OnBehalf {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b opening) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// choose lists what may be opened.
func (h *pages) choose(r *web.Request) error {
	var all []opening
	err := h.DB.Read(r.Context(), func(tx *store.Tx) (err error) { all, err = h.openings(r, tx); return err })
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("caseweb.open"), Nav: "open"}, choosePage(h.on(r), all))
}

// openView is the form that opens a case.
type openView struct {
	d        *desk
	o        opening
	f        *web.Form
	ask, own *asked
	Behalf   bool
	Channels []web.Option
}

// asksContact reports whether the page asks how the caller is reached: of somebody without an account, unless the procedure asks itself who
// they are.
func (v *openView) asksContact() bool {
	own := slices.ContainsFunc(slices.Concat(v.ask.Fields, v.own.Fields), func(f casework.Field) bool { return f.Personal != "" })
	return (v.Behalf || v.d.r.Actor == nil) && !own
}

// placed is the name of the field that says where the case is; empty when none does.
func (v *openView) placed() string {
	for _, f := range v.ask.Fields {
		if f.Kind == casework.PlaceField {
			return f.Name
		}
	}
	return ""
}

// ownPlace is the community or grid cell that whoever asks is posted to, when it is one: where they most likely stand.
func (d *desk) ownPlace() string {
	own := ""
	if d.r.Actor == nil {
		return ""
	}
	for _, g := range d.r.Actor.Grants {
		p, ok := d.trees.Places.ByKey(g.Place)
		if !ok || p.Kind != places.Community && p.Kind != places.Cell || own != "" && own != p.Key {
			return ""
		}
		own = p.Key
	}
	return own
}

// open shows the form that opens a case of a kind, and opens it.
func (h *pages) open(r *web.Request) error {
	o, err := h.opening(r)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if r.Method == http.MethodGet { // a page that leads here may have filled something in
		f = r.QueryForm()
		f.Set("key", "")
	}
	v := &openView{d: h.on(r), o: o, f: f, Behalf: !o.Self || o.OnBehalf && (r.Query("for") != "" || f.Value("for") != "")}
	form, kept, err := h.readFields(r, f, fieldsOf(o.Form()))
	if err != nil {
		return err
	}
	v.ask = v.d.asked(f, fieldsOf(o.Form()), kept)
	if field := v.placed(); field != "" && r.Method == http.MethodGet && f.Value(prefix+field) == "" {
		f.Set(prefix+field, v.d.ownPlace())
	}
	if v.ask.people, err = h.candidates(r, o.Procedure, nil, v.ask.Fields); err != nil {
		return err
	}
	said, kept, err := h.readFields(r, f, fieldsOf(o.CallerForm()))
	if err != nil {
		return err
	}
	v.own = v.d.asked(f, fieldsOf(o.CallerForm()), kept)
	for _, c := range []string{"phone", "window"} {
		v.Channels = append(v.Channels, web.Option{Value: c, Text: r.T("caseweb.channel." + c)})
	}
	if r.Method == http.MethodPost && f.Value("more") == "" && f.OK() {
		cmd := casework.OpenCase{Form: form, Channel: "web", OnBehalf: v.Behalf, Caller: casework.CallerOf{Said: said, Contact: contactOf(f)}}
		if v.Behalf {
			cmd.Channel = cmp.Or(f.Choice("channel", "phone", "window"), "window")
		}
		done, err := h.Cases.Open(r.Context(), casework.Asker{Actor: r.Actor, From: r.RemoteIP().String(), Key: f.Line("key", 60)}, o.Name, cmd)
		if err == nil {
			return h.opened(r, done)
		}
		if errs.Is(err, errs.Forbidden) && v.placed() != "" { // they may open such cases, though not there
			err = errs.New(errs.Invalid, "caseweb.not_there").On(v.placed())
		}
		if !f.Takes(prefixed(err)) {
			return err
		}
	}
	if f.Value("key") == "" { // so that a form that is sent twice opens one case
		f.Set("key", casework.NewKey())
	}
	title := v.d.text(o.Title)
	return r.Render(statusOf(r, f), web.Page{Title: title, Nav: "open", Crumbs: []web.Crumb{{Text: r.T("caseweb.open"), Href: "/open"}, {Text: title}}}, openPage(v))
}

// opening is the procedure of the request's address, if whoever asks may open it.
func (h *pages) opening(r *web.Request) (o opening, err error) {
	var all []opening
	err = h.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		if _, err = h.Cases.Procedure(r.Context(), tx, r.PathValue("procedure")); err != nil {
			return err
		}
		all, err = h.openings(r, tx)
		return err
	})
	if err != nil {
		return o, err
	}
	i := slices.IndexFunc(all, func(x opening) bool { return x.Name == r.PathValue("procedure") })
	if i < 0 && r.Actor == nil {
		return o, errs.New(errs.Unauthenticated, "casework.may_not_open", "procedure", r.PathValue("procedure"))
	}
	if i < 0 {
		return o, errs.New(errs.Forbidden, "casework.may_not_open", "procedure", r.PathValue("procedure"))
	}
	return all[i], nil
}

// opened sends whoever opened a case to it. A secret is shown once, on the page of the receipt.
func (h *pages) opened(r *web.Request, done casework.Done) error {
	if done.Secret == "" {
		r.Flash("caseweb.opened_flash", "number", done.Case.Number)
		return r.Redirect("/cases/" + done.Case.Number)
	}
	if r.Actor == nil {
		keepSecret(r, done.Case.Number, done.Secret)
	}
	return r.Render(http.StatusCreated, web.Page{Title: r.T("caseweb.receipt"), Nav: "cases"}, openedPage(h.on(r), done))
}

// cookieLife is how long a browser remembers the secret of a receipt.
const cookieLife = 2 * time.Hour

func cookieName(number string) string { return "receipt-" + number }

// keepSecret lets this browser see the case for a while without typing the secret again.
func keepSecret(r *web.Request, number, secret string) {
	http.SetCookie(r.Writer(), &http.Cookie{Name: cookieName(number), Value: secret, Path: "/cases/" + number, MaxAge: int(cookieLife.Seconds()),
		HttpOnly: true, Secure: r.Secure(), SameSite: http.SameSiteLaxMode})
}

// secretFor is the secret that this browser holds for a case.
func secretFor(r *web.Request, number string) string {
	c, err := r.Cookie(cookieName(number))
	if err != nil {
		return ""
	}
	return c.Value
}

// typedSecret is a secret as it was typed from paper: in groups, or with strokes between them.
func typedSecret(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '-' || unicode.IsSpace(c) {
			return -1
		}
		return c
	}, s)
}

// find asks for number and secret, and leads to the case.
func (h *pages) find(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		number, secret := strings.ToUpper(f.Required("number", 40)), typedSecret(f.Password("secret"))
		if f.OK() {
			v, err := h.Cases.View(r.Context(), casework.Asker{Actor: r.Actor, Secret: secret}, number)
			if err == nil {
				if secret != "" && v.Sight == casework.Whole {
					keepSecret(r, v.Number, secret)
				}
				return r.Redirect("/cases/" + v.Number)
			}
			if !errs.Is(err, errs.NotFound) {
				return err
			}
			f.Wrong("number", "caseweb.not_found")
		}
	}
	return r.Render(statusOf(r, f), web.Page{Title: r.T("caseweb.find"), Nav: "find", Crumbs: []web.Crumb{{Text: r.T("caseweb.cases"), Href: "/cases"}, {Text: r.T("caseweb.find")}}}, findPage(f))
}

// receipt shows the receipt of a case, and gives it as a file: for its callers with what was logged, for everybody else without.
func (h *pages) receipt(r *web.Request) error {
	cv, err := h.seen(r)
	if err != nil {
		return err
	}
	var receipt ledger.Receipt
	err = h.DB.Read(r.Context(), func(tx *store.Tx) error {
		receipt, err = h.Ledger.Receipt(r.Context(), tx, casework.Ref(cv.Number, 1))
		if err == nil && cv.isOwn() {
			data, derr := h.Cases.LedgerDataOf(r.Context(), tx, cv.Number, 1)
			if derr != nil {
				return derr
			}
			receipt, err = receipt.With(data)
		}
		return err
	})
	if err != nil {
		return err
	}
	if r.Query("format") == "json" {
		head := r.Writer().Header()
		head.Set("Content-Type", "application/json")
		head.Set("Content-Disposition", `attachment; filename="`+cv.Number+`-receipt.json"`)
		return json.NewEncoder(r.Writer()).Encode(receipt)
	}
	readings, err := h.ownReadingsIn(r, cv)
	if err != nil {
		return err
	}
	short, err := json.Marshal(receipt.Promise())
	if err != nil {
		return err
	}
	qr, err := ledger.QR(string(short))
	if err != nil {
		return err
	}
	return r.Render(http.StatusOK, web.Page{Title: r.T("caseweb.receipt"), Nav: "cases", Crumbs: append(cv.crumbs(), web.Crumb{Text: r.T("caseweb.receipt")})}, receiptPage(cv, receipt, string(qr), readings))
}

// isOwn reports whether whoever asks is one of the callers.
func (cv *caseView) isOwn() bool {
	return slices.ContainsFunc(cv.Callers, func(c casework.CallerView) bool { return c.Self })
}

// ownReadingsIn are the readings of what a caller gave in a case, for that caller alone.
func (h *pages) ownReadingsIn(r *web.Request, cv *caseView) (rows []readingRow, err error) {
	var c *casework.Case
	err = h.DB.Read(r.Context(), func(tx *store.Tx) (err error) { c, err = h.Cases.ByNumber(r.Context(), tx, cv.Number); return err })
	for _, x := range cv.Callers {
		if err != nil || !x.Self {
			continue
		}
		var more []readingRow
		more, err = h.readings(r, c.Subject(x.N))
		rows = append(rows, more...)
	}
	return rows, err
}
