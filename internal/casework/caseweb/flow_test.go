package caseweb_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"huying/internal/ledger"
	"huying/internal/store"
	"huying/internal/vault"
	"huying/internal/web/webtest"
)

// photo is a JPEG that carries an EXIF block with a place in it.
func photo(t *testing.T) upload {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00GPS 22.37N 113.55E"
	app1 := "\xff\xe1" + string([]byte{byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}) + exif
	return upload{"现场.jpg", b.String()[:2] + app1 + b.String()[2:]}
}

func TestAWhistleFromTheCallToTheRating(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		officer, builder := s.by("officer"), s.by("builder")
		path := s.blow(t, form{"in-joint": []string{"ecology"}, "in-photo": photo(t)})
		says(t, officer.Get(path), "路面塌陷", "金峰路路口塌陷一平方米", "已吹哨", "建设局", "生态局", "4 个工作小时")

		desk := builder.Get("/tasks")
		says(t, desk, "路面塌陷", "报到")
		if live, public := len(desk.All("", "data-live", "mine")), len(s.by("").Get("/cases").All("", "data-live", "*")); live != 3 || public != 0 {
			t.Errorf("%d parts of the desk follow what happens, and %d of what the public sees", live, public)
		}
		says(t, builder.Get(path), "轮到您：报到")
		goes(t, opens(t, builder, path+"/do/report-in", form{"in-note": "十分钟到"}), path)
		says(t, builder.Get(path), "已记下", "十分钟到", "→ 处置中", "轮到您：处置完毕")
		says(t, builder.Get(path+"/do/resolve"), "2021年11月24日", "还剩 3 个工作日", "每个不超过 12 MB，最多 9 个", "办后进入：待社区确认")
		bare := opens(t, builder, path+"/do/resolve", form{"in-note": "已补好"})
		if bare.Status != http.StatusUnprocessableEntity || len(bare.All("input", "name", "in-evidence", "aria-invalid", "true")) != 1 {
			t.Errorf("closed without evidence: status %d\n%s", bare.Status, bare.Text())
		}
		goes(t, opens(t, builder, path+"/do/resolve", form{"in-note": "已补好", "in-evidence": photo(t)}), path)
		goes(t, opens(t, s.by("ecologist"), path+"/do/report-in", form{"in-note": "已到场"}), path) // a joint unit's duty stays open beside it

		says(t, officer.Get(path), "轮到您：确认并评价", "已补好")
		rate := officer.Get(path + "/do/accept")
		if n := len(rate.All("input", "type", "radio", "name", "rate-unit:construction")); n != 5 {
			t.Errorf("%d marks to choose from, want 5", n)
		}
		unrated := send(t, officer, path+"/do/accept", rate, form{"rate-unit:construction": "5"})
		if unrated.Status != http.StatusUnprocessableEntity || len(unrated.All("input", "name", "rate-unit:construction", "value", "5", "checked", "*")) != 1 {
			t.Errorf("a unit without its mark: status %d\n%s", unrated.Status, unrated.Text())
		}
		goes(t, opens(t, officer, path+"/do/accept", form{"rate-unit:construction": "5", "rate-unit:ecology": "3"}), path)
		done := officer.Get(path)
		says(t, done, "已解决", "评价 建设局 5 分", "评价 生态局 3 分")
		if n := len(done.All("section", "aria-label", "轮到您")); n != 1 {
			t.Errorf("%d boxes with what the officer may still do", n) // that the trouble is back
		}
	})
}

func TestAPhotographIsShownWithoutWhereItWasTaken(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		path := s.blow(t, form{"in-photo": photo(t)})
		img := s.by("builder").Get(path).One("img", "loading", "lazy")
		src, _ := webtest.Attr(img, "src")
		if alt, _ := webtest.Attr(img, "alt"); alt != "照片 1" {
			t.Errorf("it is called %q", alt)
		}
		p := s.by("builder").Get(src)
		if p.Status != 200 || p.Header.Get("Content-Type") != "image/jpeg" || strings.Contains(p.Body, "GPS") || strings.Contains(p.Body, "113.55") {
			t.Errorf("status %d, %s, with its EXIF: %t", p.Status, p.Header.Get("Content-Type"), strings.Contains(p.Body, "GPS"))
		}
		for _, who := range []string{"", "admin", "ecologist"} {
			if got := s.by(who).Get(src).Status; got != 404 {
				t.Errorf("%q gets the photograph: status %d", who, got)
			}
		}
		if got := s.by("builder").Get(path + "/files/" + strings.Repeat("0", 64)).Status; got != 404 {
			t.Errorf("a file that is none: %d", got)
		}
	})
}

