package faults

import (
	"testing"

	"huying/internal/store/storetest"
)

// TestPostgreSQLBreaksDownUnderLoad: the program waits for its database, and goes on with it.
func TestPostgreSQLBreaksDownUnderLoad(t *testing.T) {
	pg, err := storetest.StartServer()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	d := newDistrict(t, pg.URL, t.TempDir())
	s := d.serve()
	c := newCrowd(t, d.token, func(int) string { return s.base })
	for range 2 {
		c.until(200)
		if err := pg.Restart(); err != nil {
			t.Fatal(err)
		}
	}
	c.until(200)
	c.goHome()
	c.find(s.base)
	s.stop()
	d.verify()
}
