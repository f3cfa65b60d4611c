package promiseweb

import (
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/promise"
	"huying/internal/web"
)

// columnKeys are the columns of an exported list, in their order; each has its words under promiseweb.column.
var columnKeys = []string{"number", "year", "kind", "theme", "title", "quote", "lead", "joint", "due", "measurability", "vague", "target", "unit", "baseline",
	"latest", "as_of", "planned", "gap", "forecast", "progress", "plan", "status", "light", "why", "adjusted", "evidence", "simulated", "path"}

func (d *desk) header() []string {
	out := make([]string, len(columnKeys))
	for i, key := range columnKeys {
		out[i] = d.r.T("promiseweb.column." + key)
	}
	return out
}

// fileName is what a list is saved as, without an ending.
func (d *desk) fileName() string { return d.r.T("promiseweb.file_name", "year", d.year()) }

func (d *desk) values(rows []*promise.Standing) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, st := range rows {
			if !yield(d.row(st), nil) {
				return
			}
		}
	}
}

// row is a promise as a line of a file, in the order of columnKeys.
func (d *desk) row(st *promise.Standing) []any {
	say := d.r.T
	progress := any(nil)
	if st.Progress != nil {
		progress = rounded(*st.Progress)
	}
	adjusted := ""
	if st.Adjusted != nil {
		adjusted = st.Adjusted.Reason
	}
	return []any{st.Number, st.Year, say("promise.kind." + string(st.Kind)), headingOf(st), st.Title, st.Claim.Quote, d.unit(st.Lead), d.units(st.Joint), due(st),
		say("promise.measurability." + string(st.Claim.Measurability)), vagueText(d.r, st.Claim.Vague), decimal(st.Target), st.Claim.Unit, decimal(st.Baseline),
		decimal(st.Value), st.AsOf, decimal(st.Planned), decimal(st.Gap), decimal(st.Forecast), progress, rounded(st.Plan),
		say("promise.status." + string(st.Status)), say("web.light." + string(st.Light)), d.reasons(st), adjusted, st.Proofs, st.IsSimulated(), path(st)}
}

// rounded is a percentage with one decimal.
func rounded(v float64) web.Number { return web.Number(strconv.FormatFloat(v, 'f', 1, 64)) }

func decimal(s string) any {
	if s == "" {
		return nil
	}
	return web.Number(s)
}

func headingOf(st *promise.Standing) string {
	if st.Claim.Matter.Title != "" {
		return st.Claim.Matter.Title
	}
	return st.Claim.Theme.Title
}

func (d *desk) units(keys []string) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = d.unit(k)
	}
	return strings.Join(names, d.r.T("promiseweb.and"))
}

func (d *desk) reasons(st *promise.Standing) string {
	all := make([]string, len(st.Why))
	for i, w := range st.Why {
		all[i] = reason(d.r, w)
	}
	return strings.Join(all, d.r.T("promiseweb.semicolon"))
}

// openRegister is the register of a year as open data. Keys and codes are the same in every language; decimals are texts, so that nothing
// of them is lost.
type openRegister struct {
	Year     int           `json:"year"`
	Years    []int         `json:"years"`
	AsOf     time.Time     `json:"as_of"`
	Today    clock.Date    `json:"today"`
	Promises []openPromise `json:"promises"`
}

type openPromise struct {
	Number        string                `json:"number"`
	Path          string                `json:"path"`
	Kind          promise.Kind          `json:"kind"`
	Title         string                `json:"title"`
	Quote         string                `json:"quote"`
	Document      int64                 `json:"document,omitempty"`
	Span          promise.Span          `json:"span"`
	Theme         *promise.Heading      `json:"theme,omitempty"`
	Matter        *promise.Heading      `json:"matter,omitempty"`
	Lead          openUnit              `json:"lead"`
	Joint         []openUnit            `json:"joint,omitempty"`
	Start         clock.Date            `json:"start"`
	Due           clock.Date            `json:"due"`
	Measurability promise.Measurability `json:"measurability"`
	Vague         string                `json:"vague,omitempty"`
	Indicator     string                `json:"indicator,omitempty"`
	Op            string                `json:"op,omitempty"`
	Target        string                `json:"target,omitempty"`
	Unit          string                `json:"unit,omitempty"`
	Baseline      string                `json:"baseline,omitempty"`
	Value         string                `json:"value,omitempty"`
	ValueOn       *clock.Date           `json:"value_on,omitempty"`
	Planned       string                `json:"planned,omitempty"`
	Gap           string                `json:"gap,omitempty"`
	Forecast      string                `json:"forecast,omitempty"`
	Method        string                `json:"method,omitempty"`
	Progress      *float64              `json:"progress,omitempty"`
	Plan          float64               `json:"plan"`
	Status        promise.Status        `json:"status"`
	Light         promise.Light         `json:"light"`
	Why           []string              `json:"why"`
	Adjusted      bool                  `json:"adjusted"`
	Evidence      int                   `json:"evidence"`
	Simulated     bool                  `json:"simulated"`
}

