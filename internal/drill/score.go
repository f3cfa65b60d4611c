package drill

import (
	"context"
	"sync"
	"time"
)

// Noticed says who noticed a mutant.
type Noticed string

const (
	ByNobody Noticed = ""
	ByCheck  Noticed = "check" // the check of the pack refuses it
	ByDrill  Noticed = "drill" // a drill fails on it
)

// Score is how many mutants of a procedure were noticed.
type Score struct {
	Procedure string
	File      string
	Drills    []string
	Mutants   int
	ByCheck   int
	ByDrill   int
	Unnoticed []Mutant
	Broken    []Broken
}

// Broken is a mutant on which the machine failed, instead of the check or a drill: it counts as noticed, and shows a defect of ours.
type Broken struct {
	Mutant
	Err error
}

// Noticed is the share of mutants that were noticed, from 0 to 1; of none it is 1.
func (s Score) Noticed() float64 {
	if s.Mutants == 0 {
		return 1
	}
	return float64(s.ByCheck+s.ByDrill) / float64(s.Mutants)
}

// Enough is the least share that must be noticed.
const Enough = 0.9

// How long one mutant is played at most: one that never ends is noticed. On a busy machine a play takes its time, and one that is only slow
// must not pass for one that was noticed.
const (
	patience = 30 * time.Second
	slower   = 10 // times what the play takes without a mutant
)

// Trial is what the mutants of a procedure are tried on.
type Trial struct {
	Procedure string
	File      string // in the pack
	Drills    []*Drill
	Mutants   []Mutant
}

// Run plays the drills of the procedure on each mutant, workers at a time, until one of them fails on it. Without a mutant they must pass:
// otherwise the error is that of the drill. done is told after each mutant, one call at a time.
func (t Trial) Run(ctx context.Context, stage Stage, workers int, done func(n int)) (Score, error) {
	s := Score{Procedure: t.Procedure, File: t.File, Mutants: len(t.Mutants)}
	limit := patience
	for _, d := range t.Drills {
		s.Drills = append(s.Drills, d.Name)
		r := Play(ctx, stage, d, nil)
		if r.Err != nil {
			return s, r.Err
		}
		limit = max(limit, slower*r.Took)
	}
	by, failed := make([]Noticed, len(t.Mutants)), make([]error, len(t.Mutants))
	next := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	finished := 0
	for range max(1, workers) {
		wg.Go(func() {
			for i := range next {
				by[i], failed[i] = t.try(ctx, stage, t.Mutants[i], limit)
				mu.Lock()
				finished++
				done(finished)
				mu.Unlock()
			}
		})
	}
	for i := range t.Mutants {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	for i, m := range t.Mutants {
		switch by[i] {
		case ByCheck:
			s.ByCheck++
		case ByDrill:
			s.ByDrill++
		default:
			s.Unnoticed = append(s.Unnoticed, m)
		}
		if failed[i] != nil {
			s.Broken = append(s.Broken, Broken{m, failed[i]})
		}
	}
	return s, ctx.Err()
}

// try looks who notices a mutant. The error is one of the machine.
func (t Trial) try(ctx context.Context, stage Stage, m Mutant, limit time.Duration) (Noticed, error) {
	if stage.Check(m.Changed()) != nil {
		return ByCheck, nil
	}
	for _, d := range t.Drills {
		mine, stop := context.WithTimeout(ctx, limit)
		r := Play(mine, stage, d, m.Changed())
		late := mine.Err() != nil
		stop()
		switch {
		case r.Failed() || late:
			return ByDrill, nil
		case r.Err != nil:
			return ByDrill, r.Err
		}
	}
	return ByNobody, nil
}
