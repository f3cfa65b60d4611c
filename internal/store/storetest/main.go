package storetest

import (
	"fmt"
	"os"
	"testing"
)

var own *Server

func startForThisProcess() (string, error) {
	s, err := StartServer()
	if err != nil {
		return "", err
	}
	own = s
	return s.URL, nil
}

// OnDisk takes this process's databases to a disk, with a PostgreSQL of its own, when make test keeps those of the others in memory. A
// package that tests what survives a crash calls it before Main.
func OnDisk() {
	dir := os.Getenv("HUYING_TEST_DISK")
	if dir == "" {
		return
	}
	for _, err := range []error{os.Setenv("TMPDIR", dir), os.Unsetenv("HUYING_TEST_POSTGRES")} {
		if err != nil {
			panic(err)
		}
	}
}

// Main runs a package's tests and removes the server that they started, if they did. A package that uses this one calls it:
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a package that has more to do before and afterwards: it returns the status.
func Run(m *testing.M) int {
	code := m.Run()
	if own != nil {
		if err := own.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "storetest:", err)
		}
	}
	return code
}
