package promise

import (
	"io"

	"github.com/xuri/excelize/v2"
)

// SheetNames are the words that an exported workbook is written in: they come from the message catalogue, in the user's language.
type SheetNames struct {
	Sheet   string            // the sheet's own name
	Title   string            // over the whole width
	AsOf    string            // when and from what it was made
	Heads   map[string]string // of columns, by the keys of sheetLayout
	Say     func(kind, value string) string
	UnitOf  func(key string) string
	Between string // between units in one cell
}

// sheetLayout is the order of the columns and the group each stands under; a group of one is merged over both rows of the header.
var sheetLayout = []struct {
	key, group string
	width      float64
}{
	{"number", "", 11}, {"kind", "", 10}, {"theme", "", 24}, {"title", "", 48}, {"lead", "", 26}, {"due", "", 12}, {"cycle", "", 10},
	{"value", "goal", 10}, {"unit", "goal", 10}, {"baseline", "goal", 10},
	{"latest", "progress", 10}, {"progress", "progress", 9}, {"planned", "progress", 9}, {"status", "progress", 10}, {"light", "progress", 10}, {"why", "progress", 40},
	{"note", "", 12},
}

// WriteSheet writes promises as the workbook that a supervision office keeps: a title over the whole width, a header of two rows with
// merged groups, the units of a promise in one cell with the lead first. Every text is a text cell: what looks like a formula stays one line
// of text. ReadSheet reads it back.
func WriteSheet(w io.Writer, rows []*Standing, n SheetNames) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // nothing is kept on disk
	if err := f.SetSheetName("Sheet1", n.Sheet); err != nil {
		return err
	}
	x := &writer{f: f, sheet: n.Sheet}
	x.header(n)
	for i, st := range rows {
		x.row(i+5, st, n)
	}
	x.finish(len(rows) + 4)
	if x.err != nil {
		return x.err
	}
	return f.Write(w)
}

// writer remembers the first error, so that a sheet reads as what it says.
type writer struct {
	f     *excelize.File
	sheet string
	err   error
}

func (x *writer) do(f func() error) {
	if x.err == nil {
		x.err = f()
	}
}

func cellName(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		panic(err) // the layout is ours
	}
	return name
}

func (x *writer) text(col, row int, s string) {
	if s != "" {
		x.do(func() error { return x.f.SetCellStr(x.sheet, cellName(col, row), s) })
	}
}

// figure writes a decimal as a number, so that the office can go on calculating with it.
func (x *writer) figure(col, row int, s string) {
	if d, ok := number(s); ok {
		if v, err := d.Float64(); err == nil {
			x.do(func() error { return x.f.SetCellFloat(x.sheet, cellName(col, row), v, -1, 64) })
			return
		}
	}
	x.text(col, row, s)
}

func (x *writer) merge(c1, r1, c2, r2 int) {
	if c1 != c2 || r1 != r2 {
		x.do(func() error { return x.f.MergeCell(x.sheet, cellName(c1, r1), cellName(c2, r2)) })
	}
}

func (x *writer) header(n SheetNames) {
	last := len(sheetLayout)
	x.text(1, 1, n.Title)
	x.merge(1, 1, last, 1)
	x.text(1, 2, n.AsOf)
	x.merge(1, 2, last, 2)
	for i := 0; i < last; {
		j := i + 1
		for sheetLayout[i].group != "" && j < last && sheetLayout[j].group == sheetLayout[i].group {
			j++
		}
		if g := sheetLayout[i].group; g == "" {
			x.text(i+1, 3, n.Heads[sheetLayout[i].key])
			x.merge(i+1, 3, i+1, 4)
		} else {
			x.text(i+1, 3, n.Heads[g])
			x.merge(i+1, 3, j, 3)
			for k := i; k < j; k++ {
				x.text(k+1, 4, n.Heads[sheetLayout[k].key])
			}
		}
		i = j
	}
}

func (x *writer) row(at int, st *Standing, n SheetNames) {
	units := n.UnitOf(st.Lead)
	for _, j := range st.Joint {
		units += n.Between + n.UnitOf(j)
	}
	_, due := st.terms()
	theme := st.Claim.Theme.Title
	if st.Claim.Matter.Title != "" {
		theme = st.Claim.Matter.Title
	}
	note := ""
	if st.IsSimulated() {
		note = n.Say("note", "simulated")
	}
	for i, v := range []string{st.Number, n.Say("kind", string(st.Kind)), theme, st.Title, units, due.String(), n.Say("cycle", string(st.Cycle))} {
		x.text(i+1, at, v)
	}
	x.figure(8, at, st.TargetValue())
	x.text(9, at, st.Claim.Unit)
	x.figure(10, at, st.Baseline)
	x.figure(11, at, st.Value)
	if st.Progress != nil {
		x.do(func() error { return x.f.SetCellFloat(x.sheet, cellName(12, at), *st.Progress, 1, 64) })
	}
	x.do(func() error { return x.f.SetCellFloat(x.sheet, cellName(13, at), st.Plan, 1, 64) })
	why := ""
	if len(st.Why) > 0 {
		why = n.Say("why", st.Why[0].Key)
	}
	for i, v := range []string{n.Say("status", string(st.Status)), n.Say("light", string(st.Light)), why, note} {
		x.text(14+i, at, v)
	}
}

// TargetValue is the figure that holds: the promise's own, or the adjusted one.
func (st *Standing) TargetValue() string {
	target, _ := st.terms()
	return target
}

func (x *writer) finish(lastRow int) {
	for i, c := range sheetLayout {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			panic(err) // the layout is ours
		}
		x.do(func() error { return x.f.SetColWidth(x.sheet, name, name, c.width) })
	}
	x.style(1, 1, len(sheetLayout), 1, &excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}})
	x.style(1, 3, len(sheetLayout), 4, &excelize.Style{Font: &excelize.Font{Bold: true}, Border: lines,
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3F0E8"}},
		Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}})
	if lastRow > 4 {
		x.style(1, 5, len(sheetLayout), lastRow, &excelize.Style{Border: lines, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}})
	}
	x.do(func() error {
		return x.f.SetPanes(x.sheet, &excelize.Panes{Freeze: true, XSplit: 1, YSplit: 4, TopLeftCell: "B5", ActivePane: "bottomRight"})
	})
	x.do(func() error { return x.f.AutoFilter(x.sheet, "A4:"+cellName(len(sheetLayout), max(lastRow, 4)), nil) })
	landscape, a3, wide := "landscape", 8, 1
	x.do(func() error {
		return x.f.SetPageLayout(x.sheet, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &a3, FitToWidth: &wide})
	})
}

var lines = []excelize.Border{{Type: "left", Style: 1, Color: "CBC5B5"}, {Type: "right", Style: 1, Color: "CBC5B5"}, {Type: "top", Style: 1, Color: "CBC5B5"}, {Type: "bottom", Style: 1, Color: "CBC5B5"}}

func (x *writer) style(c1, r1, c2, r2 int, s *excelize.Style) {
	x.do(func() error {
		id, err := x.f.NewStyle(s)
		if err != nil {
			return err
		}
		return x.f.SetCellStyle(x.sheet, cellName(c1, r1), cellName(c2, r2), id)
	})
}
