package ordersweb_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"huying/internal/casework"
	"huying/internal/edge/orders"
	"huying/internal/edge/orders/ordersweb"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web"
	"huying/internal/web/webtest"
)

var recall = casework.Data{"reason": "已与市局商定由区里办"}

// outgoing is how we know an order of ours.
func (s *site) outgoing(number string) orders.Row {
	s.t.Helper()
	for _, r := range s.rows(orders.Filter{Peer: "city"}) {
		if r.Number == number {
			return r
		}
	}
	s.t.Fatalf("%s is not known", number)
	return orders.Row{}
}

// closed holds that an order has ended on both sides, and what the city heard about it.
func (s *site) closed(number string, heard ...string) {
	s.t.Helper()
	if o := s.city.order(us, number); o.Status != "ended" || o.Outcome != "withdrawn" || !reflect.DeepEqual(o.Heard, heard) {
		s.t.Errorf("%s for the city: %s %s, heard %v", number, o.Status, o.Outcome, o.Heard)
	}
	if r := s.outgoing(number); r.Status != orders.Ended || r.Outcome != casework.Withdrawn {
		s.t.Errorf("%s for us: %s %s", number, r.Status, r.Outcome)
	}
}

func (s *site) status(order string, seq int, is, outcome, text string) {
	s.t.Helper()
	part := object{"seq": seq, "is": is, "handled": "CG-" + order, "at": "2021-11-19T16:00:00+08:00"}
	if outcome != "" {
		part["outcome"] = outcome
	}
	s.city.says("status", order, object{"text": text, "status": part}).is(200)
}

func TestWhatACaseTakesBackIsWithdrawnAtTheCity(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		first := s.toCity(number)
		s.settle()
		s.status(first, 1, "assigned", "", "已派香洲中队")
		s.does("builder", number, "recall", recall)
		s.inState(number, "handling")
		s.settle()
		s.closed(first, "withdraw")

		// It hears no more of it: neither that it is late, nor of the end.
		s.hand.Set(time.Date(2021, 12, 3, 6, 0, 0, 0, time.UTC))
		_, err := s.cases.Sweep(ctx, 100)
		s.must(err)
		s.settle()
		s.closed(first, "withdraw")

		// What it says before it has heard is noted and moves nothing; that it has ended is taken up.
		s.status(first, 2, "assigned", "", "中队在途中")
		s.closed(first, "withdraw")

		// The next order about the matter has its own life: what is said of the first is no answer to it.
		s.does("builder", number, "to-city", casework.Data{"reason": "仍是市管"})
		second := fmt.Sprintf("%s-%d", number, s.caseOf(number).Seq)
		s.settle()
		if o := s.city.order(us, second); o.Status != "accepted" || len(o.Heard) != 0 {
			t.Errorf("the second order: %+v", o)
		}
		s.status(first, 3, "answered", "", "路面已修复。")
		s.inState(number, "with-city")
		if r := s.outgoing(first); r.Status != orders.Answered {
			t.Errorf("answered after all: %s", r.Status)
		}
		s.status(second, 1, "answered", "", "路面已重修。")
		s.inState(number, "replied")
	})
}

func TestWhatIsAnsweredOrHandedBackByHandIsWithdrawnAtTheCity(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for i, c := range []struct {
			action, state string
			input         casework.Data
		}{
			{"city-replies", "replied", casework.Data{"answer": "电话答复：已修复。"}},
			{"city-returns", "handling", casework.Data{"reason": "电话退单"}},
		} {
			number := s.orderIn(fmt.Sprintf("GD-%d", i))
			order := s.toCity(number)
			s.settle()
			s.does("city", number, c.action, c.input)
			s.inState(number, c.state)
			s.settle()
			s.closed(order, "withdraw")
		}
	})
}

// However soon it is taken back, and sent again: each order is told of in its order, and only that which is needed stays open.
func TestWhatIsTakenBackBeforeItIsSent(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		first := s.toCity(number)
		s.does("builder", number, "recall", recall)
		s.does("builder", number, "to-city", casework.Data{"reason": "仍是市管"})
		second := fmt.Sprintf("%s-%d", number, s.caseOf(number).Seq)
		s.settle()
		s.closed(first, "withdraw")
		if o := s.city.order(us, second); o.Status != "accepted" || len(o.Heard) != 0 {
			t.Errorf("the second order: %+v", o)
		}
		s.does("builder", number, "recall", recall)
		s.settle()
		s.closed(second, "withdraw")
	})
}

