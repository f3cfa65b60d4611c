package notice

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(mailServerDir); dir != "" { // this process is a test's mail server
		serveMail(dir)
		return
	}
	storetest.Main(m)
}

var (
	ctx    = context.Background()
	zhuhai = time.FixedZone("CST", 8*3600)
)

// messages are those of the packages that send notices.
var messages = fstest.MapFS{
	"locales/zh.json": {Data: []byte(`{"tests.begun":"《{{.title}}》请在 {{.due}} 前到场","tests.plain":"《{{.title}}》有新进展","tests.count":"{{.n}} 项到期","tests.all":"{{.key}} {{.text}} {{.day}} {{.n}} {{.ok}}","tests.name":"社区吹哨"}`)},
	"locales/en.json": {Data: []byte(`{"tests.begun":"{{.title}}: please report in by {{.due}}","tests.plain":"{{.title}} has moved on","tests.count":{"one":"{{.n}} duty is due","other":"{{.n}} duties are due"},"tests.all":"{{.key}} {{.text}} {{.day}} {{.n}} {{.ok}}","tests.name":"Community whistle"}`)},
}

// world is a service with its clock and its queue.
type world struct {
	*Service
	t     testing.TB
	hand  *clock.Hand
	queue *jobs.Queue
}

// The clock of a test stands on Friday 19 November 2021, 15:20.
func newWorld(t testing.TB, db *store.DB, change ...func(*Options)) *world {
	t.Helper()
	texts, err := i18n.New(Locales, messages, errs.Locales)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, hand: clock.NewHand(storetest.Now)}
	w.queue = jobs.New(db, w.hand.Security())
	o := Options{Queue: w.queue, Texts: texts, Zone: zhuhai, Clock: w.hand.Security(), PublicURL: "https://huying.example.gov.cn",
		Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&o)
	}
	if w.Service, err = New(db, o); err != nil {
		t.Fatal(err)
	}
	return w
}

func each(t *testing.T, f func(t *testing.T, db *store.DB)) {
	t.Helper()
	storetest.Each(t, f, jobs.Schema, Schema)
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(f func(tx *store.Tx) error) {
	w.t.Helper()
	w.must(w.db.Write(ctx, f))
}

// tell sends a message and works through what follows, up to the letters that are due.
func (w *world) tell(m Message) {
	w.t.Helper()
	w.write(func(tx *store.Tx) error { return w.Send(ctx, tx, m) })
	w.run()
}

func (w *world) run() {
	w.t.Helper()
	w.must(w.queue.Drain(ctx))
	w.must(w.Flush(ctx))
}

// pass lets time pass and works through what is due then.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.hand.Advance(d)
	w.run()
}

// at sets the clock to a time in Zhuhai.
func (w *world) at(day, hour, minute int) {
	w.hand.Set(time.Date(2021, 11, day, hour, minute, 0, 0, zhuhai))
}

func (w *world) lives(person int64, channel, address string) {
	w.t.Helper()
	w.write(func(tx *store.Tx) error { return w.SetAddress(ctx, tx, person, channel, address) })
}

func (w *world) choose(person int64, change func(*Settings)) {
	w.t.Helper()
	w.write(func(tx *store.Tx) error {
		p, err := w.Settings(ctx, tx, person)
		if err != nil {
			return err
		}
		change(&p)
		return w.SaveSettings(ctx, tx, person, p)
	})
}

func (w *world) list(person int64, f Filter) (items []Item, total int) {
	w.t.Helper()
	w.must(w.db.Read(ctx, func(tx *store.Tx) (err error) {
		items, total, err = w.List(ctx, tx, person, f)
		return err
	}))
	return items, total
}

// ways are the deliveries of all notices of a person, the oldest notice first.
func (w *world) ways(person int64) (all []Delivery) {
	w.t.Helper()
	items, _ := w.list(person, Filter{Limit: 1000})
	slices.SortFunc(items, func(a, b Item) int { return int(a.ID - b.ID) })
	for _, it := range items {
		all = append(all, it.Deliveries...)
	}
	return all
}

func (w *world) troubles(f TroubleFilter) (all []Trouble) {
	w.t.Helper()
	w.must(w.db.Read(ctx, func(tx *store.Tx) (err error) {
		all, _, err = w.Troubles(ctx, tx, f)
		return err
	}))
	return all
}

// duty is a message of the kind that goes out at once, progress one that waits for the daily letter.
func duty(title string, to ...int64) Message {
	return Message{To: to, Topic: "duty.begun", Key: "tests.begun", Link: "/cases/7",
		Args: map[string]any{"title": title, "due": time.Date(2021, 11, 22, 18, 0, 0, 0, zhuhai)}}
}

func progress(title string, to ...int64) Message {
	return Message{To: to, Topic: "case.answered", Key: "tests.plain", Link: "/cases/8", Args: map[string]any{"title": title}}
}