type openUnit struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

func (d *desk) open(st *promise.Standing) openPromise {
	o := openPromise{Number: st.Number, Path: path(st), Kind: st.Kind, Title: st.Title, Quote: st.Claim.Quote, Document: st.Document, Span: st.Claim.Span,
		Lead: openUnit{st.Lead, d.unit(st.Lead)}, Start: st.Start, Due: due(st), Measurability: st.Claim.Measurability, Vague: st.Claim.Vague,
		Indicator: st.Claim.Indicator, Op: st.Claim.Op, Target: st.Target, Unit: st.Claim.Unit, Baseline: st.Baseline, Value: st.Value, Planned: st.Planned,
		Gap: st.Gap, Forecast: st.Forecast, Method: st.Method, Progress: st.Progress, Plan: st.Plan, Status: st.Status, Light: st.Light, Why: []string{},
		Adjusted: st.Adjusted != nil, Evidence: st.Proofs, Simulated: st.IsSimulated()}
	if st.Claim.Theme.No > 0 {
		o.Theme = &st.Claim.Theme
	}
	if st.Claim.Matter.No > 0 {
		o.Matter = &st.Claim.Matter
	}
	if !st.AsOf.IsZero() {
		o.ValueOn = &st.AsOf
	}
	for _, key := range st.Joint {
		o.Joint = append(o.Joint, openUnit{key, d.unit(key)})
	}
	for _, w := range st.Why {
		o.Why = append(o.Why, reason(d.r, w))
	}
	return o
}

// writeJSON sends promises as open data.
func (d *desk) writeJSON(rows []*promise.Standing) error {
	all := openRegister{Year: d.board.Year, Years: d.years, AsOf: d.board.At, Today: d.board.Today, Promises: []openPromise{}}
	if all.Years == nil {
		all.Years = []int{}
	}
	for _, st := range rows {
		all.Promises = append(all.Promises, d.open(st))
	}
	data, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	return d.r.Send("application/json; charset=utf-8", d.fileName()+".json", strings.NewReader(string(data)+"\n"))
}

func (h *pages) openJSON(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	return d.writeJSON(d.board.Rows)
}

// openSheet sends the year's register as the workbook that a supervision office keeps.
func (h *pages) openSheet(r *web.Request) error {
	d, err := h.desk(r)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := promise.WriteSheet(&b, d.board.Rows, d.sheetNames()); err != nil {
		return err
	}
	const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	return r.Send(kind, d.fileName()+".xlsx", strings.NewReader(b.String()))
}

// sheetHeads are the columns and groups of the office's workbook; each has its words under promiseweb.sheet.
var sheetHeads = []string{"number", "kind", "theme", "title", "lead", "due", "cycle", "goal", "value", "unit", "baseline", "progress", "latest", "planned",
	"status", "light", "why", "note"}

func (d *desk) sheetNames() promise.SheetNames {
	say := d.r.T
	n := promise.SheetNames{Sheet: say("promiseweb.sheet_name", "year", d.year()), Title: say("promiseweb.sheet_title", "year", d.year()),
		AsOf: say("web.as_of", "now", d.r.Moment(d.board.At)), Heads: map[string]string{}, UnitOf: d.unit, Between: say("promiseweb.and"),
		Say: func(kind, value string) string {
			switch kind {
			case "note":
				return say("web.demo_data")
			case "why":
				return say("promiseweb.why." + value)
			}
			return say("promise." + kind + "." + value)
		}}
	for _, key := range sheetHeads {
		n.Heads[key] = say("promiseweb.sheet." + key)
	}
	return n
}
