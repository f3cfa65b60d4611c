package simulate

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"huying/internal/clock"
)

// Call is a whistle that a community blows.
type Call struct {
	Place    string // of the community
	Category string
	Title    string
	Text     string
	Danger   bool
	Joint    []string // units that must come too
}

// Deed is what somebody does in a case.
type Deed struct {
	Unit   string // who acts for it; empty: the caller
	Action string
	Text   string
	Photo  []byte
	Marks  bool // the units that came are rated, each with Mark
	Mark   int
}

// Standing is where a case stands.
type Standing struct {
	State string
	Lead  string
	Owing []string // units that have not come yet
	Ended bool
}

// Cases is where the simulator blows whistles: app adapts the casework. Each deed has a key, so that a play which broke off goes on where
// it ended.
type Cases interface {
	Open(ctx context.Context, at time.Time, key string, c Call) (number string, err error)
	Do(ctx context.Context, at time.Time, key, number string, d Deed) error
	Look(ctx context.Context, number string) (Standing, error)
	Sweep(ctx context.Context, at time.Time) error
}

// CaseSeason is what is played of whistles.
type CaseSeason struct {
	Season
	Zone   *time.Location
	Number int      // of whistles
	Places []string // communities
	Joint  []string // units that may be called beside the lead
}

// wake is when somebody looks at a case again.
type wake struct {
	at     time.Time
	i      int // which case
	number string
	turn   int
}

type wakes []wake

func (w wakes) Len() int { return len(w) }
func (w wakes) Less(a, b int) bool {
	return w[a].at.Before(w[b].at) || w[a].at.Equal(w[b].at) && w[a].i < w[b].i
}
func (w wakes) Swap(a, b int) { w[a], w[b] = w[b], w[a] }
func (w *wakes) Push(x any)   { *w = append(*w, x.(wake)) }
func (w *wakes) Pop() any     { old := *w; x := old[len(old)-1]; *w = old[:len(old)-1]; return x }

// PlayCases plays the whistles of a season: calls on the days that are worked, good units and late ones, refusals, confirmations and
// silence. It returns how many whistles were blown. The clock finds what was missed each morning.
func PlayCases(ctx context.Context, c Cases, s CaseSeason, step func(done, all int)) (int, error) {
	p := &casePlay{c: c, s: s, rng: rand.New(rand.NewPCG(s.Seed, 7)), until: s.Until.AddDays(1).In(s.Zone)}
	days := p.days()
	if len(days) == 0 || len(s.Places) == 0 {
		return 0, nil
	}
	for i := range s.Number {
		heap.Push(&p.queue, wake{at: p.during(days[i*len(days)/s.Number]), i: i})
	}
	blown, swept := 0, clock.Date{}
	for p.queue.Len() > 0 {
		w := heap.Pop(&p.queue).(wake)
		if !w.at.Before(p.until) {
			continue // it lies after the season: the case stays open
		}
		if day := clock.DateOf(w.at, s.Zone); day != swept {
			swept = day
			if err := c.Sweep(ctx, w.at); err != nil {
				return blown, err
			}
		}
		if w.number == "" {
			blown++
			step(blown, s.Number)
		}
		if err := p.act(ctx, w); err != nil {
			return blown, fmt.Errorf("whistle %d, turn %d: %w", w.i, w.turn, err)
		}
	}
	return blown, c.Sweep(ctx, p.until.Add(-time.Minute))
}

type casePlay struct {
	c     Cases
	s     CaseSeason
	rng   *rand.Rand
	until time.Time
	queue wakes
}

// days are the working days of the season.
func (p *casePlay) days() (out []clock.Date) {
	for d := p.s.From; !d.After(p.s.Until); d = d.AddDays(1) {
		if p.s.Works(d) {
			out = append(out, d)
		}
	}
	return out
}

// during is some minute of the business hours of a day.
func (p *casePlay) during(d clock.Date) time.Time {
	minute := 8*60 + 40 + p.rng.IntN(180)
	if p.rng.IntN(2) == 1 {
		minute = 14*60 + 35 + p.rng.IntN(170)
	}
	return d.In(p.s.Zone).Add(time.Duration(minute) * time.Minute)
}

// later is a time in business hours, some working days on.
func (p *casePlay) later(at time.Time, days int) time.Time {
	d := clock.DateOf(at, p.s.Zone)
	for days > 0 {
		if d = d.AddDays(1); p.s.Works(d) {
			days--
		}
	}
	if t := p.during(d); t.After(at) {
		return t
	}
	return at.Add(time.Duration(20+p.rng.IntN(60)) * time.Minute)
}

