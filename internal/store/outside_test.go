package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"huying/internal/clock"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// childVar names the database that a process started by a test writes to until it is killed.
const childVar = "HUYING_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childVar); dsn != "" {
		fmt.Fprintln(os.Stderr, writeForEver(dsn))
		os.Exit(1)
	}
	storetest.OnDisk()
	storetest.Main(m)
}

// writeForEver says each name on standard output once Write has acknowledged it.
func writeForEver(dsn string) error {
	db, err := store.Open(ctx, dsn, clock.Business{})
	if err != nil {
		return err
	}
	failed := make(chan error)
	for i := range 32 {
		go func() {
			for j := 0; ; j++ {
				name := fmt.Sprintf("%d-%d/%d", os.Getpid(), i, j)
				if err := db.Write(ctx, adding(name)); err != nil {
					failed <- err
					return
				}
				fmt.Println(name)
			}
		}()
	}
	return <-failed
}

func TestAKilledProcessLosesNothingAcknowledged(t *testing.T) {
	for name, dsn := range map[string]string{"sqlite": liteAddress(t), "postgres": storetest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			db := openThings(t, dsn)
			for round := range 3 {
				said := killedAfter(t, dsn, 200+100*round)
				stored := map[string]bool{}
				for _, name := range names(t, db) {
					stored[name] = true
				}
				for _, name := range said {
					if !stored[name] {
						t.Errorf("%s was acknowledged and is gone", name)
					}
				}
			}
		})
	}
}

func liteAddress(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") }

func openThings(t *testing.T, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(ctx, dsn, clock.Business{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(ctx, things); err != nil {
		t.Fatal(err)
	}
	return db
}

// killedAfter starts a process that writes, kills it once it has acknowledged n names, and returns all that it acknowledged.
func killedAfter(t *testing.T, dsn string, n int) (said []string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVar+"="+dsn)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err := errors.Join(err, child.Start()); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil { // the end; half a line acknowledges nothing
			break
		}
		if said = append(said, strings.TrimSpace(line)); len(said) == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || len(said) < n {
		t.Fatalf("the process ended by itself after %d of %d: %v", len(said), n, err)
	}
	return said
}

func TestADiskThatFailsAtTheCommitAcknowledgesNobody(t *testing.T) {
	dsn := liteAddress(t)
	db := openThings(t, dsn)
	insert(t, db, thing{Name: "before"})
	var mend func()
	fs := []func(*store.Tx) error{func(tx *store.Tx) error { mend = failWrites(t, dsn); return add(ctx, tx, "lost") }}
	for i := range 5 {
		fs = append(fs, func(tx *store.Tx) error {
			tx.AfterCommit(func() { t.Error("a hook ran") })
			return add(ctx, tx, fmt.Sprint("lost ", i))
		})
	}
	for _, err := range together(t, db, fs...) {
		if err == nil {
			t.Error("acknowledged")
		}
	}
	mend()
	same(t, names(t, db), "before")
	insert(t, db, thing{Name: "writes again"})
	same(t, names(t, db), "before", "writes again")
}

// failWrites makes this process's writes to the log of a SQLite database fail until mend is called: the numbers of its open files
// stand for one that can only be read meanwhile.
func failWrites(t *testing.T, dsn string) (mend func()) {
	t.Helper()
	log := strings.TrimPrefix(dsn, "sqlite:") + "-wal"
	readOnly, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var open []int
	for _, e := range fds {
		fd, _ := strconv.Atoi(e.Name())
		if target, _ := os.Readlink("/proc/self/fd/" + e.Name()); target == log && fd != int(readOnly.Fd()) {
			open = append(open, fd)
		}
	}
	if len(open) == 0 {
		t.Fatal("the log is not open")
	}
	saved := map[int]int{}
	for _, fd := range open {
		if saved[fd], err = syscall.Dup(fd); err == nil {
			err = syscall.Dup3(int(readOnly.Fd()), fd, syscall.O_CLOEXEC)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		for fd, was := range saved {
			if err := errors.Join(syscall.Dup3(was, fd, syscall.O_CLOEXEC), syscall.Close(was)); err != nil {
				t.Fatal(err)
			}
		}
		if err := readOnly.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTwoProcessesLoseNothing(t *testing.T) {
	dsn := liteAddress(t)
	both := []*store.DB{openThings(t, dsn), openThings(t, dsn)}
	id := insert(t, both[0], thing{Name: "counter"})
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 10 {
				err := both[i%2].Write(ctx, func(tx *store.Tx) error {
					var n int64
					if err := tx.Scan(ctx, "SELECT COALESCE(price, 0) FROM thing WHERE id = $1", []any{id}, &n); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, "UPDATE thing SET price = $1 WHERE id = $2", n+1, id)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, db := range both {
		var n int64
		err := db.Read(ctx, func(tx *store.Tx) error { return tx.Scan(ctx, "SELECT price FROM thing WHERE id = $1", []any{id}, &n) })
		if err != nil || n != 160 {
			t.Errorf("counted to %d of 160: %v", n, err)
		}
	}
}

func TestWhoWaitsForAnotherProcessMayLeave(t *testing.T) {
	dsn := liteAddress(t)
	here, there := openThings(t, dsn), openThings(t, dsn)
	var wg sync.WaitGroup
	hold(t, there, func() {
		leaving, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
		defer cancel()
		wg.Go(func() {
			if err := here.Write(ctx, adding("stays")); err != nil {
				t.Error(err)
			}
		})
		err := here.Write(leaving, func(*store.Tx) error { t.Error("it ran"); return nil })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
	wg.Wait()
	same(t, names(t, here), "stays")
}
