package promise

import (
	"math"
	"testing"
	"time"

	"huying/internal/clock"
)

// weekdays is a calendar without holidays, so that a reader can count along.
type weekdays struct{}

func workday(d clock.Date) bool {
	w := d.In(time.UTC).Weekday()
	return w != time.Saturday && w != time.Sunday
}
func (weekdays) Between(a, b clock.Date) (n int) {
	for d := a.AddDays(1); !d.After(b); d = d.AddDays(1) {
		if workday(d) {
			n++
		}
	}
	return n
}
func (weekdays) OnOrAfter(d clock.Date) clock.Date {
	for !workday(d) {
		d = d.AddDays(1)
	}
	return d
}
func (weekdays) OnOrBefore(d clock.Date) clock.Date {
	for !workday(d) {
		d = d.AddDays(-1)
	}
	return d
}

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// entry makes an entry that was made on the day it speaks of.
func entry(id int64, typ EntryType, on string, change func(*Entry)) Entry {
	e := Entry{ID: id, Type: typ, AsOf: day(on), At: day(on).In(time.UTC).Add(9 * time.Hour)}
	if change != nil {
		change(&e)
	}
	return e
}

func figure(id int64, on, value string) Entry {
	return entry(id, Figure, on, func(e *Entry) { e.Value = value })
}

func parking() Promise {
	return Promise{Number: "2021-001", Kind: Livelihood, Claim: Claim{Quote: "新增停车位798个", Value: "798", Unit: "个", Op: "=", Measurability: Numeric},
		Start: day("2021-01-01"), Due: day("2021-12-31"), Cycle: Monthly, Direction: Higher, Course: Flow}
}

func at(today string) sight {
	return sight{today: day(today), zone: time.UTC, wd: weekdays{}, rules: Default}
}

