package caseapi_test

import (
	"strings"
	"testing"
	"time"

	"huying/internal/ledger"
)

// A whistle from its opening to the caller's last word, as several people. Every answer is held against the document on the way.
func TestAWhistleThroughTheInterface(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		officer, builder, head, nobody := s.as("officer"), s.as("builder"), s.as("head"), s.nobody()
		photo := builder.do("POST", "/files", "text/csv", []byte("a,b\n1,2\n3,4\n")).is(201).text("hash")

		opened := officer.left(officer.post("/cases", whistle("joint", []string{"ecology"})).is(201))
		number := opened.text("number")
		if opened.header.Get("Location") != "/api/v1/cases/"+number || opened.header.Get("ETag") != `"1"` || opened.text("sight") != "whole" {
			t.Errorf("%v %s", opened.header, opened.raw)
		}
		if opened.text("receipt.ref") != "case/"+number+"/1" || opened.text("secret") != "" {
			t.Errorf("receipt %v", opened.at("receipt"))
		}
		if got := opened.text("duties.0.due"); got != "2021-11-22T10:20:00+08:00" {
			t.Errorf("due %s", got)
		}

		public := nobody.get(path(number)).is(200)
		if public.text("sight") != "outline" || public.at("title") != nil || public.at("unit") != nil || public.at("form") != nil || public.at("history") != nil ||
			public.text("state") != "called" || public.text("category") != "road" {
			t.Errorf("the public sees %s", public.raw)
		}

		mine := builder.get(path(number)).is(200)
		if mine.text("actions.0.action") != "report-in" || mine.text("actions.0.as") != "unit:construction" || mine.text("actions.0.form.properties.note.x-en") != "Note" {
			t.Errorf("the builder may %v", mine.at("actions"))
		}
		if mine.text("parties.lead.0.name") != "建设局" || mine.text("callers.0.unit") != "jinfeng-office" || mine.text("history.0.by.name") != "某officer" {
			t.Errorf("%s", mine.raw)
		}

		// The desk, and taking it on.
		lies := builder.get("/desk?unclaimed=true").is(200)
		if lies.len("items") != 1 || lies.text("items.0.duty") != "report-in" || lies.text("items.0.holder") != "unit:construction" || lies.text("items.0.sight") != "whole" {
			t.Errorf("on the desk: %s", lies.raw)
		}
		builder.post(path(number, "/claim"), object{"visit": 1, "name": "report-in", "n": 0, "owner": "unit:construction", "person": s.people["builder"]}).is(200)
		if got := builder.get("/desk?mine=true").is(200); got.len("items") != 1 || got.text("items.0.claimed") == "" {
			t.Errorf("mine: %s", got.raw)
		}
		builder.post(path(number, "/claim"), object{"visit": 1, "name": "report-in", "n": 0, "owner": "unit:construction", "person": nil}).is(200)

		// Acting, with what one knew of the case.
		stale := builder.with("If-Match", `"1"`)
		stale.post(path(number, "/do/report-in"), object{"input": object{"note": "到"}}).is(412, "casework.moved_on")
		fresh := builder.with("If-Match", builder.get(path(number)).header.Get("ETag"))
		if got := builder.left(fresh.post(path(number, "/do/report-in"), object{"input": object{"note": "到"}}).is(200)); got.text("state") != "handling" {
			t.Errorf("%s", got.raw)
		}
		builder.left(builder.post(path(number, "/note"), object{"text": "挖开后需更换管道", "files": []string{photo}}).is(200))

		// What cannot be solved is approved by the head, who gives it back first.
		builder.left(builder.post(path(number, "/do/cannot"), object{"input": object{"reason": "列入明年"}}).is(200))
		waiting := head.get("/desk").is(200)
		if waiting.len("approvals") != 1 || waiting.text("approvals.0.number") != number {
			t.Errorf("the head's desk: %s", waiting.raw)
		}
		if got := head.get(path(number)).is(200); got.at("may_approve") != true || got.text("pending.action") != "cannot" || got.text("pending.input.reason") != "列入明年" {
			t.Errorf("%s", got.raw)
		}
		builder.post(path(number, "/approve"), nil).is(403, "casework.four_eyes")
		head.left(head.post(path(number, "/return"), object{"reason": "先处置"}).is(200))
		builder.post(path(number, "/do/resolve"), object{"input": object{"note": "修好了", "evidence": []string{photo}}}).is(200)

		// The caller's last word.
		officer.post(path(number, "/do/accept"), object{"ratings": object{"lead": 5}}).is(400)
		done := officer.left(officer.post(path(number, "/do/accept"), object{"ratings": object{"lead": 5, "unit:ecology": 3}}).is(200))
		if done.text("outcome") != "solved" || done.len("ratings") != 2 || done.text("ratings.1.score") != "3" {
			t.Errorf("%s", done.raw)
		}
		figures := nobody.get("/procedures/whistle/figures?from=2021-11-01&until=2021-11-30").is(200)
		if figures.text("outcomes.solved") != "1" {
			t.Errorf("%s", figures.raw)
		}

		// The receipt is checked as anybody would.
		if _, err := s.log.Sequence(ctx); err != nil {
			t.Fatal(err)
		}
		got := officer.get(path(number, "/receipt")).is(200)
		receipt, err := ledger.ParseReceipt(got.raw)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := s.log.Keys(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := receipt.Verify(keys[0].VKey); err != nil || receipt.Inclusion == nil || !strings.Contains(string(receipt.Data), "路面塌陷") {
			t.Errorf("%v %+v", err, receipt)
		}
		if later := builder.get(path(number, "/receipt?seq=2")).is(200); later.at("data") != nil || later.text("ref") != "case/"+number+"/2" {
			t.Errorf("%s", later.raw)
		}
		nobody.get(path(number, "/receipt")).is(401)
		officer.get(path(number, "/receipt?seq=99")).is(404)
	})
}

