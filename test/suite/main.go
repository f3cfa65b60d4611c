// Command suite runs all Go tests, on both databases, and says how it went: a line for each package, the output of what failed, and the
// counts. A test that was skipped proves nothing and counts as failed, and so does a run of no test at all.
//
// It starts one throwaway PostgreSQL for the whole run. Arguments are handed to go test; without any it tests everything.
package main

import (
	"fmt"
	"os"
	"os/exec"

	"huying/internal/store/storetest"
)

func main() {
	ok, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

func run(args []string) (ok bool, err error) {
	if len(args) == 0 {
		args = []string{"./..."}
	}
	postgres, err := storetest.StartServer()
	if err != nil {
		return false, fmt.Errorf("no PostgreSQL for the tests: %w", err)
	}
	defer func() {
		if stopErr := postgres.Stop(); err == nil {
			err = stopErr
		}
	}()
	cmd := exec.Command("go", append([]string{"test", "-json", "-vet=off"}, args...)...) // everything is vetted before
	cmd.Env = append(os.Environ(), "HUYING_TEST_POSTGRES="+postgres.URL)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	c, err := count(events, os.Stdout)
	if err != nil {
		return false, err
	}
	failed := cmd.Wait() // its status repeats what the events told; a build that failed is told by the status alone
	fmt.Println(c)
	return c.ok() && failed == nil, nil
}
