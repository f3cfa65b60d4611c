package ledger

import (
	"context"
	"crypto/ed25519"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"huying/internal/errs"
	"huying/internal/store"
)

// Receipt says that something was logged. Its signature is a promise: by Deadline after At the log will hold Hash. Once it does, Inclusion
// proves it. With Data, the receipt shows what was logged; it is personal then, and belongs to the person alone.
//
// Its JSON (see ParseReceipt) is for good: a receipt is checked years later, by programs that are not ours.
type Receipt struct {
	Origin    string
	Ref       string
	At        time.Time // UTC, in microseconds
	Salt      []byte    // 32 bytes
	Hash      Hash      // SHA-256(salt ‖ data): the entry of the log
	Key       string    // id of the key that signed
	Signature []byte    // Ed25519 over PromiseText
	Data      []byte    // what was logged, or nil
	Inclusion *Inclusion
}

// Inclusion proves that the log of a checkpoint holds an entry.
type Inclusion struct {
	Index      int64
	Proof      []Hash // RFC 6962, 2.1.1: the hashes beside the way from the entry to the root, the lowest first
	Checkpoint string // a signed note
}

// timeText is how a receipt writes its time.
const timeText = "2006-01-02T15:04:05.000000Z"

// PromiseText is what a receipt's signature is over: five lines, each ended by a line feed. A checkpoint, which the same key signs, never
// begins with such a line, for the name of a log has no spaces.
func (r Receipt) PromiseText() []byte {
	return []byte("huying receipt 1\n" + r.Origin + "\n" + r.Ref + "\n" + r.At.UTC().Format(timeText) + "\n" + r.Hash.String() + "\n")
}

// Promise returns the receipt without data and proof: short enough for a QR code.
func (r Receipt) Promise() Receipt {
	r.Data, r.Inclusion = nil, nil
	return r
}

// With returns the receipt with the data that was logged, for the person whose it is. It returns errs.Internal when it is other data than that.
func (r Receipt) With(data []byte) (Receipt, error) {
	if salted(r.Salt, data) != r.Hash {
		return r, tampered("leaf", errors.New("these are not the data that were logged under "+r.Ref))
	}
	r.Data = slices.Concat([]byte{}, data)
	return r, nil
}

// Receipt returns the receipt for what was appended under ref, or errs.NotFound. It may be called in the transaction that appends; then it is
// handed out after the commit. The promise is there at once, the proof when the entry has its place. What is found in the database is checked
// before it is signed for; errs.Internal says that it does not fit.
func (l *Log) Receipt(ctx context.Context, tx *store.Tx, ref string) (Receipt, error) {
	r, idx, err := l.promised(ctx, tx, ref)
	if err != nil || idx < 0 {
		return r, err
	}
	st, tree, err := l.lastIn(ctx, tx)
	if err != nil {
		return r, err
	}
	if idx >= tree.N {
		return r, tampered("leaf", errors.New("its place lies behind the end of the log"))
	}
	proof, err := prove(newTiles(ctx, tx), tree, idx, r.Hash)
	r.Inclusion = &Inclusion{idx, proof, st.Checkpoint}
	return r, err
}

// Promise is Receipt for what has just been appended: the promise alone, by one query.
func (l *Log) Promise(ctx context.Context, tx *store.Tx, ref string) (Receipt, error) {
	r, _, err := l.promised(ctx, tx, ref)
	return r, err
}

// promised returns the receipt of an entry as far as it is a promise, and the entry's place in the log, below zero before it has one.
func (l *Log) promised(ctx context.Context, tx *store.Tx, ref string) (r Receipt, idx int64, err error) {
	r = Receipt{Origin: l.origin, Ref: ref, Key: l.key.id()}
	err = tx.Scan(ctx, "SELECT at, salt, hash, COALESCE(idx, -1) FROM ledger_leaf WHERE ref = $1", []any{ref}, store.At(&r.At), &r.Salt, (*raw)(&r.Hash), &idx)
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.NotFound, "ledger.no_receipt", "ref", ref)
	}
	if err != nil {
		return r, -1, err
	}
	r.Signature = ed25519.Sign(l.key.private, r.PromiseText())
	return r, idx, nil
}

// Verify checks a receipt against the public keys of its log (vkeys), as anybody can, without the log: the signature of the promise; the data,
// when there are some; the proof, when there is one, and the checkpoint that it leads to. Nil means that all that is there is right; that
// there is a proof is for the caller to look at. The keys must come from somewhere else than the receipt.
func (r Receipt) Verify(vkeys ...string) error {
	known, err := verifiers(vkeys)
	if err != nil {
		return err
	}
	if err := r.verifyPromise(vkeys); err != nil {
		return err
	}
	if h := salted(r.Salt, r.Data); r.Data != nil && subtle.ConstantTimeCompare(h[:], r.Hash[:]) != 1 {
		return errs.New(errs.Invalid, "ledger.receipt_other_data")
	}
	if r.Inclusion == nil {
		return nil
	}
	tree, err := openCheckpoint(r.Inclusion.Checkpoint, r.Origin, known)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "ledger.receipt_bad_checkpoint")
	}
	if r.Inclusion.Index >= tree.N {
		return errs.New(errs.Invalid, "ledger.receipt_bad_proof")
	}
	err = tlog.CheckRecord(r.Inclusion.Proof, tree.N, tree.Hash, r.Inclusion.Index, tlog.RecordHash(r.Hash[:]))
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "ledger.receipt_bad_proof")
	}
	return nil
}

func (r Receipt) verifyPromise(vkeys []string) error {
	for _, vkey := range vkeys {
		id, public, err := publicOf(vkey)
		if err != nil {
			return err
		}
		if id == r.Key {
			if !ed25519.Verify(public, r.PromiseText(), r.Signature) {
				return errs.New(errs.Invalid, "ledger.receipt_bad_signature")
			}
			return nil
		}
	}
	return errs.New(errs.Invalid, "ledger.receipt_unknown_key", "key", r.Key)
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
