package ordersweb_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"reflect"
	"strings"
	"testing"
	"time"

	"huying/internal/casework"
	"huying/internal/edge/orders"
	"huying/internal/store"
)

func picture() string {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 2, 2))) // into memory
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestAnOrderBecomesACaseWithTheStricterClock(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		m := road("due", "2021-11-19T17:00:00+08:00")
		m["files"] = []object{{"name": "现场.png", "content": picture()}}
		got := s.hotline.says("order", "GD-1", m).is(200)
		number := got["handled"].(string)
		c := s.inState(number, "received")
		if c.Foreign == nil || c.Foreign.Number != "GD-1" || s.signedBy(c) != 1 || c.Category != "road" || c.Place != "tangjiawan" || c.Channel != "exchange" || c.Lead() != "construction" {
			t.Fatalf("%+v", c)
		}
		if files, _ := c.Form["files"].([]any); len(files) != 1 {
			t.Errorf("files %v", c.Form["files"])
		}
		if !strings.HasPrefix(c.Callers[0].Contact, casework.Sealed) {
			t.Errorf("the contact lies open: %q", c.Callers[0].Contact)
		}
		if n := s.count("SELECT COUNT(*) FROM orders_received WHERE answer LIKE '%张三%'"); n != 0 {
			t.Error("the caller's name is kept in what was answered")
		}
		// ours is 4 working hours from Friday 15:20, Monday at 10:20; theirs is stricter.
		if due := s.duty(number, "accept").Due; !due.Equal(time.Date(2021, 11, 19, 9, 0, 0, 0, time.UTC)) {
			t.Errorf("due %v", due)
		}
		// A later deadline gives back our own term, not more.
		s.hotline.says("deadline", "GD-1", object{"due": "2021-12-31T17:00:00+08:00"}).is(200)
		if due := s.duty(number, "accept").Due; !due.Equal(time.Date(2021, 11, 22, 2, 20, 0, 0, time.UTC)) {
			t.Errorf("due %v", due.In(zhuhai))
		}
	})
}

func TestTheSameOrderOpensOneCaseHoweverOftenItComes(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		in := object{"message": s.hotline.message("order", "GD-2", road()), "id": "m-1", "times": 6}
		first := ""
		for _, a := range s.hotline.sends(in) {
			handled := a.is(200)["handled"].(string)
			if first == "" {
				first = handled
			}
			if handled != first {
				t.Errorf("%s and %s", first, handled)
			}
		}
		again := s.hotline.says("order", "GD-2", road("text", "又一次")).is(200) // under another id
		if again["handled"] != first || again["known"] != true {
			t.Errorf("%v", again)
		}
		s.hotline.sends(object{"message": s.hotline.message("order", "GD-3", road()), "id": "m-1"})[0].is(409, "orders.id_used")
		if n := s.count("SELECT COUNT(*) FROM casework_case"); n != 1 {
			t.Errorf("%d cases", n)
		}
		// Two ids at the same moment.
		done := make(chan string, 2)
		for range 2 {
			go func() { done <- s.hotline.says("order", "GD-4", road()).is(200)["handled"].(string) }()
		}
		if a, b := <-done, <-done; a != b {
			t.Errorf("%s and %s", a, b)
		}
	})
}

func TestWhatIsNotSignedNowByThePeerIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		m := s.hotline.message("order", "GD-1", road())
		other := func(name string, v any) object {
			c := object{}
			for k, x := range m {
				c[k] = x
			}
			c[name] = v
			return c
		}
		for name, c := range map[string]struct {
			in   object
			want int
			code string
		}{
			"another key":                 {object{"message": m, "key": "another secret of the same length"}, 401, "webhook.bad_signature"},
			"no signature":                {object{"message": m, "signature": "v1,"}, 401, "webhook.bad_signature"},
			"too old":                     {object{"message": m, "late": 330}, 401, "webhook.stale"},
			"from the future":             {object{"message": m, "late": -330}, 401, "webhook.stale"},
			"an id that is none":          {object{"message": m, "id": "a.b"}, 401, "webhook.unsigned"},
			"from another":                {object{"message": other("from", "city")}, 400, "orders.not_for_us"},
			"to another":                  {object{"message": other("to", "elsewhere")}, 400, "orders.not_for_us"},
			"a member that is not known":  {object{"message": other("sender", "x")}, 400, "strictjson.unknown"},
			"another type":                {object{"message": other("type", "pizza")}, 400, "orders.bad_type"},
			"a deadline of nothing known": {object{"message": s.hotline.message("urge", "GD-9", object{"text": "快"})}, 404, "orders.no_order"},
		} {
			t.Run(name, func(t *testing.T) { s.hotline.sends(c.in)[0].is(c.want, c.code) })
		}
		// What the hotline signed is worth nothing at another peer's address: both have the same secret here, but the message says who sent it.
		wrong := startPeer(t, "hotline", s.url+"/api/orders/v1/city")
		wrong.says("order", "GD-1", road()).is(400, "orders.not_for_us")
		startPeer(t, "hotline", s.url+"/api/orders/v1/nobody").says("order", "GD-1", road()).is(401, "orders.unknown_peer")
		if n := s.count("SELECT COUNT(*) FROM casework_case"); n != 0 {
			t.Errorf("%d cases", n)
		}
		if n := s.count("SELECT COUNT(*) FROM orders_order"); n != 0 {
			t.Errorf("%d orders", n)
		}
	})
}

