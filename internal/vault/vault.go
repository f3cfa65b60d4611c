// Package vault keeps personal data under a key per person. What happened (events, cases, the ledger) holds a Ref; the vault holds the
// value, sealed under its person's key, which is itself wrapped under the master key of the installation. Erasing a person destroys
// their key: history stays whole, and what it referred to can never be read again. Each reading is put on record for the person.
//
// Nothing is cached across transactions: a person erased by one server is erased for all.
package vault

import (
	"context"
	"crypto/rand"
	"embed"
	"slices"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the tables of persons, of what is sealed for them, and of who read it.
var Schema = store.Schema{Name: "vault", FS: migrations}

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Vault seals and opens under one master key. It is safe for use by several goroutines.
type Vault struct {
	keys []Key // the first seals; the others only open, while their turn ends
}

// New returns a vault whose new persons get keys under key. The older keys still open what is wrapped under them: while a master key
// is replaced, servers run with both.
func New(key Key, older ...Key) *Vault { return &Vault{keys: append([]Key{key}, older...)} }

// Ready is called once at the start, before anything is sealed. It notes the master key, and returns errs.Conflict when the database
// holds persons under a key that this vault has not: the key file was lost or is another installation's, and going on would seal new
// data under a key that opens none of the old.
func (v *Vault) Ready(ctx context.Context, db *store.DB) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		type master struct{ id string }
		all, err := store.All(ctx, tx, func(m *master) []any { return []any{&m.id} },
			"SELECT id FROM vault_master WHERE retired_at IS NULL ORDER BY first_at LIMIT 100")
		if err != nil {
			return err
		}
		for _, m := range all {
			if _, ok := v.key(m.id); !ok {
				return errs.New(errs.Conflict, "vault.key_unfit", "wanted", m.id, "given", v.keys[0].id)
			}
		}
		return note(ctx, tx, v.keys[0])
	})
}

// note records that keys are wrapped under a master key.
func note(ctx context.Context, tx *store.Tx, k Key) error {
	_, err := tx.Exec(ctx, `INSERT INTO vault_master (id, first_at) VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET retired_at = NULL WHERE vault_master.retired_at IS NOT NULL`, k.id, tx.Now().UnixMicro())
	return err
}

func (v *Vault) key(id string) (Key, bool) {
	i := slices.IndexFunc(v.keys, func(k Key) bool { return k.id == id })
	if i < 0 {
		return Key{}, false
	}
	return v.keys[i], true
}

// subject is a person as the table knows them. key is wrapped, and nil once they were erased.
type subject struct {
	id     int64
	name   string
	master string
	key    []byte
}

func (s *subject) fields() []any { return []any{&s.id, &s.name, &s.master, &s.key} }

const subjectColumns = "id, name, master, key"

// unwrap returns the person's own key.
func (v *Vault) unwrap(s subject) ([]byte, error) {
	master, ok := v.key(s.master)
	if !ok {
		return nil, errs.New(errs.Conflict, "vault.key_unfit", "wanted", s.master, "given", v.keys[0].id)
	}
	secret, err := open(master.secret(), s.key, boundKey(s.name))
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "vault.damaged", "what", s.name)
	}
	return secret, nil
}

// boundKey ties a wrapped key to its person: moved to another's row it does not open.
func boundKey(name string) string { return bind("huying vault key", name) }

// Subject returns the person of a name, and makes them when there is none: "person:12" for an account, "caller:345" for somebody
// without one. The name is stable, tells nothing about the person, and is never given to another. Two who ask at once get the same.
// A person who was erased stays erased: one who comes back comes under a new name.
func (v *Vault) Subject(ctx context.Context, tx *store.Tx, name string) (id int64, err error) {
	s, err := v.subject(ctx, tx, name)
	return s.id, err
}

func (v *Vault) subject(ctx context.Context, tx *store.Tx, name string) (subject, error) {
	return v.subjectAt(ctx, tx, name, tx.Now())
}

