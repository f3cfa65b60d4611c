package ledger

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

// Key is the Ed25519 key that signs for a log. It is never printed.
type Key struct{ private ed25519.PrivateKey }

// KeyOf returns an Ed25519 key as a Key.
func KeyOf(private ed25519.PrivateKey) Key { return Key{private} }

// Format implements fmt.Formatter: a key that strays into a log says nothing.
func (Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("ledger.Key")) }

// ID names the key as one that signs for a log: the eight hexadecimal digits by which receipts name it.
func (k Key) ID(origin string) (string, error) {
	s, err := k.signer(origin)
	if err != nil {
		return "", err
	}
	return s.id(), nil
}

// InUse returns the name of the log of a database and the id of the key that signs for it, or errs.Conflict when there is no log yet.
func InUse(ctx context.Context, db *store.DB) (origin, key string, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		st, err := readState(ctx, tx, "")
		origin, key = st.Origin, st.Key
		return err
	})
	if err == nil && origin == "" {
		err = errs.New(errs.Conflict, "ledger.not_begun")
	}
	return origin, key, err
}

const pemType = "PRIVATE KEY"

// LoadKey reads the key in the file at path (PEM, PKCS #8, as openssl writes it), and makes one on the first start. A key that others than its
// owner may read is refused with errs.Invalid, and so is a file that holds something else. All servers of one database need the same file, and
// it belongs into the backup, apart from the database: whoever has both can write another past.
func LoadKey(path string) (Key, error) {
	k, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := makeKey(path); err != nil && !errors.Is(err, fs.ErrExist) { // another server may have been first
		return Key{}, errs.Wrap(err, errs.Unavailable, "ledger.key_not_written", "path", path)
	}
	return readKey(path)
}

func readKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, errs.Wrap(err, errs.Unavailable, "ledger.key_not_read", "path", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, errs.New(errs.Invalid, "ledger.key_open_to_others", "path", path, "mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Key{}, errs.Wrap(err, errs.Unavailable, "ledger.key_not_read", "path", path)
	}
	block, rest := pem.Decode(data)
	if block == nil || block.Type != pemType || strings.TrimSpace(string(rest)) != "" {
		return Key{}, errs.New(errs.Invalid, "ledger.no_key", "path", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if private, ok := parsed.(ed25519.PrivateKey); err == nil && ok {
		return Key{private}, nil
	}
	return Key{}, errs.Wrap(err, errs.Invalid, "ledger.no_key", "path", path)
}

// makeKey writes a new key under another name first, and gives it its own only whole: neither a crash nor a second server finds half of one.
func makeKey(path string) (err error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // with O_EXCL, for its owner only
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	werr := pem.Encode(f, &pem.Block{Type: pemType, Bytes: der})
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil { // unlike Rename, it fails when the name is taken
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// signer is a key that signs under the name of a log.
type signer struct {
	private  ed25519.PrivateKey
	vkey     string // the public key, as signed notes write it: name+hash+base64
	verifier note.Verifier
}

func (k Key) signer(origin string) (*signer, error) {
	if !goodOrigin(origin) {
		return nil, errs.New(errs.Invalid, "ledger.bad_origin", "origin", origin)
	}
	if len(k.private) != ed25519.PrivateKeySize {
		return nil, errors.New("ledger: the key is empty")
	}
	vkey, err := note.NewEd25519VerifierKey(origin, k.private.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	v, err := note.NewVerifier(vkey)
	return &signer{k.private, vkey, v}, err
}

// goodOrigin reports whether a name can be that of a log and of its keys.
func goodOrigin(s string) bool {
	return s != "" && len(s) <= maxRef && utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c == '+' || c >= 0x7f })
}

// Name, KeyHash and Sign implement note.Signer.
func (s *signer) Name() string                    { return s.verifier.Name() }
func (s *signer) KeyHash() uint32                 { return s.verifier.KeyHash() }
func (s *signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.private, msg), nil }

func (s *signer) id() string { return keyID(s.verifier) }

// keyID names a key: the eight hexadecimal digits of its hash.
func keyID(v note.Verifier) string { return fmt.Sprintf("%08x", v.KeyHash()) }

func (s *signer) register(ctx context.Context, tx *store.Tx, now time.Time, vouch string) error {
	_, err := tx.Exec(ctx, "INSERT INTO ledger_key (id, vkey, since, vouch) VALUES ($1, $2, $3, $4)", s.id(), s.vkey, now.UnixMicro(), vouch)
	return err
}

// PublicKey is a key that signs, or signed, for the log.
type PublicKey struct {
	ID    string // eight hexadecimal digits, as receipts name it
	VKey  string // as signed notes write it: "huying/zhuhai-gaoxin+ab12cd34+AbC…"
	Since time.Time
	Vouch string // a note by which the key before says that this one follows; empty for the first, and when the one before was lost
}

func (k *PublicKey) fields() []any { return []any{&k.ID, &k.VKey, store.At(&k.Since), &k.Vouch} }

// Keys returns the keys of the log, the one in use first.
func (l *Log) Keys(ctx context.Context) (keys []PublicKey, err error) {
	err = l.db.Read(ctx, func(tx *store.Tx) error { keys, err = readKeys(ctx, tx); return err })
	return keys, err
}

func readKeys(ctx context.Context, tx *store.Tx) ([]PublicKey, error) {
	return store.All(ctx, tx, (*PublicKey).fields, `SELECT k.id, k.vkey, k.since, k.vouch FROM ledger_key k, ledger_state s
		ORDER BY CASE WHEN k.id = s.key THEN 0 ELSE 1 END, k.since DESC, k.id LIMIT 1000`)
}

// Rotate makes next the key of the log in db. The old one vouches for it in a note and stays known: what it signed stays good. Servers that
// still have the old key can no longer sign, so they are stopped before. old may be the zero Key when it was lost: then nothing vouches for
// next, and people are told so by other means.
func Rotate(ctx context.Context, db *store.DB, old, next Key, origin string, now clock.Security) error {
	s, err := next.signer(origin)
	if err != nil {
		return err
	}
	l := &Log{db: db, now: now, origin: origin, key: s}
	return db.Write(ctx, func(tx *store.Tx) error { return l.succeed(ctx, tx, old) })
}

func (l *Log) succeed(ctx context.Context, tx *store.Tx, old Key) error {
	st, err := holdState(ctx, tx)
	if err != nil {
		return err
	}
	if st.Origin != l.origin {
		return errs.New(errs.Conflict, "ledger.other_origin", "there", st.Origin, "given", l.origin)
	}
	known, err := verifiersOf(ctx, tx)
	if err != nil {
		return err
	}
	vouch := ""
	if old.private != nil {
		before, err := old.signer(l.origin)
		if err != nil {
			return err
		}
		if before.id() != st.Key {
			return errs.New(errs.Conflict, "ledger.other_key", "there", st.Key, "given", before.id())
		}
		signed, err := note.Sign(&note.Note{Text: vouchText(l.origin, l.key.vkey)}, before)
		if err != nil {
			return err
		}
		vouch, known = string(signed), note.VerifierList(before.verifier)
	}
	tree, err := openCheckpoint(st.Checkpoint, l.origin, known)
	if err != nil {
		return tampered("checkpoint", err)
	}
	if err := l.key.register(ctx, tx, l.now.Now(), vouch); err != nil {
		if store.IsUnique(err) {
			err = errs.Wrap(err, errs.Conflict, "ledger.key_used", "given", l.key.id())
		}
		return err
	}
	return l.publish(ctx, tx, tree)
}

// vouchText is what a key signs to say which one follows it.
func vouchText(origin, vkey string) string {
	return "huying ledger key 1\n" + origin + "\n" + vkey + "\n"
}

// verifiersOf are the keys that the database knows, to check what an older one signed.
func verifiersOf(ctx context.Context, tx *store.Tx) (note.Verifiers, error) {
	keys, err := readKeys(ctx, tx)
	if err != nil {
		return nil, err
	}
	var vkeys []string
	for _, k := range keys {
		vkeys = append(vkeys, k.VKey)
	}
	return verifiers(vkeys)
}

func verifiers(vkeys []string) (note.Verifiers, error) {
	var list []note.Verifier
	for _, k := range vkeys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "ledger.bad_vkey", "vkey", k)
		}
		list = append(list, v)
	}
	return note.VerifierList(list...), nil
}

// publicOf is the Ed25519 key within a vkey, and its id.
func publicOf(vkey string) (id string, public ed25519.PublicKey, err error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return "", nil, errs.Wrap(err, errs.Invalid, "ledger.bad_vkey", "vkey", vkey)
	}
	data, err := base64.StdEncoding.DecodeString(strings.SplitN(vkey, "+", 3)[2])
	if err != nil || len(data) != 1+ed25519.PublicKeySize {
		return "", nil, errs.Wrap(err, errs.Invalid, "ledger.bad_vkey", "vkey", vkey)
	}
	return keyID(v), data[1:], nil
}
