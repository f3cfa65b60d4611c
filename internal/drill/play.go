package drill

import (
	"context"
	"errors"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Result is how a drill went.
type Result struct {
	Drill  *Drill
	Played int           // steps that were begun
	Took   time.Duration // with the making of the system
	Err    error         // nil: it passed. errs.Invalid with the place of the step: it failed. Anything else: the machine did
}

// Failed reports whether something was seen that is other than the drill says.
func (r Result) Failed() bool { return errs.Is(r.Err, errs.Invalid) }

// Play plays a drill on a fresh system and stops at the first step that fails. changed are files of the pack that are other than they
// stand there, by their paths.
func Play(ctx context.Context, stage Stage, d *Drill, changed map[string][]byte) Result {
	begun := clock.Security{}.Now()
	p := &player{d: d}
	err := p.run(ctx, stage, changed)
	return Result{Drill: d, Played: p.played, Took: clock.Since(begun), Err: err}
}

// player is a play under way.
type player struct {
	promise string // the number of the one that was spoken of last
	d       *Drill
	sys     System
	now     time.Time
	zone    *time.Location
	people  names
	played  int

	cases   []*known
	current *known
	files   map[string]string // what was uploaded: the hash by the drill's name for it
	told    map[string]int    // notices that were looked at, by person and number of the case

	posted, seq int               // messages of other systems, and statuses among them
	spoken      map[string]string // the number of the order that a system spoke of last
	ordered     map[string]*known // cases by system and number of the order
	listened    map[string]int    // messages that were looked at, by system
}

// known is a case of the play.
type known struct {
	name    string
	number  string
	kind    string            // its procedure
	opener  string            // who called
	last    string            // who acted last
	secrets map[string]string // of receipts, by the person who holds them
}

func (p *player) run(ctx context.Context, stage Stage, changed map[string][]byte) (err error) {
	p.files, p.told, p.people = map[string]string{}, map[string]int{}, names{}
	p.spoken, p.ordered, p.listened = map[string]string{}, map[string]*known{}, map[string]int{}
	if p.sys, err = stage.Open(ctx, p.d, changed); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.sys.Close()) }()
	p.zone = p.sys.Zone()
	p.now = p.d.Begins(p.zone)
	for _, x := range p.d.People {
		if id := p.sys.Account(x.Key); id != 0 {
			p.people[id] = x.Key
		}
	}
	for i := range p.d.Steps {
		p.played++
		if err := p.step(ctx, i, &p.d.Steps[i]); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) step(ctx context.Context, i int, s *Step) error {
	if err := p.move(ctx, i, s); err != nil {
		return err
	}
	if s.Case != "" {
		p.current = p.named(s.Case)
	}
	if len(s.deeds()) > 0 {
		people := s.Who
		if s.Visits != "" && len(people) == 0 {
			people = Strings{wordNobody} // a public page is for everybody
		}
		for _, who := range people {
			if err := p.act(ctx, &deed{p: p, Step: s, at: stepAt(i), who: who, on: p.current}); err != nil {
				return err
			}
		}
	}
	if s.Expected != nil {
		return p.expect(ctx, i, s.Expected)
	}
	return nil
}

// move puts the clock forward, if the step says so.
func (p *player) move(ctx context.Context, i int, s *Step) error {
	var to time.Time
	switch {
	case !s.AtTime.IsZero():
		to = s.AtTime.next(p.now, p.zone)
	case !s.Wait.IsZero():
		to = s.Wait.after(p.now.In(p.zone))
	default:
		return nil
	}
	if to.Before(p.now) {
		return p.d.file.Wrong(stepAt(i)+".at", "drill.clock_back", "now", p.now.In(p.zone).Format(minute))
	}
	p.now = to
	return p.sys.At(ctx, to)
}

// named is a case of the play, whose name the check has seen before.
func (p *player) named(name string) *known {
	for _, k := range p.cases {
		if k.name == name {
			return k
		}
	}
	return nil
}

func (p *player) secret(who string, on *known) string {
	if on == nil {
		return ""
	}
	return on.secrets[who]
}

// differs is a step that did not go as the drill says.
func (p *player) differs(at, what, expected, seen string) *errs.Error {
	return p.d.file.Wrong(at, "drill.differs", "what", what, "expected", expected, "seen", seen)
}

// PlayAll plays drills, workers at a time, and tells of each in their order.
func PlayAll(ctx context.Context, stage Stage, drills []*Drill, workers int, tell func(Result)) {
	results := make([]chan Result, len(drills))
	for i := range results {
		results[i] = make(chan Result, 1)
	}
	next := make(chan int)
	for range max(1, workers) {
		go func() {
			for i := range next {
				results[i] <- Play(ctx, stage, drills[i], nil)
			}
		}()
	}
	go func() {
		for i := range drills {
			next <- i
		}
		close(next)
	}()
	for _, r := range results {
		tell(<-r)
	}
}
