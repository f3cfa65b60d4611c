package caseapi

import (
	"net/http"
	"slices"
	"strings"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/web"
)

// deed is what an action is done with.
type deed struct {
	Input   casework.Data  `json:"input"`
	Ratings map[string]int `json:"ratings"` // by member, or by party for all its members
	N       int            `json:"n"`       // of a duty that recurs, or of a table's rows: which
	Joins   *joining       `json:"joins"`
}

// joining is a further caller, whom an action takes up: who asks, unless it says how somebody else is reached.
type joining struct {
	Name  string        `json:"name"`
	Phone string        `json:"phone"`
	Email string        `json:"email"`
	Said  casework.Data `json:"said"`
}

// do does an action of the procedure.
func (a *front) do(r *web.Request) error {
	var in deed
	who, err := a.read(r, &in)
	if err != nil {
		return err
	}
	cmd := casework.Do{Action: r.PathValue("action"), Input: in.Input, Ratings: in.Ratings, N: in.N}
	if j := in.Joins; j != nil {
		text, wrong := contact{j.Name, j.Phone, j.Email}.checked("joins")
		if err := wrong.Err(); err != nil {
			return err
		}
		cmd.Joins = &casework.CallerOf{Contact: text, Said: j.Said}
		if r.Actor != nil && text == "" {
			cmd.Joins.Person = r.Actor.ID
		}
		if err := a.adopt(r.Context(), j.Said); err != nil {
			return err
		}
	}
	if in.N < 0 {
		return errs.New(errs.Invalid, "caseapi.out_of_range", "least", 0, "most", 1<<30).On("n")
	}
	if err := a.adopt(r.Context(), in.Input); err != nil {
		return err
	}
	return a.command(r, who, cmd)
}

// read reads the body of a command, and who gives it.
func (a *front) read(r *web.Request, in any) (casework.Asker, error) {
	if err := queryOf(r).err(); err != nil {
		return casework.Asker{}, err
	}
	data, err := body(r, in)
	if err != nil {
		return casework.Asker{}, err
	}
	return a.commander(r, data)
}

// command gives a command to the case of the request, and answers with the case.
func (a *front) command(r *web.Request, who casework.Asker, cmd casework.Command) error {
	done, err := a.Cases.Do(r.Context(), who, r.PathValue("number"), cmd)
	if err != nil {
		return refused(who, err)
	}
	more := func(c *oneCase) { c.Secret = done.Secret }
	v, err := a.Cases.Left(r.Context(), who, done)
	if errs.Is(err, errs.NotFound) && !done.Again { // by it they gave their part away
		return a.done(r, done, http.StatusOK, more)
	}
	if err != nil {
		return err
	}
	return a.answer(r, v, http.StatusOK, more)
}

// nod is what an approval, or a return, is given with: which of the things that wait it means. That may be left out where one waits for the
// asker.
type nod struct {
	Action string          `json:"action"`
	As     casework.Member `json:"as"`
}

// approve gives the next approval that an action waits for.
func (a *front) approve(r *web.Request) error {
	var in nod
	who, err := a.read(r, &in)
	if err != nil {
		return err
	}
	return a.command(r, who, casework.Approve{Which: casework.Which{Action: in.Action, For: in.As}})
}

// giveBack ends what waits for approval without doing it.
func (a *front) giveBack(r *web.Request) error {
	var in struct {
		Action string          `json:"action"`
		As     casework.Member `json:"as"`
		Reason string          `json:"reason"`
	}
	who, err := a.read(r, &in)
	if err != nil {
		return err
	}
	if err := said(in.Reason, "reason"); err != nil {
		return err
	}
	return a.command(r, who, casework.Return{Which: casework.Which{Action: in.Action, For: in.As}, Reason: in.Reason})
}

const (
	mostSaid  = 4000 // characters of a note or a reason
	mostFiles = 9    // of a note
)

// said holds that something was said, and not too much.
func said(text, field string) error {
	if strings.TrimSpace(text) == "" {
		return errs.New(errs.Invalid, "caseapi.required").On(field)
	}
	if e := line(text, mostSaid, true); e != nil {
		return e.On(field)
	}
	return nil
}

// note says something in a case. It moves nothing.
func (a *front) note(r *web.Request) error {
	var in struct {
		Text  string   `json:"text"`
		Files []string `json:"files"`
	}
	who, err := a.read(r, &in)
	if err != nil {
		return err
	}
	if err := said(in.Text, "text"); err != nil {
		return err
	}
	if len(in.Files) > mostFiles {
		return errs.New(errs.Invalid, "caseapi.too_many", "most", mostFiles).On("files")
	}
	for _, hash := range in.Files {
		if !hashText.MatchString(hash) {
			return errs.New(errs.Invalid, "casework.form.no_file", "file", hash).On("files")
		}
	}
	if err := a.adopt(r.Context(), casework.Data{"files": anyOf(in.Files)}); err != nil {
		return err
	}
	return a.command(r, who, casework.Note{Text: in.Text, Files: in.Files})
}

func anyOf(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

// claim takes a duty of one's unit on somebody, or gives it back to the unit.
func (a *front) claim(r *web.Request) error {
	var in struct {
		Visit  int             `json:"visit"`
		Name   string          `json:"name"`
		N      int             `json:"n"`
		Owner  casework.Member `json:"owner"`
		Person *int64          `json:"person"` // nil: back to the unit
	}
	who, err := a.read(r, &in)
	if err != nil {
		return err
	}
	cmd := casework.Claim{Duty: casework.DutyKey{Visit: in.Visit, Name: in.Name, N: in.N, Owner: in.Owner}}
	if in.Person != nil {
		to, err := a.Cases.Accounts.Actor(r.Context(), *in.Person)
		if errs.Is(err, errs.NotFound) {
			return errs.New(errs.Invalid, "caseapi.no_person").On("person")
		}
		if err != nil {
			return err
		}
		actor := casework.ActorOf(casework.Asker{Actor: to})
		cmd.To = &actor
	}
	return a.command(r, who, cmd)
}

// hows are how one case may be tied to another.
var hows = []string{"duplicate", "related", "relapse"}

// link ties the case to another that who asks may know of.
func (a *front) link(r *web.Request) error {
	var in struct {
		Number string `json:"number"`
		How    string `json:"how"`
	}
	who, err := a.read(r, &in)
	if err != nil {
		return err
	}
	if !slices.Contains(hows, in.How) {
		return errs.New(errs.Invalid, "caseapi.no_choice", "choices", strings.Join(hows, ", ")).On("how")
	}
	v, err := a.Cases.View(r.Context(), who, in.Number)
	if errs.Is(err, errs.NotFound) || err == nil && v.Number == r.PathValue("number") {
		return errs.New(errs.Invalid, "casework.no_case").On("number")
	}
	if err != nil {
		return err
	}
	return a.command(r, who, casework.Link{Linked: casework.Linked{Case: v.ID, How: in.How}})
}
