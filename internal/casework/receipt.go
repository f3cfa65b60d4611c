package casework

import (
	"context"
	"crypto/rand"

	"huying/internal/store"
)

// LedgerDataOf returns what the ledger took down of a record of a case, to the letter: with it a receipt shows what was logged.
func (s *Service) LedgerDataOf(ctx context.Context, tx *store.Tx, number string, seq int) ([]byte, error) {
	var id, at int64
	var signed, events string
	err := tx.Scan(ctx, `SELECT r.case_id, r.at, r.signed, r.events FROM casework_record r JOIN casework_case c ON c.id = r.case_id
		WHERE c.number = $1 AND r.seq = $2`, []any{number, seq}, &id, &at, &signed, &events)
	return LedgerData(id, seq, at, signed, events), err
}

// World is what is so in a transaction: what Offers and CanOpen ask for.
func (s *Service) World(tx *store.Tx) World { return s.world(tx) }

// NewKey is a key for a command: a form carries it, so that one which is sent twice is done once.
func NewKey() string { return rand.Text() }
