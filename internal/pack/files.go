package pack

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"huying/internal/errs"
	"huying/internal/strictyaml"
)

// listing looks at what lies in the folder: nothing that a pack has no use for, so that a misspelt name is not silently left out. It
// reports whether there is a folder to go on with; the report's file is judged by checkReport, which knows its name.
func (c *checker) listing() bool {
	entries, err := fs.ReadDir(c.fsys, ".")
	if err != nil {
		c.add(errs.Wrap(err, errs.Invalid, "pack.no_folder").At(c.name))
		return false
	}
	if len(entries) > MaxFiles {
		c.add(errs.New(errs.TooLarge, "pack.too_many_files", "limit", MaxFiles, "n", len(entries)).At(c.name))
		return false
	}
	return true
}

// plain are the files that a pack may hold besides its report.
func plain(name string) bool {
	return slices.Contains([]string{"pack.yaml", "places.yaml", "units.yaml", "roles.yaml", ScoringFile, SimulationFile, PeersFile, "NOTICE", "LICENSE"}, name) ||
		path.Ext(name) == ".md" || strings.HasPrefix(name, ".")
}

// folders are what a pack may hold beside its files, with what a file there is called.
var folders = map[string]string{"procedures": ".yaml", "schema": ".json", "drills": ".yaml"}

// folders reads the files of the pack's folders, by their paths, and the table of scores, the simulation and the peers beside them.
func (c *checker) folders() map[string][]byte {
	files := map[string][]byte{}
	for _, file := range []string{ScoringFile, SimulationFile, PeersFile} {
		if !c.has(file) {
			continue
		}
		if data, err := c.read(file, MaxFile); err != nil {
			c.add(err)
		} else {
			files[file] = data
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(folders)) {
		entries, err := fs.ReadDir(c.fsys, dir)
		if err != nil {
			continue // there is none
		}
		for _, e := range entries {
			file := path.Join(dir, e.Name())
			switch {
			case strings.HasPrefix(e.Name(), "."), path.Ext(file) == ".md":
			case e.IsDir() || path.Ext(file) != folders[dir]:
				c.add(errs.New(errs.Invalid, "pack.unknown_file", "file", file).At(c.at(file)))
			case len(files) == MaxFiles:
				c.add(errs.New(errs.TooLarge, "pack.too_many_files", "limit", MaxFiles, "n", len(files)+1).At(c.name))
				return files
			default:
				data, err := c.read(file, MaxFile)
				if err != nil {
					c.add(err)
					continue
				}
				files[file] = data
			}
		}
	}
	return files
}

// under returns the files of a folder, in order.
func under(files map[string][]byte, dir string) []string {
	var out []string
	for file := range files {
		if strings.HasPrefix(file, dir) {
			out = append(out, file)
		}
	}
	slices.Sort(out)
	return out
}

// has reports whether the pack has a file.
func (c *checker) has(file string) bool {
	_, err := fs.Stat(c.fsys, file)
	return err == nil
}

// checkFolder names what lies in the folder and belongs to nothing.
func (c *checker) checkFolder(report string) {
	entries, err := fs.ReadDir(c.fsys, ".")
	if err != nil {
		c.add(errs.Wrap(err, errs.Invalid, "pack.no_folder").At(c.name))
		return
	}
	for _, e := range entries {
		if n := e.Name(); n != report && !plain(n) && (folders[n] == "" || !e.IsDir()) {
			c.add(errs.New(errs.Invalid, "pack.unknown_file", "file", n).At(c.at(n)))
		}
	}
}

// decode reads a YAML file of the pack into v. When that is not possible it keeps why and returns nil.
func (c *checker) decode(file string, v any) *strictyaml.File {
	data, err := c.read(file, strictyaml.MaxSize)
	if err != nil {
		c.add(err)
		return nil
	}
	f, bad := strictyaml.Decode(c.at(file), data, v)
	if bad != nil {
		for _, e := range errs.All(bad) {
			c.add(e)
		}
		return nil
	}
	return f
}

// read returns a file's content, at most limit bytes of it and an error if there is more.
func (c *checker) read(file string, limit int) ([]byte, *errs.Error) {
	f, err := c.fsys.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.New(errs.Invalid, "pack.no_file", "file", file).At(c.at(file))
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "pack.cannot_read", "file", file).At(c.at(file))
	}
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "pack.cannot_read", "file", file).At(c.at(file))
	}
	if len(data) > limit {
		return nil, errs.New(errs.TooLarge, "pack.file_too_large", "file", file, "limit", limit>>20).At(c.at(file))
	}
	return data, nil
}
