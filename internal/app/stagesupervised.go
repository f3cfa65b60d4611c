package app

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/promise"
	"huying/internal/store"
)

// stepSupervised marks that the demonstration's promises were supervised.
const stepSupervised = "demonstration supervised"

// supervisedDays is how long before its day the demonstration's promises begin to be supervised.
const supervisedDays = 18

// supervisedStage plays the last weeks of the demonstration's supervision: reports that are drafted, signed, accepted or returned, a red light
// whose remedy is planned, a letter that is answered and one that is not.
//
// A play that broke off goes on with its day: each deed has a key, and who does what hangs on the promise and the day, not on what others have
// done by then or on the order in which cases were opened.
type supervisedStage struct {
	app      *App
	hand     *clock.Hand
	db       *store.DB
	cases    *casework.Service
	register *promise.Register
	queue    *jobs.Queue
	picture  string
}

// playSupervised plays it, once. A pack without the procedures has none.
func (a *App) playSupervised(ctx context.Context) error {
	if a.procedures[reporting] == nil || a.procedures[supervising] == nil || a.procedures[lettering] == nil {
		return nil
	}
	return stepOf(ctx, a.db, stepSupervised, a.pack.Key, func() error {
		pictures, err := a.keepPictures(ctx)
		if err != nil {
			return err
		}
		d := a.pack.Demonstration
		hand := clock.NewHand(d.Date.AddDays(-supervisedDays).In(a.pack.Location))
		s := &supervisedStage{app: a, hand: hand, db: a.db.WithClock(hand.Business()), picture: pictures[0]}
		s.cases, s.register, s.queue = a.cases.On(s.db), a.register.On(hand.Business()), jobs.New(s.db, a.cfg.Security)
		a.answerOn(s.queue)
		return s.play(ctx, d.Date.Date)
	})
}

// play goes from one working day to the next: in the morning the clock and the lights are looked at, then people work.
func (s *supervisedStage) play(ctx context.Context, until clock.Date) error {
	n := 0
	for day := until.AddDays(-supervisedDays); day.Before(until); day = day.AddDays(1) {
		if !s.app.calendar.Calendar().IsWorkday(day) {
			continue
		}
		err := stepOf(ctx, s.app.db, fmt.Sprint(stepSupervised, " ", day), s.app.pack.Key, func() error { return s.day(ctx, day, n) })
		if err != nil {
			return fmt.Errorf("%s: %w", day, err)
		}
		n++
	}
	return nil
}

// day plays the n-th working day.
func (s *supervisedStage) day(ctx context.Context, day clock.Date, n int) error {
	s.hand.Set(day.In(s.app.pack.Location).Add(9 * time.Hour))
	if err := s.settle(ctx); err != nil {
		return err
	}
	s.hand.Set(day.In(s.app.pack.Location).Add(10 * time.Hour))
	if err := s.work(ctx, n); err != nil {
		return err
	}
	return s.settle(ctx)
}

// settle does what a server would do beside the pages.
func (s *supervisedStage) settle(ctx context.Context) error {
	for {
		if err := s.queue.Drain(ctx); err != nil {
			return err
		}
		n, err := s.cases.Sweep(ctx, swept)
		if err != nil {
			return err
		}
		looked, err := s.register.Watch(ctx)
		if err != nil {
			return err
		}
		if n == 0 && !looked {
			return nil
		}
	}
}

// work is what people do on the n-th working day.
func (s *supervisedStage) work(ctx context.Context, n int) error {
	switch n {
	case 1:
		return s.letters(ctx)
	case 3:
		return s.answer(ctx)
	case 4:
		return s.plan(ctx)
	}
	return s.reports(ctx, n)
}

// The deeds of people. Whom they stand for is their post.
func (s *supervisedStage) do(ctx context.Context, role identity.Role, unit, number string, cmd casework.Command, key string) error {
	who := casework.Asker{Actor: &identity.Actor{Grants: []identity.Grant{{Role: role, Unit: unit}}}, Key: "supervised/" + key}
	_, err := s.cases.Do(ctx, who, number, cmd)
	return err
}

// signed is an action of a clerk that the head of the unit signs.
func (s *supervisedStage) signed(ctx context.Context, unit, number string, cmd casework.Do, key string) error {
	if err := s.do(ctx, identity.Clerk, unit, number, cmd, key+"/ask"); err != nil {
		return err
	}
	return s.do(ctx, identity.Head, unit, number, casework.Approve{}, key+"/sign")
}

// running are the open cases of a procedure, in the order of the promises that they are about.
func (s *supervisedStage) running(ctx context.Context, procedure string) (out []casework.Case, err error) {
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		all, err := s.cases.Running(ctx, tx, procedure)
		out = slices.DeleteFunc(all, func(c casework.Case) bool { return !c.Simulated || aboutPromise(&c) == "" })
		return err
	})
	slices.SortStableFunc(out, func(a, b casework.Case) int { return strings.Compare(aboutPromise(&a), aboutPromise(&b)) })
	return out, err
}