func TestSomebodyWithoutAnAccountKeepsTheirReceipt(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		mediator, desk := s.as("mediator"), s.as("desk")
		form := object{"title": "楼上漏水", "category": "neighbours", "place": "jinfeng", "description": "楼上漏水半年", "other": "楼上住户 13900000000"}
		nobody := s.nobody()
		nobody.post("/cases", object{"procedure": "mediation", "form": form}).is(400)
		opened := nobody.post("/cases", object{"procedure": "mediation", "form": form, "said": object{"name": "甲", "view": "要求赔偿"}}).is(201)
		number, secret := opened.text("number"), opened.text("secret")
		if len(secret) != 26 || opened.text("sight") != "whole" || opened.at("form.other.sealed") != true || strings.Contains(string(opened.raw), "13900000000") {
			t.Fatalf("%s", opened.raw)
		}
		nobody.get(path(number)).is(404)
		nobody.with("X-Receipt", "WRONG").get(path(number)).is(404)
		caller := nobody.with("X-Receipt", strings.ToLower(secret))
		if got := caller.get(path(number)).is(200); got.len("callers") != 1 || got.at("callers.0.self") != true || got.text("actions.0.action") != "withdraw" {
			t.Errorf("%s", got.raw)
		}
		caller.post(path(number, "/note"), object{"text": "还有录像"}).is(200)

		// What is personal: the desk, whose circle it is, reads it on record; the supervisor does not know of the case.
		s.as("overseer").get(path(number)).is(404)
		s.as("overseer").post(path(number, "/reveal"), nil).is(404)
		told := desk.post(path(number, "/reveal"), object{}).is(200)
		if told.text("values.other") != "楼上住户 13900000000" || told.at("values").(map[string]any)["caller:1.name"] != "甲" {
			t.Errorf("%s", told.raw)
		}
		desk.post(path(number, "/reveal"), object{"fields": []string{"nothing"}}).is(400, "caseapi.not_sealed")
		if own := caller.post(path(number, "/reveal"), object{"fields": []string{"other"}}).is(200); own.text("values.other") == "" {
			t.Errorf("%s", own.raw)
		}
		s.readings(number, "casework.show mediation.desk", "self ")

		// On behalf of somebody, who joins another day.
		desk.post(path(number, "/do/accept"), object{"input": object{"person": s.people["mediator"]}}).is(200)
		joins := object{"name": "乙", "phone": "13800000002", "said": object{"name": "乙", "view": "与我无关"}}
		got := mediator.post(path(number, "/do/join"), object{"joins": joins}).is(200)
		if got.len("callers") != 2 || got.at("callers.1.contact.sealed") != true {
			t.Errorf("%s", got.raw)
		}
		if contact := mediator.post(path(number, "/reveal"), nil).is(200); contact.at("values").(map[string]any)["caller:2.contact"].(map[string]any)["phone"] != "13800000002" {
			t.Errorf("%s", contact.raw)
		}
		if got := caller.get(path(number)).is(200); got.len("callers") != 1 || strings.Contains(string(got.raw), "与我无关") {
			t.Errorf("one party reads what the other said: %s", got.raw)
		}
		behalf := object{"procedure": "mediation", "form": form, "said": object{"name": "丙"}, "channel": "phone", "on_behalf": object{"phone": "13800000003"}}
		if got := mediator.post("/cases", behalf).is(201); len(got.text("secret")) != 26 || got.text("channel") != "phone" || got.at("callers.0.person") != nil {
			t.Errorf("%s", got.raw)
		}
	})
}

