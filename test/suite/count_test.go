package main

import (
	"strings"
	"testing"
)

func TestCount(t *testing.T) {
	tests := []struct {
		name, events, last string
		ok                 bool
		shows              []string
	}{
		{name: "all passed", ok: true, last: "2 passed, 0 failed, 0 skipped", shows: []string{"ok     p "}, events: `
			{"Action":"output","Package":"p","Test":"TestA","Output":"quiet\n"}
			{"Action":"pass","Package":"p","Test":"TestA/one"}
			{"Action":"pass","Package":"p","Test":"TestA"}
			{"Action":"pass","Package":"p","Elapsed":1.5}`},
		{name: "what failed is shown", last: "1 passed, 1 failed, 0 skipped", shows: []string{"want 3", "FAILED p ", "1 of 2 tests"}, events: `
			{"Action":"pass","Package":"p","Test":"TestA"}
			{"Action":"output","Package":"p","Test":"TestB","Output":"b_test.go:7: got 2, want 3\n"}
			{"Action":"fail","Package":"p","Test":"TestB"}
			{"Action":"fail","Package":"p"}`},
		{name: "a skip is a failure", last: "1 passed, 0 failed, 1 skipped", shows: []string{"no server here"}, events: `
			{"Action":"pass","Package":"p","Test":"TestA"}
			{"Action":"output","Package":"p","Test":"TestB","Output":"no server here\n"}
			{"Action":"skip","Package":"p","Test":"TestB"}
			{"Action":"pass","Package":"p"}`},
		{name: "a package without tests is none", ok: true, last: "1 passed, 0 failed, 0 skipped", events: `
			{"Action":"skip","Package":"empty"}
			{"Action":"pass","Package":"p","Test":"TestA"}
			{"Action":"pass","Package":"p"}`},
		{name: "a package that does not build", last: "1 passed, 0 failed, 0 skipped", shows: []string{"undefined: x", "1 packages did not build"}, events: `
			{"Action":"build-output","ImportPath":"q [q.test]","Output":"q.go:3: undefined: x\n"}
			{"Action":"build-fail","ImportPath":"q [q.test]"}
			{"Action":"fail","Package":"q"}
			{"Action":"pass","Package":"p","Test":"TestA"}
			{"Action":"pass","Package":"p"}`},
		{name: "a package that breaks down outside a test", last: "1 passed, 0 failed, 0 skipped", shows: []string{"panic: main"}, events: `
			{"Action":"pass","Package":"p","Test":"TestA"}
			{"Action":"output","Package":"p","Output":"panic: main\n"}
			{"Action":"fail","Package":"p"}`},
		{name: "no test at all", last: "0 passed, 0 failed, 0 skipped", shows: []string{"no test ran"}, events: `
			{"Action":"skip","Package":"empty"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			c, err := count(strings.NewReader(tt.events), &out)
			if err != nil {
				t.Fatal(err)
			}
			if c.ok() != tt.ok {
				t.Errorf("ok is %v", c.ok())
			}
			all := out.String() + c.String()
			if !strings.HasSuffix(all, tt.last) {
				t.Errorf("ends with %q, want %q", all, tt.last)
			}
			for _, want := range tt.shows {
				if !strings.Contains(all, want) {
					t.Errorf("%q does not show %q", all, want)
				}
			}
			if strings.Contains(all, "quiet") {
				t.Errorf("%q shows what a test that passed had to say", all)
			}
		})
	}
}

func TestABrokenStreamIsAnError(t *testing.T) {
	if _, err := count(strings.NewReader("{\"Action\":\"pass\"}\nnot json"), &strings.Builder{}); err == nil {
		t.Error("no error")
	}
}
