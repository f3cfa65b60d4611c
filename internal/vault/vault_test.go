package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

func write(t *testing.T, db *store.DB, f func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, db *store.DB, f func(*store.Tx) error) {
	t.Helper()
	if err := db.Read(ctx, f); err != nil {
		t.Fatal(err)
	}
}

// give seals one value for a person, by name.
func give(t *testing.T, db *store.DB, v *Vault, name, value string) (id int64, ref Ref) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		var refs []Ref
		var err error
		id, refs, err = v.SealFor(ctx, tx, name, Value{"contact.phone", []byte(value)})
		if err == nil {
			ref = refs[0]
		}
		return err
	})
	return id, ref
}

var desk = Reading{Person: 7, Role: "desk.officer", Purpose: "casework.show", Object: "case:WS-000123"}

// tell opens refs as the desk does.
func tell(db *store.DB, v *Vault, refs ...Ref) (got map[Ref][]byte, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error { got, err = v.Open(ctx, tx, desk, refs...); return err })
	return got, err
}

func TestAValueComesBackAsItWent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := New(NewKey())
		values := []Value{{"contact.name", []byte("𠮷田\x00<b>")}, {"contact.phone", []byte("13812345678")}, {"note", nil}}
		var id int64
		var refs []Ref
		write(t, db, func(tx *store.Tx) (err error) {
			if id, err = v.Subject(ctx, tx, "caller:345"); err != nil {
				return err
			}
			refs, err = v.SealAll(ctx, tx, id, values...)
			return err
		})
		var more Ref
		write(t, db, func(tx *store.Tx) (err error) {
			more, err = v.Seal(ctx, tx, id, "contact.name", []byte("𠮷田\x00<b>"))
			return err
		})
		if _, ok := AsRef(string(more)); !ok || more == refs[0] {
			t.Errorf("the same value twice: %q and %q", refs[0], more)
		}
		got, err := tell(db, v, append(refs, more, "vault:AAAAAAAAAAAAAAAAAAAAAAAAAA", "")...)
		if err != nil || len(got) != 4 || !bytes.Equal(got[more], values[0].Data) {
			t.Fatalf("%q, %v", got, err)
		}
		for i, val := range values {
			if b, ok := got[refs[i]]; !ok || !bytes.Equal(b, val.Data) {
				t.Errorf("%s: %q, want %q", val.Purpose, b, val.Data)
			}
		}
		if got, err := tell(db, v); err != nil || len(got) != 0 {
			t.Errorf("nothing: %q, %v", got, err)
		}
		read(t, db, func(tx *store.Tx) error {
			var raw int
			err := tx.Scan(ctx, "SELECT COUNT(*) FROM vault_item WHERE sealed = $1", []any{values[1].Data}, &raw)
			if raw > 0 {
				t.Error("a value lies there in clear")
			}
			return err
		})
	}, Schema)
}

func TestTwoWhoAskAtOnceGetTheSamePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		key := NewKey()
		var mu sync.Mutex
		ids, refs := map[string]int64{}, []Ref{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				v := New(key) // a server of its own
				for i := range 5 {
					name := fmt.Sprint("caller:", i)
					err := db.Write(ctx, func(tx *store.Tx) error {
						id, got, err := v.SealFor(ctx, tx, name, Value{"x", []byte(name)})
						tx.AfterCommit(func() {
							mu.Lock()
							defer mu.Unlock()
							if known, ok := ids[name]; ok && known != id {
								t.Errorf("%s is %d and %d", name, known, id)
							}
							ids[name], refs = id, append(refs, got...)
						})
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if got, err := tell(db, New(key), refs...); err != nil || len(got) != 40 {
			t.Errorf("%d of 40 values open, %v", len(got), err)
		}
	}, Schema)
}

func TestAnErasedPersonIsGoneForGood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := New(NewKey())
		gone, ref := give(t, db, v, "person:12", "13812345678")
		_, other := give(t, db, v, "person:13", "13987654321")
		erase := func(id int64, reason string) error {
			return db.Write(ctx, func(tx *store.Tx) error { return v.Erase(ctx, tx, id, 3, reason) })
		}
		if err := erase(gone, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := erase(gone+100, "本人申请"); !errs.Is(err, errs.NotFound) {
			t.Errorf("nobody: %v", err)
		}
		for range 2 {
			if err := erase(gone, "本人申请"); err != nil {
				t.Fatal(err)
			}
		}
		if err := erase(gone, "另一个理由"); err != nil {
			t.Fatal(err)
		}
		got, err := tell(db, v, ref, other)
		if _, there := got[ref]; err != nil || there || string(got[other]) != "13987654321" {
			t.Errorf("%q, %v", got, err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error { _, err := v.Seal(ctx, tx, gone, "x", []byte("new")); return err })
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("something new for them: %v", err)
		}
		err = db.Write(ctx, func(tx *store.Tx) error { _, err := v.Seal(ctx, tx, gone+100, "x", []byte("new")); return err })
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("something for nobody: %v", err)
		}
		read(t, db, func(tx *store.Tx) error {
			erased, err := v.Erased(ctx, tx, gone)
			stays, err2 := v.Erased(ctx, tx, gone+1)
			if !erased || stays {
				t.Errorf("erased: %v, the other: %v", erased, stays)
			}
			var reason string
			err3 := tx.Scan(ctx, "SELECT erase_reason FROM vault_subject WHERE id = $1", []any{gone}, &reason)
			if reason != "本人申请" {
				t.Errorf("the reason is %q", reason)
			}
			return errors.Join(err, err2, err3)
		})
		if id, err := subjectOf(db, v, "person:12"); err != nil || id != gone {
			t.Errorf("their name: %d, %v", id, err)
		}
	}, Schema)
}

