package vault

import (
	"context"
	"crypto/rand"
	"time"

	"huying/internal/store"
)

// Given is a value that a person of a name gave, under a ref that was chosen before by NewRef.
type Given struct {
	Ref     Ref
	Name    string // as Subject takes it
	Purpose string
	Data    []byte
	At      time.Time
}

// NewRef chooses a ref for a value that GiveAll will seal.
func NewRef() Ref { return Ref(refMark + rand.Text()) }

// GiveAll seals many values in the caller's transaction, and makes the persons who are not known: what Subject and Seal do, in few
// statements. It returns errs.Conflict if one of the persons was erased.
func (v *Vault) GiveAll(ctx context.Context, tx *store.Tx, given []Given) error {
	people := map[string]subject{}
	secrets := map[int64][]byte{}
	items := store.Rows{Table: "vault_item", Columns: []string{"ref", "subject", "purpose", "sealed", "at"}}
	for _, g := range given {
		s, ok := people[g.Name]
		if !ok {
			var err error
			if s, err = v.subjectAt(ctx, tx, g.Name, g.At); err != nil {
				return err
			}
			if secrets[s.id], err = v.unwrapped(s); err != nil {
				return err
			}
			people[g.Name] = s
		}
		sealed, err := seal(secrets[s.id], g.Data, boundItem(s.id, g.Ref, g.Purpose))
		if err != nil {
			return err
		}
		items.Add(string(g.Ref), s.id, g.Purpose, sealed, g.At.UnixMicro())
	}
	return items.Insert(ctx, tx)
}
