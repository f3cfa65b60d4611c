package caseweb

import (
	"context"
	"net/http"
	"path"
	"strings"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/web"
)

// Folder is the pack's folder as it was read just now.
type Folder struct {
	Name       string
	Files      []FolderFile
	Print      string    // another as soon as a file is
	Found      errs.List // what is wrong; the rest is there only when nothing is
	Procedures map[string]*casework.Procedure
	Drills     int
	Changed    []string // message keys of what has changed beside the procedures: it is loaded with them
	Restart    []Part   // what has changed and is not loaded

	// Prepare comes before Install and its transaction.
	Prepare func() error
	// Install makes the folder hold, in the caller's transaction.
	Install func(ctx context.Context, tx *store.Tx, by string) (casework.Loaded, error)
}

// Part says, as a message, what of a pack takes a restart.
type Part struct {
	Key  string
	Args []any
}

// FolderFile is a file of the folder.
type FolderFile struct {
	Name  string
	Size  int // bytes
	Wrong int // findings
}

// Blame counts the findings of each file.
func (f *Folder) Blame() {
	for _, e := range f.Found {
		file, _, _ := strings.Cut(e.Place, ":")
		for i := range f.Files {
			if path.Join(f.Name, f.Files[i].Name) == file {
				f.Files[i].Wrong++
			}
		}
	}
}

// packView is the pack page.
type packView struct {
	d      *desk
	folder *Folder
	all    []casework.Difference
	latest map[string]casework.Loading
	seen   int64 // the last line of the history of versions
	Moving *web.Form
	moving string // the procedure of whose form something is wrong
	Fault  string // why nothing was loaded
}

// affected are the differences that have to do with open cases, or with those who will open one.
func (v *packView) affected() (out []casework.Difference) {
	for _, d := range v.all {
		if !d.Same() || d.Older() > 0 {
			out = append(out, d)
		}
	}
	return out
}

// changed names what has changed beside the procedures.
func (f *Folder) changed(r *web.Request) string {
	names := make([]string, len(f.Changed))
	for i, key := range f.Changed {
		names[i] = r.T(key)
	}
	return strings.Join(names, r.T("caseweb.and"))
}

// status is how a procedure differs: same, new, changed or retired.
func status(d casework.Difference) string {
	switch {
	case d.Running == nil:
		return "new"
	case d.Folder == nil:
		return "retired"
	case d.Same():
		return "same"
	}
	return "changed"
}

// open is how many cases are open, in words; of confidential ones a few are not told.
func (v *packView) open(d casework.Difference, n int) string {
	if d.Confidential() && n > 0 && n < casework.LeastCounted {
		return v.d.r.T("caseweb.withheld")
	}
	return v.d.r.T("caseweb.n_open", "n", n)
}

// stateTitle is what a state is called in either version.
func (v *packView) stateTitle(d casework.Difference, state string) string {
	for _, p := range []*casework.Procedure{d.Running, d.Folder} {
		if p != nil && p.StateTitle(state).ZH != "" {
			return v.d.text(p.StateTitle(state))
		}
	}
	return state
}

// dutyTitles are what duties are called in either version.
func (v *packView) dutyTitles(d casework.Difference, state string, names []string) string {
	var out []string
	for _, name := range names {
		title := name
		for _, p := range []*casework.Procedure{d.Running, d.Folder} {
			if p != nil && p.DutyTitle(state, name).ZH != "" {
				title = v.d.text(p.DutyTitle(state, name))
			}
		}
		out = append(out, title)
	}
	return strings.Join(out, v.d.r.T("caseweb.and"))
}

// pack shows the folder with what is wrong in it, and what loading it would do.
func (h *pages) pack(r *web.Request) error {
	return h.drawPack(r, http.StatusOK, func(*packView) {})
}