func subjectOf(db *store.DB, v *Vault, name string) (id int64, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error { id, err = v.Subject(ctx, tx, name); return err })
	return id, err
}

func TestEachReadingIsOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		hand := clock.NewHand(storetest.Now)
		db = db.WithClock(hand.Business())
		v := New(NewKey())
		one, phone := give(t, db, v, "person:1", "13812345678")
		two, other := give(t, db, v, "person:2", "13987654321")
		var name Ref
		write(t, db, func(tx *store.Tx) (err error) {
			name, err = v.Seal(ctx, tx, one, "contact.name", []byte("张三丰"))
			return err
		})
		if _, err := tell(db, v, phone, name, other); err != nil {
			t.Fatal(err)
		}
		hand.Advance(time.Hour)
		write(t, db, func(tx *store.Tx) error {
			_, err := v.Open(ctx, tx, Reading{Purpose: Delivery, Object: "notice:9"}, phone)
			return err
		})
		for _, r := range []Reading{{Person: 7, Purpose: "casework.show"}, {Person: 7, Object: "case:1"}} {
			err := db.Write(ctx, func(tx *store.Tx) error { _, err := v.Open(ctx, tx, r, phone); return err })
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%+v: %v", r, err)
			}
		}
		if _, err := func() (got map[Ref][]byte, err error) {
			err = db.Read(ctx, func(tx *store.Tx) error { got, err = v.Open(ctx, tx, desk, phone); return err })
			return got, err
		}(); err == nil {
			t.Error("a reading that cannot be put on record was done")
		}
		boom := errors.New("boom")
		err := db.Write(ctx, func(tx *store.Tx) error { _, err := v.Open(ctx, tx, desk, phone); return errors.Join(err, boom) })
		if !errors.Is(err, boom) {
			t.Error(err)
		}
		write(t, db, func(tx *store.Tx) error { return v.Erase(ctx, tx, one, 3, "本人申请") })
		if _, err := tell(db, v, phone); err != nil {
			t.Fatal(err)
		}
		read(t, db, func(tx *store.Tx) error {
			all, err := v.Readings(ctx, tx, one, 10, 0)
			second, err2 := v.Readings(ctx, tx, one, 1, 1)
			others, err3 := v.Readings(ctx, tx, two, 10, 0)
			if len(all) != 2 || all[0].Purpose != Delivery || !all[0].At.Equal(hand.Business().Now()) || all[0].Person != 0 {
				t.Errorf("newest first: %+v", all)
			}
			if len(second) != 1 || second[0].Reading != desk || !slices.Equal(second[0].Items, []string{"contact.name", "contact.phone"}) {
				t.Errorf("the second: %+v", second)
			}
			if len(others) != 1 || !slices.Equal(others[0].Items, []string{"contact.phone"}) {
				t.Errorf("of the other: %+v", others)
			}
			return errors.Join(err, err2, err3)
		})
	}, Schema)
}

func TestWhatWasMovedDoesNotOpen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, tt := range []struct{ name, change, back string }{
			{"a value under another ref",
				"UPDATE vault_item SET sealed = (SELECT sealed FROM vault_item WHERE ref = $2) WHERE ref = $1", ""},
			{"a value of another person", "UPDATE vault_item SET subject = (SELECT subject FROM vault_item WHERE ref = $2) WHERE ref = $1", ""},
			{"a value under another purpose", "UPDATE vault_item SET purpose = 'y' WHERE ref = $1 AND $2 = $2", ""},
			{"a key of another person", `UPDATE vault_subject SET key = (SELECT s.key FROM vault_subject s JOIN vault_item i ON i.subject = s.id WHERE i.ref = $2)
				WHERE id = (SELECT subject FROM vault_item WHERE ref = $1)`, ""},
			{"a person under another name", "UPDATE vault_subject SET name = name || 'x' WHERE id = (SELECT subject FROM vault_item WHERE ref = $1) AND $2 = $2", ""},
		} {
			t.Run(tt.name, func(t *testing.T) {
				v := New(NewKey())
				_, one := give(t, db, v, tt.name+":1", "13812345678")
				_, two := give(t, db, v, tt.name+":2", "13987654321")
				write(t, db, func(tx *store.Tx) error { _, err := tx.Exec(ctx, tt.change, string(one), string(two)); return err })
				got, err := tell(db, v, one)
				if all := errs.All(err); len(all) != 1 || all[0].Key != "vault.damaged" {
					t.Errorf("%q, %v", got, err)
				}
			})
		}
	}, Schema)
}

