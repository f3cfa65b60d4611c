package promiseweb

import (
	"context"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"huying/internal/web"
)

// prose writes the pieces of a paragraph one behind the other. It is written by hand, for a template would put blanks between the elements,
// and Chinese text has none.
func prose(pieces []piece) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var b strings.Builder
		for _, p := range pieces {
			p.write(ctx, &b)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

func (p piece) write(ctx context.Context, b *strings.Builder) {
	x := p.Place
	if x == nil {
		b.WriteString(templ.EscapeString(p.Text))
		return
	}
	name := "span"
	if x.Href != "" {
		name = "a"
	}
	open(b, name, x, p.First)
	switch {
	case p.Last && x.Light != "":
		text, end := lastRune(p.Text)
		b.WriteString(templ.EscapeString(text) + `<span class="nowrap">` + templ.EscapeString(end))
		light(ctx, b, x)
		b.WriteString("</span>")
	case p.Last && x.Title != "":
		b.WriteString(templ.EscapeString(p.Text))
		unseen(ctx, b, x.Title)
	default:
		b.WriteString(templ.EscapeString(p.Text))
	}
	b.WriteString("</" + name + ">")
	for _, y := range p.Also {
		open(b, "a", y, true)
		light(ctx, b, y)
		b.WriteString("</a>")
	}
}

// open begins the element of a place; its first piece carries the id.
func open(b *strings.Builder, name string, x *place, first bool) {
	b.WriteString("<" + name + ` class="` + templ.EscapeString(x.Class) + `"`)
	if first {
		b.WriteString(` id="` + templ.EscapeString(x.ID) + `"`)
	}
	if name == "a" {
		b.WriteString(` href="` + templ.EscapeString(x.Href) + `"`)
	}
	if x.Title != "" {
		b.WriteString(` title="` + templ.EscapeString(x.Title) + `"`)
	}
	b.WriteString(">")
}

// lastRune parts the last character from a text: the light stands on the same line as it.
func lastRune(s string) (before, last string) {
	_, size := utf8.DecodeLastRuneInString(s)
	return s[:len(s)-size], s[len(s)-size:]
}

// joiner keeps a stop that follows a light from beginning a line. It cannot be selected, so that what is copied are the report's words.
const joiner = `<span class="join" aria-hidden="true">&#8288;</span>`

// light draws the shape of a light, and says its word to those who hear the page.
func light(ctx context.Context, b *strings.Builder, x *place) {
	if err := web.Glyph(string(x.Light)).Render(ctx, b); err != nil {
		return // a Builder takes everything
	}
	unseen(ctx, b, x.Title)
	b.WriteString(joiner)
}

// unseen is read out with the text, in the language of the page and not of the report.
func unseen(ctx context.Context, b *strings.Builder, text string) {
	lang := "zh-CN"
	if r := web.From(ctx); r != nil && r.Lang != "zh" {
		lang = string(r.Lang)
	}
	b.WriteString(`<span class="vh" lang="` + lang + `"> ` + templ.EscapeString(text) + `</span>`)
}

// quoted is a sentence with the promise's own words marked in it.
func quoted(s sentence) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, templ.EscapeString(s.Before)+"<mark>"+templ.EscapeString(s.Quote)+"</mark>"+templ.EscapeString(s.After))
		return err
	})
}
