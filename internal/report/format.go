package report

import (
	"fmt"
	"io"
	"strings"
)

// OutputFormat is a form in which a reading is written.
type OutputFormat string

const (
	OutTable OutputFormat = "table" // for a terminal
	OutJSONL OutputFormat = "jsonl" // one record a line, as WriteJSONL
	OutJSON  OutputFormat = "json"  // the whole reading
	OutCSV   OutputFormat = "csv"   // for spreadsheets and scripts
	OutXLSX  OutputFormat = "xlsx"  // a workbook
)

// FormatOptions are choices about the form, not about what is written.
type FormatOptions struct {
	// Say returns the message of a key in the user's language. Only the table, csv and xlsx speak to people; json and jsonl do not.
	Say   func(key string, kv ...any) string
	Width int  // of the table, in columns; 0 stands for 120
	BOM   bool // csv: begin with a byte order mark, without which Excel takes UTF-8 for something else
	Guard bool // csv: keep spreadsheets from running a cell as a formula, see guard
}

// Write writes a reading in a form. Records come first, then the numbers that no rule took, with the reason.
func Write(w io.Writer, f OutputFormat, src *Source, rd *Reading, o FormatOptions) error {
	switch f {
	case OutTable:
		return writeTable(w, rd, o)
	case OutJSONL:
		return WriteJSONL(w, rd)
	case OutJSON:
		return writeJSON(w, src, rd)
	case OutCSV:
		return writeCSV(w, rd, o)
	case OutXLSX:
		return writeXLSX(w, rd, o)
	}
	return fmt.Errorf("report: unknown output format %q", f)
}

// column is one column of the csv and of the workbook's first sheet.
type column struct {
	key    string  // of its heading: report.column.<key>
	width  float64 // in the workbook, in characters
	number bool    // the text is a number and may be one in the workbook
	text   func(r *Record, s speaker) string
}

// recordColumns are what an office wants to see of a record, the most looked at first.
var recordColumns = []column{
	{"id", 8, false, func(r *Record, _ speaker) string { return r.ID }},
	{"kind", 10, false, func(r *Record, s speaker) string { return s.word("kind", string(r.Kind)) }},
	{"subject", 36, false, func(r *Record, _ speaker) string { return r.subject() }},
	{"op", 10, false, func(r *Record, s speaker) string { return s.word("op", opName(r.Op)) }},
	{"value", 12, true, func(r *Record, _ speaker) string { return r.Value }},
	{"value_max", 10, true, func(r *Record, _ speaker) string { return r.ValueMax }},
	{"unit", 10, false, func(r *Record, _ speaker) string { return r.Unit }},
	{"metric", 12, false, func(r *Record, s speaker) string { return s.word("metric", r.Metric) }},
	{"year", 11, false, func(r *Record, _ speaker) string { return r.Year }},
	{"deadline", 12, false, func(r *Record, _ speaker) string { return r.Deadline }},
	{"measurable", 12, false, func(r *Record, s speaker) string { return s.word("measurable", r.Measurable) }},
	{"reason", 24, false, func(r *Record, s speaker) string { return s.word("vague", r.Reason) }},
	{"strength", 10, false, func(r *Record, s speaker) string { return s.word("strength", r.Strength) }},
	{"scope", 12, false, func(r *Record, _ speaker) string { return r.Scope }},
	{"owners", 20, false, func(r *Record, _ speaker) string { return strings.Join(r.Owners, "、") }},
	{"members", 24, false, func(r *Record, _ speaker) string { return strings.Join(r.Members, "、") }},
	{"from", 10, true, func(r *Record, _ speaker) string { return r.From }},
	{"baseline", 9, false, func(r *Record, _ speaker) string { return r.Baseline }},
	{"duplicate", 9, false, func(r *Record, _ speaker) string { return r.Duplicate }},
	{"confidence", 10, false, func(r *Record, s speaker) string { return s.word("confidence", r.Confidence) }},
	{"flags", 24, false, func(r *Record, s speaker) string { return s.words("flag", r.Flags) }},
	{"section", 28, false, func(r *Record, _ speaker) string { return r.Section }},
	{"state", 12, false, func(r *Record, s speaker) string { return s.word("state", string(r.State)) }},
	{"start", 8, true, func(r *Record, _ speaker) string { return fmt.Sprint(r.Start) }},
	{"end", 8, true, func(r *Record, _ speaker) string { return fmt.Sprint(r.End) }},
	{"quote", 60, false, func(r *Record, _ speaker) string { return r.Quote }},
}

// subject is what a record is about: the indicator of a figure, or the deed of a task.
func (r *Record) subject() string {
	if r.Kind == Target || r.Kind == Result {
		return r.Indicator
	}
	return r.Verb + r.Object
}

// opName names a comparison in a message key, where signs have no place.
func opName(op string) string {
	switch op {
	case "=":
		return "eq"
	case ">":
		return "gt"
	case ">=":
		return "ge"
	case "<":
		return "lt"
	case "<=":
		return "le"
	case "~":
		return "about"
	}
	return op
}

// speaker says the words that a reading uses for itself in the user's language.
type speaker struct {
	say func(key string, kv ...any) string
}

// word says a value of a field. A value without a message stands for itself.
func (s speaker) word(field, value string) string {
	if value == "" {
		return ""
	}
	key := "report." + field + "." + value
	if text := s.say(key); text != key {
		return text
	}
	return value
}

// words is a set of words for longest-match look-up at a position of the text. The words of a first rune stand together,
// longest first; tag is what the lexicon file says behind the word.
func (s speaker) words(field string, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = s.word(field, v)
	}
	return strings.Join(out, s.say("report.list_separator"))
}

func (s speaker) heading(key string) string { return s.say("report.column." + key) }
