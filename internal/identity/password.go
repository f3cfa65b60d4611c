package identity

import (
	"context"
	"crypto/rand"
	_ "embed"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"huying/internal/errs"
)

const (
	minPassword = 10  // characters
	maxPassword = 128 // characters
	minDistinct = 5   // different characters
)

// common are passwords of ten characters and more that everybody tries first, one a line, in lower case.
//
//go:embed common.txt
var common string

var commonPasswords = func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(common) {
		m[strings.TrimSpace(line)] = true
	}
	return m
}()

// normalPassword makes one text of the ways in which keyboards write it: full-width digits of a Chinese input method are digits.
func normalPassword(s string) string { return norm.NFKC.String(s) }

// CheckPassword returns what is wrong with a password that the owner of login wants, or nil. It asks for length, not for kinds of
// characters, as NIST SP 800-63B does.
func CheckPassword(login, password string) error {
	bad := func(key string, kv ...any) error { return errs.New(errs.Invalid, key, kv...).On("password") }
	p := normalPassword(password)
	n := utf8.RuneCountInString(p)
	folded := strings.ToLower(p)
	distinct := map[rune]bool{}
	for _, c := range folded {
		distinct[c] = true
	}
	switch {
	case !utf8.ValidString(password):
		return bad("identity.password_not_text")
	case n < minPassword:
		return bad("identity.password_short", "least", minPassword)
	case n > maxPassword:
		return bad("identity.password_long", "most", maxPassword)
	case utf8.RuneCountInString(login) >= 3 && strings.Contains(folded, login):
		return bad("identity.password_has_login")
	case commonPasswords[folded] || len(distinct) < minDistinct:
		return bad("identity.password_common")
	}
	return nil
}

// hasher computes password hashes, a bounded number at once: each takes its memory and a core for a while, so without a bound anybody
// could stop the server by signing in wrongly many times.
type hasher struct {
	params   Params
	slots    chan struct{}
	patience time.Duration
	computed atomic.Int64
}

// take waits for a slot. It returns errs.Unavailable when none comes free in time.
func (h *hasher) take(ctx context.Context) (release func(), err error) {
	timer := time.NewTimer(h.patience)
	defer timer.Stop()
	select {
	case h.slots <- struct{}{}:
		h.computed.Add(1)
		return func() { <-h.slots }, nil
	case <-timer.C:
		return nil, errs.New(errs.Unavailable, "identity.busy")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash returns a new PHC string for a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	release, err := h.take(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	made := phc{Params: h.params, salt: make([]byte, saltLen), sum: make([]byte, sumLen)}
	_, _ = rand.Read(made.salt) // never fails: crypto/rand ends the program instead
	made.sum = made.derive(normalPassword(password))
	return made.String(), nil
}

// verify reports whether stored is a hash of password. An empty stored, which is an unknown login's, costs the same and matches nothing.
func (h *hasher) verify(ctx context.Context, stored, password string) (bool, error) {
	against := phc{Params: h.params, salt: make([]byte, saltLen), sum: make([]byte, sumLen)}
	if stored != "" {
		var err error
		if against, err = parsePHC(stored); err != nil {
			return false, err
		}
	}
	release, err := h.take(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	return against.matches(normalPassword(password)) && stored != "", nil
}

// outdated reports whether stored costs less than hashes that are made today.
func (h *hasher) outdated(stored string) bool {
	p, err := parsePHC(stored)
	return err == nil && p.cheaperThan(h.params)
}

// oneTimeAlphabet has no letter or digit that is read as another. Its 32 signs are 5 bits each.
const oneTimeAlphabet = "abcdefghijkmnpqrstuvwxyz23456789"

// oneTime returns a password of 80 random bits in groups that can be read out on the telephone: "k7mq-4xtp-9rhw-bz3n".
func oneTime() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails: crypto/rand ends the program instead
	var b strings.Builder
	for i, c := range raw {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(oneTimeAlphabet[c%32])
	}
	return b.String()
}
