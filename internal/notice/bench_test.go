package notice

import (
	"fmt"
	"testing"

	"huying/internal/jobs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// BenchmarkSend is what a notice to two people costs the transaction of its cause, a thousand of them in one transaction.
func BenchmarkSend(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, address := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/address=%v", engine, address), func(b *testing.B) {
				w := benchWorld(b, engine)
				if address {
					w.lives(1, "wecom", "zhang")
				}
				for b.Loop() {
					w.write(func(tx *store.Tx) error {
						for range 1000 {
							if err := w.Send(ctx, tx, duty("路灯不亮", 1, 2)); err != nil {
								return err
							}
						}
						return nil
					})
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/notice")
			})
		}
	}
}

// BenchmarkUnread is what the head of each page asks, of a person with many notices.
func BenchmarkUnread(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			w := benchWorld(b, engine)
			w.write(func(tx *store.Tx) error {
				for range 5000 {
					if err := w.Send(ctx, tx, duty("路灯不亮", 1)); err != nil {
						return err
					}
				}
				_, err := w.ReadAll(ctx, tx, 1, 4990)
				return err
			})
			for b.Loop() {
				if n, err := w.Unread(ctx, 1); n != 10 || err != nil {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func benchWorld(b *testing.B, engine string) *world {
	open := storetest.SQLite
	if engine == "postgres" {
		open = storetest.Postgres
	}
	return newWorld(b, open(b, jobs.Schema, Schema), newHookServer(b).channel("wecom"))
}
