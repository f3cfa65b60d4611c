// Package ledger keeps a log that nobody can rewrite unseen, its keeper included. What is appended leaves a salted hash in a Merkle tree
// (RFC 6962); the tree's size and root are signed again and again, and whoever kept one signed checkpoint can prove of every later one that it
// holds the same entries in the same order.
//
// Append writes one row in the caller's transaction; Sequence, called several times a second, takes the waiting rows into the tree. A receipt
// is first a signed promise that an entry will be in the log, and from then on also the proof that it is. Whoever has a receipt and the
// public key checks it without us.
//
// The entry of the log is SHA-256(salt ‖ data), with a salt of 32 random bytes: the log, which anybody may read, tells nothing of the data,
// and an entry cannot be guessed back. Checkpoints are signed notes and tiles lie as C2SP's tlog-tiles has them, so that the usual monitors and
// witnesses can follow the log.
package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the tables of the log.
var Schema = store.Schema{Name: "ledger", FS: migrations}

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Hash is a SHA-256 hash. In JSON and as a text it is written in base64.
type Hash = tlog.Hash

// Deadline is how long the log may take to hold what it promised: every checkpoint that is signed later than that after an entry was appended
// holds it.
const Deadline = 60 * time.Second

// Log is the log of a database. It is safe for use by several goroutines, and several servers may share one database and one key.
type Log struct {
	db     *store.DB
	now    clock.Security
	origin string
	key    *signer
	mine   note.Verifiers
	batch  int // how many leaves one transaction takes in
}

// batchSize is how many leaves one transaction takes into the tree: enough to be fast, few enough that SQLite's other writers wait only for
// some milliseconds.
const batchSize = 1000

// Open returns the log of db under a key. The first time it names the log for good: origin ("huying/zhuhai-gaoxin") is the first line of every
// checkpoint. It returns errs.Conflict when the log goes by another origin or is signed by another key (a second server must have the same
// key file; to change the key, Rotate), errs.Invalid for an origin that cannot be one, and errs.Internal when the last checkpoint is not what
// this key signed.
func Open(ctx context.Context, db *store.DB, key Key, origin string, now clock.Security) (*Log, error) {
	s, err := key.signer(origin)
	if err != nil {
		return nil, err
	}
	l := &Log{db: db, now: now, origin: origin, key: s, mine: note.VerifierList(s.verifier), batch: batchSize}
	return l, db.Write(ctx, func(tx *store.Tx) error { return l.begin(ctx, tx) })
}

// begin makes the log when there is none, and otherwise makes sure that it is this one.
func (l *Log) begin(ctx context.Context, tx *store.Tx) error {
	st, err := holdState(ctx, tx)
	switch {
	case err != nil:
		return err
	case st.Origin == "":
		if err := l.key.register(ctx, tx, l.now.Now(), ""); err != nil {
			return err
		}
		empty, err := tlog.TreeHash(0, nil)
		if err != nil {
			return err
		}
		return l.publish(ctx, tx, tlog.Tree{Hash: empty})
	case st.Origin != l.origin:
		return errs.New(errs.Conflict, "ledger.other_origin", "there", st.Origin, "given", l.origin)
	case st.Key != l.key.id():
		return errs.New(errs.Conflict, "ledger.other_key", "there", st.Key, "given", l.key.id())
	}
	_, err = l.tree(st)
	return err
}

// Origin is the name of the log.
func (l *Log) Origin() string { return l.origin }

// state is the row of ledger_state.
type state struct {
	Origin, Key, Checkpoint string
	At                      time.Time
}

func (s *state) fields() []any { return []any{&s.Origin, &s.Key, &s.Checkpoint, store.At(&s.At)} }

func readState(ctx context.Context, tx *store.Tx, lock string) (state, error) {
	return store.One(ctx, tx, (*state).fields, "SELECT origin, key, checkpoint, at FROM ledger_state WHERE one = 1"+lock)
}

// holdState reads the state and holds it until the transaction ends. It waits for who else holds it.
func holdState(ctx context.Context, tx *store.Tx) (state, error) {
	return store.One(ctx, tx, (*state).fields, "UPDATE ledger_state SET at = at WHERE one = 1 RETURNING origin, key, checkpoint, at")
}

// publish signs a tree as the log's checkpoint. The caller holds the state.
func (l *Log) publish(ctx context.Context, tx *store.Tx, tree tlog.Tree) error {
	checkpoint, err := signCheckpoint(l.origin, tree, l.key)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE ledger_state SET origin = $1, key = $2, checkpoint = $3, at = $4 WHERE one = 1",
		l.origin, l.key.id(), checkpoint, l.now.Now().UnixMicro())
	return err
}

// tree is the tree of the last checkpoint, which must be one that this key signed: what stands in the database alone is not believed.
func (l *Log) tree(st state) (tlog.Tree, error) {
	tree, err := openCheckpoint(st.Checkpoint, l.origin, l.mine)
	if err != nil {
		return tlog.Tree{}, tampered("checkpoint", err)
	}
	return tree, nil
}

// tampered is what is said when the log does not fit together: somebody changed the database past this package, or it is damaged.
func tampered(part string, cause error) error {
	return errs.Wrap(cause, errs.Internal, "ledger.tampered", "part", part)
}

// maxRef is how long a reference may be, in bytes.
const maxRef = 200

// Append logs data in the caller's transaction, under a reference of the caller's that is not taken ("case/17/3"). It is one INSERT: the entry
// takes its place in the log a moment after the commit. Only the salted hash of data goes there; ref and the time are signed in the receipt,
// and whoever wants them in the log as well puts them into data. Neither should name a person: what is logged cannot be taken back.
//
// The transaction fails with errs.Conflict when ref is taken, and with errs.Invalid for a ref that is empty, too long, or not one line of text.
func (l *Log) Append(ctx context.Context, tx *store.Tx, ref string, data []byte) error {
	if !goodRef(ref) {
		return errs.New(errs.Invalid, "ledger.bad_ref", "ref", ref, "limit", maxRef)
	}
	salt := make([]byte, saltSize)
	rand.Read(salt)
	hash := salted(salt, data)
	taken := func(n int64, err error) error {
		if err == nil && n == 0 {
			err = errs.New(errs.Conflict, "ledger.ref_taken", "ref", ref)
		}
		return err
	}
	return tx.LaterTold(ctx, taken, "INSERT INTO ledger_leaf (ref, at, salt, hash) VALUES ($1, $2, $3, $4) ON CONFLICT (ref) DO NOTHING",
		ref, l.now.Now().UnixMicro(), salt, hash[:])
}

const saltSize = 32

// salted is the entry of the log for data.
func salted(salt, data []byte) (h Hash) {
	sum := sha256.New()
	sum.Write(salt)
	sum.Write(data)
	sum.Sum(h[:0])
	return h
}

// goodRef reports whether a reference can stand in a signed text, on a line of its own.
func goodRef(ref string) bool {
	return ref != "" && len(ref) <= maxRef && utf8.ValidString(ref) && strings.IndexFunc(ref, unicode.IsControl) < 0
}
