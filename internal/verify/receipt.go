package verify

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"huying/internal/errs"
)

// Proven is what a receipt proves.
type Proven struct {
	Origin   string // of the log
	Ref      string // what it is about
	At       string // when it was logged, UTC
	Data     bool   // it carries what was logged, and that is it
	Included bool   // it proves that the log holds it; otherwise it is a promise
	Index    int64
	Size     int64 // of the log whose checkpoint it leads to
}

// paper is a receipt as it is written (see the ledger's documents).
type paper struct {
	Version    int     `json:"version"`
	Origin     string  `json:"origin"`
	Ref        string  `json:"ref"`
	At         string  `json:"at"`
	Salt       []byte  `json:"salt"`
	Hash       []byte  `json:"hash"`
	Key        string  `json:"key"`
	Signature  []byte  `json:"signature"`
	Data       *string `json:"data"`
	DataBase64 []byte  `json:"data_base64"`
	Inclusion  *struct {
		Index      int64    `json:"index"`
		Proof      [][]byte `json:"proof"`
		Checkpoint string   `json:"checkpoint"`
	} `json:"inclusion"`
}

// maxReceipt bounds a receipt's file.
const maxReceipt = 4 << 20

// Receipt checks a receipt against the public keys of the log, each as "name+id+key", without the log. It returns errs.Invalid with what
// does not fit.
func Receipt(in io.Reader, vkeys ...string) (Proven, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxReceipt+1))
	if err != nil {
		return Proven{}, err
	}
	if len(data) > maxReceipt {
		return Proven{}, errs.New(errs.TooLarge, "verify.receipt_large", "limit", maxReceipt>>20)
	}
	var p paper
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Proven{}, errs.Wrap(err, errs.Invalid, "verify.receipt_unreadable")
	}
	if p.Version != 1 || len(p.Hash) != sha256.Size || len(p.Salt) != sha256.Size {
		return Proven{}, errs.New(errs.Invalid, "verify.receipt_unreadable")
	}
	return p.check(vkeys)
}

func (p *paper) check(vkeys []string) (Proven, error) {
	keys := map[string]ed25519.PublicKey{}
	for _, v := range vkeys {
		id, key, ok := namedKey(v)
		if !ok {
			return Proven{}, errs.New(errs.Invalid, "verify.bad_key", "key", v)
		}
		keys[id] = key
	}
	out := Proven{Origin: p.Origin, Ref: p.Ref, At: p.At}
	key := keys[p.Key]
	if key == nil {
		return out, errs.New(errs.Invalid, "verify.receipt_other_key", "key", p.Key)
	}
	promise := fmt.Sprintf("huying receipt 1\n%s\n%s\n%s\n%s\n", p.Origin, p.Ref, p.At, base64.StdEncoding.EncodeToString(p.Hash))
	if !ed25519.Verify(key, []byte(promise), p.Signature) {
		return out, errs.New(errs.Invalid, "verify.receipt_signature")
	}
	if logged, ok := p.logged(); ok {
		if sum := sha256.Sum256(append(bytes.Clone(p.Salt), logged...)); !bytes.Equal(sum[:], p.Hash) {
			return out, errs.New(errs.Invalid, "verify.receipt_data")
		}
		out.Data = true
	}
	if p.Inclusion == nil {
		return out, nil
	}
	size, root, ok := openNote(p.Inclusion.Checkpoint, keys)
	if !ok {
		return out, errs.New(errs.Invalid, "verify.bad_checkpoint")
	}
	out.Index, out.Size = p.Inclusion.Index, size
	if !included(p.Hash, p.Inclusion.Index, size, p.Inclusion.Proof, root) {
		return out, errs.New(errs.Invalid, "verify.receipt_proof")
	}
	out.Included = true
	return out, nil
}

// logged is what was logged, if the receipt carries it.
func (p *paper) logged() ([]byte, bool) {
	if p.Data != nil {
		return []byte(*p.Data), true
	}
	return p.DataBase64, p.DataBase64 != nil
}

// namedKey reads "name+id+key".
func namedKey(vkey string) (id string, key ed25519.PublicKey, ok bool) {
	key, ok = publicKey(vkey)
	if !ok {
		return "", nil, false
	}
	name := vkey[:bytes.IndexByte([]byte(vkey), '+')]
	sum := sha256.Sum256(append(append([]byte(name), '\n', 1), key...)) // as signed notes name a key
	return fmt.Sprintf("%08x", binary.BigEndian.Uint32(sum[:])), key, true
}

// included follows a proof from an entry to the root (RFC 9162, 2.1.3.2).
func included(entry []byte, index, size int64, proof [][]byte, root []byte) bool {
	if index < 0 || index >= size {
		return false
	}
	leaf := sha256.Sum256(append([]byte{0}, entry...))
	hash, fn, sn := leaf[:], index, size-1
	for _, p := range proof {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			hash = node(p, hash)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			hash = node(hash, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && bytes.Equal(hash, root)
}
