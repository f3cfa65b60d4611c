package casework

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

func TestOneNetworkOpensOnlySoManyCasesADayUnsigned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db, "petitions")
		o.Hotline = func() string { return "12345" }
		try := func(who Asker) error {
			_, err := o.Open(o.ctx, who, "petitions", petition())
			return err
		}
		for i := range mostUnsigned {
			if err := try(Asker{From: fmt.Sprintf("2001:db8:1:2::%x", i+1)}); err != nil { // one household
				t.Fatal(i, err)
			}
		}
		err := try(Asker{From: "2001:db8:1:2::ffff"})
		if !errs.Is(err, errs.TooMany) || !strings.Contains(say(t, err), "12345") {
			t.Errorf("one more: %v", err)
		}
		o.Hotline = nil
		if err := try(Asker{From: "2001:db8:1:2::ffff"}); !errs.Is(err, errs.TooMany) || strings.Contains(say(t, err), "12345") {
			t.Errorf("without a hotline: %v", err)
		}
		for name, who := range map[string]Asker{"another network": {From: "192.0.2.1"}, "one who is signed in": {From: "2001:db8:1:2::1", Actor: holder(7, "none", "", "")}} {
			if err := try(who); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		o.hand.Advance(24 * time.Hour)
		if err := try(Asker{From: "2001:db8:1:2::1"}); err != nil {
			t.Errorf("the next day: %v", err)
		}
		if err := o.Tidy(o.ctx); err != nil {
			t.Fatal(err)
		}
		o.read(func(tx *store.Tx) error {
			n := 0
			err := tx.Scan(o.ctx, "SELECT COUNT(*) FROM casework_unsigned", nil, &n)
			if n != 1 {
				t.Errorf("of %d days and networks is kept how many there were", n)
			}
			return err
		})
	}, schemas...)
}
