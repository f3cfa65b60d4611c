package casework

import (
	"slices"
	"testing"

	"huying/internal/errs"
)

var (
	resident  = Actor{Person: 21} // somebody with an account and no post
	gridder   = Actor{Person: 8, Posts: []Post{{Role: "grid.worker", Unit: "jinfeng-office", Place: "jinfeng", Acts: true}}}
	theOffice = Actor{Person: 40, Posts: []Post{{Role: "supervisor", Unit: "office", Acts: true}}}
	theLeader = Actor{Person: 41, Posts: []Post{{Role: "leader", Unit: "committee", Acts: true}}}
)

// carer is a counsellor of the station, which is of the unit health.
func carer(person int64) Actor {
	return Actor{Person: person, Posts: []Post{{Role: "counsellor", Unit: "health", Acts: true}}}
}

func counselling(more ...any) OpenCase {
	form := Data{"place": "jinfeng", "phone": "13800000000", "need": "最近总是睡不着"}
	for i := 0; i+1 < len(more); i += 2 {
		form[more[i].(string)] = more[i+1]
	}
	return OpenCase{Number: "XL-000001", Form: form, Channel: "web"}
}

func said(what string) Data { return Data{"record": what} }

func TestOnlyOneCounsellorReadsACounsellingCase(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "counselling"), "2021-11-19 15:00")
	pl.do(resident, counselling())
	pl.is("waiting", "take unit:health 11-22 17:30")
	if pl.c.Title != "" || pl.p.openness() != closedCircle {
		t.Errorf("title %q, openness %d", pl.c.Title, pl.p.openness())
	}
	for _, f := range pl.p.Form().Fields {
		if slices.Contains([]string{"name", "phone", "when", "need"}, f.Name) != (f.Personal != "") {
			t.Errorf("the field %s is kept in the vault: %q", f.Name, f.Personal)
		}
	}
	if got := pl.p.circle(pl.c); !slices.Equal(got, []string{"carer", "counsellor"}) {
		t.Errorf("as long as nobody took it, %v read it", got)
	}
	for _, nobody := range []Actor{theOffice, theLeader, clerk(30, "health"), head(31, "health"), gridder, {}} {
		pl.refused(errs.Forbidden, nobody, Do{Action: "take"})
	}

	pl.only(carer(9), Do{Action: "take"})
	pl.is("contacting", "contact person:9 11-23 17:30")
	if got := pl.p.circle(pl.c); !slices.Equal(got, []string{"carer"}) {
		t.Errorf("after person 9 took it, %v read it", got)
	}
	for _, nobody := range []Actor{carer(10), head(31, "health"), theOffice, resident} {
		pl.refused(errs.Forbidden, nobody, Do{Action: "contact", Input: said("谈了四十分钟")})
	}
	pl.refused(errs.Invalid, carer(9), Do{Action: "contact"})
	for _, st := range pl.p.States {
		for _, a := range st.Value.Do {
			for _, f := range pl.p.ActionForm(st.Key, a.Key).Fields {
				if f.Personal == "" {
					t.Errorf("what is said as %s of %s is not kept in the vault", f.Name, a.Key)
				}
			}
		}
	}
}

func TestACounsellingCaseIsFollowedUpAndEndsWithConsent(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "counselling"), "2021-11-19 15:00")
	pl.do(resident, counselling())
	pl.only(carer(9), Do{Action: "take"})
	pl.only(carer(9), Do{Action: "contact", Input: said("谈了四十分钟")})
	pl.is("supporting", "follow-up person:9 11-26 17:30")
	pl.at("2021-11-26 10:00")
	pl.only(carer(9), Do{Action: "follow-up", Input: said("睡得好一些")})
	pl.is("supporting", "follow-up person:9 12-20 17:30") // 19 December is a Sunday
	pl.at("2021-12-20 17:31")
	pl.tick()
	pl.is("supporting", "!follow-up person:9 12-20 17:30, follow-up person:9 02-21 17:30") // three months after, 19 February is a Saturday
	if pl.c.Level != 1 {
		t.Error("a follow-up was missed and nobody heard of it")
	}
	pl.only(carer(9), Do{Action: "follow-up", Input: said("补访")})
	pl.at("2022-02-18 10:00")
	pl.only(carer(9), Do{Action: "follow-up", Input: said("已恢复上班")})
	pl.is("agreeing", "consent caller:1 03-04 17:30")
	pl.refused(errs.Forbidden, carer(9), Do{Action: "agree"})
	pl.only(resident, Do{Action: "agree"})
	if pl.is("ended", ""); pl.c.Outcome != Solved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
	pl.at("2022-04-01 10:00")
	pl.only(resident, Do{Action: "again"})
	pl.is("waiting", "take unit:health 04-02 17:30") // a Saturday worked in lieu
	if pl.only(carer(10), Do{Action: "take"}); pl.c.Parties["carer"][0] != PersonMember(10) {
		t.Error("another counsellor did not take it on")
	}
}

