package ordersweb_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/store"
)

// toCity sends a case on to the city, and returns the number of the order.
func (s *site) toCity(number string) string {
	s.t.Helper()
	s.does("builder", number, "accept", nil)
	s.does("builder", number, "to-city", casework.Data{"reason": "市管道路"})
	return fmt.Sprintf("%s-%d", number, s.caseOf(number).Seq)
}

func TestAMatterOfTheCityIsSentThereAndItsAnswerMovesTheCase(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		m := road()
		m["files"] = []object{{"name": "现场.png", "content": picture()}}
		number := s.hotline.says("order", "GD-1", m).is(200)["handled"].(string)
		order := s.toCity(number)
		s.settle()
		due := s.duty(number, "city-reply")
		if u, _ := due.Owner.Unit(); u != "city-management" {
			t.Fatalf("owed by %s", due.Owner)
		}
		got := s.city.order(us, order)
		want := object{"title": "金峰路塌陷", "text": "金峰路路口塌陷一平方米，有车辆受损。", "category": "road", "due": due.Due.In(zhuhai).Format(time.RFC3339)}
		if !reflect.DeepEqual(got.Order, want) || got.Files != 1 {
			t.Fatalf("%+v, want %+v", got, want)
		}
		if rows := s.rows(orders.Filter{Peer: "city"}); len(rows) != 1 || rows[0].Handled != "CG-"+order || rows[0].CaseNumber() != number || rows[0].Status != orders.Accepted {
			t.Errorf("%+v", rows)
		}
		status := func(seq int, is, text string) object {
			return object{"text": text, "status": object{"seq": seq, "is": is, "handled": "CG-" + order, "at": "2021-11-19T16:00:00+08:00"}}
		}
		s.city.says("status", order, status(1, "assigned", "已派香洲中队")).is(200)
		s.inState(number, "with-city")
		s.city.says("status", order, status(3, "answered", "")).is(422, "casework.form.required", "text")
		s.city.says("status", order, status(3, "answered", "路面已修复。")).is(200)
		s.inState(number, "replied")
		// What comes late is superseded: the case is not moved back.
		s.city.says("status", order, status(2, "returned", "不属我局")).is(200)
		s.inState(number, "replied")
		s.settle()
		if o := s.hotline.order("hotline", "GD-1"); o.Status != "answered" || o.Texts[len(o.Texts)-1] != "路面已修复。" {
			t.Errorf("the hotline heard %+v", o)
		}
		if o := s.city.order(us, order); len(o.Heard) != 0 {
			t.Errorf("the city heard %v of what it had done", o.Heard)
		}
	})
}

func TestTheCityHandsBackAndIsUrgedAndHearsOfTheEnd(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		status := object{"text": "不属我局", "status": object{"seq": 1, "is": "returned", "at": "2021-11-19T16:00:00+08:00"}}
		number := s.orderIn("GD-1")
		order := s.toCity(number)
		s.settle()
		s.city.says("status", order, status).is(200)
		s.inState(number, "handling")

		late := s.orderIn("GD-2")
		second := s.toCity(late)
		s.settle()
		s.hotline.says("deadline", "GD-2", object{"due": "2021-11-22T12:00:00+08:00"}).is(200) // the stricter clock is the city's too
		s.settle()
		s.hand.Set(time.Date(2021, 11, 22, 6, 0, 0, 0, time.UTC))
		_, err := s.cases.Sweep(ctx, 100)
		s.must(err)
		s.settle()
		s.hotline.says("withdraw", "GD-2", object{"text": "不用了"}).is(200)
		s.settle()
		if o := s.city.order(us, second); !reflect.DeepEqual(o.Heard, []string{"deadline", "urge", "withdraw"}) {
			t.Errorf("the city heard %v", o.Heard)
		}
	})
}

