package casework

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huying/internal/calendar"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// notebook stands for the ledger, the vault, the search and the accounts.
type notebook struct {
	mu     sync.Mutex
	leaves map[string]int
	sealed map[string]string
	n      atomic.Int64
	people map[int64]*identity.Actor
}

func (b *notebook) Append(_ context.Context, tx *store.Tx, ref string, _ []byte) error {
	tx.AfterCommit(func() { b.mu.Lock(); defer b.mu.Unlock(); b.leaves[ref]++ })
	return nil
}
func (b *notebook) Subject(context.Context, *store.Tx, string) (int64, error) { return 1, nil }
func (b *notebook) Seal(_ context.Context, _ *store.Tx, _ int64, purpose string, value []byte) (string, error) {
	ref := fmt.Sprintf("%s%d", Sealed, b.n.Add(1))
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sealed[ref] = purpose + "=" + string(value)
	return ref, nil
}
func (b *notebook) Put(context.Context, *store.Tx, string, int64, string) error { return nil }
func (b *notebook) Actor(_ context.Context, person int64) (*identity.Actor, error) {
	if a := b.people[person]; a != nil {
		return a, nil
	}
	return nil, errs.New(errs.NotFound, "store.not_found")
}

func (b *notebook) Actors(_ context.Context, _ *store.Tx, persons []int64) (map[int64]*identity.Actor, error) {
	all := map[int64]*identity.Actor{}
	for _, id := range persons {
		if a := b.people[id]; a != nil {
			all[id] = a
		}
	}
	return all, nil
}
func (b *notebook) Posts(_ context.Context, _ *store.Tx, addresses []string) (out [][]identity.Post, err error) {
	for _, address := range addresses {
		posts, err := b.postsOf(address)
		if err != nil {
			return nil, err
		}
		out = append(out, posts)
	}
	return out, nil
}
func (b *notebook) postsOf(address string) (posts []identity.Post, err error) {
	if id, ok := Member(address).Person(); ok {
		return []identity.Post{{Person: id}}, nil
	}
	for _, a := range b.people {
		for _, g := range a.Grants {
			if unit := string(UnitMember(g.Unit)); address == unit || address == roleMark+string(g.Role) || address == string(g.Role)+approverAtAll+unit {
				posts = append(posts, identity.Post{Person: a.ID, Role: g.Role, Unit: g.Unit, Place: g.Place})
			}
		}
	}
	return posts, nil
}

// office is a service over a fresh database with the whistle loaded, and its clock.
type office struct {
	*Service
	*notebook
	t    *testing.T
	ctx  context.Context
	hand *clock.Hand
}

func newOffice(t *testing.T, db *store.DB, procedures ...string) *office {
	t.Helper()
	o := &office{t: t, ctx: t.Context(), hand: clock.NewHand(storetest.Now),
		notebook: &notebook{leaves: map[string]int{}, sealed: map[string]string{}, people: map[int64]*identity.Actor{}}}
	db = db.WithClock(o.hand.Business())
	trees := district()
	o.Service = New(Parts{DB: db, Queue: jobs.New(db, o.hand.Security()), Calendar: calendar.Default, Trees: func() *places.Trees { return trees },
		Ledger: o, Vault: o, Search: o, Accounts: o.notebook})
	all := map[string]*Procedure{}
	for _, name := range append(procedures, "whistle") {
		all[name] = procedureOf(t, name)
	}
	o.write(func(tx *store.Tx) error { _, err := o.Load(o.ctx, tx, all, "test"); return err })
	return o
}

func (o *office) write(f func(*store.Tx) error) {
	o.t.Helper()
	if err := o.DB.Write(o.ctx, f); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) read(f func(*store.Tx) error) {
	o.t.Helper()
	if err := o.DB.Read(o.ctx, f); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) open(a *identity.Actor, more ...any) *Case {
	o.t.Helper()
	done, err := o.Open(o.ctx, Asker{Actor: a}, "whistle", whistle(more...))
	if err != nil {
		o.t.Fatal(err)
	}
	return done.Case
}

func (o *office) do(a *identity.Actor, number string, cmd Command) *Case {
	o.t.Helper()
	done, err := o.Do(o.ctx, Asker{Actor: a}, number, cmd)
	if err != nil {
		o.t.Fatalf("%#v: %v", cmd, err)
	}
	return done.Case
}

