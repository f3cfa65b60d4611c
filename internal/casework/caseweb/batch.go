package caseweb

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/web"
)

// mostBatch is how many cases are answered at once.
const mostBatch = 50

// batchView is the page on which several cases of one kind are answered with one text.
type batchView struct {
	d      *desk
	f      *web.Form
	cases  []*caseView
	acts   []casework.Offering // what all of them offer and one text can answer
	o      casework.Offering   // the one that was chosen
	ask    *asked
	failed map[string]string // why, by number
	done   int
}

// batch asks for one text for the cases that were ticked, and answers each of them by a command of its own: one that fails is named, keeps what
// was typed, and holds up no other.
func (h *pages) batch(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	q := f
	if r.Method == http.MethodGet {
		q = r.QueryForm()
	}
	v := &batchView{d: h.on(r), f: f, failed: map[string]string{}}
	if err := v.choose(q.All("case"), q.Value("action")); err != nil {
		return err
	}
	if len(v.acts) == 0 {
		return r.Render(http.StatusUnprocessableEntity, v.page(), batchNonePage(v))
	}
	v.o = v.acts[0]
	for _, o := range v.acts {
		if o.Action == q.Value("action") {
			v.o = o
		}
	}
	if f.Value("key") == "" {
		f.Set("key", casework.NewKey())
	}
	in, _, err := h.readFields(r, f, fieldsOf(v.o.Form))
	if err != nil {
		return err
	}
	v.ask = v.d.asked(f, fieldsOf(v.o.Form), nil)
	if r.Method == http.MethodPost && f.OK() {
		if err := v.answer(in); err != nil {
			return err
		}
		if len(v.failed) == 0 {
			r.Flash("caseweb.batch_done", "n", v.done)
			return r.Redirect("/tasks")
		}
		v.cases = slices.DeleteFunc(v.cases, func(cv *caseView) bool { return v.failed[cv.Number] == "" })
		return r.Render(http.StatusUnprocessableEntity, v.page(), batchPage(v))
	}
	return r.Render(statusOf(r, f), v.page(), batchPage(v))
}

func (v *batchView) page() web.Page {
	r := v.d.r
	return web.Page{Title: r.T("caseweb.batch"), Nav: "tasks", Crumbs: []web.Crumb{{Text: r.T("caseweb.tasks"), Href: "/tasks"}}}
}

// choose looks up the cases as whoever asks sees them, and what they all offer. Once an answer is sent it is enough that one of
// them still offers it: the others are tried, and say why not.
func (v *batchView) choose(numbers []string, action string) error {
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	if len(numbers) == 0 {
		return errs.New(errs.Invalid, "caseweb.batch_none")
	}
	if len(numbers) > mostBatch {
		return errs.New(errs.Invalid, "caseweb.batch_many", "limit", mostBatch)
	}
	for _, number := range numbers {
		view, err := v.d.Cases.View(v.d.r.Context(), casework.Asker{Actor: v.d.r.Actor}, number)
		if err != nil {
			return err
		}
		cv := &caseView{View: view, d: v.d}
		cv.tell()
		v.cases = append(v.cases, cv)
	}
	sent := v.d.r.Method == http.MethodPost
	for _, first := range v.cases {
		for _, o := range first.turn {
			switch {
			case !byText(o) || sent && o.Action != action:
			case sent || !slices.ContainsFunc(v.cases, func(cv *caseView) bool { return !cv.offersLike(first, o) }):
				v.acts = append(v.acts, o)
			}
		}
		if !sent || len(v.acts) > 0 {
			break
		}
	}
	return nil
}

// byText reports whether one text answers what an action asks for, in many cases alike: no file, no table, no mark, no choice among turns.
func byText(o casework.Offering) bool {
	if len(o.Rate) > 0 || o.Joins || len(o.Turns) != 1 {
		return false
	}
	text := false
	for _, f := range fieldsOf(o.Form) {
		switch f.Kind {
		case casework.TextField, casework.LongText:
			text = true
		case casework.Photos, casework.Files, casework.Table, casework.PersonField:
			if f.Required {
				return false
			}
		}
	}
	return text
}

// offersLike reports whether a case is of the same procedure as another and offers the same action, asking for the same.
func (cv *caseView) offersLike(other *caseView, o casework.Offering) bool {
	x, ok := cv.offer(o.Action)
	return ok && cv.Procedure == other.Procedure && x.Title == o.Title && byText(x) && asksFor(x) == asksFor(o)
}

func asksFor(o casework.Offering) string {
	var names []string
	for _, f := range fieldsOf(o.Form) {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

// answer gives each case its command. What the rules refuse is noted with the case; anything else ends it, and what was done stays done.
func (v *batchView) answer(in casework.Data) error {
	r := v.d.r
	for _, cv := range v.cases {
		who := casework.Asker{Actor: r.Actor, Key: v.f.Line("key", 60) + "/" + cv.Number, Seq: int(v.f.Int("seq-"+cv.Number, 0, 1<<40))}
		_, err := v.d.Cases.Do(r.Context(), who, cv.Number, casework.Do{Action: v.o.Action, Input: in})
		switch {
		case err == nil:
			v.done++
		case len(errs.All(err)) > 0 && !errs.Is(err, errs.Internal) && !errs.Is(err, errs.Unavailable):
			v.failed[cv.Number] = r.Says(err)
		default:
			return err
		}
	}
	return nil
}

// seq is the record after which whoever asks saw a case: when they are asked again, as it stands now.
func (cv *caseView) seq() string { return strconv.Itoa(cv.Seq) }
