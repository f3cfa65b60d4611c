package caseweb

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/store"
	"huying/internal/web"
)

// asker is who asks for a case: whoever is signed in, and whoever holds its receipt.
func (h *pages) asker(r *web.Request) casework.Asker {
	return casework.Asker{Actor: r.Actor, Secret: secretFor(r, r.PathValue("number"))}
}

// caseView is a case as its page draws it.
type caseView struct {
	*casework.View
	d     *desk
	steps []step
	lines []line
	turn  []casework.Offering // what whoever asks may do now, what they owe first
	shown map[string]bool     // of the files: those that are pictures
	since []step              // what happened after the page was opened from which they acted
}

// step is one entry of the conversation along the axis.
type step struct {
	Seq   int    // of the record that it belongs to
	Side  string // call, answer, system
	Who   string
	At    time.Time
	Title string
	Said  []said
	Files []string
	Now   string // the state that it led to
	Late  bool
}

// said is one value that was filled in: what was asked for, and what was said.
type said struct {
	Label string
	Text  string
	Long  bool
	Seal  bool // it is personal, and not told here
}

// line is one duty that is still to be done, as it stands in the conversation: named, with what is left.
type line struct {
	casework.DutyView
	Light string
	Left  string
	Used  float64 // share of the term that has run, in percent
}

// one shows a case.
func (h *pages) one(r *web.Request) error {
	cv, err := h.seen(r)
	if err != nil {
		return err
	}
	if r.Query("print") != "" {
		return r.Render(http.StatusOK, web.Page{Title: cv.heading(), Nav: "cases"}, paperPage(cv))
	}
	return cv.show(http.StatusOK)
}

// show answers with the page of the case.
func (cv *caseView) show(status int) error {
	if err := cv.sortFiles(); err != nil {
		return err
	}
	return cv.d.r.Render(status, web.Page{Title: cv.heading(), Nav: "cases", Crumbs: cv.crumbs()[:2]}, casePage(cv))
}

func (cv *caseView) crumbs() []web.Crumb {
	list := web.Crumb{Text: cv.d.r.T("caseweb.cases"), Href: "/cases"}
	return []web.Crumb{list, {Text: cv.d.text(cv.Version.Title), Href: "/cases?procedure=" + url.QueryEscape(cv.Procedure)}, {Text: cv.Number, Href: cv.path()}}
}

// heading is the title of the case, or of its kind to who sees no more.
func (cv *caseView) heading() string {
	if cv.Title != "" {
		return cv.Title
	}
	return cv.d.text(cv.Version.Title)
}

// path is the address of the case.
func (cv *caseView) path() string { return "/cases/" + cv.Number }

// tell makes the conversation of the history, and the list of what is still owed.
func (cv *caseView) tell() {
	for _, r := range cv.History {
		cv.steps = append(cv.steps, cv.stepsOf(r)...)
	}
	for _, o := range cv.Duties {
		if !o.Outstanding {
			continue
		}
		l := line{DutyView: o, Light: casework.Light(cv.Now, o.Start, o.Due, o.Status == casework.Breach), Left: cv.d.left(o.Due)}
		if whole := o.Due.Sub(o.Start); whole > 0 {
			l.Used = min(100, 100*float64(cv.Now.Sub(o.Start))/float64(whole))
		}
		cv.lines = append(cv.lines, l)
	}
	cv.turn = slices.Clone(cv.Offers)
	slices.SortStableFunc(cv.turn, func(a, b casework.Offering) int { return meets(b) - meets(a) })
}

// meets is how many duties an action may meet; one that asks for more time meets none.
func meets(o casework.Offering) int {
	if o.Extends {
		return 0
	}
	return len(o.Turns)
}

// owes reports whether whoever asks has something to do by a time, and the earliest of it: what an action of theirs meets or, failing that,
// what their unit owes and whatever moves the case on will meet.
func (cv *caseView) owes() (line, bool) {
	for _, l := range cv.lines {
		for _, o := range cv.turn {
			if slices.ContainsFunc(o.Turns, func(t casework.Owing) bool { return t.DutyKey == l.DutyKey }) {
				return l, true
			}
		}
	}
	if i := slices.IndexFunc(cv.lines, func(l line) bool { return l.MayClaim }); i >= 0 {
		return cv.lines[i], true
	}
	return line{}, false
}

// side is whose words a record holds: the callers' on the left, everybody else's on the right, the program's between them.
func (cv *caseView) side(by casework.By) string {
	switch {
	case by.Program:
		return "system"
	case by.Caller > 0:
		return "call"
	}
	return "answer"
}