func TestWhatIsNotTakenIsTriedAgainInItsOrder(t *testing.T) {
	for _, mode := range []string{"500", "503", "302", "reset", "drop", "slow"} {
		t.Run(mode, func(t *testing.T) {
			each(t, func(t *testing.T, s *site) {
				number := s.orderIn("GD-1")
				s.hotline.misbehave(mode, 2)
				s.does("builder", number, "accept", nil)
				s.does("builder", number, "reply", casework.Data{"answer": "好了"})
				s.settle()
				if mode != "slow" {
					if o := s.hotline.order("hotline", "GD-1"); len(o.Statuses) > 1 {
						t.Fatalf("told %v before the first was taken", o.Statuses)
					}
					rows := s.rows(orders.Filter{Show: orders.ShowUndelivered})
					if len(rows) != 1 || rows[0].Trouble == nil || rows[0].Trouble.State != orders.Waiting || rows[0].Waiting != 3 {
						t.Fatalf("%+v", rows)
					}
				}
				for range 3 {
					s.later(2 * time.Minute)
					s.settle()
				}
				o := s.hotline.order("hotline", "GD-1")
				if want := []string{"accepted", "assigned", "answered"}; !reflect.DeepEqual(o.Statuses, want) {
					t.Errorf("told %v", o.Statuses)
				}
				if _, again, _ := s.hotline.counts(); (again > 0) != (mode == "drop") {
					t.Errorf("%d messages came again", again)
				}
				if rows := s.rows(orders.Filter{Show: orders.ShowUndelivered}); len(rows) != 0 {
					t.Errorf("%+v", rows)
				}
			})
		})
	}
}

func TestAMessageIsGivenUpAndSeenAndSentAgain(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		s.hotline.misbehave("503", 1000)
		s.does("builder", number, "accept", nil)
		for range 20 {
			s.settle()
			s.later(25 * time.Hour)
		}
		rows := s.rows(orders.Filter{Show: orders.ShowUndelivered})
		if len(rows) != 1 || rows[0].Trouble.State != orders.Dead || rows[0].Trouble.Tries != 13 || !strings.Contains(rows[0].Trouble.Detail, "503") || rows[0].Waiting != 1 {
			t.Fatalf("%+v", rows)
		}
		s.hotline.misbehave("", 0)
		s.settle()
		if o := s.hotline.order("hotline", "GD-1"); len(o.Statuses) != 0 {
			t.Errorf("what comes after it was told: %v", o.Statuses)
		}
		s.must(s.db.Write(ctx, func(tx *store.Tx) error { return s.orders.SendAgain(ctx, tx, rows[0].ID) }))
		s.settle()
		if o := s.hotline.order("hotline", "GD-1"); !reflect.DeepEqual(o.Statuses, []string{"accepted", "assigned"}) {
			t.Errorf("told %v", o.Statuses)
		}
		err := s.db.Write(ctx, func(tx *store.Tx) error { return s.orders.SendAgain(ctx, tx, rows[0].ID) })
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("there was something left to send: %v", err)
		}
	})
}

// One that is refused for good does not hold up what comes after it: the hotline hears of the end.
func TestARefusedMessageHoldsUpNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		s.hotline.misbehave("422", 1)
		s.does("builder", number, "accept", nil)
		s.settle()
		if o := s.hotline.order("hotline", "GD-1"); !reflect.DeepEqual(o.Statuses, []string{"assigned"}) {
			t.Errorf("told %v", o.Statuses)
		}
		if rows := s.rows(orders.Filter{Show: orders.ShowUndelivered}); len(rows) != 1 || rows[0].Trouble.State != orders.Refused {
			t.Errorf("%+v", rows)
		}
		// An order of ours that is refused is said in its case.
		s.city.misbehave("422", 1)
		s.does("builder", number, "to-city", casework.Data{"reason": "市管"})
		s.settle()
		noted := false
		s.must(s.db.Read(ctx, func(tx *store.Tx) error {
			records, err := s.cases.Records(ctx, tx, s.caseOf(number).ID)
			for _, r := range records {
				for _, e := range r.Events {
					noted = noted || e.Noted != nil && strings.Contains(e.Noted.Text, "未能送达")
				}
			}
			return err
		}))
		if !noted {
			t.Error("nobody is told that the city did not take the order")
		}
	})
}