func TestACrisisGoesBeforeEverything(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "counselling"), "2021-11-20 23:50") // a Saturday night
	pl.do(resident, counselling("crisis", true))
	if pl.is("waiting", "take unit:health 11-21 00:20"); !pl.c.Urgent {
		t.Error("it does not go before the others")
	}
	pl.at("2021-11-21 00:05")
	pl.only(carer(9), Do{Action: "take"})
	pl.is("crisis", "intervene person:9 11-21 00:35")
	pl.at("2021-11-21 00:36")
	pl.tick()
	if pl.is("crisis", "!intervene person:9 11-21 00:35"); pl.c.Level != 1 {
		t.Error("nobody heard of it")
	}
	pl.at("2021-11-21 01:06") // half an hour later the next one, by night
	if pl.tick(); pl.c.Level != 2 {
		t.Error("silence did not climb on")
	}
	pl.only(carer(9), Do{Action: "intervene", Input: said("已与家属一起陪同")})
	if pl.is("supporting", "check-back person:9 11-22 01:06, follow-up person:9 11-29 17:30"); pl.c.Urgent {
		t.Error("it is urgent after the danger is over")
	}
	pl.only(carer(9), Do{Action: "check-back", Input: said("平稳")})
	pl.is("supporting", "follow-up person:9 11-29 17:30")
}

func TestACrisisIsFoundLater(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "counselling"), "2021-11-19 15:00")
	pl.do(resident, counselling())
	pl.only(carer(9), Do{Action: "take"})
	pl.refused(errs.Forbidden, resident, Do{Action: "alarm", Input: said("x")})
	pl.only(carer(9), Do{Action: "alarm", Input: said("流露轻生念头")})
	if pl.is("crisis", "intervene person:9 11-19 15:30"); !pl.c.Urgent {
		t.Error("it is not urgent")
	}
	pl.only(carer(9), Do{Action: "hand-back", Input: Data{"reason": "正在处理另一起危机"}})
	pl.is("waiting", "take unit:health 11-19 15:30") // a colleague, within half an hour
	pl.only(carer(10), Do{Action: "take"})
	pl.only(carer(10), Do{Action: "refer", Input: Data{"hospital": "市精神卫生中心", "reason": "需住院治疗"}})
	if pl.c.Outcome != Redirected {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestAGridWorkerAsksForSomebodyAndReadsNothing(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "counselling"), "2021-11-19 15:00")
	call := counselling()
	call.OnBehalf, call.Channel, call.Caller = true, "phone", CallerOf{Contact: "13800000000"}
	pl.refused(errs.Forbidden, clerk(2, "construction"), call)
	elsewhere := gridder
	elsewhere.Posts = []Post{{Role: "grid.worker", Unit: "xiazha-office", Place: "xiazha", Acts: true}}
	pl.refused(errs.Forbidden, elsewhere, call)
	pl.do(gridder, call)
	if c := pl.c.Callers[0]; c.Person != 0 || c.Unit != "" {
		t.Errorf("the grid worker is the caller: %+v", c)
	}
	pl.refused(errs.Forbidden, gridder, Do{Action: "stop"})
	pl.only(Actor{Caller: 1}, Do{Action: "stop"}) // with the secret of their receipt
	if pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestACallersSilenceIsNoConsent(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "counselling"), "2021-11-19 15:00")
	pl.do(resident, counselling())
	pl.only(carer(9), Do{Action: "take"})
	pl.only(carer(9), Do{Action: "contact", Input: said("谈过")})
	pl.only(carer(9), Do{Action: "conclude", Input: said("问题已缓解")})
	pl.only(resident, Do{Action: "go-on"})
	pl.is("contacting", "contact person:9 11-23 17:30")
	pl.only(carer(9), Do{Action: "contact", Input: said("谈过")})
	pl.only(carer(9), Do{Action: "conclude", Input: said("问题已缓解")})
	pl.at("2021-12-03 17:31")
	pl.tick()
	if pl.c.Outcome != Unconfirmed {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestEveryWayOutOfCounselling(t *testing.T) {
	to := func(state string) *play {
		pl := newPlay(t, procedureOf(t, "counselling"), "2021-11-19 15:00")
		pl.do(resident, counselling())
		for _, step := range []Do{{Action: "take"}, {Action: "contact", Input: said("谈过")}, {Action: "conclude", Input: said("已缓解")}} {
			if pl.c.State != state {
				pl.do(carer(9), step)
			}
		}
		return pl
	}
	alarm := Do{Action: "alarm", Input: said("流露轻生念头")}
	for _, state := range []string{"contacting", "supporting", "agreeing"} { // of a crisis nothing else is owed
		pl := to(state)
		pl.only(carer(9), alarm)
		if pl.is("crisis", "intervene person:9 11-19 15:30"); !pl.c.Urgent {
			t.Errorf("a crisis found when %s is not urgent", state)
		}
	}
	for _, state := range []string{"contacting", "supporting"} {
		pl := to(state)
		pl.only(carer(9), Do{Action: "hand-back", Input: Data{"reason": "与来访者相识"}})
		pl.is("waiting", "take unit:health 11-22 17:30")
		pl = to(state)
		pl.only(carer(9), Do{Action: "refer", Input: Data{"hospital": "市人民医院", "reason": "需药物治疗"}})
		if pl.c.Outcome != Redirected {
			t.Errorf("referred when %s: %s", state, pl.c.Outcome)
		}
		pl = to(state)
		pl.only(resident, Do{Action: "stop"})
		if pl.c.Outcome != Withdrawn {
			t.Errorf("stopped when %s: %s", state, pl.c.Outcome)
		}
	}
	pl := to("contacting")
	pl.only(carer(9), Do{Action: "unreached", Input: Data{"reason": "三天内五次无人接听"}})
	if pl.c.Outcome != ClosedUnsolved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
	pl = to("agreeing")
	pl.do(resident, Do{Action: "agree"})
	pl.at("2022-02-21 17:30") // three months after, 19 February, is a Saturday
	pl.only(resident, Do{Action: "again"})
	pl = to("agreeing")
	pl.do(resident, Do{Action: "agree"})
	pl.at("2022-02-21 17:31")
	pl.refused(errs.Conflict, resident, Do{Action: "again"})
}
