package app

import (
	"path/filepath"
	"regexp"
	"strings"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/promise"
	"huying/internal/report"
)

// Read reads a work report for the register: the one place where what the reader found becomes what the register keeps. It touches neither
// database nor network; the file itself is for the caller to keep.
func Read(name string, data []byte) (promise.Read, error) {
	src, err := report.Decode(name, data)
	if err != nil {
		return promise.Read{}, err
	}
	rd, err := report.Read(src)
	if err != nil {
		return promise.Read{}, err
	}
	in := promise.Read{Document: promise.Document{Kind: promise.Report, Title: rd.Title, Year: rd.Year, FileName: name, Format: string(src.Format),
		Encoding: src.Encoding, Text: src.Text, Body: paragraphs(src, rd)}}
	if in.Document.Title == "" {
		in.Document.Title = strings.TrimSuffix(name, filepath.Ext(name))
	}
	for _, u := range rd.Unparsed {
		in.Document.Unparsed = append(in.Document.Unparsed, promise.Unparsed{Span: promise.Span{Start: u.Start, End: u.End}, Why: u.Why})
	}
	for _, w := range src.Warnings {
		in.Document.Warnings = append(in.Document.Warnings, promise.Warning{Key: w.Key, Args: w.Args})
	}
	for i := range rd.Records {
		c, err := claimOf(&rd.Records[i])
		if err != nil {
			return promise.Read{}, err
		}
		in.Claims = append(in.Claims, promise.ReadClaim{Ref: rd.Records[i].ID, Doubtful: rd.Records[i].Confidence != "high", Claim: c})
	}
	return in, nil
}

// claimOf is a record in the register's words.
func claimOf(r *report.Record) (promise.Claim, error) {
	due, err := clock.ParseDate(r.Deadline)
	if err != nil {
		return promise.Claim{}, errs.Wrap(err, errs.Internal, "errs.internal")
	}
	return promise.Claim{
		Kind: promise.Kind(r.Kind), Quote: r.Quote, Span: promise.Span{Start: r.Start, End: r.End},
		Sentence: promise.Span{Start: r.SentStart, End: r.SentEnd}, Number: promise.Span{Start: r.NumStart, End: r.NumEnd},
		State: string(r.State), Theme: promise.Heading{No: r.Theme.Index, Title: r.Theme.Title}, Matter: promise.Heading{No: r.Matter.Index, Title: r.Matter.Title},
		Year: r.Year, Indicator: r.Indicator, Scope: r.Scope, Metric: r.Metric, Op: r.Op, Value: r.Value, ValueMax: r.ValueMax, Unit: r.Unit,
		Verb: r.Verb, Object: r.Object, Members: r.Members, Owners: r.Owners, Deadline: due, Strength: r.Strength,
		Measurability: promise.Measurability(r.Measurable), Vague: r.Reason, Baseline: r.Baseline, DuplicateOf: r.Duplicate, Flags: r.Flags, Rule: r.Rule,
	}, nil
}

// The depth of a heading, as promise.Paragraph has it.
const (
	levelTitle   = 1
	levelChapter = 2
	levelTheme   = 3
)

// paragraphs cuts what a person reads of a document into its lines, each with the stretches of the original that it stands in.
func paragraphs(src *report.Source, rd *report.Reading) []promise.Paragraph {
	heads := headings(rd)
	var out []promise.Paragraph
	for from := 0; from < len(src.Plain); {
		to := from
		for to < len(src.Plain) && src.Plain[to] != '\n' {
			to++
		}
		if p, ok := paragraph(src, from, to); ok {
			p.Level = heads[bare(string(src.Plain[from:to]))]
			p.State = stateAt(rd, p.Runs[0].Start)
			out = append(out, p)
		}
		from = to + 1
	}
	return out
}

// paragraph is the line from..to of Plain, without the blanks around it; ok is false when nothing is left.
func paragraph(src *report.Source, from, to int) (p promise.Paragraph, ok bool) {
	for from < to && strings.ContainsRune(" \t\r\u00a0\u3000\ufeff", src.Plain[from]) {
		from++
	}
	for to > from && strings.ContainsRune(" \t\r\u00a0\u3000", src.Plain[to-1]) {
		to--
	}
	for i := from; i < to; i++ {
		at := int(src.At[i])
		if n := len(p.Runs); n > 0 && p.Runs[n-1].End == at {
			p.Runs[n-1].End = at + 1
		} else {
			p.Runs = append(p.Runs, promise.Span{Start: at, End: at + 1})
		}
	}
	return p, len(p.Runs) > 0
}

// headings are the bare lines that head something, with how deep.
func headings(rd *report.Reading) map[string]int {
	heads := map[string]int{}
	for i := range rd.Records {
		for _, t := range []string{rd.Records[i].Section, rd.Records[i].Theme.Title, rd.Records[i].Matter.Title} {
			if t != "" {
				heads[bare(t)] = levelTheme
			}
		}
	}
	for _, c := range rd.Chapters {
		heads[bare(c.Title)] = levelChapter
	}
	if rd.Title != "" {
		heads[bare(rd.Title)] = levelTitle
	}
	return heads
}

var headNumber = regexp.MustCompile(`^(第?[一二三四五六七八九十]+[、章节部分.．]+|[(（][一二三四五六七八九十]+[)）]|\d+[.、．])`)

// bare is a heading without its number, its blanks and the stops around it, so that the line and the title that was read from it meet.
func bare(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\u00a0\u3000", r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimRight(headNumber.ReplaceAllString(s, ""), "。.;；:：")
}

// stateAt is the state of the chapter that a place of the text stands in.
func stateAt(rd *report.Reading, at int) string {
	for i := len(rd.Chapters) - 1; i >= 0; i-- {
		if c := rd.Chapters[i]; c.Start <= at && at < c.End {
			return string(c.State)
		}
	}
	return string(report.Opening)
}
