package notice

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"huying/internal/i18n"
	"huying/internal/outbox"
	"huying/internal/store"
)

func TestInQuietHoursNothingGoesOutButWhatIsUrgent(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"))
		w.lives(1, "wecom", "zhang")
		w.at(19, 23, 30)
		w.tell(duty("一", 1))
		w.tell(duty("二", 1))
		if len(box.got()) != 0 {
			t.Fatal("a person was woken")
		}
		urgent := duty("三", 1)
		urgent.Urgent = true
		w.tell(urgent)
		if calls := box.got(); len(calls) != 1 || len(calls[0].Data.Data.Notices) != 1 || !calls[0].Data.Data.Notices[0].Urgent {
			t.Fatalf("%+v", calls)
		}
		w.at(20, 6, 59)
		w.run()
		if len(box.got()) != 1 {
			t.Error("06:59 is still quiet")
		}
		w.at(20, 7, 0)
		w.run()
		calls := box.got()
		if len(calls) != 2 {
			t.Fatalf("%d letters, want one in the morning", len(calls))
		}
		if d := calls[1].Data.Data; len(d.Notices) != 2 || d.Title != "您有 2 条通知" || !strings.Contains(d.Text, "《一》") || !strings.Contains(d.Text, "《二》") {
			t.Errorf("%+v", d)
		}
	})
}

func TestAnotherTryDoesNotFallIntoQuietHours(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t, status(500), status(500), status(500), status(500))
		w := newWorld(t, db, box.channel("wecom"))
		w.lives(1, "wecom", "zhang")
		w.at(19, 21, 55)
		urgent := duty("一", 1)
		urgent.Urgent = true
		w.write(func(tx *store.Tx) error { return w.Send(ctx, tx, urgent) })
		w.tell(duty("二", 1)) // both in one letter
		w.pass(10 * time.Second)
		w.pass(time.Minute)
		w.pass(5 * time.Minute)
		w.pass(15 * time.Minute) // 22:16: only what is urgent
		calls := box.got()
		if n := len(calls); n != 5 || len(calls[n-1].Data.Data.Notices) != 1 || !calls[n-1].Data.Data.Notices[0].Urgent {
			t.Fatalf("%d calls", n)
		}
		w.at(20, 7, 0)
		w.run()
		calls = box.got()
		if len(calls) != 6 || calls[5].Data.Data.Notices[0].Text[:6] != "《二" || calls[5].Header.Get("webhook-id") == calls[4].Header.Get("webhook-id") {
			t.Errorf("what comes in the morning is a letter of its own: %+v", calls[len(calls)-1].Data)
		}
	})
}

func TestTheDailyLetterHoldsWhatHasNotBeenRead(t *testing.T) {
	post := startMailServer(t, "starttls")
	each(t, func(t *testing.T, db *store.DB) {
		before := len(post.letters())
		w := newWorld(t, db, post.channel(StartTLS))
		w.lives(1, Email, "zhang@example.org")
		w.tell(progress("一", 1))
		w.pass(time.Hour)
		w.tell(progress("二", 1))
		w.tell(progress("三", 1))
		items, _ := w.list(1, Filter{})
		w.write(func(tx *store.Tx) error { _, err := w.Read(ctx, tx, 1, items[1].ID); return err }) // 二
		w.at(20, 8, 29)
		w.run()
		if len(post.letters()) != before {
			t.Error("08:29 is before the daily letter")
		}
		w.at(20, 8, 30)
		w.run()
		w.pass(time.Hour)
		all := post.letters()[before:]
		if len(all) != 1 || all[0].Subject != "您有 2 条通知" || !strings.Contains(all[0].Text, "《一》") || strings.Contains(all[0].Text, "《二》") || !strings.Contains(all[0].Text, "《三》") {
			t.Fatalf("%+v", all)
		}
		var states []string
		for _, d := range w.ways(1) {
			states = append(states, string(d.State)+" "+d.Why)
		}
		if got := strings.Join(states, ", "); got != "sent , withdrawn notice.withdrawn.read, sent " {
			t.Error(got)
		}
		w.tell(progress("四", 1))
		w.at(21, 8, 30)
		w.run()
		if all := post.letters()[before:]; len(all) != 2 || all[1].Subject != "《四》有新进展" {
			t.Errorf("the next day's letter: %+v", all)
		}
	})
}

