package caseweb_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"huying/internal/web/webtest"
)

// Two people have the same form open. The first sends it; the second is told what happened in between, keeps what they typed, and may go on.
func TestTwoPeopleActAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		path := s.blow(t, form{"in-joint": []string{"ecology"}})
		builder, mate := s.by("builder"), s.by("mate")
		form1, form2 := builder.Get(path+"/do/report-in"), mate.Get(path+"/do/report-in")
		goes(t, send(t, builder, path+"/do/report-in", form1, form{"in-note": "我已到场"}), path)

		late := send(t, mate, path+"/do/report-in", form2, form{"in-note": "我在路上，还有十分钟"})
		if late.Status != http.StatusConflict {
			t.Fatalf("too late: status %d\n%s", late.Status, late.Text())
		}
		says(t, late, "这一步已经办过了", "您打开页面之后", "某builder · 报到 → 处置中", "我已到场", "我在路上，还有十分钟")
		goes(t, send(t, mate, path, late, form{}), path) // what was typed becomes a note
		says(t, mate.Get(path), "补充说明", "我在路上，还有十分钟")
		if n := strings.Count(mate.Get(path).Text(), "· 报到 11-19"); n != 1 {
			t.Errorf("%d reports on record", n)
		}

		// While one writes what was done, another says something: the step is still theirs, once they have read it.
		open := builder.Get(path + "/do/resolve")
		goes(t, opens(t, s.by("officer"), path+"/note", form{"text": "路口东侧又塌了一块"}), path)
		first := send(t, builder, path+"/do/resolve", open, form{"in-note": "西侧已补好", "in-evidence": photo(t)})
		if first.Status != http.StatusUnprocessableEntity {
			t.Fatalf("status %d\n%s", first.Status, first.Text())
		}
		says(t, first, "您打开之后，这件事项又有了新的进展", "路口东侧又塌了一块", "已收到 1 个文件")
		if area := raw(first.One("textarea", "name", "in-note")); strings.TrimSpace(area) != "西侧已补好" {
			t.Errorf("what was typed: %q", area)
		}
		goes(t, send(t, builder, path+"/do/resolve", first, form{"in-note": "两侧都已补好"}), path)
		says(t, builder.Get(path), "两侧都已补好", "→ 待社区确认")
	})
}

func TestAnApprovalIsGivenOrReturned(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		path := s.blow(t, nil)
		builder, head := s.by("builder"), s.by("head")
		goes(t, opens(t, builder, path+"/do/report-in", form{"in-note": "到"}), path)
		ask := builder.Get(path + "/do/cannot")
		says(t, ask, "提交后由牵头单位 · 单位负责人审批")
		goes(t, send(t, builder, path+"/do/cannot", ask, form{"in-reason": "管线未迁"}), path)
		says(t, builder.Get(path), "某builder 申请：现在解决不了", "等待 牵头单位 · 单位负责人 审批")
		if len(builder.Get(path).All("form", "action", path+"/approve")) > 0 {
			t.Error("who asked is offered to approve")
		}
		says(t, head.Get("/tasks"), "待我审批", "路面塌陷")

		empty := opens(t, head, path+"/return", form{"reason": " "})
		if empty.Status != http.StatusUnprocessableEntity {
			t.Errorf("returned without a reason: %d", empty.Status)
		}
		goes(t, opens(t, head, path+"/return", form{"reason": "先与供电所协调"}), path)
		says(t, builder.Get(path), "退回", "先与供电所协调", "轮到您：处置完毕")

		goes(t, opens(t, builder, path+"/do/cannot", form{"in-reason": "供电所书面答复：明年迁改"}), path)
		page := head.Get(path)
		says(t, page, "供电所书面答复：明年迁改")
		stale, _ := webtest.Attr(webtest.All(page.One("form", "action", path+"/approve"), "input", "name", "seq")[0], "value")
		goes(t, opens(t, s.by("officer"), path+"/note", form{"text": "居民不同意"}), path)
		if p := head.Post(path+"/approve", "seq", stale); p.Status != http.StatusConflict {
			t.Fatalf("approved unread: status %d", p.Status)
		} else {
			says(t, p, "您打开页面之后", "居民不同意")
			fresh, _ := webtest.Attr(webtest.All(p.One("form", "action", path+"/approve"), "input", "name", "seq")[0], "value")
			goes(t, head.Post(path+"/approve", "seq", fresh), path)
		}
		says(t, builder.Get(path), "未能解决", "同意")
	})
}

func TestADutyIsTakenOnAndHandedOver(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		path := s.blow(t, nil)
		builder, mate := s.by("builder"), s.by("mate")
		href := path + "/claim" + claimQuery
		if len(builder.Get(path).All("a", "href", href)) != 1 {
			t.Fatalf("no way to %s", href)
		}
		mine, theirs := builder.Get(href), mate.Get(href)
		for _, name := range []string{"某builder", "某mate", "某head"} {
			says(t, mine, name)
		}
		hides(t, mine, "某ecologist")
		goes(t, send(t, builder, href, mine, form{}), path) // oneself is chosen already
		says(t, mate.Get(path), "某builder 在办")
		for show, want := range map[string]int{"mine": 1, "unclaimed": 0} {
			if n := len(builder.Get("/tasks?show="+show).All("th", "scope", "row")); n != want {
				t.Errorf("%s: %d tasks, want %d", show, n, want)
			}
		}
		both := send(t, mate, href, theirs, form{"person": id(s, "mate")})
		if both.Status != http.StatusUnprocessableEntity {
			t.Fatalf("two take it on at once: %d", both.Status)
		}
		says(t, both, "某builder 认领或移交：报到")
		goes(t, opens(t, builder, href, form{"person": id(s, "mate")}), path)
		says(t, mate.Get(path), "某mate 在办")
		if p := opens(t, mate, href, form{"person": id(s, "ecologist")}); p.Status == http.StatusSeeOther {
			t.Error("handed to somebody of another unit")
		}
		goes(t, opens(t, mate, href, form{"person": ""}), path)
		hides(t, mate.Get(path), "某mate 在办")
	})
}

func id(s *site, login string) string { return strconv.FormatInt(s.actors[login].ID, 10) }

func TestAMediatorIsChosenAmongThoseWhoMayBe(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p := opens(t, s.by(""), "/open/mediation", form{"in-name": "某甲", "in-title": "漏水赔偿", "in-category": "neighbours", "in-place": "jinfeng",
			"in-description": "楼上漏水，天花板脱落。", "in-other": "楼上某乙", "in-amount": "1,200.50"})
		m := slip.FindStringSubmatch(p.Text())
		if m == nil {
			t.Fatal(p.Text())
		}
		path, desk := "/cases/"+strings.Fields(m[0])[0], s.by("desk")
		says(t, desk.Get(path), "1200.50 元")
		choose := desk.Get(path + "/do/accept")
		hides(t, choose, "某builder", "某officer")
		goes(t, send(t, desk, path+"/do/accept", choose, form{"in-person": id(s, "mediator")}), path)
		says(t, desk.Get(path), "某mediator")
		says(t, s.by("mediator").Get("/tasks"), strings.TrimPrefix(path, "/cases/"), "联系对方")
	})
}

func TestAUnitThatIsNoMoreIsCalledAsItWas(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		path := s.blow(t, nil)
		s.merge(t, "construction", "planning")
		s.hand.Set(s.hand.Business().Now().Add(72 * time.Hour))
		says(t, s.by("officer").Get(path), "原建设局（现 规划局）")
		says(t, s.by("overseer").Get("/board"), "原建设局（现 规划局）")
	})
}
