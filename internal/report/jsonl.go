package report

import (
	"bufio"
	"encoding/json"
	"io"
)

// line is one record in the form in which readers of work reports are scored: one JSON object per line, positions in code
// points of the text, the end exclusive.
type line struct {
	Kind       string       `json:"kind"`
	ID         string       `json:"id,omitempty"`
	Start      int          `json:"start"`
	End        int          `json:"end"`
	NumStart   *int         `json:"num_start,omitempty"`
	NumEnd     *int         `json:"num_end,omitempty"`
	Quote      string       `json:"quote,omitempty"`
	Indicator  string       `json:"indicator,omitempty"`
	Verb       string       `json:"verb,omitempty"`
	Object     string       `json:"object,omitempty"`
	Op         string       `json:"op,omitempty"`
	Metric     string       `json:"metric,omitempty"`
	Value      *json.Number `json:"value,omitempty"`
	ValueMax   *json.Number `json:"value_max,omitempty"`
	Quantity   *json.Number `json:"quantity,omitempty"`
	Unit       string       `json:"unit,omitempty"`
	Year       any          `json:"year,omitempty"`
	Measurable string       `json:"measurable,omitempty"`
	Strength   string       `json:"strength,omitempty"`
	Reason     string       `json:"reason,omitempty"`
	Scope      string       `json:"scope,omitempty"`
	From       *json.Number `json:"from,omitempty"`
	Approx     string       `json:"approx,omitempty"`
	Numeral    string       `json:"numeral,omitempty"`
	Forecast   int          `json:"forecast,omitempty"`
	Section    string       `json:"section,omitempty"`
	Theme      int          `json:"theme,omitempty"`
	Matter     int          `json:"matter,omitempty"`
	Members    []string     `json:"members,omitempty"`
	Owners     []string     `json:"owners,omitempty"`
	Deadline   string       `json:"deadline,omitempty"`
	Baseline   string       `json:"baseline,omitempty"`
	Duplicate  string       `json:"duplicate,omitempty"`
	Rule       string       `json:"rule,omitempty"`
	Confidence string       `json:"confidence,omitempty"`
	Flags      []string     `json:"flags,omitempty"`
	Label      string       `json:"label,omitempty"`
	Why        string       `json:"why,omitempty"`
	Text       string       `json:"text,omitempty"`
}

// WriteJSONL writes the records and then the numbers that no rule took, kind "unparsed" with the reason in why.
func WriteJSONL(w io.Writer, rd *Reading) error {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	for i := range rd.Records {
		if err := enc.Encode(lineOf(&rd.Records[i])); err != nil {
			return err
		}
	}
	for _, u := range rd.Unparsed {
		if err := enc.Encode(line{Kind: "unparsed", Start: u.Start, End: u.End, Text: u.Text, Why: u.Why}); err != nil {
			return err
		}
	}
	return b.Flush()
}

func lineOf(r *Record) line {
	l := line{Kind: string(r.Kind), ID: r.ID, Start: r.Start, End: r.End, Quote: r.Quote, Op: r.Op, Metric: r.Metric, ValueMax: number(r.ValueMax), Unit: r.Unit,
		Year: yearOf(r.Year), Measurable: r.Measurable, Strength: r.Strength, Reason: r.Reason, Scope: r.Scope, From: number(r.From), Approx: r.Approx,
		Numeral: r.Numeral, Section: r.Section, Theme: r.Theme.Index, Matter: r.Matter.Index, Members: r.Members, Owners: r.Owners, Deadline: r.Deadline,
		Baseline: r.Baseline, Duplicate: r.Duplicate, Rule: r.Rule, Confidence: r.Confidence, Flags: r.Flags, Label: r.Label}
	if r.NumEnd > 0 {
		l.NumStart, l.NumEnd = &r.NumStart, &r.NumEnd
	}
	if r.Forecast {
		l.Forecast = 1
	}
	if r.Kind == Target || r.Kind == Result {
		l.Indicator, l.Value = r.Indicator, number(r.Value)
	} else {
		l.Verb, l.Object, l.Quantity = r.Verb, r.Object, number(r.Value)
	}
	return l
}

func number(s string) *json.Number {
	if s == "" {
		return nil
	}
	n := json.Number(s)
	return &n
}

func yearOf(s string) any {
	if len(s) == 4 {
		return json.Number(s)
	}
	if s == "" {
		return nil
	}
	return s
}
