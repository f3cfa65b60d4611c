package notice

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store"
)

// agenda is what each person must do.
type agenda map[int64][]Entry

func (a agenda) Agenda(_ context.Context, person int64) ([]Entry, error) { return a[person], nil }

func (w *world) newCalendar(person int64) (token string) {
	w.t.Helper()
	w.write(func(tx *store.Tx) (err error) { token, err = w.NewCalendar(ctx, tx, person); return err })
	return token
}

// events reads a feed with a parser that is not the one that wrote it.
func events(t *testing.T, feed []byte) []ical.Event {
	t.Helper()
	cal, err := ical.NewDecoder(bytes.NewReader(feed)).Decode()
	if err != nil {
		t.Fatalf("%v\n%s", err, feed)
	}
	if len(cal.Children) > 0 { // what it has read it would also write: every property that must be there is, once
		if err := ical.NewEncoder(new(bytes.Buffer)).Encode(cal); err != nil {
			t.Errorf("%v\n%s", err, feed)
		}
	}
	return cal.Events()
}

func TestTheCalendarSaysWhatIsDueWhen(t *testing.T) {
	title := `路灯不亮；"A, B\C"` + "\r\nBEGIN:VEVENT\r\n" + strings.Repeat("很长的标题", 30)
	due := time.Date(2021, 11, 22, 18, 0, 0, 0, zhuhai)
	changed := time.Date(2021, 11, 19, 7, 0, 0, 0, time.UTC)
	entry := Entry{ID: "case-7-report-in-1", Key: "tests.begun", Args: map[string]any{"title": title, "due": due}, Link: "/cases/7?a=1,2;3", Due: due, Changed: changed}
	maybe := Entry{ID: "case-8-resolve-1", Key: "tests.plain", Args: map[string]any{"title": "八"}, Link: "/cases/8", Due: due, Changed: changed, Provisional: true}
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, func(o *Options) { o.Agenda = agenda{1: {entry, maybe}, 2: nil} })
		token := w.newCalendar(1)
		feed, err := w.Feed(ctx, token, "https://huying.example.gov.cn/")
		w.must(err)
		for line := range bytes.SplitSeq(bytes.TrimSuffix(feed, []byte("\r\n")), []byte("\r\n")) {
			if len(line) > 75 || bytes.ContainsAny(line, "\r\n") || !utf8.Valid(line) {
				t.Errorf("a line of %d bytes: %q", len(line), line)
			}
		}
		all := events(t, feed)
		if len(all) != 2 {
			t.Fatalf("%d events", len(all))
		}
		e := all[0]
		text := func(name string) string {
			s, err := e.Props.Text(name)
			w.must(err)
			return s
		}
		if got, want := text("SUMMARY"), w.say(i18n.ZH, entry.Key, entry.Args); got != want || !strings.Contains(got, `"A, B\C" BEGIN:VEVENT 很长`) {
			t.Errorf("%q, want %q", got, want)
		}
		start, err := e.DateTimeStart(time.UTC)
		w.must(err)
		if !start.Equal(due) || text("UID") != "case-7-report-in-1@huying.example.gov.cn" || e.Props.Get("URL").Value != "https://huying.example.gov.cn/cases/7?a=1,2;3" ||
			text("CLASS") != "PRIVATE" || text("TRANSP") != "TRANSPARENT" || !strings.Contains(text("DESCRIPTION"), "应在 2021年11月22日（周一）18:00 前完成。\nhttps://") {
			t.Errorf("%v %s\n%s", start, text("UID"), feed)
		}
		if len(e.Children) != 2 || e.Children[0].Name != "VALARM" || e.Children[0].Props.Get("TRIGGER").Value != "-P1D" || e.Children[0].Props.Get("ACTION").Value != "DISPLAY" {
			t.Errorf("%+v", e.Children)
		}
		if s, err := all[1].Props.Text("SUMMARY"); err != nil || !strings.HasPrefix(s, "（暂定）") {
			t.Errorf("%q %v", s, err)
		}
		w.hand.Advance(3 * time.Hour)
		again, err := w.Feed(ctx, token, "https://huying.example.gov.cn")
		if err != nil || !bytes.Equal(feed, again) {
			t.Errorf("the same entries give another feed: %v", err)
		}
		w.choose(1, func(p *Settings) { p.Lang = i18n.EN })
		english, err := w.Feed(ctx, token, "https://huying.example.gov.cn")
		if err != nil || !strings.Contains(string(english), "Due in an hour") {
			t.Errorf("%v\n%s", err, english)
		}
		if empty, err := w.Feed(ctx, w.newCalendar(2), "https://huying.example.gov.cn"); err != nil || len(events(t, empty)) != 0 {
			t.Errorf("%v\n%s", err, empty)
		}
	})
}

