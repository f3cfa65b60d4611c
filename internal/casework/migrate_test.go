package casework

import (
	"context"
	"strings"
	"testing"

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
		jobs.On(o.Queue, func(context.Context, *store.Tx, Happened) error { return nil })
		o.read(func(tx *store.Tx) error {
			changes, err := o.Preview(o.ctx, tx, next)
			if len(changes) != 1 || changes[0].State != "handling" || changes[0].Open != 1 || changes[0].Stays {
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
			if len(changes) != 1 || !changes[0].Stays {
				t.Errorf("%+v", changes)
			}
			return err
		})
	}, schemas...)
}
