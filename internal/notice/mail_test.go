package notice

import (
	"net/mail"
	"strings"
	"testing"
	"time"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store"
)

func TestALetterArrivesInTheReadersLanguage(t *testing.T) {
	post := startMailServer(t, "starttls")
	each(t, func(t *testing.T, db *store.DB) {
		before := len(post.letters())
		w := newWorld(t, db, post.channel(StartTLS), func(o *Options) { o.District = func(i18n.Lang) string { return `珠海高新区"督查` } })
		w.lives(1, Email, "zhang.san@例子.中国")
		w.lives(2, Email, "smith@example.org")
		w.choose(2, func(p *Settings) { p.Lang = i18n.EN })
		w.tell(duty("路灯不亮", 1, 2, 3))
		all := post.letters()[before:]
		if len(all) != 2 {
			t.Fatalf("%d letters, want two: person 3 has no address", len(all))
		}
		zh, en := all[0], all[1]
		if zh.To == "smith@example.org" {
			zh, en = en, zh
		}
		if zh.To != "zhang.san@xn--fsqu00a.xn--fiqs8s" || zh.Subject != "《路灯不亮》请在 2021年11月22日（周一）18:00 前到场" || !zh.TLS {
			t.Errorf("%+v", zh)
		}
		if en.Subject != "路灯不亮: please report in by Mon 22 Nov 2021, 18:00" {
			t.Errorf("%q", en.Subject)
		}
		from, err := mail.ParseAddress(zh.Header.Get("From"))
		if err != nil || from.Address != "huying@example.gov.cn" || from.Name != `珠海高新区"督查` {
			t.Errorf("from %v %v", from, err)
		}
		const link = "https://huying.example.gov.cn/cases/7"
		if !strings.Contains(zh.Text, link) || !strings.Contains(zh.HTML, `href="`+link+`"`) || !strings.Contains(zh.HTML, `lang="zh"`) ||
			!strings.Contains(zh.Text, "https://huying.example.gov.cn/notices/settings") || strings.Contains(zh.HTML, "<img") || strings.Contains(zh.HTML, "<script") {
			t.Errorf("%s\n%s", zh.Text, zh.HTML)
		}
		if id := zh.Header.Get("Message-Id"); !strings.HasSuffix(id, "@example.gov.cn>") || zh.Header.Get("Auto-Submitted") != "auto-generated" || zh.Header.Get("User-Agent") != "" {
			t.Errorf("%v", zh.Header)
		}
		if at, err := zh.Header.Date(); err != nil || !at.Equal(w.now()) {
			t.Errorf("dated %v %v", at, err)
		}
	})
}

func TestATitleCannotAddAHeaderOrAnElement(t *testing.T) {
	post := startMailServer(t, "plain")
	each(t, func(t *testing.T, db *store.DB) {
		before := len(post.letters())
		w := newWorld(t, db, post.channel(Plain))
		w.lives(1, Email, "zhang@example.org")
		w.tell(duty("x\r\nBcc: everyone@example.org\r\n\r\n<script>alert(1)</script>\u2028\x00"+strings.Repeat("长", 300), 1))
		l := post.letters()[before]
		if l.Header.Get("Bcc") != "" || strings.Contains(l.HTML, "<script>") || !strings.Contains(l.HTML, "&lt;script&gt;") || strings.ContainsAny(l.Subject, "\r\n\x00") ||
			len([]rune(l.Subject)) > 100 || l.To != "zhang@example.org" {
			t.Errorf("%v\n%q\n%s", l.Header, l.Subject, l.HTML)
		}
	})
}

func TestAMailServerThatIsDownIsTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		post := newMailServer(t)
		w := newWorld(t, db, post.channel(TLS))
		w.lives(1, Email, "zhang@example.org")
		w.tell(duty("路灯不亮", 1))
		w.pass(10 * time.Second)
		if d := w.ways(1)[0]; d.State != Waiting || d.Tries != 2 || d.Why != "notice.fail.unreachable" || d.Due.Sub(w.now()) != time.Minute {
			t.Errorf("%+v", d)
		}
		if tr := w.troubles(TroubleFilter{State: Waiting}); len(tr) != 1 || !strings.Contains(tr[0].Detail, "refused") {
			t.Errorf("what fails is shown while it is still tried: %+v", tr)
		}
		post.start("tls")
		w.pass(time.Minute)
		all := post.letters()
		if d := w.ways(1)[0]; len(all) != 1 || !all[0].TLS || d.State != Sent || d.Tries != 3 {
			t.Errorf("%d letters, %+v", len(all), d)
		}
		if tr := w.troubles(TroubleFilter{}); len(tr) != 0 {
			t.Errorf("%+v", tr)
		}
	})
}

