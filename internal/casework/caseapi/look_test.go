package caseapi

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// blank stands for what cases are kept by in this benchmark.
type blank struct{}

func (blank) Append(context.Context, *store.Tx, string, []byte) error   { return nil }
func (blank) Subject(context.Context, *store.Tx, string) (int64, error) { return 1, nil }
func (blank) Seal(context.Context, *store.Tx, int64, string, []byte) (string, error) {
	return casework.Sealed, nil
}
func (blank) Put(context.Context, *store.Tx, string, int64, string) error { return nil }
func (blank) Actor(context.Context, int64) (*identity.Actor, error)       { return nil, nil }
func (blank) Actors(context.Context, *store.Tx, []int64) (map[int64]*identity.Actor, error) {
	return nil, nil
}
func (blank) Posts(_ context.Context, _ *store.Tx, addresses []string) ([][]identity.Post, error) {
	return make([][]identity.Post, len(addresses)), nil
}

// BenchmarkLook finds what happened to 500 cases, half a second of a busy district, and tells 200 who watch.
func BenchmarkLook(b *testing.B) {
	ctx, hand := context.Background(), clock.NewHand(storetest.Now)
	db := storetest.SQLite(b, jobs.Schema, casework.Schema).WithClock(hand.Business())
	day := clock.Date{Year: 2021, Month: 11, Day: 19}
	trees := (&places.History{Places: []places.Place{{Key: "zone", Kind: places.District, From: day}, {Key: "jinfeng", Parent: "zone", Kind: places.Community, From: day}},
		Units: []places.Unit{{Key: "town", From: day, Fallback: true}, {Key: "construction", From: day}, {Key: "office", From: day, Place: "jinfeng"}}}).On(day)
	cases := casework.New(casework.Parts{DB: db, Queue: jobs.New(db, hand.Security()), Calendar: calendar.Default, Trees: func() *places.Trees { return trees },
		Ledger: blank{}, Vault: blank{}, Search: blank{}, Accounts: blank{}})
	read := func(path string) ([]byte, error) {
		return os.ReadFile(filepath.Join("../../../packs/zhuhai-gaoxin", path))
	}
	data, err := read("procedures/whistle.yaml")
	if err != nil {
		b.Fatal(err)
	}
	p, err := casework.Read("procedures/whistle.yaml", data, read)
	if err != nil {
		b.Fatal(err)
	}
	holder := func(id int64, role identity.Role, unit string) *identity.Actor {
		return &identity.Actor{ID: id, Unit: unit, Grants: []identity.Grant{{Person: id, Role: role, Unit: unit}}}
	}
	err = db.Write(ctx, func(tx *store.Tx) error {
		if _, err := cases.Load(ctx, tx, map[string]*casework.Procedure{"whistle": p}, "bench"); err != nil {
			return err
		}
		for range 500 {
			form := casework.Data{"title": "塌陷", "category": "road", "place": "jinfeng", "description": "塌了一平方米"}
			if _, err := cases.OpenIn(ctx, tx, casework.Asker{Actor: holder(1, "community.officer", "office")}, "whistle", casework.OpenCase{Form: form}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		e := NewEvents(db, cases, slog.New(slog.DiscardHandler))
		for i := range int64(200) {
			s, err := e.watch(i, cases.ViewerOf(holder(i, identity.Clerk, "construction"), ""), i%2 == 0)
			if err != nil {
				b.Fatal(err)
			}
			s.news = make(chan happened, 1000)
		}
		b.StartTimer()
		if err := e.look(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
