package web

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"huying/internal/errs"
)

//go:embed all:dist
var built embed.FS

// assets are the built front end: each file carries a hash of its content in its name and never changes.
type assets struct {
	names map[string]string // "app.css" → "app-5f3a….css"
	files map[string]asset  // by hashed name
}

type asset struct {
	contentType string
	plain       []byte
	br, gzip    []byte // empty: it does not compress
}

// Built is the embedded front end.
func Built() fs.FS {
	sub, err := fs.Sub(built, "dist")
	if err != nil {
		panic(err) // the name is right
	}
	return sub
}

// loadAssets reads the built front end of fsys, nil being the embedded one.
func loadAssets(fsys fs.FS) (*assets, error) {
	if fsys == nil {
		fsys = Built()
	}
	data, err := fs.ReadFile(fsys, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.Wrap(err, errs.Unavailable, "web.not_built")
	}
	if err != nil {
		return nil, err
	}
	a := &assets{files: map[string]asset{}}
	if err := json.Unmarshal(data, &a.names); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "web.not_built")
	}
	for _, name := range a.names {
		file := asset{contentType: mime.TypeByExtension(path.Ext(name))}
		if file.plain, err = fs.ReadFile(fsys, name); err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "web.not_built")
		}
		for _, v := range []struct {
			suffix string
			to     *[]byte
		}{{".br", &file.br}, {".gz", &file.gzip}} {
			if *v.to, err = fs.ReadFile(fsys, name+v.suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		a.files[name] = file
	}
	return a, nil
}

// Asset is the address of a built file: Asset(ctx, "app.css").
func (r *Request) Asset(name string) string { return "/assets/" + r.s.assets.names[name] }

// ServeHTTP sends a file, compressed by the build, to be kept for good.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file, ok := a.files[strings.TrimPrefix(r.URL.Path, "/assets/")]
	if !ok {
		plain(w, http.StatusNotFound, "no such file")
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		plain(w, http.StatusMethodNotAllowed, "only GET")
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	switch encoding := chooseEncoding(r.Header.Get("Accept-Encoding")); {
	case encoding == "br" && len(file.br) > 0:
		body = file.br
		h.Set("Content-Encoding", "br")
	case encoding != "" && len(file.gzip) > 0 && accepts(r.Header.Get("Accept-Encoding"), "gzip"):
		body = file.gzip
		h.Set("Content-Encoding", "gzip")
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the client may have gone, which is its own affair
	}
}
