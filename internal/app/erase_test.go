package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"huying/internal/casework"
	"huying/internal/identity"
	"huying/internal/ledger"
	"huying/internal/notice"
	"huying/internal/store"
)

// personal lets everybody report a lamp, and asks for a telephone number.
func personal(folder fstest.MapFS) {
	edit := func(file, from, to string) {
		folder[file] = &fstest.MapFile{Data: []byte(strings.Replace(string(folder[file].Data), from, to, 1)), Mode: 0o640}
	}
	edit("procedures/street-light.yaml", "opened-by: [community.officer]", "opened-by: [anyone, community.officer]")
	edit("schema/street-light.json", `"photo":`, `"phone": {"title": "电话", "x-en": "Telephone", "type": "string", "x-personal": "contact.phone"}, "photo":`)
}

const phone = "13912345678"

func (s *small) reported(who casework.Asker) casework.Done {
	s.t.Helper()
	form := casework.Data{"title": "路灯不亮", "place": "east", "description": "东门的路灯三天不亮了", "phone": phone}
	done, err := s.cases.Open(ctx, who, "street-light", casework.OpenCase{Form: form, Channel: "web"})
	if err != nil {
		s.t.Fatal(s.texts.Error("en", err))
	}
	return done
}

// sound holds that the log, the histories and what is kept of them fit together.
func (s *small) sound() {
	s.t.Helper()
	if err := s.sequence(ctx); err != nil {
		s.t.Fatal(err)
	}
	r, err := Verify(ctx, s.cfg, nil)
	if err != nil || len(r.Findings) > 0 {
		s.t.Errorf("%v: %+v", err, r)
	}
}

// TestAPersonIsErased: whoever called sees who read what they gave. Once they were erased nobody reads it any more; history, ledger, receipt,
// check and rebuild stand as before.
func TestAPersonIsErased(t *testing.T) {
	districts(t, personal, func(t *testing.T, s *small) {
		done := s.reported(casework.Asker{})
		number := done.Case.Number
		path := "/cases/" + number
		caller := s.as("")
		if status, _ := caller.do("POST", "/find", url.Values{"number": {number}, "secret": {done.Secret}}); status != http.StatusSeeOther {
			t.Fatalf("the receipt opens nothing: %d", status)
		}
		if _, page := s.as("anna").do("POST", path+"/reveal", nil); !strings.Contains(page, phone) {
			t.Fatal("the unit that answers cannot read the number")
		}
		if _, page := caller.do("POST", path+"/reveal", nil); !strings.Contains(page, phone) {
			t.Fatal("the caller cannot read their own number")
		}
		if _, page := caller.get(path + "/receipt"); !strings.Contains(page, "谁看过我的个人信息") || !strings.Contains(page, "<b>建设局</b>") || !strings.Contains(page, "<b>您本人</b>") {
			t.Error("the caller does not see who read it")
		}
		for _, other := range []*visitor{visit(t, s.base, ""), s.as("clara")} {
			if _, page := other.get(path + "/receipt"); strings.Contains(page, "谁看过我的个人信息") {
				t.Error("somebody else sees who read it")
			}
		}
		s.sound()
		before, record := s.receipt(number), s.history(done.Case.ID)

		form := url.Values{"who": {number}, "reason": {"本人书面申请"}}
		for _, by := range []string{"anna", "chief", "system", "auditor"} {
			if status, _ := s.as(by).do("POST", "/erase", form); status != http.StatusForbidden {
				t.Errorf("%s may erase: %d", by, status)
			}
		}
		guard := s.as("security")
		if status, page := guard.do("POST", "/erase", form); status != http.StatusOK || !strings.Contains(page, "contact.phone") || strings.Contains(page, phone) {
			t.Errorf("%d: what would be erased is not shown, or the value is", status)
		}
		for name, bad := range map[string]url.Values{
			"no reason": {"who": {number}}, "nobody": {"who": {"nobody"}, "reason": {"x"}}, "no such caller": {"who": {number + "/7"}, "reason": {"x"}},
			"not the same again": {"who": {number}, "reason": {"x"}, "sure": {"1"}, "again": {"SL-000099"}},
		} {
			if status, _ := guard.do("POST", "/erase", bad); status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", name, status)
			}
		}
		form["sure"], form["again"] = []string{"1"}, []string{number}
		if status, _ := guard.do("POST", "/erase", form); status != http.StatusSeeOther {
			t.Fatalf("not erased: %d", status)
		}
		if _, page := s.as("anna").do("POST", path+"/reveal", nil); strings.Contains(page, phone) || !strings.Contains(page, "已删除") {
			t.Error("the number can still be read")
		}
		if err := s.fill(ctx); err != nil {
			t.Fatal(err)
		}
		if _, page := s.as("anna").get("/cases?q=" + phone); strings.Contains(page, number) {
			t.Error("the search still finds the person")
		}
		if after := s.history(done.Case.ID); after != record || strings.Contains(after, phone) {
			t.Error("the history has changed, or holds the number")
		}
		keys, err := s.ledger.Keys(ctx)
		if err != nil || before.Verify(keys[0].VKey) != nil || s.receipt(number).Verify(keys[0].VKey) != nil {
			t.Errorf("a receipt does not hold any more: %v", err)
		}
		if err := s.db.Write(ctx, func(tx *store.Tx) error { return s.cases.Rebuild(ctx, tx, done.Case.ID) }); err != nil {
			t.Error(err)
		}
		s.sound()
		if n := countOf(t, s.db, "SELECT COUNT(*) FROM identity_audit WHERE what = 'personal.erased' AND login = 'security'"); n != 1 {
			t.Errorf("%d lines on record", n)
		}
	})
}