func (cv *caseView) who(by casework.By) string {
	var parts []string
	if by.Title.ZH != "" {
		parts = append(parts, cv.d.text(by.Title))
	}
	if by.Name != "" {
		parts = append(parts, by.Name)
	}
	if by.ForName != "" {
		parts = append(parts, cv.d.r.T("caseweb.for", "who", by.ForName))
	}
	if len(parts) == 0 && by.Caller > 0 {
		return cv.d.member(casework.CallerMember(by.Caller), nil)
	}
	if len(parts) == 0 && by.Program {
		return cv.d.r.T("caseweb.program")
	}
	if len(parts) == 0 {
		return cv.d.r.T("caseweb.somebody")
	}
	return strings.Join(parts, " · ")
}

// stepsOf is what of a record stands in the conversation. The marks that somebody gave, and the state to which their words led, stand with
// their words.
func (cv *caseView) stepsOf(r casework.RecordView) []step {
	var out []step
	base := step{Seq: r.Seq, Side: cv.side(r.By), Who: cv.who(r.By), At: r.At.In(cv.d.r.Zone())}
	for _, e := range r.Events {
		spoken := len(out) > 0 && out[0].Side != "system"
		switch {
		case spoken && e.Rated != nil:
			out[0].Said = append(out[0].Said, said{Label: cv.d.r.T("caseweb.rates", "who", cv.d.member(e.Rated.Member, nil)), Text: cv.d.r.T("caseweb.points", "n", e.Rated.Score)})
			continue
		case spoken && e.Entered != nil:
			out[0].Now = cv.d.text(cv.Version.StateTitle(e.Entered.State))
			continue
		}
		if s, ok := cv.stepOf(base, e); ok {
			out = append(out, s)
		}
	}
	return out
}

func (cv *caseView) stepOf(s step, e casework.Event) (step, bool) {
	t, p := cv.d.r.T, cv.Version
	switch {
	case e.Opened != nil:
		s.Title = t("caseweb.opened")
		s.Said, s.Files = cv.answers(p.Form(), e.Opened.Form)
		s.Said = slices.DeleteFunc(s.Said, func(x said) bool { return x.Text == cv.Title && !x.Long }) // it stands above the page
	case e.Did != nil:
		s.Title = cv.d.text(p.ActionTitle(e.Did.State, e.Did.Action))
		s.Said, s.Files = cv.answers(p.ActionForm(e.Did.State, e.Did.Action), e.Did.Input)
	case e.Asked != nil:
		s.Title = t("caseweb.asked", "what", cv.d.text(p.ActionTitle(e.Asked.State, e.Asked.Action)))
		s.Said, s.Files = cv.answers(p.ActionForm(e.Asked.State, e.Asked.Action), e.Asked.Input)
	case e.Approved != nil:
		s.Title = cv.nodded("caseweb.approved", e.Approved.Action, e.Approved.For)
	case e.Returned != nil:
		s.Title = cv.nodded("caseweb.returned", e.Returned.Action, e.Returned.For)
		if e.Returned.Reason != "" {
			s.Said = []said{{Text: e.Returned.Reason, Long: true}}
		}
	case e.Noted != nil:
		s.Title, s.Said, s.Files = t("caseweb.noted"), []said{{Text: e.Noted.Text, Long: true}}, e.Noted.Files
	case e.Joined != nil:
		s.Title = t("caseweb.joined")
	default:
		return cv.systemStep(s, e)
	}
	return s, true
}

// nodded says that something was approved or returned: what, and for which unit it was asked. Older records name neither.
func (cv *caseView) nodded(key, action string, m casework.Member) string {
	parts := []string{cv.d.r.T(key)}
	for _, s := range cv.Version.States {
		if s.Value.Do.Has(action) {
			parts = append(parts, cv.d.text(cv.Version.ActionTitle(s.Key, action)))
			break
		}
	}
	if u, ok := m.Unit(); ok {
		parts = append(parts, cv.d.unit(u))
	}
	return strings.Join(parts, " · ")
}

