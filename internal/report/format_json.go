package report

import (
	"encoding/json"
	"io"
	"unicode/utf8"
)

// readingJSON is the whole reading as one object. Positions are code points of the decoded text, the end exclusive; for docx and
// PDF, whose text is made by the reader, the text comes along.
type readingJSON struct {
	Format     Format        `json:"format"`
	Encoding   string        `json:"encoding"`
	Characters int           `json:"characters"`
	Text       string        `json:"text,omitempty"`
	Title      string        `json:"title"`
	Year       int           `json:"year"`
	Warnings   []warningJSON `json:"warnings"`
	Chapters   []chapterJSON `json:"chapters"`
	Records    []recordJSON  `json:"records"`
	Unparsed   []line        `json:"unparsed"`
	Links      []linkJSON    `json:"links"`
}

type warningJSON struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
}

type chapterJSON struct {
	State State  `json:"state"`
	Title string `json:"title"`
	Year  int    `json:"year,omitempty"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// recordJSON is the line of the JSONL form with what only a program that shows the report needs.
type recordJSON struct {
	line
	Chapter       int    `json:"chapter"`
	State         State  `json:"state"`
	SentenceStart int    `json:"sentence_start"`
	SentenceEnd   int    `json:"sentence_end"`
	ThemeTitle    string `json:"theme_title,omitempty"`
	MatterTitle   string `json:"matter_title,omitempty"`
	YearWhy       string `json:"year_why,omitempty"`
	DeadlineWhy   string `json:"deadline_why,omitempty"`
	Role          string `json:"role,omitempty"`
}

type linkJSON struct {
	Kind string `json:"kind"`
	From string `json:"from"`
	To   string `json:"to"`
}

func writeJSON(w io.Writer, src *Source, rd *Reading) error {
	out := readingJSON{Format: src.Format, Encoding: src.Encoding, Characters: utf8.RuneCountInString(src.Text), Title: rd.Title, Year: rd.Year,
		Warnings: []warningJSON{}, Chapters: []chapterJSON{}, Records: []recordJSON{}, Unparsed: []line{}, Links: []linkJSON{}}
	if src.Format == FormatDOCX || src.Format == FormatPDF {
		out.Text = src.Text
	}
	for _, x := range src.Warnings {
		out.Warnings = append(out.Warnings, warningJSON(x))
	}
	for _, c := range rd.Chapters {
		out.Chapters = append(out.Chapters, chapterJSON{State: c.State, Title: c.Title, Year: c.Year, Start: c.Start, End: c.End})
	}
	for i := range rd.Records {
		r := &rd.Records[i]
		out.Records = append(out.Records, recordJSON{line: lineOf(r), Chapter: r.Chapter, State: r.State, SentenceStart: r.SentStart, SentenceEnd: r.SentEnd,
			ThemeTitle: r.Theme.Title, MatterTitle: r.Matter.Title, YearWhy: r.YearWhy, DeadlineWhy: r.DeadlineWhy, Role: r.Role})
	}
	for _, u := range rd.Unparsed {
		out.Unparsed = append(out.Unparsed, line{Kind: "unparsed", Start: u.Start, End: u.End, Text: u.Text, Why: u.Why})
	}
	for _, l := range rd.Links {
		out.Links = append(out.Links, linkJSON(l))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
