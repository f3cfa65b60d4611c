package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/promise"
	"huying/internal/store"
)

// The procedures by which promises are supervised, as a pack names them. A pack that lacks one goes without.
const (
	reporting   = "progress-report"
	supervising = "supervision"
	closing     = "closing"
	adjusting   = "adjustment"
	lettering   = "letter"
	rating      = "livelihood-matters"
)

// by is the program as it acts in cases; key makes what it does be done once.
func by(key string) casework.Asker { return casework.Asker{Program: true, Key: key} }

// runs reports whether the district has a procedure.
func (a *App) runs(ctx context.Context, tx *store.Tx, procedure string) (bool, error) {
	_, err := a.cases.Procedure(ctx, tx, procedure)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// askReport opens the report that a promise owes for a cycle: once for each, as long as none that was opened is in force.
func (a *App) askReport(ctx context.Context, tx *store.Tx, e promise.ReportDue) error {
	st, err := a.register.Standing(ctx, tx, e.Number)
	if err != nil || st.Over() {
		return err
	}
	if ok, err := a.runs(ctx, tx, reporting); !ok {
		return err
	}
	before, err := a.cases.Repeats(ctx, tx, reporting, e.Number)
	if err != nil {
		return err
	}
	for i := range before {
		if before[i].Form["cycle"] == e.Cycle && before[i].Outcome != casework.Withdrawn {
			return nil
		}
	}
	form := casework.Data{"promise": st.Number, "title": casework.Clip(st.Title, 400), "unit": st.Lead, "cycle": e.Cycle, "due": e.Due.String()}
	if st.Target != "" {
		form["target"] = st.Claim.Sign() + st.Target
	}
	if unit := casework.Clip(st.Claim.Unit, 20); unit != "" {
		form["measure"] = unit
	}
	_, err = a.cases.OpenIn(ctx, tx, by(fmt.Sprintf("report/%s/%s/%d", e.Number, e.Cycle, e.Turn)), reporting,
		casework.OpenCase{Form: form, Channel: "program", Simulated: st.Simulated})
	return a.about(err, e.Number, reporting)
}

// turned follows a light: a promise that is red has one case of supervision that runs, one that is red no more has none, and of what is done
// no report is asked any more.
func (a *App) turned(ctx context.Context, tx *store.Tx, e promise.Turned) error {
	st, err := a.register.Standing(ctx, tx, e.Number)
	if err != nil {
		return err
	}
	if st.Over() {
		if err := a.dropReports(ctx, tx, st); err != nil {
			return err
		}
	}
	if ok, err := a.runs(ctx, tx, supervising); !ok {
		return err
	}
	before, err := a.cases.Repeats(ctx, tx, supervising, st.Number)
	if err != nil {
		return err
	}
	red := st.Light == promise.Red && st.Year == a.yearOf(tx)
	running := slices.IndexFunc(before, func(c casework.Case) bool { return !c.Closed() })
	switch {
	case red && running < 0:
		err = a.raise(ctx, tx, st, before, e.Turn)
	case !red && running >= 0:
		answer := a.texts.T(i18n.ZH, "app.light_lifted", "light", a.texts.T(i18n.ZH, "web.light."+string(st.Light)))
		err = a.act(ctx, tx, &before[running], "lift", casework.Data{"answer": answer})
	}
	return a.about(err, st.Number, supervising)
}

func (a *App) yearOf(tx *store.Tx) int { return tx.Now().In(a.pack.Location).Year() }

// raise begins the supervision of a red promise, or goes on with the one that was lifted, as long as its procedure lets it.
func (a *App) raise(ctx context.Context, tx *store.Tx, st *promise.Standing, before []casework.Case, turn int) error {
	reasons := a.reasons(st)
	if len(before) > 0 && before[0].Outcome == casework.Solved {
		err := a.act(ctx, tx, &before[0], "again", casework.Data{"reason": reasons})
		if !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.Forbidden) {
			return err
		}
	}
	form := casework.Data{"promise": st.Number, "title": casework.Clip(st.Title, 200), "unit": st.Lead, "reasons": reasons, "since": a.register.DayOf(tx).String()}
	for _, u := range st.Joint {
		joint, _ := form["joint"].([]any)
		form["joint"] = append(joint, u)
	}
	_, err := a.cases.OpenIn(ctx, tx, by(fmt.Sprintf("red/%s/%d", st.Number, turn)), supervising,
		casework.OpenCase{Form: form, Channel: "program", Simulated: st.Simulated})
	return err
}

// reasons say why a promise stands where it does, in the language of the register.
func (a *App) reasons(st *promise.Standing) string {
	var all []string
	for _, w := range st.Why {
		all = append(all, a.texts.T(i18n.ZH, "promise.why."+w.Key, w.Args...))
	}
	return casework.Clip(strings.Join(all, "；"), 2000)
}

// dropReports takes back the reports that a unit still owes on a promise that is done.
func (a *App) dropReports(ctx context.Context, tx *store.Tx, st *promise.Standing) error {
	all, err := a.cases.Repeats(ctx, tx, reporting, st.Number)
	if err != nil {
		return err
	}
	for i := range all {
		if c := &all[i]; !c.Closed() && len(c.Pending) == 0 && c.State == "drafting" {
			if err := a.act(ctx, tx, c, "cancel", casework.Data{"reason": a.texts.T(i18n.ZH, "app.report_dropped")}); err != nil {
				return a.about(err, st.Number, reporting)
			}
		}
	}
	return nil
}

// yearOver ends what supervises the promises of a year that is over.
func (a *App) yearOver(ctx context.Context, tx *store.Tx, e promise.YearOver) error {
	all, err := a.cases.Running(ctx, tx, supervising)
	if err != nil {
		return err
	}
	for i := range all {
		c := &all[i]
		if number, _ := c.Form["promise"].(string); strings.HasPrefix(number, strconv.Itoa(e.Year)+"-") {
			if err := a.act(ctx, tx, c, "end", casework.Data{"reason": a.texts.T(i18n.ZH, "app.year_over", "year", strconv.Itoa(e.Year))}); err != nil {
				return a.about(err, number, supervising)
			}
		}
	}
	return nil
}

// act does an action of a case as the program.
func (a *App) act(ctx context.Context, tx *store.Tx, c *casework.Case, action string, input casework.Data) error {
	_, err := a.cases.DoIn(ctx, tx, by(""), c.Number, casework.Do{Action: action, Input: input})
	return err
}

// about makes the error of a job say of which promise and what it was, in words: it is read in the list of what could not be done.
func (a *App) about(err error, number, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %s: %w", what, number, a.texts.Error(i18n.ZH, err), err)
}
