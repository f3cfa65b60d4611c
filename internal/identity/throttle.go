package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strconv"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

// patience is how wrong passwords are slowed down: some are free, then each doubles the wait, up to a bound. After forget without a
// failure all is as at the start, so that nobody is ever locked out for good.
type patience struct {
	free   int64
	most   time.Duration
	forget time.Duration
}

var (
	forLogin   = patience{free: 3, most: 15 * time.Minute, forget: 24 * time.Hour}
	forAddress = patience{free: 20, most: 15 * time.Minute, forget: time.Hour} // an office shares one
)

const (
	forgetLongest = 24 * time.Hour
	keepKnown     = 180 * 24 * time.Hour
)

// wait is how long after the n-th failure in a row the next attempt may come.
func (p patience) wait(n int64) time.Duration {
	over := n - p.free
	if over <= 0 {
		return 0
	}
	if over > 20 {
		return p.most
	}
	return min(p.most, time.Second<<over)
}

// attempt is a try to sign in that was counted as a failure before it is known to be one: of many at once, none gets by uncounted.
type attempt struct {
	keys  []string
	rules []patience
}

// newAttempt says under which keys a try is counted: the address, and the login. Who tries from an address from which the account's owner
// has signed in before is counted apart from both, so that nobody who guesses elsewhere, or at the next desk, keeps the owner waiting.
func newAttempt(login, address string, known bool) attempt {
	if known {
		return attempt{[]string{digest("login", login, address)}, []patience{forLogin}}
	}
	a := attempt{[]string{digest("login", login)}, []patience{forLogin}}
	if address != "" { // first: all transactions take the rows in this order
		a = attempt{append([]string{digest("address", address)}, a.keys...), append([]patience{forAddress}, a.rules...)}
	}
	return a
}

// digest keeps a login that was mistyped (a password, perhaps) and an address out of the table.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Network is what an address counts as: of IPv6 the /64 that one household or office has to itself.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// reserve counts a failure under each key. It returns errs.TooMany, and counts nothing, while one of them has to wait.
func (s *Service) reserve(ctx context.Context, tx *store.Tx, a attempt) error {
	now := s.now.Now()
	for i, key := range a.keys {
		rule := a.rules[i]
		var failures int64
		err := tx.Scan(ctx, `INSERT INTO identity_throttle (key, failures, last_at, until_at) VALUES ($1, 1, $2, $2)
			ON CONFLICT (key) DO UPDATE SET last_at = $2,
				failures = CASE WHEN identity_throttle.last_at < $3 THEN 1 ELSE identity_throttle.failures + 1 END
			WHERE identity_throttle.until_at <= $2 RETURNING failures`,
			[]any{key, now.UnixMicro(), now.Add(-rule.forget).UnixMicro()}, &failures)
		if errs.Is(err, errs.NotFound) {
			return s.mustWait(ctx, tx, key, now)
		}
		if err != nil {
			return err
		}
		if wait := rule.wait(failures); wait > 0 {
			if _, err := tx.Exec(ctx, "UPDATE identity_throttle SET until_at = $1 WHERE key = $2", now.Add(wait).UnixMicro(), key); err != nil {
				return err
			}
		}
	}
	return nil
}

// mustWait says when to try again: at what time of the district's day, and in how many seconds or minutes.
func (s *Service) mustWait(ctx context.Context, tx *store.Tx, key string, now time.Time) error {
	var until time.Time
	if err := tx.Scan(ctx, "SELECT until_at FROM identity_throttle WHERE key = $1", []any{key}, store.At(&until)); err != nil {
		return err
	}
	seconds := int((until.Sub(now) + time.Second - 1) / time.Second)
	at := until.Add(time.Second - 1).In(s.zone).Format("15:04:05")
	if seconds <= 90 {
		return errs.New(errs.TooMany, "identity.wait_seconds", "n", seconds, "at", at)
	}
	return errs.New(errs.TooMany, "identity.wait_minutes", "n", (seconds+59)/60, "at", at)
}

// refund takes back what reserve counted for an attempt that came to nothing through no fault of the person, and for one that
// succeeded: then the login starts afresh, while an address only loses this one, or a right password would buy any number of wrong ones.
func (s *Service) refund(ctx context.Context, tx *store.Tx, a attempt, succeeded bool) error {
	last := len(a.keys) - 1
	for i, key := range a.keys {
		query := "UPDATE identity_throttle SET failures = failures - 1, until_at = 0 WHERE key = $1 AND failures > 0"
		if succeeded && i == last {
			query = "DELETE FROM identity_throttle WHERE key = $1"
		}
		if _, err := tx.Exec(ctx, query, key); err != nil {
			return err
		}
	}
	return nil
}

// isKnown reports whether a person has signed in from an address before.
func (s *Service) isKnown(ctx context.Context, tx *store.Tx, person int64, address string) (bool, error) {
	if person == 0 || address == "" {
		return false, nil
	}
	var n int
	err := tx.Scan(ctx, "SELECT COUNT(*) FROM identity_known WHERE person = $1 AND address = $2", []any{person, digest(address)}, &n)
	return n > 0, err
}

func (s *Service) remember(ctx context.Context, tx *store.Tx, person int64, address string) error {
	if address == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO identity_known (person, address, last_at) VALUES ($1, $2, $3)
		ON CONFLICT (person, address) DO UPDATE SET last_at = $3`, person, digest(address), s.now.Now().UnixMicro())
	return err
}
