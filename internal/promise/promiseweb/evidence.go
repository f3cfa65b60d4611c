package promiseweb

import (
	"net/http"
	"strconv"
	"strings"

	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// evidence sends a file that was entered as evidence of the promise, as long as the entry holds. Any other hash is errs.NotFound, whether
// such a file exists or not.
func (h *pages) evidence(r *web.Request) error {
	st, _, err := h.standing(r)
	if err != nil {
		return err
	}
	for _, e := range evidenceOf(st) {
		if e.Hash == r.PathValue("hash") {
			return h.send(r, e)
		}
	}
	return errs.New(errs.NotFound, "files.no_file")
}

func (h *pages) send(r *web.Request, e promise.File) error {
	var f files.File
	err := h.DB.Read(r.Context(), func(tx *store.Tx) (err error) { f, err = h.Files.Stat(r.Context(), tx, e.Hash); return err })
	if err != nil {
		return err
	}
	content, err := h.Files.Open(f.Hash)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // it was read only
	head := r.Writer().Header()
	f.SetHeaders(head, e.Name)
	head.Set("Cache-Control", "no-cache") // evidence may be withdrawn: whoever kept a copy asks again
	http.ServeContent(r.Writer(), r.Request, "", f.FirstAt, content)
	return nil
}

// isPicture reports whether a browser shows the file as a picture.
func isPicture(f promise.File) bool { return strings.HasPrefix(f.Type, "image/") }

// fileSize says how large a file is: 12 kB, 3.4 MB.
func fileSize(n int64) string {
	if n < 1_000_000 {
		return strconv.FormatInt((n+999)/1000, 10) + " kB"
	}
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
}