func TestARefusedRecipientIsGivenUpAtOnceAndShown(t *testing.T) {
	post := startMailServer(t, "starttls")
	each(t, func(t *testing.T, db *store.DB) {
		before := len(post.letters())
		w := newWorld(t, db, post.channel(StartTLS))
		w.lives(1, Email, "nobody@example.org")
		w.tell(duty("路灯不亮", 1))
		all := w.troubles(TroubleFilter{Channel: Email})
		if len(all) != 1 || all[0].State != Failed || all[0].Tries != 1 || all[0].Why != "notice.fail.refused" || !strings.Contains(all[0].Detail, "no such mailbox") {
			t.Fatalf("%+v", all)
		}
		var missed []Missed
		w.must(db.Read(ctx, func(tx *store.Tx) (err error) { missed, err = w.Missed(ctx, tx, 1); return err }))
		if len(missed) != 1 || missed[0] != (Missed{Email, 1, "notice.fail.refused"}) {
			t.Errorf("%+v", missed)
		}
		if items, n := w.list(1, Filter{State: "failed"}); n != 1 || items[0].Deliveries[0].Why != "notice.fail.refused" {
			t.Errorf("%+v", items)
		}
		w.pass(48 * time.Hour)
		if len(post.letters()) != before {
			t.Error("it was tried again by itself")
		}
		w.lives(1, Email, "zhang@example.org")
		w.write(func(tx *store.Tx) error {
			n, err := w.Again(ctx, tx, all[0].ID)
			if n != 1 {
				t.Errorf("%d sent again", n)
			}
			return err
		})
		w.run()
		if got := post.letters()[before:]; len(got) != 1 || got[0].To != "zhang@example.org" {
			t.Errorf("%+v", got)
		}
		w.write(func(tx *store.Tx) error {
			n, err := w.Again(ctx, tx, all[0].ID)
			if n != 0 {
				t.Error("what arrived is not sent again")
			}
			return err
		})
	})
}

func TestAServerThatHasNoTimeIsTriedAgain(t *testing.T) {
	post := startMailServer(t, "starttls")
	each(t, func(t *testing.T, db *store.DB) {
		before := len(post.letters())
		w := newWorld(t, db, post.channel(StartTLS))
		w.lives(1, Email, "busy-"+string(db.Engine)+"@example.org")
		w.tell(duty("路灯不亮", 1))
		if d := w.ways(1)[0]; d.State != Waiting || d.Why != "notice.fail.server" {
			t.Errorf("%+v", d)
		}
		w.pass(10 * time.Second)
		w.pass(time.Minute)
		if d := w.ways(1)[0]; d.State != Sent || d.Tries != 3 || len(post.letters()) != before+1 {
			t.Errorf("%+v", d)
		}
	})
}

func TestNothingIsSentOverAConnectionThatOthersMightRead(t *testing.T) {
	for _, tt := range []struct {
		name, mode string
		security   Security
		change     func(*Mail)
		why        string
	}{
		{"a certificate of an authority that is not ours", "starttls", StartTLS, func(m *Mail) { m.Roots = nil }, "notice.fail.tls"},
		{"the same from the beginning", "tls", TLS, func(m *Mail) { m.Roots = nil }, "notice.fail.tls"},
		{"a certificate of another name", "starttls", StartTLS, func(m *Mail) { m.Host = "localhost" }, "notice.fail.tls"},
		{"a server without STARTTLS", "plain", StartTLS, func(*Mail) {}, "notice.fail.tls"},
		{"a server that is not encrypted from the beginning", "plain", TLS, func(*Mail) {}, "notice.fail.tls"},
		{"a password that is wrong", "starttls", StartTLS, func(m *Mail) { m.User, m.Password = mailUser, "wrong" }, "notice.fail.sign_in"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			post := startMailServer(t, tt.mode)
			each(t, func(t *testing.T, db *store.DB) {
				w := newWorld(t, db, post.channel(tt.security), func(o *Options) { tt.change(o.Mail) })
				w.lives(1, Email, "zhang@example.org")
				w.tell(duty("路灯不亮", 1))
				if d := w.ways(1)[0]; len(post.letters()) != 0 || d.State != Waiting || d.Why != tt.why {
					t.Errorf("%d letters, %+v, %+v", len(post.letters()), d, w.troubles(TroubleFilter{}))
				}
			})
		})
	}
}

