package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"huying/internal/errs"
)

// Read reads a work report. It returns report.empty (errs.Invalid) for a text without words, and report.no_chapter when no
// chapter of a work report can be recognised. The same text always gives the same reading.
func Read(src *Source) (*Reading, error) {
	if src == nil || len(src.Plain) == 0 || strings.TrimSpace(string(src.Plain)) == "" {
		return nil, errs.New(errs.Invalid, "report.empty")
	}
	n := normalise(src)
	o := readOutline(n)
	known := false
	for _, c := range o.chapters {
		known = known || c.State == Review || c.State == Plan || c.State == Horizon || c.State == Livelihood
	}
	if !known || o.year == 0 {
		return nil, errs.New(errs.Invalid, "report.no_chapter")
	}
	out := &Reading{Title: o.title, Year: o.year, Chapters: o.chapters}
	p := &parser{n: n, o: o, out: out}
	for i := range o.sentences {
		p.sentence(&o.sentences[i])
	}
	slices.SortStableFunc(out.Records, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.NumStart, b.NumStart))
	})
	text := []rune(src.Text)
	for i := range out.Records {
		r := &out.Records[i]
		r.ID = fmt.Sprintf("%s%03d", string(r.Kind[:1]), i+1)
		r.Quote = string(text[r.Start:r.End])
	}
	out.link()
	return out, nil
}
