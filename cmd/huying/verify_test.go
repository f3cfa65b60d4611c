package main

import (
	"bytes"
	"strings"
	"testing"

	"huying/internal/i18n"
	"huying/internal/verify"
)

// TestNothingIsRewrittenWithoutAYes: whoever says anything else, or nothing, has not agreed.
func TestNothingIsRewrittenWithoutAYes(t *testing.T) {
	for answer, want := range map[string]bool{"yes\n": true, "YES": true, "是\n": true, "y\n": true, "": false, "no\n": false, "\nyes\n": false, "yes please\n": false} {
		var out bytes.Buffer
		e := &env{in: strings.NewReader(answer), err: &out}
		if got := e.confirmed("Write?"); got != want || !strings.Contains(out.String(), "Write?") {
			t.Errorf("%q: %v", answer, got)
		}
	}
}

// TestWhatWasFoundDecidesTheStatus, whatever was asked for beside it.
func TestWhatWasFoundDecidesTheStatus(t *testing.T) {
	var out, errOut bytes.Buffer
	if status := run([]string{"verify", "--rebuild", "--database", "sqlite:nowhere/at/all/huying.db/", "--pack", "../../internal/pack/starter"}, strings.NewReader("yes\n"), &out, &errOut); status != exitFailure {
		t.Errorf("a database that is none: status %d", status)
	}
	cat, err := i18n.New(messages()...)
	if err != nil {
		t.Fatal(err)
	}
	e := &env{cat: cat, lang: i18n.EN, out: &out, err: &errOut}
	if e.verified(&verify.Report{More: 1}) == nil {
		t.Error("a finding that was not printed is none")
	}
}