func TestAReplayHasNoEffectAndIsRefusedOnceItIsStale(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		urge := object{"message": s.hotline.message("urge", "GD-1", object{"text": "快"}), "id": "u-1"}
		s.hotline.sends(urge)[0].is(200)
		s.hotline.sends(urge)[0].is(200)
		notes := 0
		s.must(s.db.Read(ctx, func(tx *store.Tx) error {
			records, err := s.cases.Records(ctx, tx, s.caseOf(number).ID)
			for _, r := range records {
				for _, e := range r.Events {
					if e.Noted != nil {
						notes++
						if e.Noted.Text != "催办：快" || r.By.Caller != 1 {
							t.Errorf("%+v %+v", e.Noted, r.By)
						}
					}
				}
			}
			return err
		}))
		if notes != 1 {
			t.Errorf("%d notes of one urge", notes)
		}
		urge["late"] = 600
		s.hotline.sends(urge)[0].is(401, "webhook.stale")
		// A list is given out once for an id.
		list := object{"message": s.hotline.message("list", "", object{"since": "2021-01-01T00:00:00Z"}), "id": "l-1"}
		s.hotline.sends(list)[0].is(200)
		s.hotline.sends(list)[0].is(409, "orders.id_used")
	})
}

func TestAWrongMappingNamesTheField(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		long := strings.Repeat("长", 201)
		withFile := func(content string) object {
			m := road()
			m["files"] = []object{{"name": "a.jpg", "content": base64.StdEncoding.EncodeToString([]byte(content))}}
			return m
		}
		for name, c := range map[string]struct {
			more        object
			status      int
			code, field string
		}{
			"a category that was not agreed": {road("category", "7777"), 422, "orders.no_category", "order.category"},
			"no category":                    {road("category", ""), 422, "orders.no_category", "order.category"},
			"a place that is none of ours":   {road("place", "110000"), 422, "orders.no_place", "order.place"},
			"no title":                       {road("title", ""), 400, "orders.required", "order.title"},
			"a title too long":               {road("title", long), 400, "orders.too_long", "order.title"},
			"a control character":            {road("text", "a\u0007b"), 400, "orders.unprintable", "order.text"},
			"a program for a picture":        {withFile("\x7fELF\x02\x01\x01\x00\x00\x00"), 422, "files.type_refused", "files.0"},
			"an empty file":                  {withFile(""), 400, "orders.required", "files.0.content"},
			"no order":                       {object{}, 400, "orders.required", "order"},
		} {
			t.Run(name, func(t *testing.T) { s.hotline.says("order", "GD-5", c.more).is(c.status, c.code, c.field) })
		}
		if n := s.count("SELECT COUNT(*) FROM orders_order") + s.count("SELECT COUNT(*) FROM casework_case") + s.count("SELECT COUNT(*) FROM orders_received"); n != 0 {
			t.Errorf("%d rows of what was refused", n)
		}
		s.orderIn("GD-5", "place", "440402100") // the code of a place of ours needs no agreement
		s.orderIn("GD-6", "place", "tangjiawan")
	})
}

func TestTenMegabytesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		m := road()
		m["files"] = []object{{"name": "a.pdf", "content": strings.Repeat("QUFB", 10<<20/4)}}
		s.hotline.says("order", "GD-7", m).is(413, "web.too_large")
	})
}

