package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"huying/internal/app"
	"huying/internal/errs"
	"huying/internal/verify"
)

// verifyCmd checks what the program wrote by code that did not write it.
type verifyCmd struct {
	All     verifyAllCmd     `cmd:"" default:"withargs" help:"${help_verify_all}"`
	Receipt verifyReceiptCmd `cmd:"" help:"${help_verify_receipt}"`
}

// verifyAllCmd checks a whole database: the ledger and its signatures, the histories, what they fold to, clocks and duties. With Rebuild it also
// mends what follows from histories and differs from them.
type verifyAllCmd struct {
	databaseFlag
	Pack    string `default:"packs/zhuhai-gaoxin" env:"HUYING_PACK" placeholder:"DIR" help:"${help_serve_pack}"`
	Rebuild bool   `help:"${help_verify_rebuild}"`
	Yes     bool   `help:"${help_verify_yes}"`
}

// Run prints every finding, each with where it is; with one that is left, the exit status is that of a failure.
func (c *verifyAllCmd) Run(e *env) error {
	url, err := c.url()
	if err != nil {
		return err
	}
	cfg := app.Config{Database: url, Pack: os.DirFS(c.Pack), PackName: filepath.ToSlash(filepath.Clean(c.Pack))}
	r, err := app.Verify(context.Background(), cfg, nil)
	if err != nil {
		return err
	}
	if !c.Rebuild || len(r.Stale)+len(r.Lost) == 0 {
		return e.verified(r)
	}
	e.findings(r)
	if n := len(r.Lost); n > 0 {
		fmt.Fprintln(e.err, e.say("huying.verify_lost", "n", n))
	}
	if len(r.Stale) == 0 || !c.Yes && !e.confirmed(e.say("huying.verify_ask", "n", len(r.Stale))) {
		return errs.New(errs.Internal, "huying.verify_found", "n", int64(len(r.Findings))+r.More)
	}
	if err := app.Rebuild(context.Background(), cfg, r); err != nil {
		return err
	}
	fmt.Fprintln(e.err, e.say("huying.verify_rebuilt", "n", len(r.Stale)))
	if r, err = app.Verify(context.Background(), cfg, nil); err != nil {
		return err
	}
	return e.verified(r)
}

// verified says that nothing was found, or what was.
func (e *env) verified(r *verify.Report) error {
	if int64(len(r.Findings))+r.More == 0 {
		fmt.Fprintln(e.out, e.say("huying.verify_sound", "leaves", r.Leaves, "cases", r.Cases, "records", r.Records, "duties", r.Duties))
		return nil
	}
	e.findings(r)
	return errs.New(errs.Internal, "huying.verify_found", "n", int64(len(r.Findings))+r.More)
}

func (e *env) findings(r *verify.Report) {
	for _, f := range r.Findings {
		fmt.Fprintf(e.out, "%s: %s\n", f.What, e.say(f.Why, f.Args...))
	}
	if r.More > 0 {
		fmt.Fprintln(e.out, e.say("huying.verify_more", "n", r.More))
	}
}

// confirmed asks a question on the standard error and reports whether the answer is yes.
func (e *env) confirmed(question string) bool {
	fmt.Fprint(e.err, question+" ")
	line, err := bufio.NewReader(io.LimitReader(e.in, 100)).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return (err == nil || errors.Is(err, io.EOF)) && (answer == "yes" || answer == "y" || answer == "是")
}

// verifyReceiptCmd checks a receipt against the public keys of its log. It needs no server and no network.
type verifyReceiptCmd struct {
	File string   `arg:"" help:"${help_verify_receipt_file}"`
	Key  []string `required:"" placeholder:"NAME+ID+KEY" help:"${help_verify_key}"`
}

// Run says what the receipt proves, or what does not fit.
func (c *verifyReceiptCmd) Run(e *env) (err error) {
	in := e.in
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "huying.unreadable_file", "why", err.Error()).At(c.File)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		in = io.Reader(f)
	}
	p, err := verify.Receipt(in, c.Key...)
	if err != nil {
		return err
	}
	key := "huying.receipt_promised"
	if p.Included {
		key = "huying.receipt_included"
	}
	fmt.Fprintln(e.out, e.say(key, "ref", p.Ref, "at", p.At, "origin", p.Origin, "index", p.Index, "size", p.Size))
	if p.Data {
		fmt.Fprintln(e.out, e.say("huying.receipt_data"))
	}
	return nil
}
