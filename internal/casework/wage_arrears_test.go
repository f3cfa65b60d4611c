package casework

import (
	"testing"

	"huying/internal/errs"
)

// worker is somebody without an account who has shown the secret of the receipt of a caller.
func worker(n int) Actor { return Actor{Caller: n} }

func owedTo(name string, fen int64) Data {
	return Data{"name": name, "phone": "13800000000", "amount": fen}
}

func arrears(earlier int, more ...any) OpenCase {
	form := Data{"employer": "某建筑劳务有限公司", "employer-code": "91440400MA4UABCD1X", "place": "jinfeng", "sector": "construction", "description": "三月到八月没有发工资"}
	for i := 0; i+1 < len(more); i += 2 {
		form[more[i].(string)] = more[i+1]
	}
	return OpenCase{Number: "QX-000001", Form: form, Channel: "web", Earlier: earlier, Caller: CallerOf{Said: owedTo("甲", 1_200_000)}}
}

// values fails unless the case keeps them.
func (pl *play) values(want Data) {
	pl.t.Helper()
	for k, v := range want {
		if pl.c.Values[k] != v {
			pl.t.Fatalf("%s is %v, want %v (%v)", k, pl.c.Values[k], v, pl.c.Values)
		}
	}
}

func joined(pl *play, by Actor, name string, fen int64) {
	pl.t.Helper()
	pl.only(by, Do{Action: "join", Joins: &CallerOf{Said: owedTo(name, fen), Key: name}})
}

