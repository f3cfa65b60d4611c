package web

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// Levels at which a page takes well under a millisecond.
const (
	brotliLevel = 5
	gzipLevel   = 5
	worthwhile  = 860 // bytes: less fits one packet anyway
)

var (
	brotlis = sync.Pool{New: func() any { return brotli.NewWriterLevel(io.Discard, brotliLevel) }}
	gzips   = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(io.Discard, gzipLevel); return w }} // fails on a wrong level only
)

// encoder is what brotli and gzip have in common.
type encoder interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

// compress compresses what is worth it, in the way that the client takes.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &compressor{ResponseWriter: w, accept: r.Header.Get("Accept-Encoding"), head: r.Method == http.MethodHead}
		next.ServeHTTP(c, r)
		c.close() // not when the handler panics: half an answer must not be made to look whole
	})
}

type compressor struct {
	http.ResponseWriter
	accept string
	head   bool
	began  bool
	enc    encoder
	pool   *sync.Pool
}

func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *compressor) WriteHeader(status int) {
	if status >= 200 {
		c.begin(status, worthwhile)
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *compressor) Write(b []byte) (int, error) {
	if !c.began {
		c.begin(http.StatusOK, len(b))
	}
	if c.enc == nil {
		return c.ResponseWriter.Write(b)
	}
	return c.enc.Write(b)
}

// FlushError sends what has been written so far, for http.ResponseController.
func (c *compressor) FlushError() error {
	if c.enc != nil {
		if err := c.enc.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// begin decides, when the header is known, whether the body is compressed.
func (c *compressor) begin(status, size int) {
	if c.began {
		return
	}
	c.began = true
	h := c.Header()
	if !compressible(h.Get("Content-Type")) || h.Get("Content-Encoding") != "" || status == http.StatusNoContent || status == http.StatusNotModified {
		return
	}
	addVary(h, "Accept-Encoding")
	if n, err := strconv.Atoi(h.Get("Content-Length")); err == nil {
		size = n
	}
	encoding := chooseEncoding(c.accept)
	if encoding == "" || size < worthwhile || c.head {
		return
	}
	c.pool = &gzips
	if encoding == "br" {
		c.pool = &brotlis
	}
	c.enc = c.pool.Get().(encoder)
	c.enc.Reset(c.ResponseWriter)
	h.Set("Content-Encoding", encoding)
	h.Del("Content-Length")
}

func (c *compressor) close() {
	if c.enc == nil {
		return
	}
	_ = c.enc.Close() // the client may have gone
	c.enc.Reset(io.Discard)
	c.pool.Put(c.enc)
	c.enc = nil
}

func addVary(h http.Header, name string) {
	if have := h.Get("Vary"); have != "" {
		name = have + ", " + name
	}
	h.Set("Vary", name)
}

func compressible(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind {
	case "application/json", "application/problem+json", "application/javascript", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}

func chooseEncoding(accept string) string {
	for _, encoding := range []string{"br", "gzip"} {
		if accepts(accept, encoding) {
			return encoding
		}
	}
	return ""
}

// accepts reads Accept-Encoding. What is not named is not accepted; every browser names what it takes.
func accepts(accept, encoding string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == encoding {
			return quality(params) > 0
		}
	}
	return false
}
