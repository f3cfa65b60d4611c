package caseweb

import (
	"net/http"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/web"
)

// approve gives the next approval.
func (h *pages) approve(r *web.Request) error {
	cv, err := h.seen(r)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	done, err := h.Cases.Do(r.Context(), h.askerAt(r, f), cv.Number, casework.Approve{Which: whichOf(f)})
	if err != nil {
		if !errs.Is(err, errs.Conflict) {
			return err
		}
		if err := cv.caughtUp(h, f); err != nil {
			return err
		}
		return cv.show(http.StatusConflict)
	}
	r.Flash("caseweb.approved_flash")
	return h.goOn(r, cv, done)
}

// sayView is a page that asks for one text: a note, or the reason for which something is given back.
type sayView struct {
	*caseView
	f             *web.Form
	Title, Button string
	Field         web.Field
	which         casework.Which // of the things that wait for approval; none of a note
}

// whichOf reads which of the things that wait for approval a form means.
func whichOf(f *web.Form) casework.Which {
	return casework.Which{Action: f.Line("action", 60), For: casework.Member(f.Line("as", 100))}
}

// giveBack asks for the reason, and returns what waits for approval, or takes it back.
func (h *pages) giveBack(r *web.Request) error {
	return h.say(r, (*caseView).mayReturn, saying{title: "caseweb.return", field: "reason", label: "caseweb.return_field", who: h.askerAt,
		cmd: func(which casework.Which, text string) casework.Command {
			return casework.Return{Which: which, Reason: text}
		}})
}

// note says something in a case. It may be said however the case has moved on.
func (h *pages) note(r *web.Request) error {
	anytime := func(r *web.Request, _ *web.Form) casework.Asker { return h.asker(r) }
	return h.say(r, (*caseView).mayNote, saying{title: "caseweb.note", field: "text", label: "caseweb.note_field", who: anytime,
		cmd: func(_ casework.Which, text string) casework.Command { return casework.Note{Text: text} }})
}

// mayReturn holds that something waits that whoever asks may give back. What they sent is for the engine to judge: somebody may have been faster.
func (cv *caseView) mayReturn(w casework.Which) error {
	if p := cv.waiting(w); cv.d.r.Method == http.MethodGet && (p == nil || !p.MayReturn) {
		return errs.New(errs.Conflict, "caseweb.not_offered")
	}
	return nil
}

// mayNote holds that whoever asks may say something in the case.
func (cv *caseView) mayNote(casework.Which) error {
	if !cv.MayNote {
		return errs.New(errs.Forbidden, "casework.forbidden")
	}
	return nil
}

// saying is what is asked for on the page of one text, and the command that it makes.
type saying struct {
	title, field, label string
	who                 func(*web.Request, *web.Form) casework.Asker
	cmd                 func(casework.Which, string) casework.Command
}

// say asks for a text, and gives the command that it makes.
func (h *pages) say(r *web.Request, may func(*caseView, casework.Which) error, s saying) error {
	cv, err := h.seen(r)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	which := whichOf(f)
	if r.Method == http.MethodGet {
		which = whichOf(r.QueryForm())
	}
	if err := may(cv, which); err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		if text := f.Required(s.field, 4000); f.OK() {
			_, err := h.Cases.Do(r.Context(), s.who(r, f), cv.Number, s.cmd(which, text))
			if err == nil {
				return r.Redirect(cv.path())
			}
			if !f.Takes(err) {
				return err
			}
			if err := cv.caughtUp(h, f); err != nil {
				return err
			}
		}
	}
	v := sayView{caseView: cv, f: f, Title: r.T(s.title), Button: r.T(s.title), Field: web.Field{Name: s.field, Label: r.T(s.label), Max: 4000}, which: which}
	if p := cv.waiting(which); p != nil && which.Action != "" && !p.MayApprove {
		v.Title, v.Button, v.Field.Label = r.T("caseweb.take_back"), r.T("caseweb.take_back"), r.T("caseweb.take_back_field")
	}
	return r.Render(statusOf(r, f), web.Page{Title: v.Title, Nav: "cases", Crumbs: cv.crumbs()}, sayPage(v))
}
