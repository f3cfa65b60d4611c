package promiseapi

import (
	"cmp"
	"net/http"
	"strconv"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// document is a document with how far its records have come.
type document struct {
	ID       int64  `json:"id"`
	Kind     string `json:"kind"`
	Title    string `json:"title"`
	Year     int    `json:"year"`
	Proposed int    `json:"proposed"`
	Doubtful int    `json:"doubtful"`
	Accepted int    `json:"accepted"`
	Rejected int    `json:"rejected"`
	Entered  int    `json:"entered"`
	Total    int    `json:"total"`
}

// mostDocuments bounds the list of documents.
const mostDocuments = 200

// documents lists the documents that promises come from, the newest first.
func (a *front) documents(r *web.Request) error {
	if err := query(r); err != nil {
		return err
	}
	all, total, err := a.Register.Documents(r.Context(), mostDocuments, 0)
	if err != nil {
		return err
	}
	items := []document{}
	for _, d := range all {
		items = append(items, document{d.ID, string(d.Kind), d.Title, d.Year, d.Proposed, d.Doubtful, d.Accepted, d.Rejected, d.Entered, d.Total})
	}
	return r.JSON(http.StatusOK, map[string]any{"items": items, "total": total})
}

// enter accepts what the reader of a document is sure of, and, if that is said, what it doubts, and enters all that is accepted.
func (a *front) enter(r *web.Request) error {
	var in struct {
		Doubtful bool `json:"doubtful"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return errs.New(errs.NotFound, "promiseapi.no_document")
	}
	who, err := author(r)
	if err != nil {
		return err
	}
	if !r.Actor.Can(identity.PromiseReview, "", "") {
		return errs.New(errs.Forbidden, "web.may_not")
	}
	n := 0
	err = a.DB.Write(r.Context(), func(tx *store.Tx) error {
		if _, err := a.Register.AcceptSure(r.Context(), tx, id, who); err != nil {
			return err
		}
		if in.Doubtful {
			left, err := a.Register.Left(r.Context(), tx, id)
			if err != nil {
				return err
			}
			for _, rec := range left {
				if err := a.Register.Judge(r.Context(), tx, promise.Verdict{Record: rec.ID, Version: rec.Version, Action: "accept"}, who); err != nil {
					return err
				}
			}
		}
		n, err = a.Register.Enter(r.Context(), tx, id, who)
		return err
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"entered": n})
}

// rollover opens a year: what is not done goes on as promises of the new one.
func (a *front) rollover(r *web.Request) error {
	var in struct {
		From int `json:"from"`
	}
	if err := body(r, &in); err != nil {
		return err
	}
	if in.From < 1990 || in.From > 2199 {
		return errs.New(errs.Invalid, "promiseapi.out_of_range", "least", 1990, "most", 2199).On("from")
	}
	who, err := author(r)
	if err != nil {
		return err
	}
	n := 0
	err = a.DB.Write(r.Context(), func(tx *store.Tx) error { n, err = a.Register.Rollover(r.Context(), tx, in.From, who); return err })
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"carried": n})
}

// needs is what one must hold over the promise to say each type of entry.
var needs = map[promise.EntryType]identity.Permission{
	promise.Figure: identity.PromiseReport, promise.Progress: identity.PromiseReport, promise.Spent: identity.PromiseReport, promise.Started: identity.PromiseReport,
	promise.NodeDone: identity.PromiseReport, promise.Done: identity.PromiseReport, promise.Continuing: identity.PromiseReport, promise.Evidence: identity.PromiseReport,
	promise.Verified: identity.PromiseVerify, promise.Reopened: identity.PromiseVerify, promise.Adjusted: identity.PromiseAdjust, promise.Override: identity.PromiseOverride,
}

// shared are what a joint unit may say too.
var shared = map[promise.EntryType]bool{promise.Figure: true, promise.Progress: true, promise.Spent: true, promise.Started: true, promise.NodeDone: true, promise.Evidence: true}

// saying is an entry as it is sent.
type saying struct {
	Type     string   `json:"type"`
	AsOf     string   `json:"as_of"`
	Value    string   `json:"value"`
	Percent  float64  `json:"percent"`
	Node     int      `json:"node"`
	Note     string   `json:"note"`
	Source   string   `json:"source"`
	Files    []string `json:"files"`
	Approver string   `json:"approver"`
	Reason   string   `json:"reason"`
	Title    string   `json:"title"`
	Due      string   `json:"due"`
	Light    string   `json:"light"`
	Until    string   `json:"until"`
}

// dayOf reads a day; none is zero.
func dayOf(wrong *errs.List, name, text string) clock.Date {
	if text == "" {
		return clock.Date{}
	}
	d, err := clock.ParseDate(text)
	if err != nil {
		*wrong = append(*wrong, errs.New(errs.Invalid, "promiseapi.not_day").On(name))
	}
	return d
}

// entry is what is said, as the register takes it.
func (in *saying) entry() (promise.Entry, error) {
	var wrong errs.List
	e := promise.Entry{Type: promise.EntryType(in.Type), AsOf: dayOf(&wrong, "as_of", in.AsOf), Value: in.Value, Percent: in.Percent, Node: in.Node, Note: in.Note, Source: in.Source}
	switch e.Type {
	case promise.Adjusted:
		e.Value, e.Change = "", promise.Change{Approver: in.Approver, Reason: in.Reason, Title: in.Title, Value: in.Value, Due: dayOf(&wrong, "due", in.Due)}
	case promise.Override:
		e.Change = promise.Change{Reason: in.Reason, Light: promise.Light(in.Light), Until: dayOf(&wrong, "until", in.Until)}
	}
	return e, wrong.Err()
}

// say appends an entry to a promise, and answers with the promise.
func (a *front) say(r *web.Request) error {
	var in saying
	if err := body(r, &in); err != nil {
		return err
	}
	e, err := in.entry()
	if err != nil {
		return err
	}
	st, err := a.standing(r)
	if err != nil {
		return err
	}
	if !maySay(r.Actor, st, e.Type) {
		return errs.New(errs.Forbidden, "web.may_not")
	}
	who, err := author(r)
	if err != nil {
		return err
	}
	err = a.DB.Write(r.Context(), func(tx *store.Tx) error {
		said := e
		said.Promise = st.ID
		if said.Files, err = a.shown(r, tx, st, in.Files); err != nil {
			return err
		}
		_, err := a.Register.Say(r.Context(), tx, said, who)
		return err
	})
	if err != nil {
		return err
	}
	return a.answer(r, http.StatusCreated)
}

// shown are the files that are named, which were sent before.
func (a *front) shown(r *web.Request, tx *store.Tx, st *promise.Standing, hashes []string) (out []promise.File, err error) {
	for i, hash := range hashes {
		f, err := a.Files.Stat(r.Context(), tx, hash)
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "promiseapi.no_file", "file", hash).On("files")
		}
		out = append(out, promise.File{Hash: f.Hash, Name: files.FileName(st.Number+"-"+strconv.Itoa(i+1), f.Type), Type: string(f.Type), Size: f.Size})
	}
	return out, nil
}

// maySay reports whether somebody may say an entry of a type: they hold what it needs over the unit that leads, or, of what joint units report
// too, over one of those. What is no type is left to the register to name.
func maySay(who *identity.Actor, st *promise.Standing, t promise.EntryType) bool {
	need, ok := needs[t]
	if !ok {
		return who.Can(identity.PromiseReport, st.Lead, st.Place)
	}
	if who.Can(need, st.Lead, st.Place) {
		return true
	}
	if shared[t] {
		for _, unit := range st.Joint {
			if who.Can(need, unit, "") {
				return true
			}
		}
	}
	return false
}

// setting is what is set of a promise: what is not named stays as it is.
type setting struct {
	Version int       `json:"version"`
	Why     string    `json:"why"`
	Lead    *string   `json:"lead"`
	Joint   *[]string `json:"joint"`
	Place   *string   `json:"place"`
	Due     string    `json:"due"`
	Cycle   string    `json:"cycle"`
	Project *bool     `json:"project"`
	Invest  *string   `json:"invest"`
	Nodes   *[]struct {
		Title string  `json:"title"`
		Due   string  `json:"due"`
		Share float64 `json:"share"`
	} `json:"nodes"`
}

// over returns terms with what is set put over them.
func (in *setting) over(t promise.Terms) (promise.Terms, error) {
	var wrong errs.List
	set(&t.Lead, in.Lead)
	set(&t.Joint, in.Joint)
	set(&t.Place, in.Place)
	set(&t.Project, in.Project)
	set(&t.Invest, in.Invest)
	if in.Cycle != "" {
		t.Cycle = promise.Cycle(in.Cycle)
	}
	if in.Due != "" {
		t.Due = dayOf(&wrong, "due", in.Due)
	}
	if in.Nodes != nil {
		t.Nodes = nil
		for i, n := range *in.Nodes {
			t.Nodes = append(t.Nodes, promise.Node{No: i + 1, Title: n.Title, Due: dayOf(&wrong, "nodes", n.Due), Share: n.Share})
		}
	}
	return t, wrong.Err()
}

// terms sets what the supervision office sets of a promise.
func (a *front) terms(r *web.Request) error {
	var in setting
	if err := body(r, &in); err != nil {
		return err
	}
	who, err := author(r)
	if err != nil {
		return err
	}
	st, err := a.standing(r)
	if err != nil {
		return err
	}
	if !r.Actor.Can(identity.PromiseAssign, st.Lead, st.Place) {
		return errs.New(errs.Forbidden, "web.may_not")
	}
	t, err := in.over(st.Terms())
	if err != nil {
		return err
	}
	version := cmp.Or(in.Version, st.Version)
	err = a.DB.Write(r.Context(), func(tx *store.Tx) error { return a.Register.SetTerms(r.Context(), tx, st.ID, version, t, in.Why, who) })
	if err != nil {
		return err
	}
	return a.answer(r, http.StatusOK)
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
