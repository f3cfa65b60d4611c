package vault

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"huying/internal/errs"
	"huying/internal/store"
)

// Ref stands for a value in the vault: "vault:" and 26 letters and digits, by chance and not from the value.
type Ref string

const refMark = "vault:"

var refText = regexp.MustCompile(`^vault:[A-Z2-7]{26}$`)

// AsRef reads a ref. It does not ask whether the vault holds it.
func AsRef(text string) (Ref, bool) {
	return Ref(text), refText.MatchString(text)
}

// Value is what somebody gave about themself, and for what.
type Value struct {
	Purpose string // the purpose for which it was asked, or the field: "contact.phone"; shown to the person with each reading
	Data    []byte
}

// maxValue bounds a value: an answer in a form, not a file.
const maxValue = 64 << 10

// Seal puts a value under its person's key and returns where it is. It returns errs.Conflict if the person was erased.
func (v *Vault) Seal(ctx context.Context, tx *store.Tx, subject int64, purpose string, value []byte) (Ref, error) {
	refs, err := v.SealAll(ctx, tx, subject, Value{purpose, value})
	if err != nil {
		return "", err
	}
	return refs[0], nil
}

// SealAll is Seal for several values of one person, in two statements. The refs come in the order of the values.
func (v *Vault) SealAll(ctx context.Context, tx *store.Tx, subject int64, values ...Value) ([]Ref, error) {
	if len(values) == 0 {
		return nil, nil
	}
	s, err := v.find(ctx, tx, subject)
	if err != nil {
		return nil, err
	}
	return v.sealFor(ctx, tx, s, values)
}

// SealFor is Subject and SealAll in one, for a person who gives something: three statements for somebody new, two for somebody known.
func (v *Vault) SealFor(ctx context.Context, tx *store.Tx, name string, values ...Value) (int64, []Ref, error) {
	s, err := v.subject(ctx, tx, name)
	if err != nil || len(values) == 0 {
		return s.id, nil, err
	}
	refs, err := v.sealFor(ctx, tx, s, values)
	return s.id, refs, err
}

func (v *Vault) find(ctx context.Context, tx *store.Tx, id int64) (subject, error) {
	s, err := store.One(ctx, tx, (*subject).fields, "SELECT "+subjectColumns+" FROM vault_subject WHERE id = $1", id)
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.NotFound, "vault.no_subject")
	}
	return s, err
}

func (v *Vault) sealFor(ctx context.Context, tx *store.Tx, s subject, values []Value) ([]Ref, error) {
	secret, err := v.unwrapped(s)
	if err != nil {
		return nil, err
	}
	refs := make([]Ref, len(values))
	var rows rows
	for i, val := range values {
		if len(val.Data) > maxValue {
			return nil, errs.New(errs.TooLarge, "vault.too_large", "limit", maxValue>>10)
		}
		refs[i] = NewRef()
		sealed, err := seal(secret, val.Data, boundItem(s.id, refs[i], val.Purpose))
		if err != nil {
			return nil, err
		}
		rows.add(string(refs[i]), s.id, val.Purpose, sealed, tx.Now().UnixMicro())
	}
	_, err = tx.Exec(ctx, "INSERT INTO vault_item (ref, subject, purpose, sealed, at) VALUES "+rows.sql.String(), rows.args...)
	return refs, err
}

// unwrapped is the key of a person who was not erased.
func (v *Vault) unwrapped(s subject) ([]byte, error) {
	if s.key == nil {
		return nil, errs.New(errs.Conflict, "vault.erased")
	}
	return v.unwrap(s)
}

// boundItem ties a value to its person, its place and its purpose: moved or renamed it does not open.
func boundItem(subject int64, ref Ref, purpose string) string {
	return bind("huying vault item", strconv.FormatInt(subject, 10), string(ref), purpose)
}

// rows builds the VALUES of several rows.
type rows struct {
	sql  strings.Builder
	args []any
}

func (r *rows) add(args ...any) {
	if r.sql.Len() > 0 {
		r.sql.WriteString(", ")
	}
	r.sql.WriteString("(" + places(len(r.args), len(args)) + ")")
	r.args = append(r.args, args...)
}

// places are n placeholders after those that are taken.
func places(taken, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("$%d", taken+i+1)
	}
	return strings.Join(out, ", ")
}