// TestAnAccountIsErased only when it is disabled; then its name, its notices and its way in are gone, and what it did stays.
func TestAnAccountIsErased(t *testing.T) {
	districts(t, personal, func(t *testing.T, s *small) {
		c := s.reported(casework.Asker{Actor: s.actor("east")}).Case
		id := s.ids["east"]
		err := s.db.Write(ctx, func(tx *store.Tx) error {
			return s.notices.Send(ctx, tx, notice.Message{To: []int64{id}, Topic: "case.moved", Key: "notice.program", Link: "/cases/" + c.Number})
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, page := s.as("anna").do("POST", "/cases/"+c.Number+"/reveal", nil); !strings.Contains(page, phone) {
			t.Fatal("the unit cannot read the number")
		}
		if _, page := s.as("east").get("/account/readings"); !strings.Contains(page, "<b>建设局</b>") {
			t.Error("the person does not see who read it")
		}
		e, err := OpenEraser(ctx, s.cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}()
		if err := e.Erase(ctx, "east", "离任"); err == nil || !strings.Contains(err.Error(), "still_active") {
			t.Errorf("an account in use was erased: %v", err)
		}
		if err := s.App.ids.DisableAccount(ctx, identity.Console(), id); err != nil {
			t.Fatal(err)
		}
		if err := e.Erase(ctx, "EAST", "离任"); err != nil {
			t.Fatal(s.texts.Error("en", err), err)
		}
		for _, query := range []string{"SELECT COUNT(*) FROM notice_item WHERE person = %d", "SELECT COUNT(*) FROM identity_account WHERE id = %d AND (name <> '' OR login = 'east')"} {
			if n := countOf(t, s.db, fmt.Sprintf(query, id)); n != 0 {
				t.Errorf("%s: %d", query, n)
			}
		}
		if err := s.App.ids.EnableAccount(ctx, identity.Console(), id); err == nil {
			t.Error("an erased account was enabled")
		}
		if _, page := s.as("anna").do("POST", "/cases/"+c.Number+"/reveal", nil); strings.Contains(page, phone) {
			t.Error("the number can still be read")
		}
		lines, err := e.List(ctx)
		if err != nil || len(lines) != 1 || !strings.Contains(lines[0], fmt.Sprintf("person:%d  离任", id)) {
			t.Errorf("%v %q", err, lines)
		}
		s.sound()
	})
}

func (s *small) receipt(number string) (r ledger.Receipt) {
	s.t.Helper()
	err := s.db.Read(ctx, func(tx *store.Tx) error {
		data, err := s.cases.LedgerDataOf(ctx, tx, number, 1)
		if err != nil {
			return err
		}
		if r, err = s.ledger.Receipt(ctx, tx, casework.Ref(number, 1)); err == nil {
			r, err = r.With(data)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *small) history(id int64) (all string) {
	s.t.Helper()
	if err := s.db.Read(ctx, func(tx *store.Tx) error {
		records, err := s.cases.Records(ctx, tx, id)
		all = fmt.Sprintf("%+v", records[0].Events[0].Opened)
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	return all
}