func TestAWrongFieldKeepsWhatWasTypedAndSaysWhere(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v := s.by("officer")
		typed := whistle(form{"in-title": "路", "in-address": "路口东南角", "in-danger": "1", "in-joint": []string{"ecology"}, "in-photo": photo(t)})
		p := opens(t, v, "/open/whistle", typed)
		if p.Status != http.StatusUnprocessableEntity {
			t.Fatalf("status %d\n%s", p.Status, p.Text())
		}
		summary := p.One("div", "class", "summary")
		if len(webtest.All(summary, "a", "href", "#f-in-title")) != 1 || !strings.Contains(webtest.Text(summary), "一句话说明") {
			t.Errorf("what is wrong, and where: %s", webtest.Text(summary))
		}
		p.One("input", "name", "in-title", "aria-invalid", "true", "value", "路")
		p.One("input", "name", "in-address", "value", "路口东南角")
		p.One("input", "name", "in-danger", "checked", "*")
		p.One("input", "name", "in-joint", "value", "ecology", "checked", "*")
		p.One("option", "value", "jinfeng", "selected", "*")
		says(t, p, "已收到 1 个文件")
		again := send(t, v, "/open/whistle", p, form{"in-title": "路面塌陷"})
		if again.Status != http.StatusSeeOther {
			t.Fatalf("mended: status %d\n%s", again.Status, again.Text())
		}
		v.Get(again.Header.Get("Location")).One("img", "loading", "lazy") // the photograph of the first try

		for _, tt := range []struct{ name, field, value, says string }{
			{"no kind", "in-category", "", "请填写"}, {"a kind that is none", "in-category", "ufo", "类别"}, {"a place that is none", "in-place", "mars", "您负责的地点"}, {"a place of somebody else", "in-place", "xiazha", "您负责的地点"},
			{"a description of four letters", "in-description", "塌了一块", "情况"}, {"one of 2,001", "in-description", strings.Repeat("长", 2001), "2000"},
		} {
			p := opens(t, v, "/open/whistle", whistle(form{tt.field: tt.value}))
			if p.Status != http.StatusUnprocessableEntity || len(p.All("", "name", tt.field, "aria-invalid", "true")) == 0 || !strings.Contains(p.Text(), tt.says) {
				t.Errorf("%s: status %d\n%s", tt.name, p.Status, p.Text())
			}
		}
		if n := s.count(t, "SELECT COUNT(*) FROM casework_case"); n != 1 {
			t.Errorf("%d cases", n)
		}
	})
}

func (s *site) count(t *testing.T, q string, args ...any) (n int) {
	t.Helper()
	s.must(s.db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, q, args, &n) }))
	return n
}

func TestAFormThatIsSentTwiceOpensOneCase(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v := s.by("officer")
		p := v.Get("/open/whistle")
		first, second := send(t, v, "/open/whistle", p, whistle(nil)), send(t, v, "/open/whistle", p, whistle(nil))
		if a, b := first.Header.Get("Location"), second.Header.Get("Location"); a == "" || a != b || s.count(t, "SELECT COUNT(*) FROM casework_case") != 1 {
			t.Errorf("%q and %q", a, b)
		}
	})
}

