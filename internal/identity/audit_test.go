package identity_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/store"
)

func (w *world) lines(f identity.AuditFilter) []identity.Line {
	w.t.Helper()
	lines, _, err := w.Audit(ctx, identity.Console(), f)
	if err != nil {
		w.t.Fatal(err)
	}
	return lines
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	err := w.db.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, query, args...); return err })
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) verify() identity.AuditCheck {
	w.t.Helper()
	c, err := w.VerifyAudit(ctx, identity.Console())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestWhatIsOnRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sys, sec := w.add("sys", role(identity.SysAdmin)), w.add("sec", role(identity.SecAdmin))
		bySys, bySec := w.by(sys), w.by(sec)
		id, first, err := w.CreateAccount(ctx, bySys, identity.Spec{Login: "wang.li", Name: "王丽", Unit: "economy"})
		if err != nil {
			t.Fatal(err)
		}
		grant, err := w.Grant(ctx, bySec, identity.Grant{Person: id, Role: identity.Clerk, Unit: "economy"})
		if err != nil {
			t.Fatal(err)
		}
		w.guess("wang.li", "10.0.0.7", 1)
		w.guess("my-password-typed-as-login", "2001:db8::7", 1)
		if _, err := w.SignIn(ctx, "wang.li", first, "10.0.0.7"); err != nil {
			t.Fatal(err)
		}
		wang := w.by(id)
		for _, err := range []error{
			w.ChangePassword(ctx, wang, first, "a new password 9"),
			w.SignedOut(ctx, wang),
			w.ChangeAccount(ctx, bySys, id, 1, "王莉", "education"),
			w.Revoke(ctx, bySec, grant, "调岗"),
			w.DisableAccount(ctx, bySys, id),
			w.DisableAccount(ctx, bySys, id), // changes nothing: no line
			w.RecordNow(ctx, bySec, identity.PersonalRead, "need/12", identity.Detail{"fields": []string{"phone"}}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, l := range w.lines(identity.AuditFilter{Oldest: true})[4:] {
			got = append(got, strings.Join([]string{l.Login, string(l.What), l.Object, l.Detail, l.Address}, " | "))
			if l.Object == "account/3" && l.Subject != "wang.li" || l.Object == "need/12" && l.Subject != "" {
				t.Errorf("line %d is about %q", l.Seq, l.Subject)
			}
			if !l.At.Equal(machine) {
				t.Errorf("line %d is dated %v: the record goes by the machine's clock", l.Seq, l.At)
			}
		}
		wantLines := []string{
			`sys | account.created | account/3 | {"login":"wang.li","unit":"economy"} | 10.0.0.9`,
			`sec | grant.given | account/3 | {"from":"2021-11-19","grant":3,"place":"","role":"clerk","unit":"economy","until":""} | 10.0.0.9`,
			`wang.li | sign_in.failed | account/3 | {"reason":"wrong_password"} | 10.0.0.7`,
			` | sign_in.failed |  | {"reason":"unknown_login"} | 2001:db8::7`,
			`wang.li | sign_in.ok | account/3 | {} | 10.0.0.7`,
			`wang.li | password.changed | account/3 | {} | 10.0.0.9`,
			`wang.li | sign_out | account/3 | {} | 10.0.0.9`,
			`sys | account.changed | account/3 | {"renamed":true,"unit":"education","unit_before":"economy"} | 10.0.0.9`,
			`sec | grant.revoked | account/3 | {"grant":3,"reason":"调岗","role":"clerk"} | 10.0.0.9`,
			`sys | account.disabled | account/3 | {} | 10.0.0.9`,
			`sec | personal.read | need/12 | {"fields":["phone"]} | 10.0.0.9`,
		}
		if strings.Join(got, "\n") != strings.Join(wantLines, "\n") {
			t.Errorf("on record:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(wantLines, "\n"))
		}
		if c := w.verify(); c.Broken != 0 || c.Lines != 15 || len(c.Head) != 64 {
			t.Errorf("%+v", c)
		}
	})
}

func TestTheRecordAndItsCauseStandOrFallTogether(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		boom := errors.New("boom")
		err := w.db.Write(ctx, func(tx *store.Tx) error {
			return errors.Join(w.Record(ctx, tx, identity.Console(), identity.PersonalRead, "need/1", nil), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if n := len(w.lines(identity.AuditFilter{})); n != 0 {
			t.Errorf("%d lines of what did not happen", n)
		}
		w.add("wang.li")
		if c := w.verify(); c.Broken != 0 || c.Lines != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestTamperingShows(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func(w *world)
		broken int64
	}{
		{"nothing", func(*world) {}, 0},
		{"another name", func(w *world) { w.exec("UPDATE identity_audit SET login = 'somebody' WHERE seq = 2") }, 2},
		{"another time", func(w *world) { w.exec("UPDATE identity_audit SET at = at + 1 WHERE seq = 3") }, 3},
		{"another person", func(w *world) { w.exec("UPDATE identity_audit SET person = 1 WHERE seq = 1") }, 1},
		{"another detail", func(w *world) { w.exec("UPDATE identity_audit SET detail = '{}' WHERE seq = 2") }, 2},
		{"a text moved from one column to the next", func(w *world) {
			w.exec("UPDATE identity_audit SET object = object || detail, detail = '' WHERE seq = 2")
		}, 2},
		{"a line taken out", func(w *world) { w.exec("DELETE FROM identity_audit WHERE seq = 2") }, 2},
		{"a line taken out and the others moved up", func(w *world) {
			w.exec("DELETE FROM identity_audit WHERE seq = 4")
			w.exec("UPDATE identity_audit SET seq = 4 WHERE seq = 5")
		}, 4},
		{"the last line taken off", func(w *world) { w.exec("DELETE FROM identity_audit WHERE seq = 5") }, 5},
		{"a line with another line's hash", func(w *world) {
			w.exec("UPDATE identity_audit SET login = 'somebody', hash = (SELECT hash FROM identity_audit WHERE seq = 3) WHERE seq = 2")
		}, 2},
		{"the head gone", func(w *world) { w.exec("DELETE FROM identity_audit_head") }, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				for _, login := range []string{"pa", "pb", "pc", "pd", "pe"} {
					w.add(login)
				}
				before := w.verify()
				if before.Broken != 0 || before.Lines != 5 {
					t.Fatalf("%+v", before)
				}
				c.tamper(w)
				if got := w.verify(); got.Broken != c.broken {
					t.Errorf("%+v, want line %d", got, c.broken)
				}
			})
		})
	}
}

func TestManyWritersMakeOneChain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 10 {
					if err := w.RecordNow(ctx, identity.Console(), identity.PersonalRead, "need/1", nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if c := w.verify(); c.Broken != 0 || c.Lines != 80 {
			t.Errorf("%+v", c)
		}
	})
}

func TestSearchingTheRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		wang := w.add("wang.li", role(identity.SysAdmin))
		w.guess("wang.li", "10.0.0.1", 2)
		w.hand.Advance(48 * time.Hour)
		if _, err := w.SignIn(ctx, "wang.li", password, "10.0.1.1"); err != nil {
			t.Fatal(err)
		}
		if err := w.RecordNow(ctx, w.by(wang), identity.PersonalRead, "need/1", nil); err != nil {
			t.Fatal(err)
		}
		first := clock.DateOf(machine, zhuhai)
		for _, c := range []struct {
			name   string
			filter identity.AuditFilter
			want   int
			seq    int64 // of the first
		}{
			{"everything, the newest first", identity.AuditFilter{}, 6, 6},
			{"the oldest first", identity.AuditFilter{Oldest: true}, 6, 1},
			{"a page", identity.AuditFilter{Limit: 2, Offset: 4}, 6, 2},
			{"a person", identity.AuditFilter{Login: "WANG"}, 4, 6},
			{"the console", identity.AuditFilter{Login: "(console)"}, 2, 2},
			{"a deed", identity.AuditFilter{What: identity.SignInFailed}, 2, 4},
			{"an object", identity.AuditFilter{Object: "need/1"}, 1, 6},
			{"an address", identity.AuditFilter{Address: "10.0.0."}, 3, 6},
			{"the first day", identity.AuditFilter{Until: first}, 4, 4},
			{"from the second", identity.AuditFilter{From: first.AddDays(2)}, 2, 6},
			{"the day between", identity.AuditFilter{From: first.AddDays(1), Until: first.AddDays(1)}, 0, 0},
			{"what a database would take for a pattern", identity.AuditFilter{Login: "%"}, 0, 0},
		} {
			lines, total, err := w.Audit(ctx, identity.Console(), c.filter)
			if err != nil || total != c.want {
				t.Errorf("%s: %d lines, %v; want %d", c.name, total, err, c.want)
			}
			if len(lines) > 0 && lines[0].Seq != c.seq {
				t.Errorf("%s: begins with line %d, want %d", c.name, lines[0].Seq, c.seq)
			}
		}
	})
}

// The record is only appended: no statement of this package changes or removes a line.
func TestNoStatementChangesTheRecord(t *testing.T) {
	changes := regexp.MustCompile(`(?is)(update|delete\s+from|truncate|drop\s+table|alter\s+table|replace\s+into)\s+identity_audit\b`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	statements := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		statements += strings.Count(string(text), "INSERT INTO identity_audit")
		if m := changes.FindString(string(text)); m != "" {
			t.Errorf("%s: %s", name, m)
		}
	}
	if statements != 1 {
		t.Errorf("%d statements append to the record, want the one in audit.go", statements)
	}
}