func TestAServerThatWantsAPasswordGetsIt(t *testing.T) {
	post := startMailServer(t, "starttls")
	each(t, func(t *testing.T, db *store.DB) {
		before := len(post.letters())
		w := newWorld(t, db, post.channel(StartTLS), func(o *Options) { o.Mail.User, o.Mail.Password = mailUser, mailPassword })
		w.lives(1, Email, "zhang@example.org")
		w.tell(duty("路灯不亮", 1))
		if all := post.letters()[before:]; len(all) != 1 || all[0].User != mailUser {
			t.Errorf("%+v", all)
		}
	})
}

func TestAddressesOfMailServers(t *testing.T) {
	const from = "huying@example.gov.cn"
	for server, want := range map[string]*Mail{
		"smtp://mail.example.gov.cn":           {Host: "mail.example.gov.cn", Port: 587, Security: StartTLS},
		"smtp://me@mail.example.gov.cn:25":     {Host: "mail.example.gov.cn", Port: 25, Security: StartTLS, User: "me", Password: "secret"},
		"smtps://me:other@mail.example.gov.cn": {Host: "mail.example.gov.cn", Port: 465, Security: TLS, User: "me", Password: "other"},
		"smtp+plain://127.0.0.1:2525":          {Host: "127.0.0.1", Port: 2525, Security: Plain},
		"smtp+plain://localhost":               {Host: "localhost", Port: 25, Security: Plain},
		"smtp+plain://mail.example.gov.cn":     nil,
		"smtp+plain://me@127.0.0.1":            nil,
		"http://mail.example.gov.cn":           nil,
		"mail.example.gov.cn:587":              nil,
		"smtp://":                              nil,
		"smtp://mail.example.gov.cn/?tls=no":   nil,
		"smtp://mail.example.gov.cn:99999":     nil,
		"":                                     nil,
	} {
		m, err := MailAt(server, "secret", from)
		if (err == nil) != (want != nil) {
			t.Errorf("%q: %v", server, err)
			continue
		}
		if want == nil {
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%q: %v", server, err)
			}
			continue
		}
		if m.Host != want.Host || m.Port != want.Port || m.Security != want.Security || m.User != want.User || want.User != "" && m.Password != want.Password {
			t.Errorf("%q is %+v", server, m)
		}
	}
	for _, bad := range []string{"", "huying", "a@b\r\nBcc: c@d", "Huying <huying@example.gov.cn>", "呼应@example.gov.cn"} {
		if _, err := MailAt("smtp://mail.example.gov.cn", "", bad); !errs.Is(err, errs.Invalid) {
			t.Errorf("from %q: %v", bad, err)
		}
	}
}

var mailAddresses = map[string]string{
	"zhang.san@example.org":                  "zhang.san@example.org",
	" zhang@EXAMPLE.org ":                    "zhang@example.org",
	"zhang+huying@sub.example.org":           "zhang+huying@sub.example.org",
	"zhang@例子.中国":                            "zhang@xn--fsqu00a.xn--fiqs8s",
	"":                                       "",
	"zhang":                                  "",
	"@example.org":                           "",
	"zhang@":                                 "",
	"zhang@exa mple.org":                     "",
	"zhang..san@example.org":                 "",
	".zhang@example.org":                     "",
	"a@b@example.org":                        "",
	`"zhang> ORCPT=x@y"@example.org`:         "",
	"zhang@example.org\r\nRCPT TO:<x@y>":     "",
	"zhang@\xff":                             "",
	"zhang@[127.0.0.1]":                      "",
	"Zhang <zhang@example.org>":              "",
	"zhang@example.org,li@example.org":       "",
	strings.Repeat("a", 65) + "@example.org": "",
	"zhang@" + strings.Repeat("a.", 130):     "",
}

func TestMailAddresses(t *testing.T) {
	m := &Mail{}
	for typed, want := range mailAddresses {
		got, err := m.address(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", typed, got, err, want)
		}
	}
}

func FuzzMailAddress(f *testing.F) {
	for a := range mailAddresses {
		f.Add(a)
	}
	m := &Mail{}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := m.address(s)
		if err != nil {
			return
		}
		if p, err := mail.ParseAddress(got); err != nil || p.Address != got || strings.ContainsAny(got, " \r\n<>,;\"()") {
			t.Errorf("%q is %q: %v", s, got, err)
		}
		if again, err := m.address(got); err != nil || again != got {
			t.Errorf("%q does not stay itself: %q %v", got, again, err)
		}
	})
}

func FuzzMailAt(f *testing.F) {
	f.Add("smtp://me:x@mail.example.gov.cn:587", "huying@example.gov.cn")
	f.Add("smtp+plain://[::1]:25", "a@b")
	f.Fuzz(func(t *testing.T, server, from string) {
		m, err := MailAt(server, "", from)
		if err == nil && m.Security == Plain && !loopback(m.Host) {
			t.Errorf("%q would send in the clear", server)
		}
	})
}