func TestTheMasterKeyIsReplaced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		old, next := NewKey(), NewKey()
		v := New(old)
		if err := errors.Join(v.Ready(ctx, db), v.Ready(ctx, db)); err != nil {
			t.Fatal(err)
		}
		var refs []Ref
		for i := range 5 {
			_, ref := give(t, db, v, fmt.Sprint("person:", i), "13812345678")
			refs = append(refs, ref)
		}
		write(t, db, func(tx *store.Tx) error { return v.Erase(ctx, tx, 1, 3, "本人申请") })
		if err := New(next).Ready(ctx, db); !errs.Is(err, errs.Conflict) {
			t.Errorf("another key: %v", err)
		}
		if _, err := tell(db, New(next), refs[1]); !errs.Is(err, errs.Conflict) {
			t.Errorf("another key opens: %v", err)
		}
		both := New(next, old)
		if err := both.Ready(ctx, db); err != nil {
			t.Fatal(err)
		}
		_, ref := give(t, db, both, "person:9", "13812345678")
		refs = append(refs, ref)
		if n, err := Rewrap(ctx, db, old, next); n != 4 || err != nil {
			t.Errorf("%d keys were wrapped, %v", n, err)
		}
		if n, err := Rewrap(ctx, db, old, next); n != 0 || err != nil {
			t.Errorf("again %d, %v", n, err)
		}
		for _, v := range []*Vault{both, New(next)} {
			if err := v.Ready(ctx, db); err != nil {
				t.Error(err)
			}
			if got, err := tell(db, v, refs...); err != nil || len(got) != 5 {
				t.Errorf("%d of 5 open, %v", len(got), err)
			}
		}
		if err := New(old).Ready(ctx, db); !errs.Is(err, errs.Conflict) {
			t.Errorf("the old key alone: %v", err)
		}
	}, Schema)
}

func TestValuesAreBounded(t *testing.T) {
	db := storetest.SQLite(t, Schema)
	v := New(NewKey())
	err := db.Write(ctx, func(tx *store.Tx) error {
		_, _, err := v.SealFor(ctx, tx, "person:1", Value{"x", make([]byte, maxValue+1)})
		return err
	})
	if !errs.Is(err, errs.TooLarge) {
		t.Error(err)
	}
	var refs []Ref
	var values []Value
	for range chunk + 1 {
		values = append(values, Value{"x", []byte("x")})
	}
	write(t, db, func(tx *store.Tx) (err error) { _, refs, err = v.SealFor(ctx, tx, "person:1", values...); return err })
	if got, err := tell(db, v, refs...); err != nil || len(got) != chunk+1 {
		t.Errorf("%d of %d open, %v", len(got), chunk+1, err)
	}
}

// BenchmarkVault is what a transaction pays that opens a case of a new caller or of a known one with three values, and one that shows
// them: without its commit.
func BenchmarkVault(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB, ...store.Schema) *store.DB
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			db, v := engine.open(b, Schema), New(NewKey())
			values := []Value{{"name", []byte("张三丰")}, {"phone", []byte("13812345678")}, {"address", []byte("唐家湾镇鸡山社区1号")}}
			seal := func(tx *store.Tx, name string) []Ref {
				_, refs, err := v.SealFor(ctx, tx, name, values...)
				if err != nil {
					b.Fatal(err)
				}
				return refs
			}
			var refs []Ref
			run := func(name string, f func(tx *store.Tx, i int) error) {
				b.Run(name, func(b *testing.B) {
					err := db.Write(ctx, func(tx *store.Tx) error {
						for i := 0; b.Loop(); i++ {
							if err := f(tx, i); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						b.Fatal(err)
					}
				})
			}
			run("new", func(tx *store.Tx, i int) error { seal(tx, fmt.Sprint("caller:", i)); return nil })
			run("known", func(tx *store.Tx, _ int) error { refs = seal(tx, "person:1"); return nil })
			run("open", func(tx *store.Tx, _ int) error { _, err := v.Open(ctx, tx, desk, refs...); return err })
		})
	}
}