// A server that dies while it sends leaves the message to the next: it comes again, and is known again.
func TestAMessageSurvivesTheServerThatSentIt(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		s.must(s.queue.Drain(ctx))
		s.hotline.misbehave("drop", 1)
		s.must(s.orders.Flush(ctx))                       // it arrived, and we do not know
		s.must(s.db.Write(ctx, func(tx *store.Tx) error { // as if killed before it was noted: claimed, and nothing said of it
			_, err := tx.Exec(ctx, "UPDATE orders_message SET why = '', detail = '', due_at = $1 WHERE state = 'waiting'", s.machine.Security().Now().Add(2*time.Minute).UnixMicro())
			return err
		}))
		next, err := orders.New(s.parts)
		s.must(err)
		s.must(next.Flush(ctx))
		if received, _, _ := s.hotline.counts(); received != 1 {
			t.Errorf("%d messages within the lease", received)
		}
		s.later(3 * time.Minute)
		s.does("builder", number, "accept", nil)
		s.must(s.queue.Drain(ctx))
		s.must(next.Flush(ctx))
		received, again, _ := s.hotline.counts()
		if o := s.hotline.order("hotline", "GD-1"); received != 3 || again != 1 || !reflect.DeepEqual(o.Statuses, []string{"accepted", "assigned"}) {
			t.Errorf("%d received, %d again: %v", received, again, o.Statuses)
		}
	})
}

// Two servers and several workers: each message once, each order in its order.
func TestServersShareTheWork(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		other, err := orders.New(s.parts)
		s.must(err)
		const n = 12
		for i := range n {
			number := s.orderIn(fmt.Sprintf("GD-%d", i))
			s.does("builder", number, "accept", nil)
		}
		s.must(s.queue.Drain(ctx))
		done := make(chan error, 4)
		for _, o := range []*orders.Service{s.orders, s.orders, other, other} {
			go func() { done <- o.Flush(ctx) }()
		}
		for range 4 {
			s.must(<-done)
		}
		s.must(s.orders.Flush(ctx)) // what one of them left to another
		for i := range n {
			if o := s.hotline.order("hotline", fmt.Sprintf("GD-%d", i)); !reflect.DeepEqual(o.Statuses, []string{"accepted", "assigned"}) {
				t.Errorf("GD-%d was told %v", i, o.Statuses)
			}
		}
		if received, again, bad := s.hotline.counts(); received != 2*n || again != 0 || bad != 0 {
			t.Errorf("%d received, %d again, %d bad", received, again, bad)
		}
	})
}

func (s *site) compare(peer string) map[string]orders.Row {
	s.t.Helper()
	c, err := s.orders.Compare(ctx, peer)
	s.must(err)
	rows := map[string]orders.Row{}
	for _, r := range s.rows(orders.Filter{Peer: peer, Show: orders.ShowDifferent}) {
		rows[r.Number] = r
	}
	if c.Differences != len(rows) {
		s.t.Errorf("%d differences were counted, %d are shown", c.Differences, len(rows))
	}
	return rows
}

func TestListsAreComparedAndMended(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		now := s.machine.Security().Now().In(zhuhai) // a comparison is kept by its day: all of these are of one
		s.later(time.Date(now.Year(), now.Month(), now.Day()+1, 9, 0, 0, 0, zhuhai).Sub(now))
		for i := range 4 {
			s.orderIn(fmt.Sprintf("GD-%d", i))
		}
		s.hotline.control("POST", "change", object{"set": object{"key": "hotline/GD-1", "status": "answered"}}, nil)
		s.settle()
		s.hotline.control("POST", "change", object{"set": object{"key": "hotline/GD-1", "status": "answered"}}, nil)
		s.hotline.control("POST", "change", object{"forget": "hotline/GD-2"}, nil)
		s.hotline.control("POST", "change", object{"invent": object{"owner": "hotline", "number": "GD-77", "status": "accepted"}}, nil)
		if rows := s.compare("hotline"); len(rows) != 1 || rows["GD-77"].Difference != orders.Unknown {
			t.Errorf("what changed just now may be on its way: %+v", rows)
		}
		s.later(time.Hour)
		rows := s.compare("hotline")
		if len(rows) != 3 || rows["GD-1"].Difference != orders.Different || rows["GD-1"].Listed != "answered" || rows["GD-2"].Difference != orders.Missing || rows["GD-77"].Difference != orders.Unknown {
			t.Fatalf("%+v", rows)
		}
		for _, number := range []string{"GD-1", "GD-77"} {
			s.must(s.db.Write(ctx, func(tx *store.Tx) error { return s.orders.SendAgain(ctx, tx, rows[number].ID) }))
		}
		s.settle()
		if o := s.hotline.order("hotline", "GD-1"); o.Status != "accepted" || o.Seq != 2 {
			t.Errorf("told once more: %+v", o)
		}
		s.later(time.Hour)
		left := s.compare("hotline")
		if _, still := left["GD-1"]; still || len(left) != 2 {
			t.Errorf("left are %+v", left)
		}
		// The hotline was asked for the order that we do not know; when it comes, it is one of ours.
		s.orderIn("GD-77")
		s.later(time.Hour)
		if rows := s.compare("hotline"); len(rows) != 1 || rows["GD-2"].Difference != orders.Missing {
			t.Errorf("left are %+v", rows)
		}
		s.hotline.misbehave("500", 1)
		if _, err := s.orders.Compare(ctx, "hotline"); !errs.Is(err, errs.Unavailable) {
			t.Errorf("a list that did not come: %v", err)
		}
		today := clock.DateOf(s.machine.Security().Now(), zhuhai)
		if got := s.count("SELECT COUNT(*) FROM orders_check WHERE listed = 4 AND day = '" + today.String() + "'"); got != 1 {
			t.Errorf("the day's comparison is not kept")
		}
	})
}

