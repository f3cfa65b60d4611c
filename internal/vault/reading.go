package vault

import (
	"context"
	"maps"
	"slices"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

// Reading says who reads and what for. It is kept, for the person whose data it is, with the time and with what was read.
type Reading struct {
	Person  int64  // the account that reads; 0 is the program itself
	Role    string // in which role: "desk.officer"
	Purpose string // what for, as a stable word: "casework.show", OwnData, Delivery
	Object  string // on what occasion: "case:WS-000123"
}

// Two readings that do not tell one person's data to another. They are on record like the others, under these purposes.
const (
	OwnData  = "self"   // the person reads their own data
	Delivery = "notice" // the program reads an address to deliver to it
)

// chunk bounds how many refs or rows go into one statement.
const chunk = 500

// sealed is an item with its person.
type sealed struct {
	ref     Ref
	purpose string
	sealed  []byte
	subject
}

func (s *sealed) fields() []any {
	return append([]any{&s.ref, &s.purpose, &s.sealed}, s.subject.fields()...)
}

// Open returns the values of refs, and puts the reading on record once for each person whose data it tells, in the caller's
// transaction, which has to be a writing one: what is not on record was not read. A value of an erased person is absent from the
// map, as is a ref that the vault never held, so that a page can say that it was erased. It returns errs.Invalid for a reading
// without purpose or object, and errs.Internal for a value that was tampered with.
func (v *Vault) Open(ctx context.Context, tx *store.Tx, by Reading, refs ...Ref) (map[Ref][]byte, error) {
	if by.Purpose == "" || by.Object == "" {
		return nil, errs.New(errs.Invalid, "vault.reading_unnamed")
	}
	out := make(map[Ref][]byte, len(refs))
	read := map[int64]map[string]bool{} // of whom, which purposes
	secrets := map[int64][]byte{}       // for this call alone
	for part := range slices.Chunk(refs, chunk) {
		items, err := find(ctx, tx, part)
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			if secrets[it.id] == nil {
				if secrets[it.id], err = v.unwrap(it.subject); err != nil {
					return nil, err
				}
				read[it.id] = map[string]bool{}
			}
			if out[it.ref], err = open(secrets[it.id], it.sealed, boundItem(it.id, it.ref, it.purpose)); err != nil {
				return nil, errs.Wrap(err, errs.Internal, "vault.damaged", "what", string(it.ref))
			}
			read[it.id][it.purpose] = true
		}
	}
	return out, record(ctx, tx, by, read)
}

// find returns what refs stand for, without the values of persons who were erased.
func find(ctx context.Context, tx *store.Tx, refs []Ref) ([]sealed, error) {
	args := make([]any, len(refs))
	for i, r := range refs {
		args[i] = string(r)
	}
	return store.All(ctx, tx, (*sealed).fields, `SELECT i.ref, i.purpose, i.sealed, s.id, s.name, s.master, s.key
		FROM vault_item i JOIN vault_subject s ON s.id = i.subject
		WHERE s.key IS NOT NULL AND i.ref IN (`+places(0, len(refs))+")", args...)
}

// record puts a reading on record, a row for each person.
func record(ctx context.Context, tx *store.Tx, by Reading, read map[int64]map[string]bool) error {
	for part := range slices.Chunk(slices.Sorted(maps.Keys(read)), chunk) {
		var r rows
		for _, id := range part {
			items := store.JSON[[]string]{V: slices.Sorted(maps.Keys(read[id]))}
			r.add(id, tx.Now().UnixMicro(), by.Person, by.Role, by.Purpose, by.Object, items)
		}
		_, err := tx.Exec(ctx, "INSERT INTO vault_reading (subject, at, person, role, purpose, object, items) VALUES "+r.sql.String(), r.args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// Read is a reading on record.
type Read struct {
	ID int64
	At time.Time
	Reading
	Items []string // the purposes of what was read, sorted
}

func (r *Read) fields() []any {
	return []any{&r.ID, store.At(&r.At), &r.Person, &r.Role, &r.Purpose, &r.Object, store.AsJSON(&r.Items)}
}

// Readings returns who read a person's data, the newest first. They stay when the person is erased.
func (v *Vault) Readings(ctx context.Context, tx *store.Tx, subject int64, limit, offset int) ([]Read, error) {
	return store.All(ctx, tx, (*Read).fields, `SELECT id, at, person, role, purpose, object, items FROM vault_reading
		WHERE subject = $1 ORDER BY id DESC LIMIT $2 OFFSET $3`, subject, limit, offset)
}
