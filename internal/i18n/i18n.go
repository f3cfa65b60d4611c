// Package i18n says a message key in the user's language. Texts live in the package that uses them, as locales/zh.json and
// locales/en.json; app hands all of them to New. Quotations of a report are data and are never translated.
package i18n

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"sync/atomic"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"huying/internal/errs"
)

// Lang is a language of the user interface.
type Lang string

const (
	ZH Lang = "zh" // the first language, and the one of anything unknown
	EN Lang = "en"
)

// Langs are the languages of the user interface, the first first.
var Langs = []Lang{ZH, EN}

// ParseLang returns the language of s ("en", "en-GB,zh;q=0.5", "zh_CN.UTF-8"), or Chinese.
func ParseLang(s string) Lang {
	s, _, _ = strings.Cut(strings.ReplaceAll(s, "_", "-"), ".")
	tags, _, err := language.ParseAcceptLanguage(s)
	if err != nil || len(tags) == 0 {
		return ZH
	}
	_, i, confidence := matcher.Match(tags...)
	if confidence == language.No {
		return ZH
	}
	return Langs[i]
}

var matcher = language.NewMatcher([]language.Tag{language.Chinese, language.English})

// Catalogue holds every message in every language. It is safe for use by several goroutines; nothing of it changes after New but the names
// that a district gives.
type Catalogue struct {
	plain map[Lang]map[string]string // messages without arguments, said without a template
	tmpl  map[Lang]*goi18n.Localizer
	keys  map[Lang][]string
	names atomic.Pointer[map[Lang]map[string]string] // that a district gives, under keys that the program does not have
}

// New reads locales/{zh,en}.json of each file system. A key that two packages claim is an error, and so is a broken file.
func New(sources ...fs.FS) (*Catalogue, error) {
	c := &Catalogue{plain: map[Lang]map[string]string{}, tmpl: map[Lang]*goi18n.Localizer{}, keys: map[Lang][]string{}}
	bundle := goi18n.NewBundle(language.Chinese)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, lang := range Langs {
		c.plain[lang] = map[string]string{}
		for _, src := range sources {
			if err := c.load(bundle, src, lang); err != nil {
				return nil, err
			}
		}
		sort.Strings(c.keys[lang])
		for i := 1; i < len(c.keys[lang]); i++ {
			if k := c.keys[lang][i]; k == c.keys[lang][i-1] {
				return nil, fmt.Errorf("locales/%s.json: two packages claim the key %q", lang, k)
			}
		}
		c.tmpl[lang] = goi18n.NewLocalizer(bundle, string(lang))
	}
	return c, nil
}

func (c *Catalogue) load(bundle *goi18n.Bundle, src fs.FS, lang Lang) error {
	name := "locales/" + string(lang) + ".json"
	data, err := fs.ReadFile(src, name)
	if err != nil {
		return err
	}
	file, err := bundle.ParseMessageFileBytes(data, string(lang)+".json")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, m := range file.Messages {
		c.keys[lang] = append(c.keys[lang], m.ID)
		if m.One == "" && !strings.Contains(m.Other, "{{") {
			c.plain[lang][m.ID] = m.Other
		}
	}
	return nil
}

// Name sets the names that a district's pack gives, by language and key, in the place of those before. They have no arguments, and no key of
// the program is said otherwise by them.
func (c *Catalogue) Name(names map[Lang]map[string]string) {
	own := map[Lang]map[string]string{}
	for _, lang := range Langs {
		own[lang] = map[string]string{}
		for key, text := range names[lang] {
			if !c.Has(lang, key) {
				own[lang][key] = text
			}
		}
	}
	c.names.Store(&own)
}

// name is what the district calls a key.
func (c *Catalogue) name(lang Lang, key string) (string, bool) {
	own := c.names.Load()
	if own == nil {
		return "", false
	}
	s, ok := (*own)[lang][key]
	return s, ok
}

// Keys returns every key of a language, sorted.
func (c *Catalogue) Keys(lang Lang) []string { return c.keys[lang] }

// Has reports whether a language has a key.
func (c *Catalogue) Has(lang Lang, key string) bool {
	i := sort.SearchStrings(c.keys[lang], key)
	return i < len(c.keys[lang]) && c.keys[lang][i] == key
}

// T returns the message of key. kv are its arguments: name, value, name, value. The argument named "n" also chooses the plural.
// A key that is missing comes back as it is: a test sees to it that none is.
func (c *Catalogue) T(lang Lang, key string, kv ...any) string {
	if s, ok := c.plain[lang][key]; ok { // without building the arguments
		return s
	}
	if s, ok := c.name(lang, key); ok {
		return s
	}
	args := make(map[string]any, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		args[fmt.Sprint(kv[i])] = kv[i+1]
	}
	return c.say(lang, key, args)
}

func (c *Catalogue) say(lang Lang, key string, args map[string]any) string {
	if s, ok := c.plain[lang][key]; ok {
		return s
	}
	if s, ok := c.name(lang, key); ok {
		return s
	}
	cfg := &goi18n.LocalizeConfig{MessageID: key, TemplateData: args}
	switch n := args["n"].(type) {
	case int, int64:
		cfg.PluralCount = n
	}
	s, err := c.tmpl[lang].Localize(cfg)
	if err != nil && cfg.PluralCount != nil { // a message that says the same of one as of many
		cfg.PluralCount = nil
		s, err = c.tmpl[lang].Localize(cfg)
	}
	if err != nil {
		return key
	}
	return s
}

// Error says what a user should read of err: the place, the message and, of a list, one line for each. An error without a key
// is a defect of ours: the user reads that we failed, and the log has the rest.
func (c *Catalogue) Error(lang Lang, err error) string {
	all := errs.All(err)
	if len(all) == 0 {
		return c.T(lang, "errs.internal")
	}
	lines := make([]string, len(all))
	for i, e := range all {
		lines[i] = c.One(lang, e)
		if e.Place != "" {
			lines[i] = e.Place + ": " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// One says the message of one error, without its place.
func (c *Catalogue) One(lang Lang, e *errs.Error) string {
	args := make(map[string]any, len(e.Args))
	for k, v := range e.Args {
		if inner, ok := v.(error); ok { // an argument may be an error with a message of its own
			var named *errs.Error
			if errors.As(inner, &named) {
				v = c.One(lang, named)
			}
		}
		args[k] = v
	}
	return c.say(lang, e.Key, args)
}
