package caseapi

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"regexp"
	"sync"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/store"
	"huying/internal/web"
)

// anonymousUploads is how many files somebody who is not signed in may send from one network in an hour.
const anonymousUploads = 60

// upload takes in a file that a form may name: raw, or as the part "file" of a multipart form. What a photograph says beside the picture is
// removed, so the name may be another than that of what was sent. A file of somebody who is not signed in is kept for a day; it stays once a
// command names it.
func (a *front) upload(r *web.Request) error {
	if err := queryOf(r).err(); err != nil {
		return err
	}
	if _, err := asker(r); err != nil {
		return err
	}
	if r.Actor == nil && !a.uploads.take(r.RemoteIP()) {
		return errs.New(errs.TooMany, "caseapi.too_many_files")
	}
	in, err := fileIn(r)
	if err != nil {
		return err
	}
	f, err := a.Files.Receive(in, mostUpload, files.Evidence...)
	if err == nil && r.Actor != nil {
		err = a.DB.Write(r.Context(), func(tx *store.Tx) (err error) { f, err = a.Files.Record(r.Context(), tx, f); return err })
	}
	if err != nil {
		return err
	}
	return r.JSON(http.StatusCreated, map[string]any{"hash": f.Hash, "size": f.Size, "type": f.Type})
}

// fileIn is the file that a request carries.
func fileIn(r *web.Request) (io.Reader, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return r.Body, nil
	}
	form, err := r.ReadForm()
	if err != nil {
		return nil, err
	}
	up, err := form.File("file")
	if err == nil && up == nil {
		err = errs.New(errs.Invalid, "caseapi.required").On("file")
	}
	return up, err // closed with the request's uploads
}

var hashText = regexp.MustCompile(`^[0-9a-f]{64}$`)

// mostAdopted bounds how many files one command may bring to stay.
const mostAdopted = 50

// adopt makes files that were sent without signing in stay, when a command is about to name them. What is not there is left for the command
// to refuse.
func (a *front) adopt(ctx context.Context, all ...casework.Data) error {
	var hashes []string
	for _, d := range all {
		hashes = hashesIn(hashes, map[string]any(d))
	}
	for _, hash := range hashes[:min(len(hashes), mostAdopted)] {
		err := a.DB.ReadOnce(ctx, func(tx *store.Tx) error { _, err := a.Files.Stat(ctx, tx, hash); return err })
		if !errs.Is(err, errs.NotFound) {
			if err != nil {
				return err
			}
			continue
		}
		if err := a.keep(ctx, hash); err != nil {
			return err
		}
	}
	return nil
}

func (a *front) keep(ctx context.Context, hash string) error {
	in, err := a.Files.Open(hash)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := a.Files.Receive(in, mostUpload, files.Evidence...)
	if err != nil {
		return err
	}
	return a.DB.Write(ctx, func(tx *store.Tx) error { _, err := a.Files.Record(ctx, tx, f); return err })
}

// hashesIn adds the texts of v that may name files.
func hashesIn(out []string, v any) []string {
	switch v := v.(type) {
	case string:
		if hashText.MatchString(v) {
			out = append(out, v)
		}
	case []any:
		for _, x := range v {
			out = hashesIn(out, x)
		}
	case map[string]any:
		for _, x := range v {
			out = hashesIn(out, x)
		}
	}
	return out
}

// limiter bounds how often something is done from one network in a while. It is this server's own, and forgets.
type limiter struct {
	mu    sync.Mutex
	most  int
	each  time.Duration
	since time.Time
	n     map[netip.Prefix]int
}

func newLimiter(most int, each time.Duration) *limiter {
	return &limiter{most: most, each: each, n: map[netip.Prefix]int{}}
}

// take reports whether it may be done once more. An address of IPv6 counts with its network: one household has 2⁶⁴ of them.
func (l *limiter) take(from netip.Addr) bool {
	bits := 32
	if from.Is6() {
		bits = 64
	}
	network, err := from.Prefix(bits)
	if err != nil {
		network = netip.Prefix{}
	}
	now := clock.Security{}.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.since) > l.each {
		l.since = now
		clear(l.n)
	}
	l.n[network]++
	return l.n[network] <= l.most
}