func TestAWithdrawalThatDidNotArriveIsSeenAndSentAgain(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		now := s.machine.Security().Now().In(zhuhai)
		s.later(time.Date(now.Year(), now.Month(), now.Day()+1, 9, 0, 0, 0, zhuhai).Sub(now))
		number := s.orderIn("GD-1")
		order := s.toCity(number)
		s.settle()
		s.city.misbehave("409", 1)
		s.does("builder", number, "recall", recall)
		s.settle()
		if r := s.outgoing(order); r.Trouble == nil || r.Trouble.Type != orders.Withdraw || r.Trouble.State != orders.Refused || !r.Again() {
			t.Errorf("it was refused, and the list shows %+v", r.Trouble)
		}
		s.later(time.Hour)
		pages := webtest.New(t, web.Options{Texts: webtest.Texts(t, orders.Locales, ordersweb.Locales, identity.Locales, store.Locales), Zone: zhuhai, Nav: ordersweb.Nav}, s.routes...)
		overseer := pages.As(t, webtest.Person(s.people["overseer"].ID, identity.Supervisor, ""))
		again := func() {
			t.Helper()
			rows := s.compare("city")
			if rows[order].Difference != orders.Different || rows[order].Listed != "accepted" {
				t.Fatalf("%+v", rows)
			}
			if page := overseer.Get("/orders?show=different"); !strings.Contains(page.Text(), "我方已撤回，对方仍未办结") {
				t.Errorf("the page does not say what to do: %s", page.Text())
			}
			s.must(s.db.Write(ctx, func(tx *store.Tx) error { return s.orders.SendAgain(ctx, tx, rows[order].ID) }))
			s.settle()
			s.later(time.Hour)
		}
		again()
		s.closed(order, "withdraw")
		// One that the city took and did not heed is told once more, and not asked how it stands.
		s.city.control("POST", "change", object{"set": object{"key": us + "/" + order, "status": "accepted"}}, nil)
		again()
		s.closed(order, "withdraw", "withdraw")
		if rows := s.compare("city"); len(rows) != 0 {
			t.Errorf("left are %+v", rows)
		}
		// What the city has lost is not sent to it again.
		s.city.control("POST", "change", object{"forget": us + "/" + order}, nil)
		if rows := s.compare("city"); len(rows) != 0 {
			t.Errorf("left are %+v", rows)
		}
		s.city.says("again", order, object{"owner": us}).is(200)
		s.settle()
		if o := s.city.order(us, order); o.Order != nil {
			t.Errorf("sent again: %+v", o)
		}
	})
}

// What an older program left open is withdrawn when lists are compared.
func TestAnOrderThatWasForgottenIsWithdrawnWithTheDaysComparison(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		order := s.toCity(number)
		needed := s.toCity(s.orderIn("GD-2"))
		s.settle()
		s.does("builder", number, "recall", recall)
		s.must(s.queue.Drain(ctx))
		s.must(s.db.Write(ctx, func(tx *store.Tx) error {
			if _, err := tx.Exec(ctx, "DELETE FROM orders_message WHERE type = 'withdraw'"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE orders_order SET status = 'accepted', outcome = '' WHERE number = $1", order)
			return err
		}))
		s.later(time.Hour)
		if rows := s.compare("city"); len(rows) != 0 {
			t.Errorf("%+v", rows)
		}
		s.settle()
		s.closed(order, "withdraw")
		if o := s.city.order(us, needed); o.Status != "accepted" || len(o.Heard) != 0 {
			t.Errorf("the one that is needed: %+v", o)
		}
	})
}

// An order by which the other side owes us nothing is open as long as its case is.
func TestAnOrderForTheirKnowledgeEndsWithTheCase(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		data, err := os.ReadFile("../../../../packs/zhuhai-gaoxin/procedures/hotline.yaml")
		s.must(err)
		const accept = "with: [note?], meets: accept, to: handling}"
		informs := strings.Replace(string(data), accept, "orders: {to: city, form: {title: form.title, text: form.description}}, "+accept, 1)
		p, err := casework.Read("procedures/hotline.yaml", []byte(informs), func(path string) ([]byte, error) {
			return os.ReadFile("../../../../packs/zhuhai-gaoxin/" + path)
		})
		s.must(err)
		s.must(s.db.Write(ctx, func(tx *store.Tx) error {
			_, err := s.cases.Load(ctx, tx, map[string]*casework.Procedure{"hotline": p}, "测试")
			return err
		}))
		number := s.orderIn("GD-1")
		s.does("builder", number, "accept", nil)
		order := fmt.Sprintf("%s-%d", number, s.caseOf(number).Seq)
		s.does("builder", number, "reply", casework.Data{"answer": "已围挡，等市局修复。"})
		s.settle()
		if o := s.city.order(us, order); o.Status != "accepted" || len(o.Heard) != 0 {
			t.Errorf("%+v", o)
		}
		s.hotline.says("withdraw", "GD-1", object{"text": "不用了"}).is(200)
		s.settle()
		s.closed(order, "withdraw")
	})
}

