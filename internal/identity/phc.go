package identity

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params are what an argon2id hash costs: memory in KiB, passes over it, and lanes.
type Params struct {
	Memory  uint32
	Passes  uint32
	Threads uint8
}

// DefaultParams are the second choice of RFC 9106, with the memory of one lane: about a tenth of a second on one core, and 32 MiB while
// it lasts, so that a small server can compute several at once.
var DefaultParams = Params{Memory: 32 << 10, Passes: 3, Threads: 1}

const (
	saltLen = 16
	sumLen  = 32
)

// Bounds of what a stored hash may ask for: a row that somebody tampered with must not take the server's memory.
const (
	maxMemory  = 1 << 20 // 1 GiB
	maxPasses  = 64
	maxThreads = 16
)

// phc is a stored password: argon2id in the PHC string format, "$argon2id$v=19$m=32768,t=3,p=1$salt$sum".
type phc struct {
	Params
	salt, sum []byte
}

var errPHC = errors.New("identity: not an argon2id hash in PHC form")

// parsePHC reads what phc.String wrote, and only that: one spelling for each hash.
func parsePHC(s string) (phc, error) {
	var h phc
	part := strings.Split(s, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != "v="+strconv.Itoa(argon2.Version) {
		return h, errPHC
	}
	costs := strings.Split(part[3], ",")
	if len(costs) != 3 {
		return h, errPHC
	}
	m, ok1 := cost(costs[0], "m=", maxMemory)
	t, ok2 := cost(costs[1], "t=", maxPasses)
	p, ok3 := cost(costs[2], "p=", maxThreads)
	salt, err1 := base64.RawStdEncoding.Strict().DecodeString(part[4])
	sum, err2 := base64.RawStdEncoding.Strict().DecodeString(part[5])
	if !ok1 || !ok2 || !ok3 || errors.Join(err1, err2) != nil || len(salt) < 8 || len(salt) > 64 || len(sum) < 16 || len(sum) > 64 {
		return h, errPHC
	}
	h = phc{Params{uint32(m), uint32(t), uint8(p)}, salt, sum}
	if h.String() != s { // base64 skips line breaks
		return phc{}, errPHC
	}
	return h, nil
}

// cost reads "m=32768": a number from 1 to limit, without a sign or leading zeros.
func cost(s, prefix string, limit uint64) (uint64, bool) {
	digits, ok := strings.CutPrefix(s, prefix)
	n, err := strconv.ParseUint(digits, 10, 32)
	return n, ok && err == nil && n >= 1 && n <= limit && strconv.FormatUint(n, 10) == digits
}

func (h phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.Memory, h.Passes, h.Threads, b64(h.salt), b64(h.sum))
}

// derive hashes a password with the costs, the salt and the length of h.
func (h phc) derive(password string) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.Passes, h.Memory, h.Threads, uint32(len(h.sum)))
}

func (h phc) matches(password string) bool {
	return subtle.ConstantTimeCompare(h.derive(password), h.sum) == 1
}

// cheaperThan reports whether h takes less memory or fewer passes than a hash with params.
func (h phc) cheaperThan(p Params) bool { return h.Memory < p.Memory || h.Passes < p.Passes }