func TestWhatOneChoosesHoldsForWhatWaitsToo(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"), func(o *Options) {
			o.Active = func(_ context.Context, person int64) (bool, error) { return person != 4, nil }
		})
		for p := range int64(4) {
			w.lives(p+1, "wecom", "someone")
			w.choose(p+1, func(s *Settings) { s.Choices["wecom"]["case"] = Daily })
		}
		w.tell(progress("路灯不亮", 1, 2, 3, 4))
		w.choose(1, func(p *Settings) { p.Choices["wecom"]["case"] = Off })
		w.write(func(tx *store.Tx) error { return w.RemoveAddress(ctx, tx, 2, "wecom") })
		w.choose(3, func(p *Settings) { p.Quiet = Quiet{8 * 60, 9 * 60} })
		w.at(20, 8, 30)
		w.run()
		if n := len(box.got()); n != 0 {
			t.Errorf("%d letters", n)
		}
		for person, want := range map[int64]string{1: "notice.withdrawn.off", 2: "notice.withdrawn.no_address", 3: "", 4: "notice.withdrawn.no_account"} {
			if d := w.ways(person)[0]; d.Why != want || (d.State == Withdrawn) != (want != "") {
				t.Errorf("person %d: %+v", person, d)
			}
		}
		w.at(20, 9, 0)
		w.run()
		if n := len(box.got()); n != 1 {
			t.Errorf("%d letters after the quiet hour", n)
		}
	})
}

func TestWhatIsReadBeforeItIsRoutedNeedsNoLetter(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"))
		w.lives(1, "wecom", "zhang")
		w.write(func(tx *store.Tx) error { return w.Send(ctx, tx, duty("路灯不亮", 1)) })
		items, _ := w.list(1, Filter{})
		w.write(func(tx *store.Tx) error { _, err := w.Read(ctx, tx, 1, items[0].ID); return err })
		w.run()
		if len(box.got()) != 0 || len(w.ways(1)) != 0 {
			t.Errorf("%+v", w.ways(1))
		}
	})
}

func TestALetterHoldsAtMostFifty(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"))
		w.lives(1, "wecom", "zhang")
		w.write(func(tx *store.Tx) error {
			for i := range 120 {
				if err := w.Send(ctx, tx, duty(fmt.Sprint(i), 1)); err != nil {
					return err
				}
			}
			return nil
		})
		w.run()
		var sizes []int
		for _, c := range box.got() {
			sizes = append(sizes, len(c.Data.Data.Notices))
		}
		if fmt.Sprint(sizes) != "[50 50 20]" {
			t.Errorf("%v", sizes)
		}
	})
}

// silent is a channel whose server dies while it sends.
type silent struct{ *Hook }

func (s silent) carry(context.Context, letter) *outbox.Failure { panic("the machine lost its power") }

func TestWhenAServerDiesWhileItSendsAnotherTakesOver(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"))
		w.lives(1, "wecom", "zhang")
		w.write(func(tx *store.Tx) error { return w.Send(ctx, tx, duty("路灯不亮", 1)) })
		w.must(w.queue.Drain(ctx))
		w.carriers[0] = silent{&w.o.Hooks[0]}
		if err := w.Flush(ctx); err == nil {
			t.Fatal("it did not die")
		}
		w.carriers[0] = &w.o.Hooks[0]
		w.run()
		if len(box.got()) != 0 {
			t.Error("it is taken over while it may still be on its way")
		}
		w.pass(outbox.Lease)
		if d := w.ways(1)[0]; len(box.got()) != 1 || d.State != Sent || d.Tries != 2 {
			t.Errorf("%+v", d)
		}
	})
}

// slow is a channel that refuses at last, when something else has happened.
type slow struct {
	*Hook
	meanwhile func()
}

func (s slow) carry(context.Context, letter) *outbox.Failure {
	s.meanwhile()
	return &outbox.Failure{Final: true, Why: "notice.fail.refused"}
}

func TestALateAnswerDoesNotUndoWhatAnotherServerNoted(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"))
		w.lives(1, "wecom", "zhang")
		w.write(func(tx *store.Tx) error { return w.Send(ctx, tx, duty("路灯不亮", 1)) })
		w.must(w.queue.Drain(ctx))
		w.carriers[0] = slow{&w.o.Hooks[0], func() {
			w.carriers[0] = &w.o.Hooks[0]
			w.pass(outbox.Lease)
		}}
		w.must(w.Flush(ctx))
		if d := w.ways(1)[0]; d.State != Sent || d.Tries != 2 {
			t.Errorf("%+v", d)
		}
	})
}

func TestManyServersSendEachLetterOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		first := newWorld(t, db, box.channel("wecom"))
		servers := []*world{first, newWorld(t, db, box.channel("wecom")), newWorld(t, db, box.channel("wecom"))}
		const people, notices = 20, 5
		for p := range int64(people) {
			first.lives(p+1, "wecom", fmt.Sprint("person", p+1))
		}
		run, stop := context.WithCancel(ctx)
		var wg sync.WaitGroup
		for _, s := range servers {
			wg.Go(func() { s.Run(run) })
			wg.Go(func() { s.queue.Run(run, 2) })
		}
		for n := range notices {
			for p := range int64(people) {
				first.write(func(tx *store.Tx) error { return first.Send(ctx, tx, duty(fmt.Sprint(n), p+1)) })
			}
		}
		seen := map[string]int{}
		for range 400 {
			clear(seen)
			for _, c := range box.got() {
				for _, n := range c.Data.Data.Notices {
					seen[fmt.Sprint(c.Data.Data.To, n.ID)]++
				}
			}
			if len(seen) == people*notices && first.counts().Waiting == 0 {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		stop()
		wg.Wait()
		if len(seen) != people*notices {
			t.Errorf("%d of %d arrived", len(seen), people*notices)
		}
		for what, n := range seen {
			if n != 1 {
				t.Errorf("%s arrived %d times", what, n)
			}
		}
	})
}

func TestATestGoesByEveryChannel(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"), box.channel("sms"))
		test := func() (channels []string, err error) {
			err = db.Write(ctx, func(tx *store.Tx) error { channels, err = w.Test(ctx, tx, 1); return err })
			w.must(w.Flush(ctx))
			return channels, err
		}
		if _, err := test(); err == nil || w.troubles(TroubleFilter{}) != nil {
			t.Errorf("without an address there is nothing to test: %v", err)
		}
		w.lives(1, "wecom", "zhang")
		w.lives(1, "sms", "13800000000")
		w.choose(1, func(p *Settings) {
			p.Lang, p.Quiet = i18n.EN, Quiet{0, 23*60 + 59}
			for _, g := range Groups {
				p.Choices["wecom"][g], p.Choices["sms"][g] = Off, Off
			}
		})
		channels, err := test()
		if err != nil || strings.Join(channels, " ") != "sms wecom" || len(box.got()) != 2 || box.got()[0].Data.Data.Title != "This is a test, sent Fri 19 Nov 2021, 15:20." {
			t.Errorf("%v %v %+v", channels, err, box.got())
		}
		if _, err := test(); err == nil || len(box.got()) != 2 {
			t.Errorf("twice within a minute: %v", err)
		}
		w.hand.Advance(time.Minute)
		if _, err := test(); err != nil || len(box.got()) != 4 {
			t.Error(err)
		}
	})
}

func TestTheAdministratorSendsAgainWhatAChannelMissed(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t, status(410), status(410), status(500))
		w := newWorld(t, db, box.channel("wecom"))
		for p := range int64(4) {
			w.lives(p+1, "wecom", "someone")
			w.tell(duty("路灯不亮", p+1))
		}
		if c := w.counts(); c != (Counts{Waiting: 1, Trying: 1, Failed: 2}) {
			t.Fatalf("%+v", c)
		}
		if all := w.troubles(TroubleFilter{Person: 2}); len(all) != 1 || all[0].Person != 2 {
			t.Errorf("%+v", all)
		}
		w.write(func(tx *store.Tx) error {
			n, err := w.AgainAll(ctx, tx, "wecom")
			if n != 3 {
				t.Errorf("%d sent again", n)
			}
			return err
		})
		w.run()
		if c := w.counts(); c != (Counts{}) || len(box.got()) != 7 {
			t.Errorf("%+v, %d calls", c, len(box.got()))
		}
	})
}

func TestTidyingUpEndsWhatNobodyWillSend(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"), box.channel("sms"))
		w.lives(1, "sms", "13800000000")
		w.at(19, 23, 0)
		w.tell(duty("路灯不亮", 1))
		without := newWorld(t, db, box.channel("wecom"))
		without.hand.Set(w.now().Add(10 * time.Hour))
		without.must(without.Tidy(ctx))
		if d := w.ways(1)[0]; d.State != Waiting {
			t.Errorf("another server may know the channel: %+v", d)
		}
		without.hand.Advance(48 * time.Hour)
		without.must(without.Tidy(ctx))
		if d := w.ways(1)[0]; d.State != Withdrawn || d.Why != "notice.withdrawn.no_channel" {
			t.Errorf("%+v", d)
		}
		items, _ := w.list(1, Filter{})
		w.write(func(tx *store.Tx) error { _, err := w.Read(ctx, tx, 1, items[0].ID); return err })
		without.hand.Advance(keepRead)
		without.must(without.Tidy(ctx))
		if _, n := w.list(1, Filter{}); n != 0 {
			t.Error("what was read long ago is still there")
		}
	})
}