// aboutPromise is the number of the promise that a case is about, or empty.
func aboutPromise(c *casework.Case) string {
	for _, field := range []string{"promise", "about"} {
		if number, _ := c.Form[field].(string); number != "" {
			return number
		}
	}
	return ""
}

// spreadOver is how many days reports are spread over: of some three hundred promises about three report on a day.
const spreadOver = 90

// draw is the day, of spreadOver, on which a unit reports on a promise in a cycle.
func draw(c *casework.Case) int {
	h := fnv.New32a()
	fmt.Fprint(h, aboutPromise(c), c.Form["cycle"])
	return int(h.Sum32() % spreadOver)
}

// reports lets some units report, and the office accept most of what came in on the days before, return a little, and leave the rest.
func (s *supervisedStage) reports(ctx context.Context, n int) error {
	all, err := s.running(ctx, reporting)
	if err != nil {
		return err
	}
	for i := range all {
		c, day := &all[i], draw(&all[i])
		switch {
		case c.State == "checking" && day < n:
			err = s.check(ctx, c)
		case c.State == "drafting" && day == n:
			err = s.report(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *supervisedStage) check(ctx context.Context, c *casework.Case) error {
	action, input := "accept", casework.Data{}
	if strings.HasSuffix(aboutPromise(c), "3") {
		action, input = "return", casework.Data{"reason": "演示：请补充数据来源和佐证。"}
	}
	return s.do(ctx, identity.Supervisor, "", c.Number, casework.Do{Action: action, Input: input}, c.Number+"/check")
}

func (s *supervisedStage) report(ctx context.Context, c *casework.Case) error {
	draft, err := s.draft(ctx, c)
	if err != nil {
		return err
	}
	return s.signed(ctx, c.Lead(), c.Number, casework.Do{Action: "draft", Input: draft}, c.Number+"/draft")
}

// draft is what a unit reports: that things stand as they did.
func (s *supervisedStage) draft(ctx context.Context, c *casework.Case) (casework.Data, error) {
	number, _ := c.Form["promise"].(string)
	in := casework.Data{"progress": "演示：按计划推进，本期情况见佐证。", "evidence": []any{s.picture}, "source": "牵头单位月报"}
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		st, err := s.register.Standing(ctx, tx, number)
		if err != nil {
			return err
		}
		switch {
		case st.Value != "":
			in["value"] = st.Value
		case st.Progress != nil:
			in["percent"] = *st.Progress
		}
		return nil
	})
	return in, err
}

// letters lets the office write two letters: one will be answered.
func (s *supervisedStage) letters(ctx context.Context) error {
	red, err := s.running(ctx, supervising)
	if err != nil {
		return err
	}
	for i, c := range red[:min(2, len(red))] {
		form := casework.Data{"title": c.Title, "unit": c.Lead(), "basis": "light", "about": c.Form["promise"], "body": fmt.Sprint("任务亮红灯：", c.Form["reasons"], "。请书面说明原因、措施和完成日期。")}
		who := casework.Asker{Actor: &identity.Actor{Grants: []identity.Grant{{Role: identity.Supervisor}}}, Key: fmt.Sprint("supervised/letter/", i)}
		if _, err := s.cases.Open(ctx, who, lettering, casework.OpenCase{Form: form, Channel: "web", Simulated: true}); err != nil {
			return err
		}
	}
	return nil
}

// answer lets the first of two letters be answered and settled. When there is one only, it was.
func (s *supervisedStage) answer(ctx context.Context) error {
	all, err := s.running(ctx, lettering)
	all = slices.DeleteFunc(all, func(c casework.Case) bool { return c.Parent != 0 })
	if err != nil || len(all) < 2 {
		return err
	}
	c := &all[0]
	reply := casework.Do{Action: "reply", Input: casework.Data{"answer": "演示：已增派力量，按周调度，月底前赶上计划。", "evidence": []any{s.picture}}}
	if err := s.signed(ctx, c.Lead(), c.Number, reply, c.Number+"/reply"); err != nil {
		return err
	}
	return s.do(ctx, identity.Supervisor, "", c.Number, casework.Do{Action: "accept", Input: casework.Data{"evidence": []any{s.picture}}}, c.Number+"/accept")
}

// plan lets about every second unit with a red light plan how it is made good.
func (s *supervisedStage) plan(ctx context.Context) error {
	red, err := s.running(ctx, supervising)
	if err != nil {
		return err
	}
	day := clock.DateOf(s.hand.Business().Now(), s.app.pack.Location).AddDays(30)
	for i := range red {
		c := &red[i]
		if c.State != "raised" || draw(c)%2 == 1 {
			continue
		}
		plan := casework.Do{Action: "plan", Input: casework.Data{"measures": "演示：倒排工期，增派人员设备，每周调度一次。", "date": day.String()}}
		if err := s.signed(ctx, c.Lead(), c.Number, plan, c.Number+"/plan"); err != nil {
			return err
		}
	}
	return nil
}
