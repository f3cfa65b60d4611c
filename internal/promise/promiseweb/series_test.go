package promiseweb_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web/webtest"
)

// charted are the lines of the table under a promise's chart: day, value, plan.
func (s *site) charted(number string) (lines []string) {
	s.t.Helper()
	table := webtest.All(s.get("/promises/"+number).One("figure", "id", "figures"), "tbody")[0]
	for _, row := range webtest.All(table, "tr") {
		cells := append(webtest.All(row, "th"), webtest.All(row, "td")...)
		lines = append(lines, strings.Join([]string{webtest.Text(cells[0]), webtest.Text(cells[1]), webtest.Text(cells[2])}, " | "))
	}
	return lines
}

// The plan is drawn through its milestones and beside each figure, and ends where an adjustment has put the end.
func TestAChartFollowsThePlan(t *testing.T) {
	on := func(month, day int) clock.Date { return clock.Date{Year: 2021, Month: time.Month(month), Day: day} }
	staged := func(s *site, words string) string {
		st := s.titled(words)
		terms := st.Terms()
		terms.Nodes = []promise.Node{{No: 1, Title: "进场", Due: on(3, 31)}, {No: 2, Title: "主体", Due: on(7, 2), Share: 20}}
		s.write(func(tx *store.Tx) error {
			return s.register.SetTerms(public, tx, st.ID, st.Version, terms, "", supervisor)
		})
		return st.Number
	}
	for _, tt := range []struct {
		name, words string
		tell        func(s *site, number string)
		want        []string
	}{
		{"a figure, with a milestone that has a share", "新建污水管网", func(s *site, number string) {
			s.say(number, promise.Entry{Type: promise.Figure, Value: "6", Source: "台账", AsOf: on(4, 2)}, clerk)
			s.say(number, promise.Entry{Type: promise.Figure, Value: "12", Source: "台账", AsOf: on(10, 1)}, clerk)
		}, []string{"1月1日 |  | 0", "4月2日 | 6 | 5", "7月2日 |  | 10", "10月1日 | 12 | 30", "12月31日 |  | 50"}}, // by weekdays: 65 of 130, and of the 130 after
		{"progress in percent, put off by a year", "推进科技园", func(s *site, number string) {
			s.say(number, promise.Entry{Type: promise.Progress, Percent: 15, Source: "台账", AsOf: on(10, 1)}, clerk)
			s.say(number, promise.Entry{Type: promise.Adjusted, Change: promise.Change{Approver: "专题会议", Reason: "改道", Due: clock.Date{Year: 2022, Month: 6, Day: 30}}}, supervisor)
		}, []string{"1月1日 |  | 0", "7月2日 |  | 20", "10月1日 | 15 | 40", "11月19日 |  | 51", "2022年6月30日 |  | 100"}}, // 65 of 259 weekdays, then 100
	} {
		s := sqliteSite(t)
		number := staged(s, tt.words)
		tt.tell(s, number)
		if got := s.charted(number); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
}