func TestAnOrderThatTheCityLostIsSentAgain(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		order := s.toCity(s.orderIn("GD-1"))
		s.settle()
		s.city.control("POST", "change", object{"forget": us + "/" + order}, nil)
		s.later(time.Hour)
		rows := s.compare("city")
		if rows[order].Difference != orders.Missing {
			t.Fatalf("%+v", rows)
		}
		s.must(s.db.Write(ctx, func(tx *store.Tx) error { return s.orders.SendAgain(ctx, tx, rows[order].ID) }))
		s.settle()
		if o := s.city.order(us, order); o.Order["title"] != "金峰路塌陷" {
			t.Errorf("%+v", o)
		}
		// The city asks for it itself.
		s.city.control("POST", "change", object{"forget": us + "/" + order}, nil)
		s.city.says("again", order, object{"owner": us}).is(200)
		s.settle()
		if o := s.city.order(us, order); o.Order["title"] != "金峰路塌陷" {
			t.Errorf("%+v", o)
		}
		s.city.says("again", order, object{"owner": "city"}).is(404)
		s.city.says("again", order, object{"owner": "somebody"}).is(400, "orders.bad_owner", "owner")
	})
}

// While a server runs, all of it goes by itself.
func TestItGoesByItself(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		night := time.Date(2026, 3, 2, 3, 0, 0, 0, zhuhai) // after two o'clock lists are compared
		s.later(night.Sub(s.machine.Security().Now()))
		background, stop := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() { s.orders.Run(background); close(done) }()
		go s.queue.Run(background, 2)
		s.orderIn("GD-1")
		for range 200 {
			if o := s.hotline.order("hotline", "GD-1"); o.Status == "accepted" && s.count("SELECT COUNT(*) FROM orders_check") == 2 {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		stop()
		<-done
		if o := s.hotline.order("hotline", "GD-1"); o.Status != "accepted" {
			t.Errorf("%+v", o)
		}
		if n := s.count("SELECT COUNT(*) FROM orders_check WHERE day = '2026-03-02'"); n != 2 {
			t.Errorf("%d peers were compared with on that day", n)
		}
	})
}

func TestAPeerThatIsTakenAwayHearsNothingUntilItComesBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		s.settle()
		known, _, _ := s.hotline.counts()
		s.orders.SetPeers(nil)
		s.does("builder", number, "accept", nil)
		s.settle()
		s.hotline.says("urge", "GD-1", object{"text": "请尽快"}).is(401)
		if now, _, _ := s.hotline.counts(); now != known || s.orders.Connected("hotline") || len(s.orders.Known()) != 0 {
			t.Errorf("%d messages were sent to a peer that the pack does not have", now-known)
		}
		s.orders.SetPeers(s.parts.Peers)
		s.does("builder", number, "reply", casework.Data{"answer": "已修复"})
		s.settle()
		if o := s.hotline.order("hotline", "GD-1"); !reflect.DeepEqual(o.Statuses, []string{"accepted", "assigned", "answered"}) {
			t.Errorf("it heard %v when it came back", o.Statuses)
		}
	})
}
