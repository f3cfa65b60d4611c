// Package simulate plays a district's year through the program's own commands, from a seed: the same seed gives the same year. Everything
// it enters is marked as simulated, by whoever keeps it, and is shown as 演示数据.
package simulate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strconv"
	"time"

	"huying/internal/clock"
)

// Promise is what the simulator needs to know of one.
type Promise struct {
	ID       int64
	Title    string
	Lead     string
	Start    clock.Date
	Due      clock.Date
	Target   float64 // 0: nothing to count
	Whole    bool    // the figure is a count: no decimals
	Base     float64 // last year's figure, for one that goes on from it
	Lower    bool    // lower is better
	Beyond   bool    // the target itself is not enough: 超20亿元
	Rate     bool    // the figure ought to hold all the year, and does not add up
	Decimals int
	Nodes    []Node
	Project  bool
	Invest   float64 // planned investment of the year, of a project
	Strong   bool    // the text promises a deliverable, not an attitude
	Photo    bool    // a livelihood item: done things are photographed
}

// Node is a milestone.
type Node struct {
	No  int
	Due clock.Date
}

// Act is one thing that a unit or the supervision office does.
type Act struct {
	Promise Promise
	Type    string // as of the register: figure, progress, spent, started, node, done, verified, continuing, evidence, adjusted
	Value   string
	Percent float64
	Node    int
	Note    string
	Source  string
	Photo   []byte // a PNG that says nothing but its colours
	Target  string // of an adjustment
}

// Register is where the simulator plays: app adapts the register of promises.
type Register interface {
	// Promises returns the promises of a year in the order of their numbers.
	Promises(ctx context.Context, year int) ([]Promise, error)
	// Do does what happened on one day, all of it or nothing.
	Do(ctx context.Context, day clock.Date, acts []Act) error
}

// Season is what is played: a year, from the day its register stood to the end of the last day. Offices report on the days they work.
type Season struct {
	Year        int
	From, Until clock.Date
	Works       func(clock.Date) bool
	Seed        uint64
}

// Play plays a season's reports, month by month, and returns how many things were done. step is told of each day with how many of all it
// is.
func Play(ctx context.Context, r Register, s Season, step func(done, all int)) (int, error) {
	promises, err := r.Promises(ctx, s.Year)
	if err != nil {
		return 0, err
	}
	days := map[clock.Date][]Act{}
	for i, p := range promises {
		rng := rand.New(rand.NewPCG(s.Seed, uint64(i)+1))
		for _, e := range life(p, temperOf(p, rng), s, rng) {
			days[e.day] = append(days[e.day], e.act)
		}
	}
	order := make([]clock.Date, 0, len(days))
	for d := range days {
		order = append(order, d)
	}
	sort.Slice(order, func(i, j int) bool { return order[i].Before(order[j]) })
	n := 0
	for i, d := range order {
		if err := r.Do(ctx, d, days[d]); err != nil {
			return n, fmt.Errorf("%s: %w", d, err)
		}
		n += len(days[d])
		step(i+1, len(order))
	}
	return n, nil
}

// temper is how a promise fares: how fast, how punctually reported, and whether it is called done.
type temper struct {
	pace    float64 // of the planned pace
	punct   float64 // the chance that a report comes in time
	silent  int     // from this month on nothing is reported; 0 never
	adjust  bool
	goesOn  bool
	begins  int // the month of the first report
	jitter  float64
	verdict bool // the office verifies what is done
}

// temperOf draws a temper. The shares are those of a district that works: most things go well, a few are late, one in forty is silent.
func temperOf(p Promise, rng *rand.Rand) temper {
	t := temper{pace: 1.02 + 0.16*rng.Float64(), punct: 0.97, begins: 1, jitter: 0.03, verdict: rng.Float64() < 0.85}
	switch x := rng.Float64(); {
	case x < 0.28:
		t.pace = 1.25 + 0.35*rng.Float64() // done before its time
	case x < 0.36:
		t.pace = 0.80 + 0.08*rng.Float64() // slightly behind
	case x < 0.40:
		t.pace = 0.45 + 0.2*rng.Float64() // far behind
	case x < 0.43:
		t.silent = 6 + rng.IntN(4)
	case x < 0.445:
		t.begins = 13 // nothing is ever heard
	case x < 0.47 && p.Target > 0 && !p.Rate:
		t.adjust, t.pace = true, 0.7
	}
	if !p.Strong && p.Target == 0 {
		t.goesOn = rng.Float64() < 0.25
	}
	return t
}

type event struct {
	day clock.Date
	act Act
}

// life is what happens to one promise, in order of time.
func life(p Promise, t temper, s Season, rng *rand.Rand) []event {
	l := &living{p: p, t: t, season: s, rng: rng}
	for month := 1; month <= 12 && !l.over; month++ {
		if month >= t.begins && (t.silent == 0 || month < t.silent) {
			l.month(month)
		}
	}
	return l.events
}

type living struct {
	p      Promise
	t      temper
	season Season
	rng    *rand.Rand
	events []event
	begun  bool
	lasts  bool // it was said to go on by its nature
	nodes  int
	spent  float64
	over   bool
}

