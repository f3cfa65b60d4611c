package casework

import (
	"context"
	"sync/atomic"
	"testing"

	"huying/internal/calendar"
	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// BenchmarkOpen opens cases with 32 clients at once. The ledger, the vault and the search are stand-ins: test/bench measures the whole.
func BenchmarkOpen(b *testing.B) {
	for name, open := range map[string]func(testing.TB, ...store.Schema) *store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			hand := clock.NewHand(storetest.Now)
			db := open(b, schemas...).WithClock(hand.Business())
			book := &notebook{leaves: map[string]int{}, sealed: map[string]string{}, people: map[int64]*identity.Actor{}}
			trees := district()
			s := New(Parts{DB: db, Queue: jobs.New(db, hand.Security()), Calendar: calendar.Default, Trees: func() *places.Trees { return trees }, Ledger: book, Vault: book,
				Search: book, Accounts: book})
			data, err := fromPack("procedures/whistle.yaml")
			if err != nil {
				b.Fatal(err)
			}
			p, err := Read("procedures/whistle.yaml", data, fromPack)
			if err != nil {
				b.Fatal(err)
			}
			if err := db.Write(ctx, func(tx *store.Tx) error {
				_, err := s.Load(ctx, tx, map[string]*Procedure{"whistle": p}, "bench")
				return err
			}); err != nil {
				b.Fatal(err)
			}
			var failed atomic.Int64
			b.SetParallelism(16)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := s.Open(ctx, Asker{Actor: neighbour}, "whistle", whistle()); err != nil {
						failed.Add(1)
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
		})
	}
}