func TestACalendarAddressEndsWhenAnotherIsMadeOrItIsRevoked(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		gone := map[int64]bool{}
		w := newWorld(t, db, func(o *Options) {
			o.Active = func(_ context.Context, person int64) (bool, error) { return !gone[person], nil }
		})
		state := func() (c CalendarState) {
			w.must(db.Read(ctx, func(tx *store.Tx) (err error) { c, err = w.CalendarState(ctx, tx, 1); return err }))
			return c
		}
		opens := func(token string) bool {
			_, err := w.Feed(ctx, token, "https://h")
			if err != nil && !errs.Is(err, errs.NotFound) {
				t.Error(err)
			}
			return err == nil
		}
		if !state().Made.IsZero() {
			t.Error("there is one before one was made")
		}
		first := w.newCalendar(1)
		if c := state(); len(first) != 43 || !opens(first) || !c.Made.Equal(w.now()) || !c.Used.IsZero() {
			t.Errorf("%q %+v", first, c)
		}
		if c := state(); !c.Used.Equal(w.now()) {
			t.Errorf("it was asked for: %+v", c)
		}
		var kept string
		w.must(db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT token FROM notice_calendar", nil, &kept) }))
		if kept == first || len(kept) != 64 || opens(kept) {
			t.Errorf("the secret itself is kept: %q", kept)
		}
		second := w.newCalendar(1)
		if opens(first) || !opens(second) || opens("") || opens(second+"x") {
			t.Error("the first address still opens, or the second does not")
		}
		gone[1] = true
		if opens(second) {
			t.Error("it opens for a person who has no account any more")
		}
		gone[1] = false
		w.write(func(tx *store.Tx) error { return w.RevokeCalendar(ctx, tx, 2) })
		if !opens(second) {
			t.Error("another person ended it")
		}
		w.write(func(tx *store.Tx) error { return w.RevokeCalendar(ctx, tx, 1) })
		if opens(second) || !state().Made.IsZero() {
			t.Error("it still opens")
		}
	})
}

// FuzzFeed writes any title into a feed and reads it with another parser.
func FuzzFeed(f *testing.F) {
	for _, s := range []string{"路灯不亮", "a\r\nEND:VCALENDAR", `\n;,\\`, "\x00\u2028", strings.Repeat("长", 200)} {
		f.Add(s)
	}
	w := newWorld(f, nil)
	f.Fuzz(func(t *testing.T, title string) {
		feed := w.calendar(i18n.ZH, []Entry{{ID: "case-1", Key: "tests.plain", Args: map[string]any{"title": title}, Link: "/", Due: time.Unix(1637319600, 0), Changed: time.Unix(1637319600, 0)}}, "https://h")
		all := events(t, feed)
		if len(all) != 1 {
			t.Fatalf("%d events\n%s", len(all), feed)
		}
		got, err := all[0].Props.Text("SUMMARY")
		if want := w.say(i18n.ZH, "tests.plain", map[string]any{"title": title}); err != nil || got != want {
			t.Errorf("%q, want %q: %v", got, want, err)
		}
	})
}
