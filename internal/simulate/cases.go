package simulate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"huying/internal/clock"
)

// Owed is something that somebody has yet to do in a case.
type Owed struct {
	Key        string // tells it from all others of the case
	Who        string // unit:KEY, person:ID or caller:N
	Start, Due time.Time
}

// Standing is where a case stands.
type Standing struct {
	Ended   bool
	Timer   time.Time // when the clock acts by itself; zero: never
	Waits   string    // for whose approval; empty: for nobody's
	Owed    []Owed    // what is due or late
	Callers []string
	Others  []string // who else may have something to do in it
}

// Choice is something that somebody may do in a case now.
type Choice struct {
	N      int    // which of those that Choices returned
	Meets  bool   // it does what they owe
	Excuse bool   // a reason is asked for it: to refuse, to decline, to ask for more time, to be dissatisfied, to withdraw
	Ends   string // how the case ends by it; empty: not
}

// Case is a case that is played.
type Case interface {
	Standing() Standing
	// Choices returns what somebody may do at a moment.
	Choices(at time.Time, who string) []Choice
	// Do does one of them, with an input made up from rng. It is false when the rules refused it.
	Do(ctx context.Context, at time.Time, c Choice, rng *rand.Rand) (bool, error)
	// Approve lets whoever the case waits for approve, or return what was asked.
	Approve(ctx context.Context, at time.Time, yes bool, rng *rand.Rand) error
	// Tick lets the clock act.
	Tick(ctx context.Context, at time.Time) error
}

// Opening is the opening of a case.
type Opening struct {
	N         int // of all that are played, from 0
	Procedure string
	At        time.Time
}

// Cases is where the simulator opens cases: app adapts the casework.
type Cases interface {
	Open(ctx context.Context, o Opening, rng *rand.Rand) (Case, error)
}

// Year is what is played of cases: the openings of a season, in order of time, and how what is opened goes on.
type Year struct {
	Season
	Zone     *time.Location
	Openings []Opening
}

// Plan lays out the openings of a season: of each procedure its number of cases a year, times scale, for the days of the season. Most come on
// the days that offices work, a few on days of rest.
func Plan(s Season, zone *time.Location, aYear map[string]float64, scale float64) Year {
	rng := rand.New(rand.NewPCG(s.Seed, 1<<32))
	names := make([]string, 0, len(aYear))
	total := 0.0
	for name := range aYear {
		names = append(names, name)
		total += aYear[name]
	}
	slices.Sort(names)
	days, weights, sum := []clock.Date{}, []float64{}, 0.0
	for d := s.From; !d.After(s.Until); d = d.AddDays(1) {
		w := 1.0
		if !s.Works(d) {
			w = 0.15
		}
		sum += w
		days, weights = append(days, d), append(weights, sum)
	}
	y := Year{Season: s, Zone: zone}
	n := int(total*scale*float64(len(days))/365 + 0.5)
	for i := range n {
		u := (float64(i) + rng.Float64()) / float64(n) * sum
		day, _ := slices.BinarySearch(weights, u)
		minute := 8*60 + 30 + rng.IntN(9*60)
		at := days[min(day, len(days)-1)].In(zone).Add(time.Duration(minute)*time.Minute + time.Duration(rng.IntN(60))*time.Second)
		x := rng.Float64() * total
		for _, name := range names {
			if x -= aYear[name]; x < 0 || name == names[len(names)-1] {
				y.Openings = append(y.Openings, Opening{Procedure: name, At: at})
				break
			}
		}
	}
	slices.SortStableFunc(y.Openings, func(a, b Opening) int { return a.At.Compare(b.At) })
	for i := range y.Openings {
		y.Openings[i].N = i
	}
	return y
}

// Play plays one case from its opening to the end of the season, or of the case.
func (y *Year) Play(ctx context.Context, c Cases, o Opening) error {
	rng := rand.New(rand.NewPCG(y.Seed, uint64(o.N)))
	one, err := c.Open(ctx, o, rng)
	if err != nil || one == nil {
		return err
	}
	l := &caseLife{y: y, c: one, rng: rng, now: o.At, until: y.Until.AddDays(1).In(y.Zone), plans: map[string]time.Time{}}
	for range mostTurns {
		if on, err := l.turn(ctx); err != nil || !on {
			return err
		}
	}
	return nil
}

// mostTurns bounds what happens in one case.
const mostTurns = 80

// caseLife is how a case goes on. What somebody means to do is planned once, and then holds: silence is a plan too.
type caseLife struct {
	y     *Year
	c     Case
	rng   *rand.Rand
	now   time.Time
	until time.Time
	plans map[string]time.Time // by what is owed; the zero time: never
	again bool                 // whether an ended case was thought about
	fails int
}

// turn does what is next, and reports whether the case goes on.
func (l *caseLife) turn(ctx context.Context) (bool, error) {
	st := l.c.Standing()
	key, who, at := l.next(st)
	if !st.Timer.IsZero() && (at.IsZero() || st.Timer.Before(at)) {
		at = st.Timer.Add(time.Second) // the clock looks each second
		if !at.Before(l.until) {
			return false, nil
		}
		l.now = later(l.now, at)
		return true, l.c.Tick(ctx, l.now)
	}
	if at.IsZero() || !at.Before(l.until) {
		return false, nil
	}
	l.now = later(l.now, at)
	if st.Waits != "" && who == st.Waits {
		delete(l.plans, key)
		return true, l.c.Approve(ctx, l.now, l.rng.IntN(15) > 0, l.rng)
	}
	return l.act(ctx, key, who)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a.Add(time.Second)
}

