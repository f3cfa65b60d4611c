package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
)

// mostUnsigned is how many cases may be opened from one network in a day by people who are not signed in: many a household and a community
// hall share one, a program that fills the desks of a district does not get far.
const mostUnsigned = 20

// unsigned counts an opening by somebody who is not signed in. It returns errs.TooMany, with what they can do instead, when there were too many
// from their network today.
func (s *Service) unsigned(ctx context.Context, tx *store.Tx, who Asker) error {
	if who.Actor != nil || who.Program || who.From == "" {
		return nil
	}
	today := s.today(tx)
	sum := sha256.Sum256([]byte(today.String() + "/" + identity.Network(who.From)))
	n := 0
	err := tx.Scan(ctx, `INSERT INTO casework_unsigned (network, day, opened) VALUES ($1, $2, 1)
		ON CONFLICT (network, day) DO UPDATE SET opened = casework_unsigned.opened + 1 RETURNING opened`, []any{hex.EncodeToString(sum[:]), today}, &n)
	if err != nil || n <= mostUnsigned {
		return err
	}
	if s.Hotline != nil {
		if number := s.Hotline(); number != "" {
			return errs.New(errs.TooMany, "casework.unsigned_many_call", "limit", mostUnsigned, "hotline", number)
		}
	}
	return errs.New(errs.TooMany, "casework.unsigned_many", "limit", mostUnsigned)
}

// Tidy removes the counts of days that are over.
func (s *Service) Tidy(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM casework_unsigned WHERE day < $1", s.today(tx))
		return err
	})
}
