// Command huying runs a district: it reads work reports, keeps the register of promises and serves both. Each command is a file
// of this folder; docs/cli.md describes them and the exit statuses.
package main

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"huying/internal/app"
	"huying/internal/errs"
	"huying/internal/i18n"
)

// Exit statuses, as docs/cli.md promises them to scripts.
const (
	exitOK      = 0
	exitFailure = 1 // the machine failed, or a file could not be written
	exitUsage   = 2 // the command line is wrong
	exitInput   = 3 // the input is wrong: the message says where and what to do
	exitDiffers = 4 // nothing failed, and what was compared is not the same
)

//go:embed locales/*.json
var locales embed.FS

// commands is the command line.
type commands struct {
	Lang     string      `help:"${help_lang}" placeholder:"zh|en" enum:"zh,en" default:"zh" env:"HUYING_LANG"`
	Account  accountCmd  `cmd:"" help:"${help_account}"`
	Calendar calendarCmd `cmd:"" help:"${help_calendar}"`
	Drill    drillCmd    `cmd:"" help:"${help_drill}"`
	Erase    eraseCmd    `cmd:"" help:"${help_erase}"`
	Ledger   ledgerCmd   `cmd:"" help:"${help_ledger}"`
	Migrate  migrateCmd  `cmd:"" help:"${help_migrate}"`
	Pack     packCmd     `cmd:"" help:"${help_pack}"`
	Read     readCmd     `cmd:"" help:"${help_read}"`
	Serve    serveCmd    `cmd:"" help:"${help_serve}"`
	Simulate simulateCmd `cmd:"" help:"${help_simulate}"`
	Token    tokenCmd    `cmd:"" help:"${help_token}"`
	Verify   verifyCmd   `cmd:"" help:"${help_verify}"`
	Version  versionCmd  `cmd:"" help:"${help_version}"`
}

// env is what a command works with.
type env struct {
	cat      *i18n.Catalogue
	lang     i18n.Lang
	in       io.Reader
	out, err io.Writer
}

// say returns a message in the user's language.
func (e *env) say(key string, kv ...any) string { return e.cat.T(e.lang, key, kv...) }

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run runs one command line and returns its exit status.
func run(args []string, in io.Reader, out, errOut io.Writer) (status int) {
	cat, err := i18n.New(messages()...)
	if err != nil {
		fmt.Fprintln(errOut, err)
		return exitFailure
	}
	e := &env{cat: cat, lang: language(args), in: in, out: out, err: errOut}
	parser, err := newParser(e, &commands{})
	if err != nil {
		fmt.Fprintln(errOut, err)
		return exitFailure
	}
	defer func() {
		if x := recover(); x != nil {
			asked, ok := x.(exitAsked)
			if !ok {
				panic(x)
			}
			status = int(asked)
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(errOut, e.say("huying.usage", "why", err.Error()))
		return exitUsage
	}
	return e.finish(ctx.Run(e))
}

// messages are the catalogues of everything that the commands can say.
func messages() []fs.FS { return append(app.Messages(), locales) }

// exitAsked carries the exit status out of the parser's --help.
type exitAsked int

func newParser(e *env, c *commands) (*kong.Kong, error) {
	vars := kong.Vars{}
	for _, key := range e.cat.Keys(e.lang) {
		if name, ok := strings.CutPrefix(key, "huying.help_"); ok {
			vars["help_"+name] = e.say(key)
		}
	}
	k, err := kong.New(c, kong.Name("huying"), kong.Description(e.say("huying.description")), vars, kong.Writers(e.out, e.err),
		kong.Exit(func(status int) { panic(exitAsked(status)) }), kong.Help(e.help), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return nil, err
	}
	k.Model.HelpFlag.Help = e.say("huying.help_help")
	return k, nil
}

// help prints the parser's help with its fixed words in the user's language.
func (e *env) help(o kong.HelpOptions, ctx *kong.Context) error {
	var b strings.Builder
	stdout := ctx.Kong.Stdout
	ctx.Kong.Stdout = &b
	err := kong.DefaultHelpPrinter(o, ctx)
	ctx.Kong.Stdout = stdout
	if err != nil {
		return err
	}
	text := b.String()
	for _, w := range []struct{ fixed, key string }{{"Usage: ", "huying.word_usage"}, {"Arguments:", "huying.word_arguments"}, {"Flags:", "huying.word_flags"}, {"Commands:", "huying.word_commands"},
		{`Run "huying <command> --help" for more information on a command.`, "huying.word_more"}} {
		text = strings.ReplaceAll(text, w.fixed, e.say(w.key))
	}
	_, err = io.WriteString(stdout, text)
	return err
}

// language finds the language before the command line is parsed, because its mistakes are told in that language too.
func language(args []string) i18n.Lang {
	lang := os.Getenv("HUYING_LANG")
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			lang = v
		} else if a == "--lang" && i+1 < len(args) {
			lang = args[i+1]
		}
	}
	return i18n.ParseLang(lang)
}

// usageError is a mistake in the command line that the parser cannot see.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// errDiffers ends a command that compared two things and has printed how they differ.
var errDiffers = errors.New("they differ")

// finish reports how a command ended.
func (e *env) finish(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errDiffers):
		return exitDiffers
	}
	fmt.Fprintln(e.err, e.cat.Error(e.lang, err))
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.TooLarge, errs.NotFound:
		return exitInput
	}
	if len(errs.All(err)) == 0 {
		fmt.Fprintln(e.err, err) // nobody else keeps a log here
	}
	return exitFailure
}