// next is who does something next, and when; the zero time when nobody does.
func (l *caseLife) next(st Standing) (key, who string, at time.Time) {
	if st.Waits != "" {
		key = "approve " + st.Waits
		return key, st.Waits, l.plan(key, func() time.Time { return l.workday(l.now, l.rng.IntN(3)) })
	}
	if st.Ended {
		if l.again || len(st.Callers) == 0 {
			return "", "", time.Time{}
		}
		return "again", st.Callers[0], l.plan("again", func() time.Time {
			if l.rng.IntN(25) > 0 {
				return time.Time{}
			}
			return l.workday(l.now, 1+l.rng.IntN(8))
		})
	}
	for _, o := range st.Owed {
		t := l.plan(o.Key, func() time.Time { return l.mean(o) })
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			key, who, at = o.Key, o.Who, t
		}
	}
	if len(st.Owed) == 0 && len(st.Others) > 0 {
		who = st.Others[l.fails%len(st.Others)]
		key = "other " + who
		at = l.plan(key, func() time.Time { return l.workday(l.now, 1) })
	}
	return key, who, at
}

func (l *caseLife) plan(key string, when func() time.Time) time.Time {
	t, ok := l.plans[key]
	if !ok {
		t = when()
		l.plans[key] = t
	}
	return t
}

// mean is when somebody means to do what they owe: within the term as a rule; late now and then, in some units more often; and some who
// call stay silent.
func (l *caseLife) mean(o Owed) time.Time {
	isCaller := len(o.Who) > 7 && o.Who[:7] == "caller:"
	x := l.rng.Float64()
	switch {
	case o.Due.IsZero():
		return l.workday(l.now, 2+l.rng.IntN(3))
	case isCaller && x < 0.12:
		return time.Time{}
	case !isCaller && x < l.lateness(o.Who):
		return l.workday(o.Due, 1+l.rng.IntN(4))
	}
	t := o.Start.Add(time.Duration(float64(o.Due.Sub(o.Start)) * (0.1 + 0.75*l.rng.Float64())))
	if b := l.business(t); b.Before(o.Due) {
		t = b
	}
	if !t.After(l.now) {
		return l.now.Add(time.Duration(3+l.rng.IntN(25)) * time.Minute)
	}
	return t
}

// lateness is how often a unit is late.
func (l *caseLife) lateness(who string) float64 {
	sum := uint64(14695981039346656037)
	for _, b := range []byte(who) {
		sum = (sum ^ uint64(b)) * 1099511628211
	}
	return []float64{0.02, 0.05, 0.05, 0.08, 0.22}[(sum^l.y.Seed)>>7%5]
}

// act lets somebody choose among what they may do. What the rules refuse is not done, and something else is tried.
func (l *caseLife) act(ctx context.Context, key, who string) (bool, error) {
	delete(l.plans, key)
	if key == "again" {
		l.again = true
	}
	for _, c := range l.shuffled(l.c.Choices(l.now, who)) {
		done, err := l.c.Do(ctx, l.now, c, l.rng)
		if err != nil {
			return false, fmt.Errorf("at %s: %w", l.now.In(l.y.Zone).Format(time.DateTime), err)
		}
		if done {
			l.fails = 0
			if key == "again" {
				l.again = false
			}
			return true, nil
		}
	}
	if l.fails++; l.fails > 6 { // nobody can: it stays as it is
		l.plans[key] = time.Time{}
		return true, nil
	}
	l.plans[key] = l.workday(l.now, 1+l.rng.IntN(4))
	return true, nil
}

// weight is how likely a choice is, beside others.
func (c Choice) weight() int {
	switch {
	case c.Excuse && c.Meets:
		return 8
	case c.Excuse:
		return 2
	case c.Ends == "withdrawn" || c.Ends == "refused":
		return 2
	case c.Meets:
		return 100
	}
	return 25
}

// shuffled is the choices in an order by chance, the likelier rather first.
func (l *caseLife) shuffled(all []Choice) []Choice {
	left, out := slices.Clone(all), make([]Choice, 0, len(all))
	for len(left) > 0 {
		sum := 0
		for _, c := range left {
			sum += c.weight()
		}
		i, x := 0, l.rng.IntN(sum)
		for x >= left[i].weight() {
			x -= left[i].weight()
			i++
		}
		out = append(out, left[i])
		left = slices.Delete(left, i, i+1)
	}
	return out
}

// business is a moment of the same day or the next that is worked, within the hours of offices.
func (l *caseLife) business(t time.Time) time.Time {
	d := clock.DateOf(t, l.y.Zone)
	minute := int(t.Sub(d.In(l.y.Zone)).Minutes())
	if l.y.Works(d) && (minute >= 8*60+30 && minute < 12*60 || minute >= 14*60+30 && minute < 17*60+30) {
		return t
	}
	for minute >= 17*60+30 || !l.y.Works(d) {
		d, minute = d.AddDays(1), 0
	}
	if minute >= 12*60 {
		return d.In(l.y.Zone).Add(time.Duration(14*60+31+l.rng.IntN(60)) * time.Minute)
	}
	return d.In(l.y.Zone).Add(time.Duration(8*60+31+l.rng.IntN(60)) * time.Minute)
}

// workday is some moment of business so many days that are worked after another; with none, later the same day if there is time.
func (l *caseLife) workday(t time.Time, days int) time.Time {
	if days == 0 {
		return l.business(t.Add(time.Duration(20+l.rng.IntN(100)) * time.Minute))
	}
	d := clock.DateOf(t, l.y.Zone)
	for days > 0 {
		if d = d.AddDays(1); l.y.Works(d) {
			days--
		}
	}
	minute := 8*60 + 40 + l.rng.IntN(180)
	if l.rng.IntN(2) == 1 {
		minute = 14*60 + 35 + l.rng.IntN(170)
	}
	return d.In(l.y.Zone).Add(time.Duration(minute) * time.Minute)
}