// systemStep is what followed by itself, or stands between the words of people.
func (cv *caseView) systemStep(s step, e casework.Event) (step, bool) {
	t, p := cv.d.r.T, cv.Version
	s.Side = "system"
	switch {
	case e.Entered != nil:
		s.Title = t("caseweb.entered", "state", cv.d.text(p.StateTitle(e.Entered.State)))
	case e.Missed != nil:
		o := cv.dutyOf(*e.Missed)
		s.Title, s.Late = t("caseweb.missed", "who", cv.owner(o), "what", cv.d.text(o.Title)), true
	case e.Escalated != nil:
		s.Title, s.Late = t("caseweb.escalated", "to", cv.term(e.Escalated.To)), true
	case e.Declined != nil:
		s.Title = t("caseweb.declined", "from", cv.d.member(e.Declined.By, nil), "to", cv.d.member(e.Declined.To, nil))
	case e.Paused != nil:
		s.Title = t("caseweb.paused", "reason", cv.reason(e.Paused.Reason))
	case e.Resumed != nil:
		s.Title = t("caseweb.resumed")
	case e.Extended != nil:
		s.Title = t("caseweb.extended", "what", cv.d.text(cv.dutyOf(e.Extended.DutyKey).Title))
	case e.Moved != nil:
		s.Title = t("caseweb.moved", "reason", e.Moved.Reason)
	case e.Claimed != nil:
		s.Title = t("caseweb.claimed_by", "who", s.Who, "what", cv.d.text(cv.dutyOf(e.Claimed.DutyKey).Title))
	case e.Ordered != nil:
		s.Title = t("caseweb.ordered", "to", e.Ordered.To)
	case e.Rated != nil:
		s.Title = t("caseweb.rated", "who", cv.d.member(e.Rated.Member, nil), "score", e.Rated.Score)
	default:
		return s, false
	}
	return s, true
}

func (cv *caseView) dutyOf(k casework.DutyKey) casework.DutyView {
	for _, o := range cv.Duties {
		if o.DutyKey == k {
			return o
		}
	}
	return casework.DutyView{Owing: casework.Owing{Owed: casework.Owed{DutyKey: k}}}
}

// owner is who owes a duty, in words.
func (cv *caseView) owner(o casework.DutyView) string {
	if u, ok := o.Owner.Unit(); ok {
		return cv.d.unit(u)
	}
	if o.OwnerName.ZH != "" {
		return cv.d.text(o.OwnerName)
	}
	return cv.d.member(o.Owner, nil)
}

// term is a rung of the ladder in words: a role, or a role of a party.
func (cv *caseView) term(term string) string {
	if party, role, ok := strings.Cut(term, "."); ok && cv.Version.Parties.Has(party) {
		return cv.d.text(cv.Version.PartyTitle(party)) + " · " + cv.d.r.T("identity.role."+role)
	}
	return cv.d.r.T("identity.role." + term)
}

func (cv *caseView) reason(key string) string {
	if r, ok := cv.Version.Pauses.Get(key); ok {
		return cv.d.text(r.Title)
	}
	return key
}

// files sends a file that was given in the case, to who sees the entry that it belongs to. Any other hash is errs.NotFound.
func (h *pages) file(r *web.Request) error {
	cv, err := h.seen(r)
	if err != nil {
		return err
	}
	for _, s := range cv.steps {
		if slices.Contains(s.Files, r.PathValue("hash")) {
			return h.send(r, r.PathValue("hash"), cv.Number)
		}
	}
	return errs.New(errs.NotFound, "files.no_file")
}

func (h *pages) send(r *web.Request, hash, name string) error {
	return h.DB.Read(r.Context(), func(tx *store.Tx) error {
		f, err := h.Files.Stat(r.Context(), tx, hash)
		if err != nil {
			return err
		}
		content, err := h.Files.Open(f.Hash)
		if err != nil {
			return err
		}
		defer func() { _ = content.Close() }() // it was read only
		head := r.Writer().Header()
		f.SetHeaders(head, name+"-"+hash[:8])
		head.Set("Cache-Control", "private, no-cache") // who may see it may change
		http.ServeContent(r.Writer(), r.Request, "", f.FirstAt, content)
		return nil
	})
}

// sortFiles finds out which of the files are pictures.
func (cv *caseView) sortFiles() error {
	ctx := cv.d.r.Context()
	cv.shown = map[string]bool{}
	return cv.d.DB.Read(ctx, func(tx *store.Tx) error {
		for _, s := range cv.steps {
			for _, hash := range s.Files {
				f, err := cv.d.Files.Stat(ctx, tx, hash)
				if err != nil {
					return err
				}
				cv.shown[hash] = slices.Contains(files.Pictures, f.Type)
			}
		}
		return nil
	})
}

// dueText is a due time in words, with what is provisional of it.
func (d *desk) dueText(due time.Time, provisional bool) string {
	if due.IsZero() {
		return d.r.T("caseweb.stopped")
	}
	local := due.In(d.r.Zone())
	text := web.Day(d.r.Context(), clock.DateOf(local, d.r.Zone())) + " " + local.Format("15:04")
	if provisional {
		return d.r.T("caseweb.provisional", "due", text)
	}
	return text
}
