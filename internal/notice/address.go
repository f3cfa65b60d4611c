package notice

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store"
)

// Address is where a person is on a channel.
type Address struct {
	Channel string
	Address string // confirmed; empty: none yet
	Pending string // a code was sent to it, which shows that it is the person's own
}

func (a *Address) fields() []any {
	return []any{&a.Channel, store.Opt(&a.Address), store.Opt(&a.Pending)}
}

// A code is good for half an hour and five tries. Nobody has the program write to an address more than once a minute and ten times a day.
const (
	codeFor   = 30 * time.Minute
	codeTries = 5
	codePause = time.Minute
	codesADay = 10
)

// Addresses returns where a person is, by channel.
func (s *Service) Addresses(ctx context.Context, tx *store.Tx, person int64) (map[string]Address, error) {
	all, err := store.All(ctx, tx, (*Address).fields, "SELECT channel, address, pending FROM notice_address WHERE person = $1", person)
	out := make(map[string]Address, len(all))
	for _, a := range all {
		out[a.Channel] = a
	}
	return out, err
}

// SetAddress notes where a person is on a channel, by whoever knows it to be theirs: an import, a directory. What a person types goes
// through AskAddress.
func (s *Service) SetAddress(ctx context.Context, tx *store.Tx, person int64, channel, address string) error {
	c := s.carrier(channel)
	if c == nil {
		return errs.New(errs.Invalid, "notice.no_channel")
	}
	address, err := c.address(address)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO notice_address (person, channel, address) VALUES ($1, $2, $3)
		ON CONFLICT (person, channel) DO UPDATE SET address = excluded.address, pending = NULL, code = NULL`, person, channel, address)
	return err
}

// AskAddress sends a code to an address that a person says is theirs, and returns when it has been handed over. Until ConfirmAddress has
// seen the code, letters go to the address known before. An address that cannot be one, or that the other side refuses, is errs.Invalid on
// the field "address"; asking too often is errs.TooMany.
func (s *Service) AskAddress(ctx context.Context, person int64, lang i18n.Lang, channel, address string) error {
	c := s.carrier(channel)
	if c == nil {
		return errs.New(errs.Invalid, "notice.no_channel")
	}
	address, err := c.address(address)
	if err != nil {
		return err
	}
	code := newCode()
	err = s.db.Write(ctx, func(tx *store.Tx) error { return s.notePending(ctx, tx, person, channel, address, code) })
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, codePatience)
	defer cancel()
	f := c.carry(ctx, s.codeLetter(lang, address, code))
	switch {
	case f == nil:
		return nil
	case f.Final:
		return errs.Wrap(f, errs.Invalid, f.Why).On("address")
	}
	return errs.Wrap(f, errs.Unavailable, f.Why).On("address")
}

// codePatience is how long a person waits for the code to be handed over.
const codePatience = 8 * time.Second

func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // the system's source of chance never fails
	}
	return fmt.Sprintf("%06d", n)
}

func hashed(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

func codeHash(person int64, channel, code string) string {
	return hashed(strconv.FormatInt(person, 10), channel, code)
}

// notePending keeps the address and the hash of its code, and counts codes.
func (s *Service) notePending(ctx context.Context, tx *store.Tx, person int64, channel, address, code string) error {
	if _, err := tx.Exec(ctx, "INSERT INTO notice_address (person, channel) VALUES ($1, $2) ON CONFLICT (person, channel) DO NOTHING", person, channel); err != nil {
		return err
	}
	now := s.now()
	// The condition is part of the statement, so that of two who ask at once one is refused.
	n, err := tx.Exec(ctx, `UPDATE notice_address SET pending = $1, code = $2, code_until = $3, code_tries = 0, asked_at = $4,
		codes = CASE WHEN codes_from < $5 THEN 1 ELSE codes + 1 END, codes_from = CASE WHEN codes_from < $5 THEN $4 ELSE codes_from END
		WHERE person = $6 AND channel = $7 AND asked_at <= $8 AND (codes_from < $5 OR codes < $9)`,
		address, codeHash(person, channel, code), now.Add(codeFor).UnixMicro(), now.UnixMicro(), now.Add(-24*time.Hour).UnixMicro(),
		person, channel, now.Add(-codePause).UnixMicro(), codesADay)
	if err == nil && n == 0 {
		return errs.New(errs.TooMany, "notice.too_many_codes").On("address")
	}
	return err
}

// ConfirmAddress makes the address its person's when the code is the one that was sent to it. A wrong code, an old one or the sixth try
// is errs.Invalid on the field "code".
func (s *Service) ConfirmAddress(ctx context.Context, person int64, channel, code string) error {
	right := false
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		right = false
		n, err := tx.Exec(ctx, `UPDATE notice_address SET code_tries = code_tries + 1
			WHERE person = $1 AND channel = $2 AND pending IS NOT NULL AND code_until > $3 AND code_tries < $4`,
			person, channel, s.now().UnixMicro(), codeTries)
		if err != nil || n == 0 {
			return err
		}
		var want string
		if err := tx.Scan(ctx, "SELECT code FROM notice_address WHERE person = $1 AND channel = $2", []any{person, channel}, &want); err != nil {
			return err
		}
		given := codeHash(person, channel, strings.TrimSpace(code))
		if right = subtle.ConstantTimeCompare([]byte(want), []byte(given)) == 1; !right {
			return nil // the try is counted
		}
		_, err = tx.Exec(ctx, "UPDATE notice_address SET address = pending, pending = NULL, code = NULL WHERE person = $1 AND channel = $2", person, channel)
		return err
	})
	if err == nil && !right {
		return errs.New(errs.Invalid, "notice.wrong_code").On("code")
	}
	return err
}

// RemoveAddress forgets where a person is on a channel. What waits for them there is withdrawn.
func (s *Service) RemoveAddress(ctx context.Context, tx *store.Tx, person int64, channel string) error {
	// The row stays: how many codes were sent today is not forgotten with the address.
	_, err := tx.Exec(ctx, "UPDATE notice_address SET address = NULL, pending = NULL, code = NULL WHERE person = $1 AND channel = $2", person, channel)
	if err != nil {
		return err
	}
	return s.withdraw(ctx, tx, "notice.withdrawn.no_address", "person = $3 AND channel = $4", person, channel)
}