// topics are what communities whistle about.
var topics = []struct {
	category string
	titles   []string
	joint    bool
}{
	{"road", []string{"路面塌陷，车辆绕行", "井盖松动，夜间有异响", "人行道地砖破损", "路灯成片不亮"}, true},
	{"rubbish", []string{"垃圾收集点满溢", "绿化带里倾倒建筑垃圾", "沿街垃圾桶破损"}, false},
	{"water", []string{"雨水口返臭", "河涌边发现污水直排", "排水沟堵塞，雨后积水"}, true},
	{"greenery", []string{"台风后树枝悬空", "行道树遮挡信号灯"}, false},
	{"building", []string{"天台私自加建", "空地搭建铁皮棚"}, true},
	{"fire", []string{"消防通道被占用", "楼道堆放电动车并充电"}, true},
	{"noise", []string{"夜间施工扰民", "广场音响过大"}, false},
	{"business", []string{"早市占道经营", "流动摊贩堵住校门"}, true},
}

// call makes up a whistle.
func (p *casePlay) call() Call {
	t := topics[p.rng.IntN(len(topics))]
	c := Call{Place: p.s.Places[p.rng.IntN(len(p.s.Places))], Category: t.category, Title: t.titles[p.rng.IntN(len(t.titles))], Danger: p.rng.IntN(12) == 0}
	c.Text = "演示：" + c.Title + "，社区自行处理不了，请到场。"
	if t.joint && len(p.s.Joint) > 0 && p.rng.IntN(3) > 0 {
		c.Joint = []string{p.s.Joint[p.rng.IntN(len(p.s.Joint))]}
	}
	return c
}

// slow reports whether a unit is one that comes late more often than others.
func slow(unit string) bool { return len(unit)%3 == 0 }

// act does what is next in a case, and says when somebody looks again.
func (p *casePlay) act(ctx context.Context, w wake) error {
	key := fmt.Sprintf("sim/%d/%d", w.i, w.turn)
	w.turn++
	if w.number == "" {
		number, err := p.c.Open(ctx, w.at, key, p.call())
		w.number = number
		if w.at = w.at.Add(time.Duration(15+p.rng.IntN(150)) * time.Minute); p.rng.IntN(6) == 0 {
			w.at = p.later(w.at, 1)
		}
		heap.Push(&p.queue, w)
		return err
	}
	st, err := p.c.Look(ctx, w.number)
	if err != nil || st.Ended || w.turn > 14 {
		return err
	}
	d, wait := p.deed(st, w)
	if d.Action != "" {
		if err := p.c.Do(ctx, w.at, key, w.number, d); err != nil {
			return err
		}
	}
	w.at = p.later(w.at, wait)
	heap.Push(&p.queue, w)
	return nil
}

// deed is what somebody does where a case stands, and after how many working days it is looked at again.
func (p *casePlay) deed(st Standing, w wake) (Deed, int) {
	switch {
	case st.State == "called" && len(st.Owing) > 0:
		unit := st.Owing[0]
		if slices.Contains(st.Owing, st.Lead) {
			unit = st.Lead
		}
		if slow(unit) && p.rng.IntN(3) == 0 {
			return Deed{}, 1 // silence
		}
		if w.turn == 2 && unit == st.Lead && p.rng.IntN(12) == 0 {
			return Deed{Unit: unit, Action: "decline", Text: "演示：不属本单位职责。"}, 0
		}
		return Deed{Unit: unit, Action: "report-in", Text: "演示：已安排人员到场查看。"}, p.rng.IntN(2)
	case st.State == "handling" && len(st.Owing) > 0 && p.rng.IntN(2) == 0:
		return Deed{Unit: st.Owing[0], Action: "report-in", Text: "演示：到场配合。"}, 0
	case st.State == "handling":
		if slow(st.Lead) && p.rng.IntN(3) == 0 {
			return Deed{}, 2
		}
		return Deed{Unit: st.Lead, Action: "resolve", Text: "演示：已处置完毕，现场恢复。", Photo: Picture(p.rng.Uint64())}, 1
	case st.State == "confirming":
		switch n := p.rng.IntN(20); {
		case n < 2:
			return Deed{}, 3 // the caller is silent
		case n < 4:
			return Deed{Action: "reject", Text: "演示：还没有解决，请再来看。"}, 1
		}
		return Deed{Action: "accept", Marks: true, Mark: 3 + p.rng.IntN(3)}, 1
	}
	return Deed{}, 1
}
