package notice

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store"
)

func TestANoticeStandsInTheProgramIfAndOnlyIfItsCauseDoes(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		boom := errors.New("boom")
		err := db.Write(ctx, func(tx *store.Tx) error { return errors.Join(w.Send(ctx, tx, duty("不会有", 1)), boom) })
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		m := duty("路灯不亮", 2, 1, 2)
		m.Dedup = "duty/7/begun"
		w.tell(m)
		w.tell(m)
		again := m
		again.To = []int64{1, 3}
		w.tell(again) // only who has not been told
		for person, want := range map[int64]int{1: 1, 2: 1, 3: 1, 4: 0} {
			items, total := w.list(person, Filter{})
			if total != want || len(items) != want {
				t.Errorf("person %d has %d notices, want %d", person, total, want)
			}
			unread, err := w.Unread(ctx, person)
			if err != nil || unread != want {
				t.Errorf("person %d: %d unread (%v), want %d", person, unread, err, want)
			}
		}
		c, err := w.queue.Count(ctx)
		if err != nil || c.Waiting != 0 {
			t.Errorf("without other channels nothing follows: %+v %v", c, err)
		}
		w.tell(progress("一", 1))
		w.tell(progress("一", 1))
		if _, total := w.list(1, Filter{}); total != 3 {
			t.Errorf("without a key the same is told again; %d notices", total)
		}
	})
}

func TestOfWhatIsToldTogetherTheLastStandsFirst(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		var all []Message
		for i := 8; i <= 11; i++ {
			m := duty(fmt.Sprint(i), 1, 2)
			m.Dedup = fmt.Sprintf("case/1/%d/0", i)
			all = append(all, m)
		}
		w.write(func(tx *store.Tx) error { return w.Send(ctx, tx, all...) })
		for person := range int64(2) {
			var got []string
			items, _ := w.list(person+1, Filter{})
			for _, i := range items {
				title, _, _ := strings.Cut(w.Say(i18n.EN, i), ":")
				got = append(got, title)
			}
			if !slices.Equal(got, []string{"11", "10", "9", "8"}) {
				t.Errorf("person %d reads %q", person+1, got)
			}
		}
	})
}

func TestAMessageIsSaidInTheReadersLanguage(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.tell(duty("路灯\n不亮\u202e", 1))
		w.tell(Message{To: []int64{2}, Topic: "duty.soon", Key: "tests.count", Args: map[string]any{"n": 1}, Link: "/"})
		w.tell(Message{To: []int64{3}, Topic: "x", Key: "tests.all", Link: "/", Args: map[string]any{"key": Key("tests.name"), "ok": true,
			"text": Text{i18n.ZH: "唐家湾", i18n.EN: "Tangjiawan"}, "day": clock.Date{Year: 2021, Month: 11, Day: 22}, "n": 3.5}})
		for _, tt := range []struct {
			person int64
			zh, en string
		}{
			{1, "《路灯 不亮》请在 2021年11月22日（周一）18:00 前到场", "路灯 不亮: please report in by Mon 22 Nov 2021, 18:00"},
			{2, "1 项到期", "1 duty is due"},
			{3, "社区吹哨 唐家湾 2021年11月22日（周一） 3.5 true", "Community whistle Tangjiawan Mon 22 Nov 2021 3.5 true"},
		} {
			items, _ := w.list(tt.person, Filter{})
			if zh, en := w.Say(i18n.ZH, items[0]), w.Say(i18n.EN, items[0]); zh != tt.zh || en != tt.en {
				t.Errorf("%q, %q; want %q, %q", zh, en, tt.zh, tt.en)
			}
		}
	})
}

func TestAMessageThatIsNotWellFormedIsRefused(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		for name, change := range map[string]func(*Message){
			"no topic":               func(m *Message) { m.Topic = "" },
			"no key":                 func(m *Message) { m.Key = "" },
			"a link elsewhere":       func(m *Message) { m.Link = "https://example.org/" },
			"a link to another host": func(m *Message) { m.Link = "//example.org/" },
			"a backslash":            func(m *Message) { m.Link = `/\example.org` },
			"a broken line":          func(m *Message) { m.Link = "/a\nb" },
			"no link":                func(m *Message) { m.Link = "" },
			"an argument of a kind":  func(m *Message) { m.Args = map[string]any{"who": struct{ Name string }{"x"}} },
		} {
			m := duty("x", 1)
			change(&m)
			err := db.Write(ctx, func(tx *store.Tx) error { return w.Send(ctx, tx, m) })
			if err == nil || len(errs.All(err)) > 0 {
				t.Errorf("%s: %v; want a defect", name, err)
			}
		}
	})
}

func TestAThousandPeopleAreToldAtOnce(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"))
		m := duty("防台风", 1)
		for p := range int64(1200) {
			m.To = append(m.To, p+1)
			if p%20 == 0 {
				w.lives(p+1, "wecom", "someone")
			}
		}
		w.tell(m)
		var n int
		w.must(db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT COUNT(*) FROM notice_item", nil, &n) }))
		if got := len(box.got()); n != 1200 || got != 60 {
			t.Errorf("%d notices and %d letters, want 1200 and 60", n, got)
		}
	})
}

func TestArgumentsComeBackAsTheyWere(t *testing.T) {
	args := map[string]any{"s": "1204", "n": int64(-7), "f": 2.5, "b": false, "t": time.Date(2021, 11, 22, 10, 0, 0, 1000, time.UTC),
		"d": clock.Date{Year: 2021, Month: 11, Day: 22}, "k": Key("tests.name"), "x": Text{i18n.ZH: "一", i18n.EN: "one"}}
	data, err := encodeArgs(args)
	if err != nil {
		t.Fatal(err)
	}
	back, err := decodeArgs(data)
	if err != nil || !reflect.DeepEqual(args, back) {
		t.Errorf("%s: %v (%v)", data, back, err)
	}
	if _, err := json.Marshal(back); err != nil {
		t.Errorf("for an API: %v", err)
	}
}

func FuzzDecodeArgs(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":1}`, `{"a":{"$time":1}}`, `{"a":{"$text":null}}`, `{"a":{"$date":"x"}}`, `{"a":[]}`, `null`, `{"a":1e99}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if args, err := decodeArgs(s); err == nil && args == nil {
			t.Error("neither arguments nor an error")
		}
	})
}
