package ledger

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huying/internal/errs"
)

// receiptJSON is a receipt as it is written. Bytes are in base64 with padding (RFC 4648, 4).
type receiptJSON struct {
	Version    int            `json:"version"`
	Origin     string         `json:"origin"`
	Ref        string         `json:"ref"`
	At         string         `json:"at"`
	Salt       string         `json:"salt"`
	Hash       string         `json:"hash"`
	Key        string         `json:"key"`
	Signature  string         `json:"signature"`
	Data       *string        `json:"data,omitempty"`        // when it is a text
	DataBase64 *string        `json:"data_base64,omitempty"` // when it is not
	Inclusion  *inclusionJSON `json:"inclusion,omitempty"`
}

type inclusionJSON struct {
	Index      int64    `json:"index"`
	Proof      []string `json:"proof"`
	Checkpoint string   `json:"checkpoint"`
}

const receiptVersion = 1

// MarshalJSON implements json.Marshaler.
func (r Receipt) MarshalJSON() ([]byte, error) {
	j := receiptJSON{Version: receiptVersion, Origin: r.Origin, Ref: r.Ref, At: r.At.UTC().Format(timeText), Salt: encode(r.Salt), Hash: r.Hash.String(),
		Key: r.Key, Signature: encode(r.Signature)}
	switch text := string(r.Data); {
	case r.Data == nil:
	case utf8.ValidString(text):
		j.Data = &text
	default:
		text = encode(r.Data)
		j.DataBase64 = &text
	}
	if r.Inclusion != nil {
		j.Inclusion = &inclusionJSON{Index: r.Inclusion.Index, Proof: []string{}, Checkpoint: r.Inclusion.Checkpoint}
		for _, h := range r.Inclusion.Proof {
			j.Inclusion.Proof = append(j.Inclusion.Proof, h.String())
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON implements json.Unmarshaler: as ParseReceipt.
func (r *Receipt) UnmarshalJSON(data []byte) (err error) {
	*r, err = ParseReceipt(data)
	return err
}

// Limits of a receipt: what was logged is an event and not a film, and a tree of 2^63 entries has 63 levels.
const (
	maxReceipt    = 4 << 20
	maxProof      = 63
	maxCheckpoint = 4 << 10
)

// ParseReceipt reads a receipt from its JSON. It is strict: an unknown key, a leftover byte, bytes of a wrong number are errs.Invalid. That the
// receipt is true is for Verify to say.
func ParseReceipt(data []byte) (Receipt, error) {
	r, err := parseReceipt(data)
	if err != nil {
		return Receipt{}, errs.Wrap(err, errs.Invalid, "ledger.receipt_unreadable")
	}
	return r, nil
}

func parseReceipt(data []byte) (r Receipt, err error) {
	if len(data) > maxReceipt {
		return r, errors.New("too long")
	}
	if !utf8.Valid(data) {
		return r, errors.New("not UTF-8")
	}
	var j receiptJSON
	if err := j.read(data); err != nil {
		return r, err
	}
	if j.Version != receiptVersion {
		return r, fmt.Errorf("version %d", j.Version)
	}
	r.Origin, r.Ref, r.Key = j.Origin, j.Ref, j.Key
	if !goodOrigin(r.Origin) || !goodRef(r.Ref) || !goodKeyID(r.Key) {
		return r, errors.New("origin, ref or key is none")
	}
	if r.At, err = time.Parse(timeText, j.At); err != nil || r.At.Format(timeText) != j.At {
		return r, errors.New("at is no time in microseconds, UTC")
	}
	return r, j.bytes(&r)
}

// read takes the JSON apart. encoding/json alone would take a name in other letters ("Hash"), and null or nothing for a zero.
func (j *receiptJSON) read(data []byte) error {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if err := named(parts, []string{"version", "origin", "ref", "at", "salt", "hash", "key", "signature"}, "data", "data_base64", "inclusion"); err != nil {
		return err
	}
	if inner, ok := parts["inclusion"]; ok {
		var parts map[string]json.RawMessage
		if err := json.Unmarshal(inner, &parts); err != nil {
			return err
		}
		if err := named(parts, []string{"index", "proof", "checkpoint"}); err != nil {
			return err
		}
	}
	return json.Unmarshal(data, j)
}

// named makes sure that an object has the parts that it must have, none that it may not have, and a value for each.
func named(parts map[string]json.RawMessage, must []string, may ...string) error {
	for _, name := range must {
		if _, ok := parts[name]; !ok {
			return errors.New("without " + name)
		}
	}
	for name, value := range parts {
		if !slices.Contains(must, name) && !slices.Contains(may, name) {
			return fmt.Errorf("%q is not known", name)
		}
		if string(value) == "null" {
			return errors.New(name + " is null")
		}
	}
	return nil
}

// bytes reads the parts that are written in base64.
func (j *receiptJSON) bytes(r *Receipt) (err error) {
	if r.Salt, err = decode(j.Salt, saltSize); err != nil {
		return fmt.Errorf("salt: %w", err)
	}
	if r.Hash, err = parseHash(j.Hash); err != nil {
		return fmt.Errorf("hash: %w", err)
	}
	if r.Signature, err = decode(j.Signature, 64); err != nil {
		return fmt.Errorf("signature: %w", err)
	}
	switch {
	case j.Data != nil && j.DataBase64 != nil:
		return errors.New("data twice")
	case j.Data != nil:
		r.Data = []byte(*j.Data)
	case j.DataBase64 != nil:
		if r.Data, err = decode(*j.DataBase64, -1); err != nil {
			return fmt.Errorf("data_base64: %w", err)
		}
	}
	if j.Inclusion != nil {
		return j.Inclusion.read(r)
	}
	return nil
}

func (j *inclusionJSON) read(r *Receipt) error {
	if j.Index < 0 || len(j.Proof) > maxProof || len(j.Checkpoint) > maxCheckpoint || j.Checkpoint == "" {
		return errors.New("inclusion is none")
	}
	r.Inclusion = &Inclusion{Index: j.Index, Checkpoint: j.Checkpoint}
	for _, text := range j.Proof {
		h, err := parseHash(text)
		if err != nil {
			return fmt.Errorf("proof: %w", err)
		}
		r.Inclusion.Proof = append(r.Inclusion.Proof, h)
	}
	return nil
}

// decode reads base64 as it is written here, and in no other way, of n bytes unless n is negative.
func decode(s string, n int) ([]byte, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("not base64")
	}
	if n >= 0 && len(b) != n {
		return nil, fmt.Errorf("%d bytes, not %d", len(b), n)
	}
	return b, nil
}

func goodKeyID(s string) bool {
	return len(s) == 8 && strings.Trim(s, "0123456789abcdef") == ""
}