func (o *office) refused(kind errs.Kind, who Asker, number string, cmd Command) {
	o.t.Helper()
	if _, err := o.Do(o.ctx, who, number, cmd); !errs.Is(err, kind) {
		o.t.Fatalf("%#v: %v, want %v", cmd, err, kind)
	}
}

// holder is an account with one grant.
func holder(id int64, role identity.Role, unit, place string) *identity.Actor {
	return &identity.Actor{ID: id, Unit: unit, Grants: []identity.Grant{{Person: id, Role: role, Unit: unit, Place: place}}}
}

var (
	neighbour = holder(7, "community.officer", "jinfeng-office", "jinfeng")
	builder   = holder(2, identity.Clerk, "construction", "")
	ecologist = holder(6, identity.Clerk, "ecology", "")
	overseer  = holder(9, identity.Supervisor, "", "")
)

var schemas = []store.Schema{jobs.Schema, Schema}

func TestACaseLivesInTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		c := o.open(neighbour)
		if c.Number != "WS-000001" {
			t.Errorf("the first case is %s", c.Number)
		}
		o.do(builder, c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		o.refused(errs.NotFound, Asker{Actor: builder}, "WS-999999", Note{Text: "x"})
		o.refused(errs.Forbidden, Asker{Actor: ecologist}, c.Number, Note{Text: "x"})
		o.refused(errs.Conflict, Asker{Actor: builder, Seq: 1}, c.Number, Note{Text: "x"})
		c = o.do(builder, c.Number, Note{Text: "𠮷"})
		o.read(func(tx *store.Tx) error {
			history, err := o.Records(o.ctx, tx, c.ID)
			if err != nil || len(history) != 3 {
				t.Fatalf("%d records, %v", len(history), err)
			}
			again, err := Fold(func(string) *Procedure { return procedureOf(t, "whistle") }, c.ID, history)
			if err != nil {
				return err
			}
			stored, err := o.Case(o.ctx, tx, c.ID)
			if err != nil {
				return err
			}
			if a, b := fmt.Sprintf("%+v", again), fmt.Sprintf("%+v", stored); a != b {
				t.Errorf("folded\n%s\nstored\n%s", a, b)
			}
			return nil
		})
		if o.leaves[Ref(c.Number, 3)] != 1 || len(o.leaves) != 3 {
			t.Errorf("leaves %v", o.leaves)
		}
	}, schemas...)
}

func TestACommandThatIsSentAgainIsDoneOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		who := Asker{Actor: neighbour, Key: "k1"}
		first, err := o.Open(o.ctx, who, "whistle", whistle())
		if err != nil {
			t.Fatal(err)
		}
		second, err := o.Open(o.ctx, who, "whistle", whistle())
		if err != nil || !second.Again || second.Case.Number != first.Case.Number {
			t.Errorf("%+v %v", second, err)
		}
		other, err := o.Open(o.ctx, Asker{Actor: holder(8, "grid.worker", "jinfeng-office", "jinfeng"), Key: "k1"}, "whistle", whistle())
		if err != nil || other.Again {
			t.Errorf("somebody else's key: %+v %v", other, err)
		}
	}, schemas...)
}

func TestTwoWhoActAtOnceAreDoneOneAfterTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		c := o.open(neighbour)
		var wg sync.WaitGroup
		var done, refused atomic.Int64
		for range 16 {
			wg.Go(func() {
				_, err := o.Do(o.ctx, Asker{Actor: builder}, c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
				if err == nil {
					done.Add(1)
				} else if errs.Is(err, errs.Conflict) || errs.Is(err, errs.Forbidden) {
					refused.Add(1)
				} else {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if done.Load() != 1 || refused.Load() != 15 {
			t.Errorf("%d done, %d refused", done.Load(), refused.Load())
		}
	}, schemas...)
}

func TestEachBreachIsFoundOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		for range 60 {
			o.open(neighbour)
		}
		o.hand.Advance(5 * 24 * time.Hour)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					n, err := o.Sweep(o.ctx, 7)
					if err != nil {
						t.Error(err)
					}
					if n == 0 || err != nil {
						return
					}
				}
			})
		}
		wg.Wait()
		for { // what the others held when the last of them looked
			n, err := o.Sweep(o.ctx, 100)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		o.read(func(tx *store.Tx) error {
			var missed, records int
			if err := tx.Scan(o.ctx, "SELECT COUNT(*) FROM casework_duty WHERE status = 'missed'", nil, &missed); err != nil {
				return err
			}
			err := tx.Scan(o.ctx, "SELECT COUNT(*) FROM casework_record WHERE events LIKE '%\"missed\"%'", nil, &records)
			if missed != 60 || records != 60 {
				t.Errorf("%d missed, told %d times", missed, records)
			}
			return err
		})
	}, schemas...)
}

