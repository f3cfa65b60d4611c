package ledger

import (
	"fmt"
	"sync/atomic"
	"testing"

	"huying/internal/store"
	"huying/internal/store/storetest"
)

func engines(b *testing.B, f func(b *testing.B, l *Log)) {
	b.Run("sqlite", func(b *testing.B) { f(b, open(b, storetest.SQLite(b, Schema))) })
	b.Run("postgres", func(b *testing.B) { f(b, open(b, storetest.Postgres(b, Schema))) })
}

// What an entry adds to a transaction: the commit is left out.
func BenchmarkAppendWithin(b *testing.B) {
	engines(b, func(b *testing.B, l *Log) {
		err := l.db.Write(ctx, func(tx *store.Tx) error {
			for i := 0; b.Loop(); i++ {
				if err := l.Append(ctx, tx, ref(i), data(i)); err != nil {
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

// A transaction of one entry and nothing else, committed durably, from 32 clients.
func BenchmarkAppendAndCommit(b *testing.B) {
	engines(b, func(b *testing.B, l *Log) {
		var n atomic.Int64
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := int(n.Add(1))
				err := l.db.Write(ctx, func(tx *store.Tx) error { return l.Append(ctx, tx, ref(i), data(i)) })
				if err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// What waits is taken into a log that holds some already.
func BenchmarkSequence(b *testing.B) {
	const each = 10_000
	engines(b, func(b *testing.B, l *Log) {
		total := 0
		for b.Loop() {
			b.StopTimer()
			add(b, l, total, each)
			total += each
			b.StartTimer()
			sequence(b, l)
		}
		b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "entries/s")
	})
}

func BenchmarkSequenceNothing(b *testing.B) {
	engines(b, func(b *testing.B, l *Log) {
		for b.Loop() {
			sequence(b, l)
		}
	})
}

func BenchmarkReceipt(b *testing.B) {
	const size = 20_000
	engines(b, func(b *testing.B, l *Log) {
		add(b, l, 0, size)
		sequence(b, l)
		for i := 0; b.Loop(); i++ {
			if r := receipt(b, l, ref(i*7%size)); r.Inclusion == nil {
				b.Fatal(r)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	r := made(b, mustSigner(b), 300, 200, []byte("x"))
	for b.Loop() {
		if err := r.Verify(mustSigner(b).vkey); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQR(b *testing.B) {
	for _, n := range []int{100, 420, 2300} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			what := text(b, made(b, mustSigner(b), 300, 200, make([]byte, 4000)))[:n]
			for b.Loop() {
				if _, err := QR(what); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