func TestLinksParentsAndOrdersOfOtherSystems(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		officer, builder := s.as("officer"), s.as("builder")
		first := s.blow(officer)
		child := whistle("title", "又塌了")
		child["parent"] = first
		second := officer.post("/cases", child).is(201)
		if second.text("parent") != first {
			t.Errorf("%s", second.raw)
		}
		child["parent"] = "WS-999999"
		officer.post("/cases", child).is(400, "casework.no_case")
		linked := officer.post(path(second.text("number"), "/link"), object{"number": first, "how": "relapse"}).is(200)
		if linked.text("links.0.number") != first || linked.text("links.0.how") != "relapse" {
			t.Errorf("%s", linked.raw)
		}
		officer.post(path(first, "/link"), object{"number": first, "how": "related"}).is(400)
		officer.post(path(first, "/link"), object{"number": "WS-999999", "how": "related"}).is(400)
		officer.post(path(first, "/link"), object{"number": second.text("number"), "how": "twin"}).is(400, "caseapi.no_choice")
		builder.post(path(first, "/link"), object{"number": second.text("number"), "how": "related"}).is(200)

		order := whistle()
		order["foreign"] = object{"system": "12345", "number": "GD20211119001", "due": "2021-11-19T17:00:00+08:00"}
		order["channel"] = "exchange"
		s.as("officer", "cases:write", "cases:read").post("/cases", order).is(403, "caseapi.not_exchange")
		got := s.as("officer", "cases:write", "cases:read", "exchange").post("/cases", order).is(201)
		if got.text("foreign.number") != "GD20211119001" || got.text("foreign.due") != "2021-11-19T17:00:00+08:00" {
			t.Errorf("%s", got.raw)
		}
		s.nobody().post("/cases", order).is(403)
	})
}

