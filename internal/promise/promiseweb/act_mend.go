package promiseweb

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/web"
)

// mended are the entries that a new one may take the place of. The rest say yes or no: they are withdrawn, or said anew.
var mended = map[promise.EntryType]bool{promise.Figure: true, promise.Spent: true, promise.Progress: true, promise.NodeDone: true, promise.Evidence: true}

// taken are the permissions by which an entry may be withdrawn; one that is not here stays.
var taken = map[promise.EntryType]identity.Permission{promise.Adjusted: identity.PromiseAdjust, promise.Override: identity.PromiseOverride,
	promise.Verified: identity.PromiseVerify, promise.Reopened: identity.PromiseVerify, promise.Figure: identity.PromiseReport,
	promise.Progress: identity.PromiseReport, promise.Spent: identity.PromiseReport, promise.Started: identity.PromiseReport,
	promise.NodeDone: identity.PromiseReport, promise.Done: identity.PromiseReport, promise.Continuing: identity.PromiseReport, promise.Evidence: identity.PromiseReport}

// mayWithdraw reports whether whoever asks may withdraw an entry of a promise: a unit what it said itself, the office what it said or any
// unit said.
func mayWithdraw(r *web.Request, st *promise.Standing, e promise.Entry) bool {
	p := taken[e.Type]
	return p != "" && holds(r, p, st) && r.Actor.Can(p, e.Unit, st.Place)
}

func mayCorrect(r *web.Request, st *promise.Standing, e promise.Entry) bool {
	return mended[e.Type] && mayWithdraw(r, st, e)
}

// entryPath is where something is done with an entry.
func entryPath(st *promise.Standing, id int64, what string) string {
	return path(st) + "/entries/" + strconv.FormatInt(id, 10) + "/" + what
}

// mendable are the ways to mend entries, by entry, for whoever asks; of those that do not hold there is none.
func mendable(r *web.Request, st *promise.Standing) map[int64][]action {
	if r.Actor == nil {
		return nil
	}
	gone, out := dropped(st), map[int64][]action{}
	for _, e := range st.Entries {
		if _, is := gone[e.ID]; is {
			continue
		}
		if mayCorrect(r, st, e) {
			out[e.ID] = append(out[e.ID], action{Label: r.T("promiseweb.act_correct"), Href: entryPath(st, e.ID, "correct")})
		}
		if mayWithdraw(r, st, e) {
			out[e.ID] = append(out[e.ID], action{Label: r.T("promiseweb.act_withdraw"), Href: entryPath(st, e.ID, "withdraw")})
		}
	}
	return out
}

// mendForm is the form that corrects or withdraws an entry.
type mendForm struct {
	act
	Old    said
	Types  map[string]bool
	Nodes  []web.Option
	Keep   []promise.File // of the old entry
	Accept string
}

// toMend finds the entry of the address. One that no longer holds is a conflict; one that whoever asks may not mend is refused.
func (h *pages) toMend(r *web.Request, may func(*web.Request, *promise.Standing, promise.Entry) bool) (*promise.Standing, *desk, promise.Entry, error) {
	st, d, err := h.standing(r)
	if err != nil {
		return nil, nil, promise.Entry{}, err
	}
	id, err := r.ID("id")
	if err != nil {
		return nil, nil, promise.Entry{}, err
	}
	i := slices.IndexFunc(st.Entries, func(e promise.Entry) bool { return e.ID == id })
	if i < 0 {
		return nil, nil, promise.Entry{}, errs.New(errs.NotFound, "promise.corrects_nothing")
	}
	e := st.Entries[i]
	if !may(r, st, e) {
		return nil, nil, e, mayNot()
	}
	if _, gone := dropped(st)[id]; gone {
		return nil, nil, e, errs.New(errs.Conflict, "promise.already_corrected")
	}
	return st, d, e, nil
}

func (h *pages) askCorrect(r *web.Request) error {
	st, d, old, err := h.toMend(r, mayCorrect)
	if err != nil {
		return err
	}
	f := web.NewForm("as_of", old.AsOf.String(), "note", old.Note, "source", old.Source, "value", old.Value, "spent", old.Value,
		"percent", strconv.FormatFloat(old.Percent, 'f', -1, 64), "node", strconv.Itoa(old.Node), "keep", "1")
	return d.drawMend(http.StatusOK, st, f, old, "correct")
}

func (h *pages) sayCorrect(r *web.Request) error {
	st, d, old, err := h.toMend(r, mayCorrect)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	e := promise.Entry{Promise: st.ID, Type: old.Type, Corrects: old.ID}
	readEntry(f, st, &e)
	if f.Ticked("keep") {
		e.Files = old.Files
	}
	if ok, err := h.say(r, f, e); err != nil {
		return err
	} else if ok {
		return h.done(r, f, st, "promiseweb.act_corrected")
	}
	return d.drawMend(statusWrong, st, f, old, "correct")
}

func (h *pages) askWithdraw(r *web.Request) error {
	st, d, old, err := h.toMend(r, mayWithdraw)
	if err != nil {
		return err
	}
	return d.drawMend(http.StatusOK, st, web.NewForm(), old, "withdraw")
}

func (h *pages) sayWithdraw(r *web.Request) error {
	st, d, old, err := h.toMend(r, mayWithdraw)
	if err != nil {
		return err
	}
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	e := promise.Entry{Promise: st.ID, Type: promise.Withdrawn, Corrects: old.ID, Note: f.Required("note", maxWords)}
	if ok, err := h.say(r, f, e); err != nil {
		return err
	} else if ok {
		return h.done(r, f, st, "promiseweb.act_withdrawn")
	}
	return d.drawMend(statusWrong, st, f, old, "withdraw")
}

func (d *desk) drawMend(status int, st *promise.Standing, f *web.Form, old promise.Entry, key string) error {
	v := mendForm{act: d.act(st, f, key), Types: map[string]bool{string(old.Type): true}, Keep: old.Files, Accept: files.Accept(files.Evidence)}
	v.Old = said{Entry: old, What: d.what(st, old), More: d.more(old), Unit: d.who(old), Files: old.Files}
	if old.AsOf != clock.DateOf(old.At, d.r.Zone()) {
		v.Old.Day = d.r.Day(old.AsOf)
	}
	for _, n := range st.Nodes {
		v.Nodes = append(v.Nodes, web.Option{Value: strconv.Itoa(n.No), Text: n.Title, Hint: d.r.T("promiseweb.due_on", "day", d.r.Day(n.Due))})
	}
	return d.r.Render(status, d.frame(v.act), mendPage(d, v, entryPath(st, old.ID, key)))
}

// fileNames are the names of files, as one line.
func fileNames(d *desk, list []promise.File) string {
	all := make([]string, len(list))
	for i, f := range list {
		all[i] = f.Name
	}
	return strings.Join(all, d.r.T("promiseweb.and"))
}