func (l *living) add(day clock.Date, a Act) {
	a.Promise = l.p
	l.events = append(l.events, event{day, a})
}

// workday is the first day from d on that the offices work.
func (l *living) workday(d clock.Date) clock.Date {
	for !l.season.Works(d) {
		d = d.AddDays(1)
	}
	return d
}

// month plays one month's report, on a working day from the 18th to the 24th, or a few days late.
func (l *living) month(month int) {
	day := clock.Date{Year: l.p.Start.Year, Month: time.Month(month), Day: 18 + l.rng.IntN(7)}
	if l.rng.Float64() > l.t.punct {
		day = day.AddDays(7 + l.rng.IntN(12))
	}
	day = l.workday(day)
	if day.After(l.season.Until) || day.Before(l.season.From) || !day.After(l.p.Start) {
		return
	}
	if l.lasts {
		l.add(day, Act{Type: "evidence", Note: "按长效机制运行，按期报送工作情况。"})
		return
	}
	if l.t.goesOn && month >= 6 {
		l.add(day, Act{Type: "continuing", Note: "已建立长效机制，转为持续推进。"})
		l.lasts = true
		return
	}
	if !l.begun {
		l.begun = true
		l.add(day, Act{Type: "started", Note: "已制定工作方案，明确责任人和时间表。"})
	}
	if l.t.adjust && month == 7 {
		l.add(day, Act{Type: "adjusted", Target: l.figure(l.p.Target * 0.8), Note: "选址条件变化，经批准调减数量。"})
		l.p.Target = math.Max(1, l.round(l.p.Target*0.8))
	}
	share := math.Min(1, l.planned(day)*l.t.pace*(1+l.t.jitter*(l.rng.Float64()-0.5)))
	l.report(day, share)
	for l.nodes < len(l.p.Nodes) && share*100 >= 22*float64(l.nodes+1) {
		l.add(day, Act{Type: "node", Node: l.p.Nodes[l.nodes].No, Note: "节点任务完成，资料已归档。"})
		l.nodes++
	}
	if share >= 1 && !l.p.Rate {
		l.finish(day)
	}
}

// planned is the share of the promise's days that had run.
func (l *living) planned(day clock.Date) float64 {
	all := l.p.Due.In(time.UTC).Sub(l.p.Start.In(time.UTC)).Hours()
	if all <= 0 {
		return 1
	}
	return math.Max(0, math.Min(1, day.In(time.UTC).Sub(l.p.Start.In(time.UTC)).Hours()/all))
}

func (l *living) report(day clock.Date, share float64) {
	source := "牵头单位月报"
	switch {
	case l.p.Rate && l.p.Target != 0:
		v := l.p.Target * (1 + (l.t.pace-1)/3)
		if l.p.Lower {
			v = l.p.Target * (1 - (l.t.pace-1)/3)
		}
		l.add(day, Act{Type: "figure", Value: l.figure(v * (1 + 0.02*(l.rng.Float64()-0.5))), Source: "统计月报"})
	case l.p.Target > 0:
		v := l.p.Base + (l.p.Target-l.p.Base)*share
		if share >= 1 && l.p.Beyond {
			v += l.step()
		}
		l.add(day, Act{Type: "figure", Value: l.figure(v), Source: source})
	default:
		l.add(day, Act{Type: "progress", Percent: math.Round(share * 100), Source: source, Note: "按月报送形象进度。"})
	}
	if l.p.Invest > 0 {
		l.spent = math.Max(l.spent, math.Round(l.p.Invest*share*(0.9+0.15*l.rng.Float64())))
		l.add(day, Act{Type: "spent", Value: strconv.Itoa(int(l.spent)), Source: "项目资金台账"})
	}
}

func (l *living) finish(day clock.Date) {
	l.over = true
	done := Act{Type: "done", Note: "任务已完成，申请核实。"}
	if l.p.Photo {
		done.Photo = Picture(uint64(l.p.ID))
	}
	l.add(day, done)
	if check := l.workday(day.AddDays(10 + l.rng.IntN(20))); l.t.verdict && !check.After(l.season.Until) {
		l.add(check, Act{Type: "verified", Note: "督查室现场核实，数量与台账一致。"})
	}
}

// step is the least that a figure can go on by, in its better direction.
func (l *living) step() float64 {
	if l.p.Lower {
		return -math.Pow10(-l.p.Decimals)
	}
	return math.Pow10(-l.p.Decimals)
}

func (l *living) round(v float64) float64 {
	if l.p.Whole && l.p.Target < 10 { // of three schools the third is not left for the last day
		return math.Round(v)
	}
	if l.p.Whole {
		return math.Floor(v)
	}
	scale := math.Pow10(l.p.Decimals)
	return math.Round(v*scale) / scale
}

func (l *living) figure(v float64) string {
	decimals := l.p.Decimals
	if l.p.Whole {
		decimals = 0
	}
	return strconv.FormatFloat(l.round(v), 'f', decimals, 64)
}
