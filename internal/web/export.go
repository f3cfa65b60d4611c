package web

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Number is a decimal number as text ("1204.50"): a sheet gets a number, and nothing is lost on the way.
type Number string

// Export sends a list as the file that the request asks for (?format=csv or xlsx), row by row. name is the file's name without its ending. A
// value may be a string, bool, int, int64, float64, Number, clock.Date, time.Time (shown in the district's zone) or nil. Whatever is a
// string comes out as text and is never run as a formula: in a sheet it is typed as text; in CSV, which has no types, a text that a
// spreadsheet would take for a formula gets an apostrophe before it.
func Export(r *Request, name string, header []string, rows iter.Seq2[[]any, error]) error {
	switch r.Wants() {
	case "csv":
		return exportCSV(r, name, header, rows)
	case "xlsx":
		return exportXLSX(r, name, header, rows)
	}
	return errs.New(errs.Invalid, "web.no_format")
}

func (r *Request) beginFile(contentType, name string) io.Writer {
	h := r.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", attachment(name))
	h.Set("Cache-Control", "private, no-store")
	return r.w
}

func exportCSV(r *Request, name string, header []string, rows iter.Seq2[[]any, error]) error {
	var w *csv.Writer // begun by the first row: an error before it can still become a page
	begin := func() error {
		if w != nil {
			return nil
		}
		out := r.beginFile("text/csv; charset=utf-8", name+".csv")
		if _, err := io.WriteString(out, "\ufeff"); err != nil { // by which Excel knows UTF-8
			return err
		}
		w = csv.NewWriter(out)
		w.UseCRLF = true
		return w.Write(csvRecord(r, header))
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := begin(); err != nil {
			return err
		}
		if err := w.Write(csvRecord(r, row)); err != nil {
			return err
		}
	}
	if err := begin(); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

func csvRecord[V any](r *Request, row []V) []string {
	record := make([]string, len(row))
	for i, v := range row {
		record[i] = r.csvText(v)
	}
	return record
}

func (r *Request) csvText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if v != "" && strings.ContainsRune("=+-@\t\r\n", rune(v[0])) {
			return "'" + v
		}
		return v
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.In(r.Zone()).Format("2006-01-02 15:04:05")
	}
	return fmt.Sprint(v)
}

// sheetRows is how many rows a sheet of Excel takes.
const sheetRows = 1_048_576

func exportXLSX(r *Request, name string, header []string, rows iter.Seq2[[]any, error]) (err error) {
	book := excelize.NewFile()
	defer func() { err = firstError(err, book.Close()) }()
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	styles, err := newSheetStyles(book)
	if err != nil {
		return err
	}
	if err := prepare(sheet, styles, header); err != nil {
		return err
	}
	n := 1
	for row, err := range rows {
		if err != nil {
			return err
		}
		if n++; n > sheetRows {
			return errs.New(errs.TooLarge, "web.sheet_full", "limit", sheetRows)
		}
		cells := make([]any, len(row))
		for i, v := range row {
			cells[i] = styles.cell(r, v)
		}
		if err := sheet.SetRow("A"+strconv.Itoa(n), cells); err != nil {
			return err
		}
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return book.Write(r.beginFile("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name+".xlsx"))
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// prepare sets the widths, freezes the header and writes it.
func prepare(sheet *excelize.StreamWriter, st sheetStyles, header []string) error {
	if len(header) > 0 {
		if err := sheet.SetColWidth(1, len(header), 18); err != nil {
			return err
		}
	}
	if err := sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	cells := make([]any, len(header))
	for i, h := range header {
		cells[i] = excelize.Cell{StyleID: st.head, Value: h}
	}
	return sheet.SetRow("A1", cells)
}

type sheetStyles struct{ head, day, moment, text int }

func newSheetStyles(book *excelize.File) (st sheetStyles, err error) {
	day, moment := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&st.head, excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&st.day, excelize.Style{CustomNumFmt: &day}},
		{&st.moment, excelize.Style{CustomNumFmt: &moment}},
		{&st.text, excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}}, // "@": stays text when edited
	} {
		if *s.id, err = book.NewStyle(&s.style); err != nil {
			return st, err
		}
	}
	return st, nil
}

func (st sheetStyles) cell(r *Request, v any) any {
	switch v := v.(type) {
	case string:
		return excelize.Cell{StyleID: st.text, Value: v}
	case Number:
		if f, err := strconv.ParseFloat(string(v), 64); err == nil {
			return f
		}
		return string(v)
	case clock.Date:
		if v.IsZero() {
			return nil
		}
		return excelize.Cell{StyleID: st.day, Value: v.In(time.UTC)}
	case time.Time:
		if v.IsZero() {
			return nil
		}
		_, offset := v.In(r.Zone()).Zone() // a sheet knows no zones: it gets the district's wall clock
		return excelize.Cell{StyleID: st.moment, Value: v.UTC().Add(time.Duration(offset) * time.Second)}
	}
	return v
}
