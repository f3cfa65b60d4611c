package casework

import (
	"context"
	"strings"
	"testing"
	"time"

	"huying/internal/errs"
	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// changed is the whistle with something replaced.
func changed(t *testing.T, from, to string) *Procedure {
	t.Helper()
	data, err := fromPack("procedures/whistle.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), from) {
		t.Fatalf("the whistle has no %q", from)
	}
	p, err := Read("procedures/whistle.yaml", []byte(strings.ReplaceAll(string(data), from, to)), fromPack)
	if err != nil {
		t.Fatal(say(t, err))
	}
	return p
}

func TestOpenCasesKeepTheirVersionUntilTheyAreMoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		before := o.open(neighbour)
		next := changed(t, "3 working days", "5 working days")
		o.write(func(tx *store.Tx) error {
			l, err := o.Load(o.ctx, tx, map[string]*Procedure{"whistle": next}, "test")
			if strings.Join(l.Changed, "") != "whistle" || len(l.New)+len(l.Retired) > 0 {
				t.Errorf("%+v", l)
			}
			return err
		})
		after := o.open(neighbour)
		due := func(number string) string {
			c := o.do(builder, number, Do{Action: "report-in", Input: Data{"note": "到"}})
			return c.Duties[len(c.Duties)-1].Due.In(o.Calendar().Zone()).Format("01-02 15:04")
		}
		if a, b := due(before.Number), due(after.Number); a != "11-24 17:30" || b != "11-26 17:30" {
			t.Errorf("the old case is due %s, the new one %s", a, b)
		}
		jobs.On(o.Queue, o.Move)
		jobs.OnAll(o.Queue, func(context.Context, *store.Tx, []Happened) error { return nil })
		o.read(func(tx *store.Tx) error {
			changes, err := o.Preview(o.ctx, tx, next)
			if len(changes) != 1 || changes[0].State != "handling" || changes[0].Open != 1 || len(changes[0].Stuck) > 0 || changes[0].Tried != 1 {
				t.Errorf("%+v", changes)
			}
			return err
		})
		o.write(func(tx *store.Tx) error { return o.MoveOpen(o.ctx, tx, "whistle", "新规定") })
		if err := o.Queue.Drain(o.ctx); err != nil {
			t.Fatal(err)
		}
		o.read(func(tx *store.Tx) error {
			c, err := o.ByNumber(o.ctx, tx, before.Number)
			if c.Hash != next.Hash {
				t.Errorf("%s follows %s", c.Number, c.Hash)
			}
			return err
		})
	}, schemas...)
}

func TestAStateThatIsGoneKeepsItsCases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		o.open(neighbour)
		next := changed(t, "called", "rung")
		o.read(func(tx *store.Tx) error {
			changes, err := o.Preview(o.ctx, tx, next)
			if len(changes) != 1 || !changes[0].Gone() || len(changes[0].Stuck) != 1 || !errs.Is(changes[0].Stuck[0].Why, errs.Conflict) {
				t.Errorf("%+v", changes)
			}
			return err
		})
	}, schemas...)
}

// TestACaseThatCannotMoveHoldsUpNoOther: of two open cases one is in a state that the new version lacks.
func TestACaseThatCannotMoveHoldsUpNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		stays, moves := o.open(neighbour), o.open(neighbour)
		o.do(builder, moves.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		next := changed(t, "called", "rung")
		o.load(next)
		o.read(func(tx *store.Tx) error {
			all, err := o.Compare(o.ctx, tx, map[string]*Procedure{"whistle": next})
			if len(all) != 1 || !all[0].Same() || all[0].Open != 2 || all[0].Older() != 2 {
				t.Errorf("%+v", all)
			}
			return err
		})
		o.move("whistle")
		if c := o.now(moves.Number); c.Hash != next.Hash || c.State != "handling" {
			t.Errorf("%s follows %s in %s", c.Number, c.Hash, c.State)
		}
		if c := o.now(stays.Number); c.Hash == next.Hash || len(c.Duties) == 0 {
			t.Errorf("%s follows %s", c.Number, c.Hash)
		}
		// The one that stays goes on as it began.
		o.do(builder, stays.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
	}, schemas...)
}

func TestAMoveThatALoadingOvertookStops(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		c := o.open(neighbour)
		o.load(changed(t, "3 working days", "5 working days"))
		o.write(func(tx *store.Tx) error { return o.MoveOpen(o.ctx, tx, "whistle", "新规定") })
		o.load(changed(t, "3 working days", "6 working days"))
		o.drain()
		if now := o.now(c.Number); now.Hash != c.Hash {
			t.Errorf("%s was moved to a version that no longer holds", c.Number)
		}
	}, schemas...)
}

// TestOfTwoLoadingsAtOnceOneHoldsWhole: servers that load two packs at the same time leave the procedures of one of them, never some of each.
func TestOfTwoLoadingsAtOnceOneHoldsWhole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db, "letter")
		var packs [2]map[string]*Procedure
		for i, days := range []string{"7 working days", "8 working days"} {
			packs[i] = map[string]*Procedure{"whistle": changed(t, "3 working days", days), "letter": procedureOf(t, "letter")}
			other := *packs[i]["letter"] // another version by its hash alone
			other.Hash = days
			packs[i]["letter"] = &other
		}
		load := func(tx *store.Tx, p map[string]*Procedure) error {
			_, err := New(o.Parts).Load(o.ctx, tx, p, "test") // each on a server of its own
			return err
		}
		second := make(chan error, 1)
		o.write(func(tx *store.Tx) error {
			err := load(tx, packs[0])
			go func() { second <- o.DB.Write(o.ctx, func(tx *store.Tx) error { return load(tx, packs[1]) }) }()
			select {
			case err := <-second:
				second <- err
				t.Error("the second loading did not wait for the first")
			case <-time.After(300 * time.Millisecond):
			}
			return err
		})
		if err := <-second; err != nil {
			t.Fatal(err)
		}
		o.read(func(tx *store.Tx) error {
			held, err := heldNow(o.ctx, tx)
			if held["whistle"] != packs[1]["whistle"].Hash || held["letter"] != packs[1]["letter"].Hash {
				t.Errorf("the last loading does not hold whole: %v", held)
			}
			return err
		})
	}, schemas...)
}

func (o *office) load(p *Procedure) {
	o.t.Helper()
	o.write(func(tx *store.Tx) error {
		_, err := o.Load(o.ctx, tx, map[string]*Procedure{p.Name: p}, "test")
		return err
	})
}

// move lets the open cases follow, and what follows be done.
func (o *office) move(procedure string) {
	o.t.Helper()
	o.write(func(tx *store.Tx) error { return o.MoveOpen(o.ctx, tx, procedure, "新规定") })
	o.drain()
}

func (o *office) drain() {
	o.t.Helper()
	jobs.On(o.Queue, o.Move)
	jobs.OnAll(o.Queue, func(context.Context, *store.Tx, []Happened) error { return nil })
	if err := o.Queue.Drain(o.ctx); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) now(number string) (c *Case) {
	o.t.Helper()
	o.read(func(tx *store.Tx) (err error) { c, err = o.ByNumber(o.ctx, tx, number); return err })
	return c
}