func (h *pages) drawPack(r *web.Request, status int, change func(*packView)) error {
	v := &packView{d: h.on(r), Moving: web.NewForm()}
	var err error
	if v.folder, err = h.Folder(r.Context()); err != nil {
		return err
	}
	err = h.DB.Read(r.Context(), func(tx *store.Tx) (err error) {
		against := v.folder.Procedures
		if len(v.folder.Found) > 0 { // there is nothing to compare with
			if against, err = h.Cases.Procedures(r.Context(), tx); err != nil {
				return err
			}
		}
		if v.all, err = h.Cases.Compare(r.Context(), tx, against); err != nil {
			return err
		}
		if v.latest, err = h.Cases.Latest(r.Context(), tx); err != nil {
			return err
		}
		v.seen, err = h.Cases.LastLoad(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	change(v)
	return r.Render(status, web.Page{Title: r.T("caseweb.pack"), Nav: "pack"}, packPage(v))
}

// loadPack makes the folder hold, as whoever asks has seen it: when it, or what holds, is another by now, they look again first.
func (h *pages) loadPack(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	folder, err := h.Folder(r.Context())
	if err != nil {
		return err
	}
	if len(folder.Found) > 0 || folder.Print != f.Value("print") {
		return h.drawPack(r, http.StatusConflict, func(v *packView) { v.Fault = r.T("caseweb.pack_other") })
	}
	if err := folder.Prepare(); err != nil {
		return err
	}
	var l casework.Loaded
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		last, err := h.Cases.HoldLoad(r.Context(), tx)
		if err != nil {
			return err
		}
		if last != f.Int("seen", 0, 1<<62) {
			return errs.New(errs.Conflict, "caseweb.pack_overtaken")
		}
		if l, err = folder.Install(r.Context(), tx, r.Actor.Name); err != nil {
			return err
		}
		return h.IDs.Record(r.Context(), tx, r.By(), PackLoaded, "pack", LoadDetail(folder.Print, l, folder.Changed))
	})
	if errs.Is(err, errs.Conflict) {
		return h.drawPack(r, http.StatusConflict, func(v *packView) { v.Fault = r.Says(err) })
	}
	if err != nil {
		return err
	}
	key := "caseweb.pack_loaded"
	if len(folder.Changed) > 0 {
		key = "caseweb.pack_loaded_also"
	}
	r.Flash(key, "new", len(l.New), "changed", len(l.Changed), "retired", len(l.Retired), "what", folder.changed(r))
	return r.Redirect("/pack")
}

// LoadDetail is what the record has of a pack that was loaded: its print, which procedures are other than before, and what beside them.
func LoadDetail(print string, l casework.Loaded, parts []string) identity.Detail {
	short := make([]string, len(parts))
	for i, key := range parts {
		_, short[i], _ = strings.Cut(key, "_") // app.part_hours
	}
	return identity.Detail{"print": print, "new": strings.Join(l.New, ", "), "changed": strings.Join(l.Changed, ", "),
		"retired": strings.Join(l.Retired, ", "), "parts": strings.Join(short, ", ")}
}

// moveOpen lets the open cases of a procedure follow the version that holds.
func (h *pages) moveOpen(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	name, reason := f.Line("procedure", 60), f.Required("reason", 200)
	if !f.OK() {
		return h.drawPack(r, http.StatusUnprocessableEntity, func(v *packView) { v.Moving, v.moving = f, name })
	}
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		p, err := h.Cases.Procedure(r.Context(), tx, name)
		if err != nil {
			return err
		}
		if err := h.Cases.MoveOpen(r.Context(), tx, name, r.T("caseweb.move_reason", "reason", reason, "who", r.Actor.Name)); err != nil {
			return err
		}
		return h.IDs.Record(r.Context(), tx, r.By(), CasesMoved, "procedure:"+name, identity.Detail{"hash": p.Hash, "reason": reason})
	})
	if err != nil {
		return err
	}
	r.Flash("caseweb.moving")
	return r.Redirect("/pack#" + name)
}