func TestEveryPublicStepIsToldInItsOrder(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		s.does("builder", number, "accept", nil)
		var proof string
		s.must(s.db.Write(ctx, func(tx *store.Tx) error {
			f, err := s.files.Put(ctx, tx, base64.NewDecoder(base64.StdEncoding, strings.NewReader(picture())), 1<<20, "image/png")
			proof = f.Hash
			return err
		}))
		s.does("builder", number, "reply", casework.Data{"answer": "已修复路面。", "evidence": []any{proof}})
		s.settle()
		o := s.hotline.order("hotline", "GD-1")
		if want := []string{"accepted", "assigned", "answered"}; !reflect.DeepEqual(o.Statuses, want) || o.Texts[2] != "已修复路面。" || o.Files != 1 || o.Handled != number {
			t.Fatalf("%+v", o)
		}
		// The caller is not satisfied: it is done again, and then they are.
		s.hotline.says("rating", "GD-1", object{"score": 2}).is(422, "casework.form.required", "text")
		s.hotline.says("rating", "GD-1", object{"score": 2, "text": "还是不平"}).is(200)
		s.inState(number, "handling")
		s.does("builder", number, "reply", casework.Data{"answer": "已重新铺平。"})
		s.hotline.says("rating", "GD-1", object{"score": 5, "text": "谢谢"}).is(200)
		c := s.inState(number, "solved")
		if len(c.Ratings) != 2 || c.Ratings[1].Score != 5 || c.Ratings[1].By != 1 {
			t.Errorf("ratings %+v", c.Ratings)
		}
		s.settle()
		o = s.hotline.order("hotline", "GD-1")
		if want := []string{"accepted", "assigned", "answered", "assigned", "answered", "ended solved"}; !reflect.DeepEqual(o.Statuses, want) {
			t.Errorf("told %v", o.Statuses)
		}
		s.hotline.says("rating", "GD-1", object{"score": 1, "text": "反悔"}).is(409)
	})
}

func TestTheCallerTakesTheOrderBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1")
		s.hotline.says("withdraw", "GD-1", object{"text": "已自行解决"}).is(200)
		s.inState(number, "withdrawn")
		s.settle()
		if o := s.hotline.order("hotline", "GD-1"); o.Status != "ended" || o.Outcome != "withdrawn" {
			t.Errorf("%+v", o)
		}
		s.hotline.says("withdraw", "GD-1", object{"text": "再撤"}).is(409)
		s.hotline.says("refuse", "GD-1", object{"text": "x"}).is(409)
	})
}

func TestAHandBackEndsTheCaseAndItsRefusalRevivesIt(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		number := s.orderIn("GD-1", "due", "2021-11-24T17:00:00+08:00")
		s.does("builder", number, "hand-back", casework.Data{"reason": "该路段属香洲区"})
		s.inState(number, "received") // the supervision office has not agreed yet
		s.approves("overseer", number)
		if c := s.inState(number, "handed-back"); c.Outcome != casework.Redirected {
			t.Errorf("ended as %s", c.Outcome)
		}
		s.settle()
		o := s.hotline.order("hotline", "GD-1")
		if o.Status != "returned" || o.Texts[len(o.Texts)-1] != "该路段属香洲区" {
			t.Fatalf("%+v", o)
		}
		s.hotline.says("refuse", "GD-1", object{"text": "经核查属高新区"}).is(200)
		c := s.inState(number, "received")
		if c.Reopened != 1 || c.Closed() {
			t.Errorf("%+v", c)
		}
		if d := s.duty(number, "accept"); d.Due.After(time.Date(2021, 11, 24, 9, 0, 0, 0, time.UTC)) {
			t.Errorf("the hotline's deadline rules no more: %v", d.Due)
		}
		s.settle()
		if o := s.hotline.order("hotline", "GD-1"); o.Status != "accepted" || o.Seq != 3 {
			t.Errorf("%+v", o)
		}
		// After the term that the pack says a unit keeps what it has.
		late := s.orderIn("GD-2")
		s.hand.Set(time.Date(2021, 11, 24, 3, 0, 0, 0, time.UTC))
		if _, err := s.cases.Do(ctx, casework.Asker{Actor: s.people["builder"]}, late, casework.Do{Action: "hand-back", Input: casework.Data{"reason": "不属"}}); err == nil {
			t.Error("handed back after its term")
		}
	})
}

// What the peer may say of an order, none may: not of one that another peer sent.
func TestAPeerKnowsOnlyItsOwnOrders(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.orderIn("GD-1")
		s.city.says("withdraw", "GD-1", object{"text": "x"}).is(404, "orders.no_order")
		s.city.says("order", "GD-9", road()).is(422, "orders.no_category")
		var list orders.List
		s.must(json.Unmarshal(s.city.says("list", "", object{"since": "2000-01-01T00:00:00Z"}).Body, &list))
		if len(list.Items) != 0 {
			t.Errorf("%+v", list)
		}
		s.must(json.Unmarshal(s.hotline.says("list", "", object{"since": "2000-01-01T00:00:00Z"}).Body, &list))
		if len(list.Items) != 1 || list.Items[0].Number != "GD-1" || list.Items[0].Owner != "hotline" {
			t.Errorf("%+v", list)
		}
	})
}
