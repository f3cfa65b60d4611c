// Package strictyaml reads a YAML file as a contract: one document, no unknown key, no key twice, nothing left over. Every error
// names the file and the line and shows the lines around it.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"huying/internal/errs"
)

// MaxSize is how many bytes a file may have. A pack's longest file is a few hundred kilobytes.
const MaxSize = 8 << 20

// File is a YAML file that was read, and can say on which line a value stands.
type File struct {
	Name string
	data []byte
	doc  *ast.File
}

// Decode reads data, the content of the file called name, into v. A map that goes into an any keeps its order, as a yaml.MapSlice. Its errors are errs.Invalid with the place and an excerpt.
func Decode(name string, data []byte, v any) (*File, error) {
	if len(data) > MaxSize {
		return nil, errs.New(errs.TooLarge, "strictyaml.too_large", "limit", MaxSize>>20).At(name)
	}
	f := &File{Name: name, data: data}
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict(), yaml.UseOrderedMap())
	if err := dec.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errs.New(errs.Invalid, "strictyaml.empty").At(name)
		}
		return nil, f.wrap(err)
	}
	var more any
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, errs.New(errs.Invalid, "strictyaml.second_document").At(name)
	}
	doc, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, f.wrap(err)
	}
	f.doc = doc
	return f, nil
}

// wrap turns the library's error into ours, keeping its line and its picture of the place.
func (f *File) wrap(err error) error {
	var own *errs.Error
	var ye yaml.Error
	switch {
	case errors.As(err, &own):
		return f.wrapOwn(own)
	case !errors.As(err, &ye) || ye.GetToken() == nil:
		return errs.Wrap(err, errs.Invalid, "strictyaml.invalid", "why", err.Error(), "excerpt", "").At(f.Name)
	}
	line := ye.GetToken().Position.Line
	key := "strictyaml.invalid"
	if strings.Contains(ye.GetMessage(), "mapping value is not allowed") {
		key = "strictyaml.colon"
	}
	return errs.Wrap(err, errs.Invalid, key, "why", ye.GetMessage(), "excerpt", f.excerpt(line)).
		At(fmt.Sprintf("%s:%d", f.Name, line))
}

// wrapOwn is wrap for what a type of ours says of the text that it was given, in the argument "text". The library does not tell where it
// stood; it is the first line on which it stands.
func (f *File) wrapOwn(own *errs.Error) error {
	if text, ok := own.Args["text"].(string); ok && text != "" {
		if before, _, found := strings.Cut(string(f.data), text); found {
			line := 1 + strings.Count(before, "\n")
			return errs.Wrap(own, errs.Invalid, "strictyaml.invalid", "why", own, "excerpt", f.excerpt(line)).At(fmt.Sprintf("%s:%d", f.Name, line))
		}
	}
	return errs.Wrap(own, errs.Invalid, "strictyaml.invalid", "why", own, "excerpt", "").At(f.Name)
}

// Wrong returns an error at the value of path ("$.units[3].parent"), with an excerpt. When the path is not in the file, it is at the
// nearest ancestor that is.
func (f *File) Wrong(path, key string, kv ...any) *errs.Error {
	line := f.Line(path)
	return errs.New(errs.Invalid, key, append(kv, "excerpt", f.excerpt(line))...).At(fmt.Sprintf("%s:%d", f.Name, line))
}

// Line returns the line on which the value of path stands, counted from 1.
func (f *File) Line(path string) int {
	for path != "" && path != "$" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterFile(f.doc); err == nil && node != nil && node.GetToken() != nil {
				return lineOf(node)
			}
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return 1
}

// lineOf is the line of a node's first token; a mapping's own token is the colon of its first key, so the key is asked.
func lineOf(n ast.Node) int {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return n.Values[0].Key.GetToken().Position.Line
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken().Position.Line
	}
	return n.GetToken().Position.Line
}

// excerpt shows the line, one before and one after, with numbers and a mark.
func (f *File) excerpt(line int) string {
	lines := strings.Split(string(f.data), "\n")
	var b strings.Builder
	for n := max(1, line-1); n <= min(len(lines), line+1); n++ {
		mark := " "
		if n == line {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s %3d | %s\n", mark, n, strings.TrimRight(lines[n-1], "\r"))
	}
	return strings.TrimRight(b.String(), "\n")
}