// subjectAt is subject, and notes of somebody new when they came.
func (v *Vault) subjectAt(ctx context.Context, tx *store.Tx, name string, at time.Time) (subject, error) {
	const find = "SELECT " + subjectColumns + " FROM vault_subject WHERE name = $1"
	s, err := store.One(ctx, tx, (*subject).fields, find, name)
	if !errs.Is(err, errs.NotFound) {
		return s, err
	}
	secret := make([]byte, keySize)
	_, _ = rand.Read(secret) // crypto/rand ends the program rather than fail
	wrapped, err := seal(v.keys[0].secret(), secret, boundKey(name))
	if err != nil {
		return subject{}, err
	}
	s, err = store.One(ctx, tx, (*subject).fields, `INSERT INTO vault_subject (name, master, key, made_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO NOTHING RETURNING `+subjectColumns, name, v.keys[0].id, wrapped, at.UnixMicro())
	if errs.Is(err, errs.NotFound) { // somebody was faster, and has committed
		return store.One(ctx, tx, (*subject).fields, find, name)
	}
	return s, err
}

// Known returns the person of a name without making them, or errs.NotFound: nothing was ever sealed for them.
func (v *Vault) Known(ctx context.Context, tx *store.Tx, name string) (id int64, err error) {
	err = tx.Scan(ctx, "SELECT id FROM vault_subject WHERE name = $1", []any{name}, &id)
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.NotFound, "vault.no_subject")
	}
	return id, err
}

// Holding is how many values are sealed for a person for one purpose.
type Holding struct {
	Purpose string
	N       int
}

// Holdings returns what is sealed for a person, by purpose and without the values.
func (v *Vault) Holdings(ctx context.Context, tx *store.Tx, subject int64) ([]Holding, error) {
	return store.All(ctx, tx, func(h *Holding) []any { return []any{&h.Purpose, &h.N} },
		"SELECT purpose, COUNT(*) FROM vault_item WHERE subject = $1 GROUP BY purpose ORDER BY purpose", subject)
}

// Erasure is one person who was erased. Neither name nor reason tells who they were.
type Erasure struct {
	Name   string // as Subject knew them
	At     time.Time
	By     int64
	Reason string
}

// Erasures returns who was erased, the last first: what is to be erased again after an older backup was restored.
func (v *Vault) Erasures(ctx context.Context, tx *store.Tx, limit int) ([]Erasure, error) {
	return store.All(ctx, tx, func(e *Erasure) []any { return []any{&e.Name, store.At(&e.At), &e.By, &e.Reason} },
		"SELECT name, erased_at, erased_by, erase_reason FROM vault_subject WHERE erased_at IS NOT NULL ORDER BY erased_at DESC, id DESC LIMIT $1", limit)
}

// Erase destroys a person's key, and with it all that is sealed for them, now and in every copy that is made from now on. by is the
// account that does it. It is for good; a second time changes nothing. It returns errs.NotFound for nobody, and errs.Invalid without a
// reason.
func (v *Vault) Erase(ctx context.Context, tx *store.Tx, subject, by int64, reason string) error {
	if reason == "" {
		return errs.New(errs.Invalid, "vault.reason_missing").On("reason")
	}
	n, err := tx.Exec(ctx, `UPDATE vault_subject SET key = NULL, erased_at = $2, erased_by = $3, erase_reason = $4
		WHERE id = $1 AND erased_at IS NULL`, subject, tx.Now().UnixMicro(), by, reason)
	if err != nil || n > 0 {
		return err
	}
	_, err = v.Erased(ctx, tx, subject)
	return err
}

// Erased reports whether a person was erased. It returns errs.NotFound for nobody.
func (v *Vault) Erased(ctx context.Context, tx *store.Tx, subject int64) (erased bool, err error) {
	err = tx.Scan(ctx, "SELECT key IS NULL FROM vault_subject WHERE id = $1", []any{subject}, &erased)
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.NotFound, "vault.no_subject")
	}
	return erased, err
}
