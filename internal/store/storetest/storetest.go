// Package storetest gives a test a real database of each engine. PostgreSQL is a throwaway server: the one that HUYING_TEST_POSTGRES
// names (make test starts one for the whole run), or else one that this process starts for itself and removes.
package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
)

// Now is the business time of a test's database: Friday 19 November 2021, 15:20 in Zhuhai.
var Now = time.Date(2021, 11, 19, 7, 20, 0, 0, time.UTC)

// Each runs f on a fresh database of each engine, brought up to date with schemas. A test that cannot have PostgreSQL fails.
func Each(t *testing.T, f func(t *testing.T, db *store.DB), schemas ...store.Schema) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t, schemas...)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t, schemas...)) })
}

// SQLite opens a fresh SQLite database in the test's folder.
func SQLite(t testing.TB, schemas ...store.Schema) *store.DB {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"), schemas)
}

// Postgres opens a fresh schema of the throwaway PostgreSQL.
func Postgres(t testing.TB, schemas ...store.Schema) *store.DB {
	t.Helper()
	return open(t, PostgresURL(t), schemas)
}

var schemaCount atomic.Int64

// PostgresURL makes an empty schema and returns an address whose connections live in it. It is dropped when the test ends.
func PostgresURL(t testing.TB) string {
	t.Helper()
	base := server(t)
	name := fmt.Sprintf("t%d_%d", os.Getpid(), schemaCount.Add(1))
	admin(t, base, `CREATE SCHEMA "`+name+`"`)
	t.Cleanup(func() { admin(t, base, `DROP SCHEMA "`+name+`" CASCADE`) })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func admin(t testing.TB, base, sql string) {
	t.Helper()
	db, err := store.Open(context.Background(), base, clock.Business{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	err = db.Write(context.Background(), func(tx *store.Tx) error { _, err := tx.Exec(context.Background(), sql); return err })
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, dsn string, schemas []store.Schema) *store.DB {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, dsn, clock.NewHand(Now).Business())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(ctx, schemas...); err != nil {
		t.Fatal(err)
	}
	return db
}

var shared struct {
	once sync.Once
	url  string
	err  error
}

func server(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() {
		if shared.url = os.Getenv("HUYING_TEST_POSTGRES"); shared.url == "" {
			shared.url, shared.err = startForThisProcess()
		}
	})
	if shared.err != nil {
		t.Fatalf("no PostgreSQL for the test: %v\n(on Debian: apt-get install postgresql)", shared.err)
	}
	return strings.TrimSpace(shared.url)
}