func TestWorkersClaimTogetherAndArePaid(t *testing.T) {
	inspector, chief := clerk(2, "civil"), head(3, "civil")
	pl := newPlay(t, procedureOf(t, "wage-arrears"), "2021-11-19 10:00")
	alone := arrears(0)
	alone.Caller.Said = nil
	pl.refused(errs.Invalid, Actor{}, alone)
	pl.refused(errs.Invalid, Actor{}, arrears(0, "employer-code", "91440400MA4U"))
	pl.do(Actor{}, arrears(0))
	pl.is("filed", "accept unit:civil 11-26 17:30")
	for _, field := range []string{"name", "phone"} {
		if f, _ := pl.p.caller.Field(field); f.Personal == "" {
			t.Errorf("the %s of a worker is not kept in the vault", field)
		}
	}

	joined(pl, worker(1), "乙", 800_000)
	pl.refused(errs.Forbidden, clerk(4, "construction"), Do{Action: "join", Joins: &CallerOf{Said: owedTo("丙", 1)}})
	pl.refused(errs.Invalid, inspector, Do{Action: "join", Joins: &CallerOf{Said: Data{"name": "丙", "phone": "13800000000"}}})
	pl.refused(errs.Conflict, worker(1), Do{Action: "take-back", Input: Data{"reason": "算了"}}) // it is no longer theirs alone
	pl.values(Data{"claimed": int64(2_000_000), "outstanding": int64(2_000_000), "flagged": false})

	pl.only(inspector, Do{Action: "accept"})
	pl.is("investigating", "conclude unit:civil 02-17 17:30") // sixty working days, New Year and the Spring Festival left out
	joined(pl, inspector, "丙", 500_000)
	pl.only(inspector, Do{Action: "call-in", Input: Data{"units": []any{"construction"}, "note": "请提供工程款拨付情况"}})
	pl.is("investigating", "conclude unit:civil 02-17 17:30, assist unit:construction 11-26 17:30")
	pl.only(clerk(4, "construction"), Do{Action: "assist", Input: Data{"note": "工程款已拨付八成"}})

	pl.asks(inspector, Do{Action: "extend", Input: Data{"reason": "分包关系复杂"}})
	pl.is("investigating", "conclude unit:civil 02-17 17:30") // nobody grants themselves more time
	pl.refused(errs.Forbidden, clerk(9, "civil"), Approve{})
	pl.do(chief, Approve{})
	pl.is("investigating", "conclude unit:civil 03-31 17:30") // thirty more
	pl.refused(errs.Conflict, inspector, Do{Action: "extend", Input: Data{"reason": "再延"}})

	pl.refused(errs.Invalid, inspector, Do{Action: "paid", Input: Data{"amount": int64(1_000_000)}}) // no proof
	pl.only(inspector, Do{Action: "paid", Input: Data{"amount": int64(1_000_000), "evidence": proof}})
	pl.values(Data{"claimed": int64(2_500_000), "recovered": int64(1_000_000), "outstanding": int64(1_500_000)})
	pl.only(inspector, Do{Action: "conclude", Input: Data{"amount": int64(2_400_000), "document": proof}})
	pl.is("ordered", "recover unit:civil 12-10 17:30")
	pl.values(Data{"verified": int64(2_400_000), "outstanding": int64(1_400_000)})

	pl.only(inspector, Do{Action: "paid", Input: Data{"amount": int64(1_400_000), "evidence": proof}})
	pl.is("confirming", "confirm caller:1 11-26 17:30, confirm caller:2 11-26 17:30, confirm caller:3 11-26 17:30")
	pl.refused(errs.Forbidden, inspector, Do{Action: "accept", Ratings: map[string]int{"lead": 5}})
	pl.only(worker(2), Do{Action: "reject", Input: Data{"amount": int64(800_000), "reason": "我的一分没拿到"}})
	pl.is("ordered", "recover unit:civil 12-10 17:30")
	pl.values(Data{"recovered": int64(1_600_000), "outstanding": int64(800_000)})
	pl.only(inspector, Do{Action: "paid", Input: Data{"amount": int64(800_000), "evidence": proof}})
	for n := 1; n <= 3; n++ {
		if pl.c.Closed() {
			t.Fatalf("it ended before caller %d was heard", n)
		}
		pl.only(worker(n), Do{Action: "accept", Ratings: map[string]int{"lead": 5}})
		if n < 3 { // nobody speaks for the others
			pl.refused(errs.Forbidden, worker(n), Do{Action: "accept", Ratings: map[string]int{"lead": 5}})
		}
	}
	if pl.is("solved", ""); pl.c.Outcome != Solved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestAnEmployerIsFlaggedOnRepeat(t *testing.T) {
	inspector := clerk(2, "civil")
	pl := newPlay(t, procedureOf(t, "wage-arrears"), "2021-11-19 10:00")
	pl.do(Actor{}, arrears(2))
	if pl.values(Data{"earlier": int64(2), "flagged": true}); !pl.c.Urgent {
		t.Error("it is not urgent")
	}
	if got := pl.p.repeats(pl.c.Form); got != "91440400MA4UABCD1X" {
		t.Errorf("repeats by %q", got)
	}
	pl.only(inspector, Do{Action: "accept"})
	pl.only(inspector, Do{Action: "conclude", Input: Data{"amount": int64(1_200_000), "document": proof}})
	pl.is("ordered", "recover unit:civil 12-10 17:30, credit unit:civil 12-03 17:30")
	pl.only(inspector, Do{Action: "credit", Input: Data{"listing": "listed", "reason": "一年内第三次"}})
	pl.is("ordered", "recover unit:civil 12-10 17:30")
	pl.values(Data{"listing": "listed"})

	pl.asks(inspector, Do{Action: "hand-over", Input: Data{"authority": "police", "reason": "有能力支付而拒不支付"}})
	pl.refused(errs.Forbidden, inspector, Approve{})
	pl.do(head(3, "civil"), Approve{})
	if pl.c.Outcome != Redirected {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestAComplaintIsAcceptedOrRefusedByAPersonInFiveWorkingDays(t *testing.T) {
	inspector, chief := clerk(2, "civil"), head(3, "civil")
	pl := newPlay(t, procedureOf(t, "wage-arrears"), "2021-11-19 10:00")
	pl.do(Actor{}, arrears(0))
	pl.only(inspector, Do{Action: "ask", Input: Data{"reason": "请补充用人单位名称全称"}})
	pl.is("filed", "accept unit:civil stopped")
	pl.at("2021-11-24 10:00")
	pl.only(worker(1), Do{Action: "supply", Input: Data{"note": "已补"}})
	pl.is("filed", "accept unit:civil 12-01 17:30") // the clock went on on the 25th
	pl.at("2021-12-01 17:31")
	pl.tick()
	if pl.is("filed", "!accept unit:civil 12-01 17:30"); pl.c.Level != 1 {
		t.Error("nobody heard of it")
	}
	pl.asks(inspector, Do{Action: "refuse", Input: Data{"reason": "拖欠行为已超过两年"}})
	pl.refused(errs.Forbidden, head(5, "construction"), Approve{})
	pl.do(chief, Approve{})
	if pl.c.Outcome != Refused {
		t.Errorf("outcome %s", pl.c.Outcome)
	}

	pl = newPlay(t, procedureOf(t, "wage-arrears"), "2021-11-19 10:00")
	pl.do(Actor{}, arrears(0))
	pl.only(worker(1), Do{Action: "take-back", Input: Data{"reason": "已经发了"}})
	if pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestOneSilentWorkerIsNoYes(t *testing.T) {
	inspector := clerk(2, "civil")
	pl := newPlay(t, procedureOf(t, "wage-arrears"), "2021-11-19 10:00")
	pl.do(Actor{}, arrears(0))
	joined(pl, worker(1), "乙", 800_000)
	pl.only(inspector, Do{Action: "accept"})
	pl.only(inspector, Do{Action: "paid", Input: Data{"amount": int64(2_000_000), "evidence": proof}})
	pl.is("confirming", "confirm caller:1 11-26 17:30, confirm caller:2 11-26 17:30") // paid before the investigation ended
	pl.only(worker(1), Do{Action: "accept", Ratings: map[string]int{"lead": 4}})
	pl.at("2021-11-26 17:31")
	pl.tick()
	if pl.c.Outcome != Unconfirmed {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}

func TestEveryWayOutOfAComplaintIsSigned(t *testing.T) {
	inspector, chief := clerk(2, "civil"), head(3, "civil")
	to := func(state string) *play {
		pl := newPlay(t, procedureOf(t, "wage-arrears"), "2021-11-19 10:00")
		pl.do(Actor{}, arrears(0))
		for _, step := range []Do{{Action: "accept"}, {Action: "conclude", Input: Data{"amount": int64(1_200_000), "document": proof}}} {
			if pl.c.State != state {
				pl.do(inspector, step)
			}
		}
		return pl
	}
	over := Data{"authority": "court", "reason": "双方对数额有争议"}
	for _, tt := range []struct {
		state   string
		do      Do
		outcome Outcome
	}{
		{"investigating", Do{Action: "hand-over", Input: over}, Redirected},
		{"investigating", Do{Action: "unfounded", Input: Data{"reason": "工资已结清", "document": proof}}, ClosedUnsolved},
		{"ordered", Do{Action: "hand-over", Input: over}, Redirected},
		{"ordered", Do{Action: "cannot", Input: Data{"reason": "企业已注销，无财产"}}, ClosedUnsolved},
	} {
		pl := to(tt.state)
		pl.asks(inspector, tt.do)
		if pl.do(chief, Approve{}); pl.c.Outcome != tt.outcome {
			t.Errorf("%s when %s: %s", tt.do.Action, tt.state, pl.c.Outcome)
		}
	}
	pl := to("filed")
	pl.only(inspector, Do{Action: "transfer", Input: Data{"authority": "elsewhere", "reason": "用工地在斗门区"}})
	if pl.c.Outcome != Redirected {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
	pl = to("investigating")
	pl.refused(errs.Conflict, inspector, Do{Action: "conclude", Input: Data{"amount": int64(0), "document": proof}}) // nothing owed is another end
	pl.refused(errs.Invalid, inspector, Do{Action: "call-in", Input: Data{"units": []any{"civil"}, "note": "协助"}})
	pl = to("ordered")
	pl.do(inspector, Do{Action: "paid", Input: Data{"amount": int64(1_200_000), "evidence": proof}})
	pl.refused(errs.Conflict, worker(1), Do{Action: "reject", Input: Data{"amount": int64(0), "reason": "x"}})
}