func TestLights(t *testing.T) {
	node := func(no int, due string, share float64) Node {
		return Node{No: no, Title: "封顶", Due: day(due), Share: share}
	}
	override := func(until string) Entry {
		return entry(9, Override, "2021-06-01", func(e *Entry) { e.Change = Change{Light: Green, Until: day(until), Reason: "台风停工"} })
	}
	for _, tt := range []struct {
		name    string
		today   string
		change  func(*Promise)
		entries []Entry
		light   Light
		why     string
	}{
		{"on the first day nothing is late: grey", "2021-01-04", nil, nil, Grey, "not_started"},
		{"one report missed is yellow", "2021-01-26", nil, nil, Yellow, "missed"},
		{"the report's own day is not yet missed", "2021-01-25", nil, nil, Grey, "not_started"},
		{"two reports missed are red", "2021-02-26", nil, nil, Red, "missed"},
		{"a report on a Sunday's 25th may come on Monday", "2021-04-26", nil, []Entry{figure(1, "2021-03-25", "200")}, Green, "within_tolerance"},
		{"reported and ahead is green", "2021-06-30", nil, []Entry{figure(1, "2021-06-25", "500")}, Green, "on_plan"},
		{"nine points behind is within tolerance", "2021-06-30", nil, []Entry{figure(1, "2021-06-25", "326")}, Green, "within_tolerance"},
		{"15 points behind is yellow", "2021-06-30", nil, []Entry{figure(1, "2021-06-25", "275")}, Yellow, "behind"},
		{"25 points behind is red", "2021-06-30", nil, []Entry{figure(1, "2021-06-25", "195")}, Red, "behind"},
		{"a correction takes the place of the figure it corrects", "2021-06-30", nil,
			[]Entry{figure(1, "2021-06-25", "195"), entry(2, Figure, "2021-06-25", func(e *Entry) { e.Value, e.Corrects = "500", 1 })}, Green, "on_plan"},
		{"a withdrawn figure does not count", "2021-01-26", nil,
			[]Entry{figure(1, "2021-01-20", "195"), entry(2, Withdrawn, "2021-01-20", func(e *Entry) { e.Corrects = 1 })}, Yellow, "missed"},
		{"a node within ten working days is yellow", "2021-06-30", func(p *Promise) { p.Nodes = []Node{node(1, "2021-07-09", 0)} }, []Entry{figure(1, "2021-06-25", "500")}, Yellow, "node_soon"},
		{"a node in eleven working days is not", "2021-06-30", func(p *Promise) { p.Nodes = []Node{node(1, "2021-07-15", 0)} }, []Entry{figure(1, "2021-06-25", "500")}, Green, "on_plan"},
		{"a node overdue is red", "2021-07-12", func(p *Promise) { p.Nodes = []Node{node(1, "2021-07-09", 0)} }, []Entry{figure(1, "2021-06-25", "500")}, Red, "node_overdue"},
		{"a node reached is not overdue", "2021-07-12", func(p *Promise) { p.Nodes = []Node{node(1, "2021-07-09", 0)} },
			[]Entry{figure(1, "2021-06-25", "500"), entry(2, NodeDone, "2021-07-08", func(e *Entry) { e.Node = 1 })}, Green, "on_plan"},
		{"nodes bend the plan", "2021-06-30", func(p *Promise) { p.Nodes = []Node{node(1, "2021-10-29", 10)} }, []Entry{figure(1, "2021-06-25", "40")}, Green, "within_tolerance"},
		{"the deadline is a node: soon", "2021-12-20", nil, []Entry{figure(1, "2021-12-17", "790")}, Yellow, "deadline_soon"},
		{"a figure that keeps the promise needs no warning", "2021-12-20", nil, []Entry{figure(1, "2021-12-17", "798")}, Green, "on_plan"},
		{"the deadline passed", "2022-01-04", nil, []Entry{figure(1, "2021-12-28", "798")}, Red, "deadline_overdue"},
		{"done and not verified is blue", "2022-01-04", nil, []Entry{figure(1, "2021-12-28", "798"), entry(2, Done, "2021-12-28", nil)}, Blue, "unverified"},
		{"verified is struck off", "2022-01-04", nil, []Entry{entry(2, Done, "2021-12-28", nil), entry(3, Verified, "2021-12-30", nil)}, Closed, "verified"},
		{"verified without done is nothing", "2021-01-20", nil, []Entry{entry(3, Verified, "2021-01-18", nil)}, Grey, "not_started"},
		{"reopened is judged anew", "2022-01-04", nil, []Entry{entry(2, Done, "2021-12-28", nil), entry(3, Reopened, "2021-12-30", nil)}, Red, "deadline_overdue"},
		{"what goes on by its nature is only asked to report", "2021-12-28", nil, []Entry{entry(1, Continuing, "2021-12-27", nil)}, Green, "reported"},
		{"an override holds until its day", "2021-06-30", nil, []Entry{override("2021-06-30")}, Green, "override"},
		{"and not after it", "2021-07-01", nil, []Entry{override("2021-06-30")}, Red, "missed"},
		{"an adjusted target is what is measured", "2021-06-30", nil, []Entry{figure(1, "2021-06-25", "200"),
			entry(2, Adjusted, "2021-06-01", func(e *Entry) { e.Change = Change{Value: "400", Reason: "选址变更", Approver: "区长办公会"} })}, Green, "on_plan"},
		{"a rate ought to hold all the year", "2021-06-30", func(p *Promise) { p.Course, p.Claim.Value, p.Claim.Unit = Rate, "8", "%" }, []Entry{figure(1, "2021-06-25", "6.7")}, Yellow, "behind"},
		{"a ceiling is kept from below", "2021-06-30", func(p *Promise) { p.Course, p.Direction, p.Claim.Value = Rate, Lower, "3" }, []Entry{figure(1, "2021-06-25", "2.29")}, Green, "on_plan"},
		{"a stock starts from last year's figure", "2021-06-30", func(p *Promise) { p.Course, p.Claim.Value, p.Baseline = Stock, "550", "535" }, []Entry{figure(1, "2021-06-25", "543")}, Green, "on_plan"},
		{"a word of progress without a number is green when it is on time", "2021-01-26", nil, []Entry{entry(1, Evidence, "2021-01-20", nil)}, Green, "reported"},
		{"progress in percent", "2021-06-30", nil, []Entry{entry(1, Progress, "2021-06-25", func(e *Entry) { e.Percent = 20 })}, Red, "behind"},
		{"on a leap day", "2024-02-29", func(p *Promise) { p.Start, p.Due = day("2024-01-01"), day("2024-02-29") }, []Entry{figure(1, "2024-02-26", "700")}, Yellow, "deadline_soon"},
	} {
		p := parking()
		if tt.change != nil {
			tt.change(&p)
		}
		st := at(tt.today).stand(p, tt.entries, nil)
		if st.Light != tt.light || len(st.Why) == 0 || st.Why[0].Key != tt.why {
			t.Errorf("%s: %s %v, want %s %s", tt.name, st.Light, st.Why, tt.light, tt.why)
		}
	}
}

func TestStatusCountsAsTheReportDoes(t *testing.T) {
	adjusted := entry(8, Adjusted, "2021-06-01", func(e *Entry) { e.Change = Change{Value: "400"} })
	for _, tt := range []struct {
		name    string
		entries []Entry
		want    Status
	}{
		{"nothing said", nil, NotStarted},
		{"a figure", []Entry{figure(1, "2021-06-25", "1")}, InProgress},
		{"done", []Entry{entry(1, Done, "2021-06-25", nil)}, IsDone},
		{"continuing", []Entry{entry(1, Continuing, "2021-06-25", nil)}, IsContinued},
		{"adjusted outweighs done", []Entry{adjusted, entry(1, Done, "2021-06-25", nil)}, IsAdjusted},
		{"an adjustment taken back", []Entry{adjusted, entry(9, Withdrawn, "2021-06-25", func(e *Entry) { e.Corrects = 8 })}, NotStarted},
	} {
		if st := at("2021-06-30").stand(parking(), tt.entries, nil); st.Status != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, st.Status, tt.want)
		}
	}
}

