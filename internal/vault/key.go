package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"huying/internal/errs"
)

// keySize is that of AES-256, of master keys and of keys of persons.
const keySize = 32

// keyMark begins a key file, so that another file is not taken for one.
const keyMark = "huying-vault-key-1 "

// Key is a master key: what wraps the keys of persons. It does not print itself, also not as a part of something else: the secret is
// within a function, whose content nothing prints.
type Key struct {
	id     string
	secret func() []byte
}

// NewKey makes a random key.
func NewKey() Key {
	var secret [keySize]byte
	_, _ = rand.Read(secret[:]) // crypto/rand ends the program rather than fail
	return keyOf(secret)
}

func keyOf(secret [keySize]byte) Key {
	sum := sha256.Sum256(append([]byte("huying vault key name\x00"), secret[:]...))
	return Key{id: hex.EncodeToString(sum[:8]), secret: func() []byte { return secret[:] }}
}

// ID names the key without telling it: the database says by it which key wraps what.
func (k Key) ID() string { return k.id }

// String is the key's name.
func (k Key) String() string { return "vault key " + k.id }

// GoString is the key's name.
func (k Key) GoString() string { return k.String() }

// Format writes the key's name, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LoadKey reads the key file at path, and makes it when there is none: readable by its owner alone, whole or not at all, and once,
// however many servers start together. It returns errs.Invalid for a file that others may read, or that is no key file.
//
// Who loses this file loses every person's data; who copies it beside the database makes encryption pointless.
func LoadKey(path string) (Key, error) {
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := writeKey(path, NewKey()); err != nil && !errors.Is(err, fs.ErrExist) {
		return Key{}, errs.Wrap(err, errs.Unavailable, "vault.key_unwritable", "path", path)
	}
	return readKey(path) // ours, or that of a server which was faster
}

func readKey(path string) (Key, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, err
	}
	if err != nil {
		return Key{}, errs.Wrap(err, errs.Unavailable, "vault.key_unreadable", "path", path)
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return Key{}, errs.Wrap(err, errs.Unavailable, "vault.key_unreadable", "path", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, errs.New(errs.Invalid, "vault.key_exposed", "path", path, "mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return Key{}, errs.Wrap(err, errs.Unavailable, "vault.key_unreadable", "path", path)
	}
	key, ok := parseKey(string(text))
	if !ok {
		return Key{}, errs.New(errs.Invalid, "vault.key_malformed", "path", path)
	}
	return key, nil
}

// parseKey reads what a key file holds: the mark and 64 hexadecimal digits on one line.
func parseKey(text string) (Key, bool) {
	digits, ok := strings.CutPrefix(strings.TrimSuffix(text, "\n"), keyMark)
	if !ok || len(digits) != 2*keySize {
		return Key{}, false
	}
	raw, err := hex.DecodeString(digits)
	if err != nil {
		return Key{}, false
	}
	return keyOf([keySize]byte(raw)), true
}

// writeKey puts a key file in its place, or returns fs.ErrExist. The name appears once the content is on disk: linking a name
// fails if there is one, as O_EXCL does, and a server that starts at the same moment never reads half a key.
func writeKey(path string, key Key) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".vault-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.WriteString(keyMark + hex.EncodeToString(key.secret()) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// format is the first byte of whatever is sealed, so that another cipher can come beside this one.
const format = 1

// seal encrypts with AES-256-GCM under a random nonce. What is bound has to be the same when it is opened.
func seal(secret, plain []byte, bound string) ([]byte, error) {
	aead, err := newAEAD(secret)
	if err != nil {
		return nil, err
	}
	return aead.Seal([]byte{format}, nil, plain, []byte(bound)), nil
}

// open decrypts what seal made. It fails if the key, the text or what is bound is another.
func open(secret, sealed []byte, bound string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != format {
		return nil, errors.New("vault: sealed in an unknown format")
	}
	aead, err := newAEAD(secret)
	if err != nil {
		return nil, err
	}
	return aead.Open([]byte{}, nil, sealed[1:], []byte(bound))
}

func newAEAD(secret []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// bind joins what a sealed text belongs to, so that no two lists of parts read alike.
func bind(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "%d:%s", len(p), p)
	}
	return b.String()
}