func TestListsPageAndSayWhatTheyLeaveOut(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		officer := s.as("officer")
		var last string
		for i := range 5 {
			last = s.blow(officer, "title", []string{"一号井盖", "二号井盖", "三号路灯", "四号路灯", "五号路灯"}[i])
			s.hand.Advance(time.Minute)
		}
		for _, tt := range []struct {
			who   *client
			query string
			items int
			total string
		}{
			{officer, "", 5, "5"}, {officer, "?size=2", 2, "5"}, {officer, "?size=2&page=3", 1, "5"}, {officer, "?scope=mine&q=路灯", 3, "3"},
			{officer, "?procedure=whistle&state=called&progress=open&category=road&place=town&unit=construction&sort=due", 5, "5"},
			{officer, "?outcome=solved", 0, "0"}, {officer, "?q=…", 0, "0"}, {officer, "?from=2021-11-20", 0, "0"}, {officer, "?until=2021-11-19", 5, "5"},
			{s.nobody(), "", 5, "5"}, {s.nobody(), "?q=路灯", 0, "0"}, {s.nobody(), "?unit=construction", 0, "0"}, {s.nobody(), "?scope=mine", 0, "0"},
			{s.as("ecologist"), "?scope=mine", 0, "0"}, {s.as("overseer"), "?q=井盖", 2, "2"},
		} {
			got := tt.who.get("/cases" + tt.query).is(200)
			if got.len("items") != tt.items || got.text("total") != tt.total || got.at("more") != false {
				t.Errorf("%s: %s", tt.query, got.raw)
			}
		}
		if got := officer.get("/cases").is(200); got.text("items.0.number") != last || got.text("items.0.title") != "五号路灯" {
			t.Errorf("%s", got.raw)
		}
		if got := s.nobody().get("/cases").is(200); got.at("items.0.title") != nil || got.text("items.0.sight") != "outline" {
			t.Errorf("%s", got.raw)
		}
		for _, query := range []string{"?size=0", "?size=201", "?page=0", "?page=x", "?sort=title", "?scope=ours", "?procdure=whistle", "?from=19.11.2021",
			"?outcome=lost", "?page=1&page=2", "?q=%00"} {
			officer.get("/cases" + query).is(400)
		}
		// The board, the agenda, oneself.
		board := s.as("overseer").get("/board?from=2021-11-01&until=2021-11-30").is(200)
		if board.len("items") != 1 || board.text("items.0.unit") != "construction" || board.text("items.0.name") != "建设局" || board.text("items.0.owed") != "5" {
			t.Errorf("%s", board.raw)
		}
		s.as("overseer").get("/board?from=2021-11-01").is(400, "caseapi.half_period")
		s.as("overseer").get("/board?from=2021-12-01&until=2021-11-01").is(400, "caseapi.period_order")
		if got := s.as("builder").get("/agenda").is(200); got.len("items") != 5 || got.text("items.0.due") > got.text("items.1.due") {
			t.Errorf("%s", got.raw)
		}
		if got := officer.get("/me").is(200); got.text("name") != "某officer" || got.text("posts.0.place") != "jinfeng" {
			t.Errorf("%s", got.raw)
		}
	})
}

func TestProceduresSayWhatTheyAskFor(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		list := s.as("officer").get("/procedures").is(200)
		if list.len("items") != 2 || list.text("items.1.name") != "whistle" || list.at("items.1.may_open") != true || list.text("items.0.public") != "none" {
			t.Errorf("%s", list.raw)
		}
		if got := s.nobody().get("/procedures").is(200); got.at("items.1.may_open") != false || got.at("items.0.may_open") != true {
			t.Errorf("%s", got.raw)
		}
		one := s.nobody().get("/procedures/whistle").is(200)
		if one.text("title.en") != "Community whistle" || one.text("states.0.name") != "called" || one.text("form.properties.title.x-en") != "In one line" ||
			one.text("parties.1.of") != "unit" || one.at("parties.1.many") != true || one.text("versions.0.by") != "测试" {
			t.Errorf("%s", one.raw)
		}
		if got := s.nobody().get("/procedures/mediation").is(200); got.text("callers.properties.name.x-personal") == "" ||
			got.text("values.0.name") != "sessions" || got.text("values.0.title.zh") != "调解次数" || got.text("values.0.title.en") != "Sessions" {
			t.Errorf("%s", got.raw)
		}
		s.nobody().get("/procedures/nothing").is(404, "casework.no_procedure")
		english := s.nobody().with("Accept-Language", "en").get("/procedures/nothing").is(404)
		if !strings.Contains(english.text("detail"), "nothing") || strings.ContainsAny(english.text("detail"), "没有") {
			t.Errorf("%s", english.raw)
		}
	})
}