func TestAReceiptBringsACallerWithoutAnAccountBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		first := s.by("")
		path, secret := s.petition(t, first, nil)
		says(t, first.Get(path), "拆迁补偿没有到账", "请按协议发放") // this browser holds the secret
		hides(t, first.Get(path), "000-12345678")
		receipt := first.Get(path + "/receipt")
		says(t, receipt, "登记")
		receipt.One("div", "class", "qr")
		var file ledger.Receipt
		if err := json.Unmarshal([]byte(first.Get(path+"/receipt?format=json").Body), &file); err != nil || len(file.Data) == 0 {
			t.Errorf("the file of the receipt: %v, %d bytes of what was logged", err, len(file.Data))
		}

		other := s.by("")
		for _, p := range []string{path, path + "/receipt", path + "/note", path + "/do/withdraw"} {
			if got := other.Get(p).Status; got != 404 {
				t.Errorf("GET %s without the secret: %d", p, got)
			}
		}
		number := strings.TrimPrefix(path, "/cases/")
		for _, wrong := range []form{{"number": number, "secret": "AAAAAAAAAAAAAAAAAAAAAAAAAA"}, {"number": number}, {"number": "XF-999999", "secret": secret}} {
			p := opens(t, other, "/find", wrong)
			if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Text(), "编号或查询码不对") || strings.Contains(p.Body, secret) {
				t.Errorf("%v: status %d\n%s", wrong, p.Status, p.Text())
			}
		}
		goes(t, opens(t, other, "/find", form{"number": " " + strings.ToLower(number) + " ", "secret": strings.ToLower(secret[:13] + " - " + secret[13:])}), path)
		says(t, other.Get(path), "拆迁补偿没有到账", "撤回信访")
		goes(t, opens(t, other, path+"/do/withdraw", form{"in-reason": "已经到账"}), path)
		says(t, other.Get(path), "已撤回", "已经到账")
	})
}

func TestARevealIsOnRecord(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		path, _ := s.petition(t, s.by(""), nil)
		clerk := s.by("petitions")
		page := clerk.Get(path)
		hides(t, page, "某老张", "000-12345678")
		says(t, page, "轮到您：受理或转送")
		before := s.count(t, "SELECT COUNT(*) FROM vault_reading")
		says(t, clerk.Post(path+"/reveal"), "姓名 某老张", "联系电话 000-12345678", "这次查看已经记录")
		var reads []vault.Read
		s.must(s.db.Read(ctx, func(tx *store.Tx) (err error) {
			var subject int64
			if err = tx.Scan(ctx, "SELECT MAX(id) FROM vault_subject", nil, &subject); err == nil {
				reads, err = s.vault.Readings(ctx, tx, subject, 10, 0)
			}
			return err
		}))
		if n := s.count(t, "SELECT COUNT(*) FROM vault_reading"); n == before || len(reads) == 0 || reads[0].Person != s.actors["petitions"].ID {
			t.Errorf("%d readings before, %d after: %+v", before, n, reads)
		}
		for who, want := range map[string]int{"": 404, "builder": 404, "overseer": 404, "officer": 404} {
			if got := s.by(who).Post(path + "/reveal").Status; got != want {
				t.Errorf("%q: %d, want %d", who, got, want)
			}
		}
	})
}

func TestThePaperOfACase(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		path := s.blow(t, form{"in-photo": photo(t)})
		p := s.by("builder").Get(path + "?print=1")
		says(t, p, "高新区", "社区吹哨、部门报到", strings.TrimPrefix(path, "/cases/"), "路面塌陷", "金峰路路口塌陷一平方米", "附照片或文件 1 份", "建设局 · 报到")
		stranger := s.by("").Get(path + "?print=1")
		hides(t, stranger, "路面塌陷", "金峰路路口")
	})
}

func TestThePlaceOfOnesPostStandsInTheForm(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		chosen := func(who, path string) string {
			for _, o := range webtest.All(s.by(who).Get(path).One("select", "name", "in-place"), "option", "selected", "*") {
				v, _ := webtest.Attr(o, "value")
				return v
			}
			return ""
		}
		if got := chosen("officer", "/open/whistle"); got != "jinfeng" {
			t.Errorf("an officer of Jinfeng is offered %q", got)
		}
		if got := chosen("neighbour", "/open/whistle"); got != "xiazha" {
			t.Errorf("an officer of Xiazha is offered %q", got)
		}
		if got := chosen("officer", "/open/whistle?in-place=xiazha"); got != "xiazha" {
			t.Errorf("what a page filled in became %q", got)
		}
		if got := chosen("", "/open/mediation"); got != "" {
			t.Errorf("somebody without an account is offered %q", got)
		}
	})
}
