package notice

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store"
)

// contextWithStop runs the service until stop is called or the test ends.
func contextWithStop(t *testing.T, w *world) (run context.Context, stop func()) {
	t.Helper()
	run, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { w.Run(run) })
	stop = func() { cancel(); wg.Wait() }
	return run, stop
}

func (w *world) addresses(person int64) (all map[string]Address) {
	w.t.Helper()
	w.must(w.db.Read(ctx, func(tx *store.Tx) (err error) { all, err = w.Addresses(ctx, tx, person); return err }))
	return all
}

var sixDigits = regexp.MustCompile(`\d{6}`)

func TestAnAddressIsAPersonsWhenTheCodeSentToItComesBack(t *testing.T) {
	post := startMailServer(t, "starttls")
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, post.channel(StartTLS))
		w.lives(1, Email, "old@example.org")
		w.must(w.AskAddress(ctx, 1, i18n.EN, Email, " new@example.org "))
		all := post.letters()
		l := all[len(all)-1]
		code := sixDigits.FindString(l.Text)
		if l.To != "new@example.org" || code == "" || !strings.HasPrefix(l.Subject, "Please confirm") || strings.Contains(l.Subject, code) {
			t.Fatalf("%+v", l)
		}
		if a := w.addresses(1)[Email]; a != (Address{Email, "old@example.org", "new@example.org"}) {
			t.Errorf("%+v", a)
		}
		for _, wrong := range []string{"", "000000x", "1"} {
			if err := w.ConfirmAddress(ctx, 1, Email, wrong); !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if err := w.ConfirmAddress(ctx, 2, Email, code); !errs.Is(err, errs.Invalid) {
			t.Errorf("another person with the right code: %v", err)
		}
		w.must(w.ConfirmAddress(ctx, 1, Email, " "+code+" "))
		if a := w.addresses(1)[Email]; a != (Address{Email, "new@example.org", ""}) {
			t.Errorf("%+v", a)
		}
		if err := w.ConfirmAddress(ctx, 1, Email, code); !errs.Is(err, errs.Invalid) {
			t.Errorf("a code twice: %v", err)
		}
	})
}

func TestACodeIsGoodForHalfAnHourAndFiveTries(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("sms"))
		ask := func() string {
			t.Helper()
			w.must(w.AskAddress(ctx, 1, i18n.ZH, "sms", "13800000000"))
			calls := box.got()
			c := calls[len(calls)-1].Data
			if c.Type != "code" || len(c.Data.Notices) != 0 || c.Data.To != "13800000000" {
				t.Errorf("%+v", c)
			}
			return sixDigits.FindString(c.Data.Text)
		}
		code := ask()
		for range codeTries {
			if err := w.ConfirmAddress(ctx, 1, "sms", "x"); !errs.Is(err, errs.Invalid) {
				t.Error(err)
			}
		}
		if err := w.ConfirmAddress(ctx, 1, "sms", code); !errs.Is(err, errs.Invalid) {
			t.Errorf("the sixth try: %v", err)
		}
		if err := w.AskAddress(ctx, 1, i18n.ZH, "sms", "13800000000"); !errs.Is(err, errs.TooMany) {
			t.Errorf("twice within a minute: %v", err)
		}
		w.hand.Advance(codePause)
		code = ask()
		w.hand.Advance(codeFor)
		if err := w.ConfirmAddress(ctx, 1, "sms", code); !errs.Is(err, errs.Invalid) {
			t.Errorf("after half an hour: %v", err)
		}
		for range codesADay - 2 {
			w.hand.Advance(codePause)
			ask()
		}
		w.hand.Advance(codePause)
		if err := w.AskAddress(ctx, 1, i18n.ZH, "sms", "13800000000"); !errs.Is(err, errs.TooMany) {
			t.Errorf("the eleventh of a day: %v", err)
		}
		w.write(func(tx *store.Tx) error { return w.RemoveAddress(ctx, tx, 1, "sms") })
		if err := w.AskAddress(ctx, 1, i18n.ZH, "sms", "13900000000"); !errs.Is(err, errs.TooMany) {
			t.Errorf("the eleventh after removing the address: %v", err)
		}
		w.hand.Advance(24 * time.Hour)
		w.must(w.ConfirmAddress(ctx, 1, "sms", ask()))
	})
}

func TestTheCodeItselfIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("sms"))
		w.must(w.AskAddress(ctx, 1, i18n.ZH, "sms", "13800000000"))
		var kept string
		w.must(db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT code FROM notice_address", nil, &kept) }))
		if code := sixDigits.FindString(box.got()[0].Data.Data.Text); len(kept) != 64 || strings.Contains(kept, code) {
			t.Errorf("%q", kept)
		}
	})
}

func TestAnAddressThatCannotBeReachedIsToldAtOnce(t *testing.T) {
	post := startMailServer(t, "starttls")
	each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, post.channel(StartTLS))
		for _, tt := range []struct {
			channel, address string
			kind             errs.Kind
		}{
			{Email, "not an address", errs.Invalid},
			{Email, "nobody@example.org", errs.Invalid},
			{"fax", "1", errs.Invalid},
		} {
			if err := w.AskAddress(ctx, 1, i18n.ZH, tt.channel, tt.address); !errs.Is(err, tt.kind) {
				t.Errorf("%s: %v", tt.address, err)
			}
		}
		w.hand.Advance(codePause)
		if err := w.AskAddress(ctx, 1, i18n.ZH, Email, "busy-"+string(db.Engine)+"-2@example.org"); !errs.Is(err, errs.Unavailable) {
			t.Error(err)
		}
		if a := w.addresses(1)[Email]; a.Address != "" {
			t.Errorf("%+v", a)
		}
	})
}

func TestSettingsAreKept(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		w := newWorld(t, db, box.channel("wecom"), func(o *Options) { o.Mail, _ = MailAt("smtp://mail.example.gov.cn", "", "huying@example.gov.cn") })
		get := func(person int64) (p Settings) {
			w.must(db.Read(ctx, func(tx *store.Tx) (err error) { p, err = w.Settings(ctx, tx, person); return err }))
			return p
		}
		p := get(1)
		if p.Lang != i18n.ZH || p.Quiet != (Quiet{1320, 420}) || p.DailyAt != 510 || p.Choice(Email, "duty") != Now || p.Choice(Email, "case") != Daily || p.Choice("wecom", "case") != Off {
			t.Errorf("what is usual: %+v", p)
		}
		w.choose(1, func(p *Settings) {
			p.Lang, p.Quiet, p.DailyAt = i18n.EN, Quiet{0, 360}, 17*60
			p.Choices[Email]["duty"] = Off
		})
		if p = get(1); p.Lang != i18n.EN || p.Quiet != (Quiet{0, 360}) || p.DailyAt != 1020 || p.Choice(Email, "duty") != Off || p.Choice(Email, "case") != Daily {
			t.Errorf("%+v", p)
		}
		if p = get(2); p.Lang != i18n.ZH || p.Choice(Email, "duty") != Now {
			t.Errorf("another's settings changed: %+v", p)
		}
		for field, change := range map[string]func(*Settings){
			"lang":        func(p *Settings) { p.Lang = "fr" },
			"quiet_from":  func(p *Settings) { p.Quiet.From = 1440 },
			"quiet_until": func(p *Settings) { p.Quiet.Until = -1 },
			"daily_at":    func(p *Settings) { p.DailyAt = 5000 },
			"email-duty":  func(p *Settings) { p.Choices[Email]["duty"] = "hourly" },
			"email-x":     func(p *Settings) { p.Choices[Email]["x"] = Now },
			"fax-duty":    func(p *Settings) { p.Choices["fax"] = map[string]Choice{"duty": Now} },
		} {
			bad := get(1)
			change(&bad)
			err := db.Write(ctx, func(tx *store.Tx) error { return w.SaveSettings(ctx, tx, 1, bad) })
			if all := errs.All(err); len(all) != 1 || all[0].Kind != errs.Invalid || all[0].Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

func TestAServiceThatIsNotConfiguredAsItMustBeDoesNotStart(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		box := newHookServer(t)
		good := newWorld(t, db).o
		for name, change := range map[string]func(*Options){
			"no queue":          func(o *Options) { o.Queue = nil },
			"a bad channel":     func(o *Options) { o.Hooks = []Hook{{Name: "x", URL: "ftp://x/", Secret: hookSecret}} },
			"two of one name":   func(o *Options) { box.channel("sms")(o); box.channel("sms")(o) },
			"no public address": func(o *Options) { box.channel("sms")(o); o.PublicURL = "" },
			"a bad mail server": func(o *Options) { o.Mail = &Mail{} },
		} {
			o := good
			change(&o)
			if _, err := New(db, o); err == nil {
				t.Errorf("%s: it started", name)
			}
		}
	})
}