func TestPlanGapAndForecast(t *testing.T) {
	for _, tt := range []struct {
		name, value            string
		change                 func(*Promise)
		planned, gap, forecast string
		method                 string
	}{
		// 260 weekdays lie after 1 January 2021 up to 31 December; 130 of them up to 2 July.
		{"a flow runs on at its rate", "400", nil, "399", "1", "800", "run_rate"},
		{"a stock goes on from its baseline", "543", func(p *Promise) { p.Course, p.Claim.Value, p.Baseline = Stock, "550", "535" }, "542.5", "0.5", "551", "from_baseline"},
		{"a rate is expected to hold", "6.7", func(p *Promise) { p.Course, p.Claim.Value = Rate, "8" }, "8", "-1.3", "6.7", "holds"},
	} {
		p := parking()
		if tt.change != nil {
			tt.change(&p)
		}
		st := at("2021-07-02").stand(p, []Entry{figure(1, "2021-07-02", tt.value)}, nil)
		if st.Planned != tt.planned || st.Gap != tt.gap || st.Forecast != tt.forecast || st.Method != tt.method {
			t.Errorf("%s: planned %s gap %s forecast %s by %s", tt.name, st.Planned, st.Gap, st.Forecast, st.Method)
		}
	}
}

// The plan of any day is the one that the light and the gap are computed with.
func TestThePlanOfEveryDay(t *testing.T) {
	staged := func(p *Promise) {
		p.Nodes = []Node{{No: 1, Title: "进场", Due: day("2021-03-01")}, {No: 2, Title: "主体", Due: day("2021-07-02"), Share: 20}}
	}
	later := entry(2, Adjusted, "2021-06-01", func(e *Entry) { e.Change.Due = day("2022-12-31") })
	less := entry(2, Adjusted, "2021-06-01", func(e *Entry) { e.Change.Value = "400" })
	for _, tt := range []struct {
		name, day string
		change    func(*Promise)
		entries   []Entry
		percent   float64
		figure    string
	}{
		{"nothing at the start", "2021-01-01", nil, nil, 0, "0"},
		{"nor before it", "2020-06-01", nil, nil, 0, "0"},
		{"half of the working days are half of the way", "2021-07-02", nil, nil, 50, "399"},
		{"all when due", "2021-12-31", nil, nil, 100, "798"},
		{"and no more after it", "2022-06-01", nil, nil, 100, "798"},
		{"a milestone's share on its day", "2021-07-02", staged, nil, 20, "159.6"},
		{"half of the share at half of the way there", "2021-04-02", staged, nil, 10, "79.8"}, // 65 of 130 weekdays
		{"a milestone without a share bends nothing", "2021-03-01", staged, nil, 41.0 / 130 * 20, "50.3"},
		{"a stock goes from its baseline", "2021-07-02", func(p *Promise) { p.Course, p.Claim.Value, p.Baseline = Stock, "550", "535" }, nil, 50, "542.5"},
		{"a flow has none", "2021-07-02", func(p *Promise) { p.Baseline = "535" }, nil, 50, "399"},
		{"a rate is planned to hold all year", "2021-02-01", func(p *Promise) { p.Course, p.Claim.Value = Rate, "8" }, nil, 21.0 / 260 * 100, "8"},
		{"a deadline put off stretches the plan", "2021-12-31", nil, []Entry{later}, 50, "399"},
		{"a target cut shrinks it", "2021-07-02", nil, []Entry{less}, 50, "200"},
		{"what has no figure has a share of the way", "2021-07-02", func(p *Promise) { p.Claim.Value = "" }, nil, 50, ""},
	} {
		p := parking()
		if tt.change != nil {
			tt.change(&p)
		}
		today := at("2021-09-30")
		st := today.stand(p, tt.entries, nil)
		b := &Board{sight: today}
		if got := b.PlanOn(st, day(tt.day)); math.Abs(got-tt.percent) > 1e-9 {
			t.Errorf("%s: %v%%, want %v%%", tt.name, got, tt.percent)
		}
		if got := b.PlannedOn(st, day(tt.day)); got != tt.figure {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.figure)
		}
		then := at(tt.day).stand(p, append([]Entry{figure(1, tt.day, "300")}, tt.entries...), nil)
		if then.Planned != tt.figure || p.Course != Rate && then.Plan != b.PlanOn(st, day(tt.day)) {
			t.Errorf("%s: on the day itself %v%%, %q", tt.name, then.Plan, then.Planned)
		}
	}
}

func TestNumbersThatPeopleType(t *testing.T) {
	for in, want := range map[string]string{"3,700": "3700", "\uff13\uff17\uff10\uff10\uff0e\uff15": "3700.5", " 2.290 ": "2.290", "-1.5": "-1.5", "\u22123": "-3", "0": "0"} {
		if got, ok := ParseNumber(in); !ok || got != want {
			t.Errorf("%q is %q %v, want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "abc", "1e9", "NaN", "Infinity", "=1+1", "1.2.3", "9999999999999999999999999"} {
		if got, ok := ParseNumber(in); ok {
			t.Errorf("%q passed as %q", in, got)
		}
	}
}