// Who takes over what the other side's unit owes needs the order as that unit did, on the same clock.
func TestWhatASuccessorOwesIsStillAskedOfTheCity(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		order := s.toCity(number)
		s.settle()
		*s.parts.Trees() = *merged("city-management", "governance")
		s.must(s.db.Write(ctx, func(tx *store.Tx) error {
			_, err := s.cases.DoIn(ctx, tx, casework.Asker{Program: true}, number, casework.Succeed{From: "city-management", Into: "governance"})
			return err
		}))
		if u, _ := s.duty(number, "city-reply").Owner.Unit(); u != "governance" {
			t.Fatalf("owed by %s", u)
		}
		s.settle()
		s.later(time.Hour)
		if rows := s.compare("city"); len(rows) != 0 {
			t.Errorf("%+v", rows)
		}
		s.settle()
		if o := s.city.order(us, order); o.Status != "accepted" || len(o.Heard) != 0 {
			t.Fatalf("the order that the successor needs: %s, heard %v", o.Status, o.Heard)
		}
		// Late it is urged on, and taken back it is withdrawn.
		s.hand.Set(time.Date(2021, 12, 3, 6, 0, 0, 0, time.UTC))
		_, err := s.cases.Sweep(ctx, 100)
		s.must(err)
		s.settle()
		s.does("builder", number, "recall", recall)
		s.settle()
		s.closed(order, "urge", "withdraw")
	})
}

// TestRecordsOfSeveralCasesAreHeardWhileListsAreCompared: both hold orders in the same order, so that neither has to begin anew.
func TestRecordsOfSeveralCasesAreHeardWhileListsAreCompared(t *testing.T) {
	s := newSite(t, storetest.Postgres(t, schemas...))
	first, second := s.orderIn("GD-1"), s.orderIn("GD-2")
	held := []string{s.toCity(second), ""} // the later case is sent on first
	s.settle()
	held[1] = s.toCity(first)
	s.settle()
	hold := func(tx *store.Tx, number string) error {
		return tx.Scan(ctx, "SELECT id FROM orders_order WHERE number = $1 FOR UPDATE", []any{number}, new(int64))
	}
	happened := []casework.Happened{{Case: s.caseOf(second).ID, Seq: 1}, {Case: s.caseOf(first).ID, Seq: 1}}
	compared, heard, done := 0, 0, make(chan error, 1)
	s.must(s.db.Write(ctx, func(tx *store.Tx) error {
		if compared++; compared > 1 {
			return nil
		}
		if err := hold(tx, held[0]); err != nil {
			return err
		}
		go func() {
			done <- s.db.Write(ctx, func(tx *store.Tx) error {
				heard++
				return s.orders.Heard(ctx, tx, happened)
			})
		}()
		for s.count("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		return hold(tx, held[1])
	}))
	s.must(<-done)
	if compared != 1 || heard != 1 {
		t.Errorf("the comparison began %d times, the telling %d times", compared, heard)
	}
}

// What no job told, because it happened just while the order was being sent, is told with the comparison.
func TestWhatNoJobToldIsToldWithTheDaysComparison(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		order := s.toCity(number)
		s.settle()
		s.does("builder", number, "recall", recall)
		s.must(s.db.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.Exec(ctx, "DELETE FROM jobs WHERE kind = $1 AND done_at IS NULL", casework.Happened{}.Kind())
			if n == 0 {
				t.Error("no job was to tell it")
			}
			return err
		}))
		s.later(time.Hour)
		if rows := s.compare("city"); len(rows) != 0 {
			t.Errorf("%+v", rows)
		}
		s.settle()
		s.closed(order, "withdraw")
	})
}

// TestAComparisonThatBeginsAnewKnowsTheWholeList: the database lets one of two begin anew who wait for one another.
func TestAComparisonThatBeginsAnewKnowsTheWholeList(t *testing.T) {
	s := newSite(t, storetest.Postgres(t, schemas...))
	held := []string{s.toCity(s.orderIn("GD-1")), s.toCity(s.orderIn("GD-2"))}
	s.settle()
	s.later(time.Hour)
	hold := func(tx *store.Tx, number string) error {
		return tx.Scan(ctx, "SELECT id FROM orders_order WHERE number = $1 FOR UPDATE", []any{number}, new(int64))
	}
	done := make(chan orders.Check, 1)
	s.must(s.db.Write(ctx, func(tx *store.Tx) error {
		if err := hold(tx, held[1]); err != nil {
			return err
		}
		go func() {
			c, err := s.orders.Compare(ctx, "city")
			if err != nil {
				t.Error(err)
			}
			done <- c
		}()
		for s.count("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		return hold(tx, held[0])
	}))
	if c := <-done; c.Listed != 2 || c.Differences != 0 {
		t.Errorf("%+v", c)
	}
	if rows := s.rows(orders.Filter{Show: "different"}); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
}
