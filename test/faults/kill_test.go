package faults

import (
	"path/filepath"
	"sync/atomic"
	"testing"
)

// each runs f in a fresh district on either engine.
func each(t *testing.T, f func(t *testing.T, d *district)) {
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		f(t, newDistrict(t, "sqlite:"+filepath.Join(dir, "huying.db"), dir))
	})
	t.Run("postgres", func(t *testing.T) { f(t, newDistrict(t, postgresURL(t), t.TempDir())) })
}

// TestAServerKilledUnderLoadLosesNothing kills the program three times while 32 clients work, and starts it again.
func TestAServerKilledUnderLoadLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *district) {
		var base atomic.Value
		s := d.serve()
		base.Store(s.base)
		c := newCrowd(t, d.token, func(int) string { return base.Load().(string) })
		for range 3 {
			c.until(200)
			s.kill()
			s = d.serve()
			base.Store(s.base)
		}
		c.until(200)
		c.goHome()
		c.find(s.base)
		s.stop()
		d.verify()
	})
}

// TestOneOfTwoServersIsKilled: those who spoke to it go on with the other, which also does the work that the first left.
func TestOneOfTwoServersIsKilled(t *testing.T) {
	d := newDistrict(t, postgresURL(t), t.TempDir())
	one, other := d.serve(), d.serve()
	var dead atomic.Bool
	c := newCrowd(t, d.token, func(client int) string {
		if client%2 == 0 && !dead.Load() {
			return one.base
		}
		return other.base
	})
	c.until(400)
	one.kill()
	dead.Store(true)
	c.until(200)
	c.goHome()
	c.find(other.base)
	other.stop()
	d.verify()
}
