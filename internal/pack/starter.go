package pack

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"huying/internal/errs"
)

//go:embed all:starter
var starter embed.FS

// Init writes a small pack to begin with into the folder dir: one district, one mechanism with its drill, and a sample of a report. The
// folder is made when it is missing; errs.Conflict when anything is in it. It returns the names of the files, in order.
func Init(dir string) (files []string, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case err == nil && len(entries) > 0:
		return nil, errs.New(errs.Conflict, "pack.not_empty").At(dir)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, errs.Wrap(err, errs.Invalid, "pack.cannot_write", "why", err.Error()).At(dir)
	}
	root, err := fs.Sub(starter, "starter")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		files = append(files, name)
		return os.WriteFile(to, data, 0o644)
	})
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "pack.cannot_write", "why", err.Error()).At(dir)
	}
	return files, nil
}