func TestTheDeskShowsWhatMyUnitOwes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		plain := o.open(neighbour)
		urgent := o.open(neighbour, "danger", true)
		o.open(neighbour, "category", "noise")
		desk := func(a *identity.Actor, f DeskFilter) string {
			var out []string
			o.read(func(tx *store.Tx) error {
				tasks, total, err := o.Desk(o.ctx, tx, o.ViewerOf(a, ""), f)
				if total != len(tasks) {
					t.Errorf("%d of %d", len(tasks), total)
				}
				for _, task := range tasks {
					out = append(out, task.Number+" "+task.Duty)
				}
				return err
			})
			return strings.Join(out, ", ")
		}
		if got, want := desk(builder, DeskFilter{}), urgent.Number+" report-in, "+plain.Number+" report-in"; got != want {
			t.Errorf("the builder's desk: %s; want %s", got, want)
		}
		o.do(builder, plain.Number, Claim{Duty: DutyKey{Visit: 1, Name: "report-in", Owner: "unit:construction"}, To: &Actor{Person: 2, Posts: postsOf(builder)}})
		if got := desk(builder, DeskFilter{Unclaimed: true}); got != urgent.Number+" report-in" {
			t.Errorf("unclaimed: %s", got)
		}
		if got := desk(ecologist, DeskFilter{}); got != "" {
			t.Errorf("the ecologist's desk: %s", got)
		}
		o.do(builder, plain.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		o.do(builder, plain.Number, Do{Action: "cannot", Input: Data{"reason": "列入明年"}})
		head := holder(4, identity.Head, "construction", "")
		o.read(func(tx *store.Tx) error {
			rows, err := o.Approvals(o.ctx, tx, o.ViewerOf(head, ""), 10)
			if len(rows) != 1 || rows[0].Number != plain.Number {
				t.Errorf("approvals %+v", rows)
			}
			if none, _ := o.Approvals(o.ctx, tx, o.ViewerOf(builder, ""), 10); len(none) != 0 {
				t.Errorf("the clerk approves %+v", none)
			}
			return err
		})
	}, schemas...)
}

func TestAColleagueStandsIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		head, clerk := holder(4, identity.Head, "construction", ""), builder
		o.people[4], o.people[2], o.people[6] = head, clerk, ecologist
		c := o.open(neighbour)
		other := holder(3, identity.Clerk, "construction", "")
		o.do(other, c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		o.do(other, c.Number, Do{Action: "cannot", Input: Data{"reason": "列入明年"}})
		o.refused(errs.Forbidden, Asker{Actor: clerk}, c.Number, Approve{})

		day := clock.Date{Year: 2021, Month: 11, Day: 19}
		if _, err := o.Deputise(o.ctx, ecologist, Deputy{Person: 4, Deputy: 2, From: day, Until: day}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("somebody else arranged it: %v", err)
		}
		if _, err := o.Deputise(o.ctx, head, Deputy{Person: 4, Deputy: 6, From: day, Until: day}); !errs.Is(err, errs.Invalid) {
			t.Errorf("somebody of another unit: %v", err)
		}
		if _, err := o.Deputise(o.ctx, head, Deputy{Person: 4, Deputy: 2, From: day, Until: day}); err != nil {
			t.Fatal(err)
		}
		c = o.do(clerk, c.Number, Approve{})
		if c.Outcome != ClosedUnsolved {
			t.Errorf("%s", c.Outcome)
		}
		o.read(func(tx *store.Tx) error {
			history, err := o.Records(o.ctx, tx, c.ID)
			if by := history[len(history)-1].By; by.Person != 2 || by.For != 4 {
				t.Errorf("signed %+v", by)
			}
			return err
		})
	}, schemas...)
}
