package casework

import (
	"testing"

	"huying/internal/errs"
)

// register knows one promise.
type register struct{ number, lead string }

func (r register) LeadOf(number string) (string, bool) { return r.lead, number == r.number }

func TestOnlyItsLeadAsksToStrikeAPromiseOff(t *testing.T) {
	pl := newPlay(t, procedureOf(t, "closing"), "2021-11-19 09:00")
	pl.w.Promises = register{"2021-001", "construction"}
	claim := func(number string) OpenCase {
		return OpenCase{Number: "XH-000001", Form: Data{"promise": number, "title": "建成道路", "claim": "done", "summary": "道路已建成通车", "evidence": proof}}
	}
	for by, cmd := range map[*Actor]OpenCase{{Person: 2, Posts: []Post{{Role: "clerk", Unit: "planning", Acts: true}}}: claim("2021-001"),
		{Person: 3, Posts: []Post{{Role: "clerk", Unit: "construction", Acts: true}}}: claim("2021-002")} {
		err := pl.try(*by, cmd)
		if all := errs.All(err); !errs.Is(err, errs.Invalid) || all[0].Field != "promise" {
			t.Errorf("%+v asks for %s: %v", by.Posts, cmd.Form["promise"], err)
		}
	}
	pl.do(clerk(3, "construction"), claim("2021-001"))
}
