package promiseweb

import (
	"mime/multipart"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// What one entry may carry: maxEvidence files of maxEvidenceSize bytes each, and maxSaying bytes for the whole form. maxWords is how many
// characters a note, a reason or a source may have; it is the register's own limit.
const (
	maxEvidence     = 20
	maxEvidenceSize = 20 << 20
	maxSaying       = 100 << 20
	maxWords        = 4000
)

// act is a page on which something is done with one promise: a form, and beside it how the promise stands.
type act struct {
	St      *promise.Standing
	Form    *web.Form
	Key     string // of the action: its title is promiseweb.act_<key>, its sentence promiseweb.act_<key>_lead
	Reasons []string
	Gauges  []gauge
}

func (d *desk) act(st *promise.Standing, f *web.Form, key string) act {
	v := act{St: st, Form: f, Key: key, Gauges: d.gauges(st)}
	for _, w := range st.Why {
		v.Reasons = append(v.Reasons, reason(d.r, w))
	}
	return v
}

// frame is the frame of such a page.
func (d *desk) frame(v act) web.Page {
	title := d.r.T("promiseweb.act_" + v.Key)
	p := d.page("promises", title+" "+v.St.Number, "")
	p.Crumbs = []web.Crumb{{Text: d.r.T("promiseweb.list"), Href: "/promises?year=" + d.year()}, {Text: v.St.Number, Href: path(v.St)}, {Text: title}}
	return p
}

// ruled finds the promise of the address for somebody who must hold permission p over it; anybody else is refused.
func (h *pages) ruled(r *web.Request, p identity.Permission) (*promise.Standing, *desk, error) {
	st, d, err := h.standing(r)
	if err == nil && !rules(r, p, st) {
		err = mayNot()
	}
	return st, d, err
}

// owed finds the promise of the address for somebody who may report on it; anybody else is refused.
func (h *pages) owed(r *web.Request) (*promise.Standing, *desk, error) {
	st, d, err := h.standing(r)
	if err == nil && !owes(r, st) {
		err = mayNot()
	}
	return st, d, err
}

// say enters e with the files of the form, and reports whether it was entered. What the user can mend is kept in the form.
func (h *pages) say(r *web.Request, f *web.Form, e promise.Entry) (bool, error) {
	received, err := h.receive(r, f)
	if err != nil || !f.OK() {
		if n := len(sent(r)); n > 0 && err == nil {
			f.Wrong("files", "promiseweb.act_files_again", "n", n)
		}
		return false, err
	}
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		said := e
		said.Files = append([]promise.File{}, e.Files...)
		for _, x := range received {
			kept, err := h.Files.Record(r.Context(), tx, x.File)
			if err != nil {
				return err
			}
			said.Files = append(said.Files, promise.File{Hash: kept.Hash, Name: x.name, Type: string(kept.Type), Size: kept.Size})
		}
		_, err := h.Register.Say(r.Context(), tx, said, author(r.Actor))
		return err
	})
	if err == nil {
		return true, nil
	}
	if !f.Takes(beside(err, e.Type)) {
		return false, err
	}
	if n := len(received); n > 0 {
		f.Wrong("files", "promiseweb.act_files_again", "n", n)
	}
	return false, nil
}

// beside puts the register's complaints beside the fields of our forms, whose names differ where one form holds several figures.
func beside(err error, t promise.EntryType) error {
	var out errs.List
	for _, e := range errs.All(err) {
		switch {
		case e.Field == "value" && t == promise.Spent:
			e = e.On("spent")
		case e.Field == "value" && t == promise.Done:
			e = e.On("what")
		case e.Field == "type" || e.Field == "corrects":
			e = e.On("")
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return err
	}
	return out
}

// received is a file that lies on disk and is named by no row yet.
type received struct {
	files.File
	name string
}

// sent are the files of the form, those left empty not counted.
func sent(r *web.Request) (out []*multipart.FileHeader) {
	if r.MultipartForm == nil {
		return nil
	}
	for _, head := range r.MultipartForm.File["files"] {
		if head.Filename != "" {
			out = append(out, head)
		}
	}
	return out
}

// receive takes in the files of a form that has no other fault, before any transaction begins. A file that is refused is named beside the
// field, with the reason.
func (h *pages) receive(r *web.Request, f *web.Form) ([]received, error) {
	heads := sent(r)
	if len(heads) > maxEvidence {
		f.Wrong("files", "promise.too_many_files", "limit", maxEvidence)
	}
	if !f.OK() {
		return nil, nil
	}
	var out []received
	for _, head := range heads {
		x, err := h.receiveOne(head)
		switch {
		case errs.Is(err, errs.Invalid), errs.Is(err, errs.TooLarge):
			f.Wrong("files", "promiseweb.act_file_refused", "name", fileName(head.Filename), "why", r.Says(err))
		case err != nil:
			return nil, err
		}
		out = append(out, received{x, fileName(head.Filename)})
	}
	return out, nil
}

func (h *pages) receiveOne(head *multipart.FileHeader) (files.File, error) {
	content, err := head.Open()
	if err != nil {
		return files.File{}, err
	}
	defer func() { _ = content.Close() }() // it was read only
	return h.Files.Receive(content, maxEvidenceSize, files.Evidence...)
}

// fileName is what a sender calls a file, without a path and without what cannot be seen.
func fileName(s string) string {
	s = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == utf8.RuneError {
			return -1
		}
		return c
	}, s[strings.LastIndexAny(s, `/\`)+1:])
	if all := []rune(s); len(all) > 200 {
		return string(all[:200])
	}
	return s
}

// done says that something was entered, and goes back to where whoever asks came from: the desk, or the promise.
func (h *pages) done(r *web.Request, f *web.Form, st *promise.Standing, key string, kv ...any) error {
	r.Flash(key, append([]any{"number", st.Number}, kv...)...)
	if f.Value("back") == "desk" {
		return r.Redirect("/desk")
	}
	return r.Redirect(path(st))
}

// statusWrong is that of a form that comes back with what is wrong in it.
const statusWrong = http.StatusUnprocessableEntity
