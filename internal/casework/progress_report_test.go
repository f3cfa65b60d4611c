package casework

import (
	"reflect"
	"testing"

	"huying/internal/errs"
)

func report() OpenCase {
	return OpenCase{Number: "JZ-000001", Channel: "program", Form: Data{"promise": "2021-017", "title": "新增停车位798个", "unit": "construction", "cycle": "2021-11",
		"due": "2021-11-25", "target": "798", "measure": "个"}}
}

func draft(more ...any) Do {
	in := Data{"progress": "本月新增停车位 120 个", "value": "640", "source": "建设交通局统计"}
	for i := 0; i+1 < len(more); i += 2 {
		if in[more[i].(string)] = more[i+1]; more[i+1] == nil {
			delete(in, more[i].(string))
		}
	}
	return Do{Action: "draft", Input: in}
}

func TestAReportIsDraftedSignedAndAccepted(t *testing.T) {
	writes, signs := clerk(2, "construction"), head(3, "construction")
	pl := newPlay(t, procedureOf(t, "progress-report"), "2021-11-15 09:00")
	pl.refused(errs.Forbidden, writes, report())
	pl.do(theProgram, report())
	pl.is("drafting", "report unit:construction 11-25 17:30")
	if pl.c.Title != "新增停车位798个" || pl.c.Lead() != "construction" {
		t.Errorf("title %q, lead %q", pl.c.Title, pl.c.Lead())
	}

	pl.refused(errs.Forbidden, clerk(4, "planning"), draft())
	pl.refused(errs.Forbidden, signs, draft()) // it is signed by somebody else than who wrote it
	pl.refused(errs.Invalid, writes, draft("progress", nil))
	pl.refused(errs.Invalid, writes, draft("value", "六百四十"))
	pl.refused(errs.Invalid, writes, draft("percent", int64(101)))
	pl.refused(errs.Conflict, writes, draft("source", nil))
	pl.refused(errs.Conflict, writes, draft("asof", "2021-11-16"))
	pl.asks(writes, draft("asof", "2021-11-14", "node", int64(2), "evidence", proof), "node", "value", "evidence", "source", "asof")
	pl.is("drafting", "report unit:construction 11-25 17:30") // unsigned it is no report
	pl.refused(errs.Forbidden, writes, Approve{})
	pl.refused(errs.Forbidden, head(5, "planning"), Approve{})
	pl.do(signs, Return{Reason: "数字再核一下"})
	pl.asks(writes, draft("value", "641", "asof", "2021-11-14", "node", int64(2), "evidence", proof), "value", "source", "asof", "evidence", "node")
	pl.do(signs, Approve{})
	pl.is("checking", "check unit:office 11-18 17:30")

	pl.refused(errs.Forbidden, writes, Do{Action: "accept"})
	pl.only(theOffice, Do{Action: "accept"})
	if pl.is("accepted", ""); pl.c.Outcome != Solved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
	pl.values(Data{"progress": "本月新增停车位 120 个", "value": "641", "source": "建设交通局统计", "asof": "2021-11-14", "node": int64(2), "percent": int64(-1), "late": false})
	if !reflect.DeepEqual(pl.c.Values["evidence"], proof) {
		t.Errorf("evidence %v", pl.c.Values["evidence"])
	}
}

func TestAReportIsReturnedAndCorrected(t *testing.T) {
	writes, signs := clerk(2, "construction"), head(3, "construction")
	pl := newPlay(t, procedureOf(t, "progress-report"), "2021-11-15 09:00")
	pl.do(theProgram, report())
	pl.asks(writes, draft("value", nil, "source", nil, "percent", 62.5), "percent")
	pl.do(signs, Approve{})
	pl.refused(errs.Invalid, theOffice, Do{Action: "return"})
	pl.only(theOffice, Do{Action: "return", Input: Data{"reason": "没有数字"}})
	pl.is("returned", "correct unit:construction 11-17 17:30")
	no := Do{Action: "unreported", Input: Data{"reason": "未补报"}}
	pl.refused(errs.Conflict, theOffice, no)
	pl.refused(errs.Conflict, writes, draft("source", nil))
	pl.at("2021-11-17 17:31")
	pl.tick()
	pl.is("returned", "!correct unit:construction 11-17 17:30")
	late := *pl
	late.history = pl.history[:len(pl.history):len(pl.history)]
	if late.only(theOffice, no); late.c.Outcome != ClosedUnsolved || late.c.Values["late"] != true {
		t.Errorf("%s %v", late.c.Outcome, late.c.Values)
	}
	pl.asks(writes, draft(), "value", "source")
	pl.do(signs, Approve{})
	pl.is("checking", "check unit:office 11-22 17:30")
	pl.values(Data{"value": "640", "percent": int64(-1), "returned": int64(1), "asof": "2021-11-17"})
}

func TestAReportThatDoesNotComeIsMissedOnce(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "progress-report"), "2021-11-15 09:00")
	pl.do(theProgram, report())
	no := Do{Action: "unreported", Input: Data{"reason": "催报两次未报"}}
	pl.refused(errs.Conflict, theOffice, no)
	pl.at("2021-11-25 17:31")
	pl.tick()
	if pl.is("drafting", "!report unit:construction 11-25 17:30"); pl.c.Level != 1 {
		t.Error("nobody heard of it")
	}
	pl.refused(errs.Forbidden, clerk(2, "construction"), no)
	pl.only(theOffice, no)
	if pl.values(Data{"late": true}); pl.c.Outcome != ClosedUnsolved {
		t.Errorf("outcome %s", pl.c.Outcome)
	}

	pl = newPlay(t, procedureOf(t, "progress-report"), "2021-11-15 09:00")
	pl.do(theProgram, report())
	pl.only(theProgram, Do{Action: "cancel", Input: Data{"reason": "任务已销号"}})
	if pl.c.Outcome != Withdrawn {
		t.Errorf("outcome %s", pl.c.Outcome)
	}
}
