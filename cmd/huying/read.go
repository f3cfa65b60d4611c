package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"huying/internal/errs"
	"huying/internal/report"
)

// readCmd reads a work report and writes what it promises. It needs no server and no database.
type readCmd struct {
	File   string `arg:"" help:"${help_read_file}"`
	Format string `short:"f" enum:"table,jsonl,json,csv,xlsx" default:"table" placeholder:"table|jsonl|json|csv|xlsx" help:"${help_read_format}"`
	Output string `short:"o" placeholder:"FILE" help:"${help_read_output}"`
	Width  int    `default:"120" help:"${help_read_width}"`
	BOM    bool   `negatable:"" default:"true" help:"${help_read_bom}"`
	Guard  bool   `negatable:"" default:"true" help:"${help_read_guard}"`
}

// Run reads the file and writes the reading. Doubts about the decoding go to the standard error, and do not change the status.
func (c *readCmd) Run(e *env) error {
	if c.Format == "xlsx" && c.Output == "" && isTerminal(e.out) {
		return usageError{errs.New(errs.Invalid, "huying.xlsx_to_terminal")}
	}
	if isTerminal(e.err) {
		slow := time.AfterFunc(time.Second, func() { fmt.Fprintln(e.err, e.say("huying.reading", "file", c.File)) })
		defer slow.Stop()
	}
	data, err := readInput(c.File, e.in)
	if err != nil {
		return err
	}
	src, err := report.Decode(c.File, data)
	if err != nil {
		return err
	}
	for _, w := range src.Warnings {
		fmt.Fprintf(e.err, "%s: %s\n", c.File, e.cat.One(e.lang, &errs.Error{Key: w.Key, Args: w.Args}))
	}
	rd, err := report.Read(src)
	if err != nil {
		return at(c.File, err)
	}
	options := report.FormatOptions{Say: e.say, Width: c.Width, BOM: c.BOM, Guard: c.Guard}
	return writeOutput(c.Output, e.out, func(w io.Writer) error {
		return report.Write(w, report.OutputFormat(c.Format), src, rd, options)
	})
}

// readInput reads a file, or the standard input for "-". It stops behind the limit of the reader: what is larger is refused
// there, and need not be read to its end.
func readInput(name string, in io.Reader) ([]byte, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, unreadable(name, err)
		}
		defer f.Close()
		if st, err := f.Stat(); err == nil && st.IsDir() {
			return nil, errs.New(errs.Invalid, "huying.is_folder").At(name)
		}
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, report.MaxInput+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	return data, nil
}

func unreadable(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errs.Wrap(err, errs.NotFound, "huying.no_file").At(name)
	}
	return errs.Wrap(err, errs.Invalid, "huying.unreadable_file", "why", reason(err)).At(name)
}

// writeOutput lets write fill the file of that name, or the standard output. A file appears only when it is complete.
func writeOutput(name string, out io.Writer, write func(io.Writer) error) error {
	if name == "" {
		return write(out)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".huying-*")
	if err != nil {
		return unwritable(name, err)
	}
	defer os.Remove(f.Name()) // fails, as it should, once the file has its name
	err = write(f)
	if err != nil {
		f.Close()
		return err
	}
	if err = errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return unwritable(name, err)
	}
	return nil
}

func unwritable(name string, err error) error {
	return errs.Wrap(err, errs.Internal, "huying.unwritable_file", "why", reason(err)).At(name)
}

// reason is what the system says, without the path, which the place already names.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// at adds the name of the file to an error that has no place yet.
func at(place string, err error) error {
	var e *errs.Error
	if errors.As(err, &e) && e.Place == "" {
		return e.At(place)
	}
	return err
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode()&os.ModeCharDevice != 0
}
