package app

import (
	"testing"

	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// BenchmarkBoard draws the demonstration's year from its entries, as after every change.
func BenchmarkBoard(b *testing.B) {
	a := demonstration(b)
	for b.Loop() {
		a.register.Forget()
		if _, err := a.register.Board(ctx, 2021); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSay reports one figure after the other, each in a durable transaction of its own.
func BenchmarkSay(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			dir := b.TempDir()
			url := sqliteIn(dir)
			if engine == "postgres" {
				url = storetest.PostgresURL(b)
			}
			a := openWith(b, configIn(dir, url))
			board, err := a.register.Board(ctx, 2021)
			if err != nil {
				b.Fatal(err)
			}
			counted := board.Choose(promise.Filter{Kind: promise.Livelihood, Measurability: promise.Numeric}, nil)
			i := 0
			for b.Loop() {
				e := promise.Entry{Promise: counted[i%len(counted)].ID, Type: promise.Figure, Value: "1", Source: "月报"}
				i++
				if err := a.db.Write(ctx, func(tx *store.Tx) error { _, err := a.register.Say(ctx, tx, e, simulator); return err }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
