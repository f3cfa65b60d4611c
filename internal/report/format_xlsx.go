package report

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"huying/internal/errs"
)

// writeXLSX writes a workbook of two sheets, the records and the numbers that no rule took. Every text is a text cell, so that
// no spreadsheet runs it as a formula or makes a date of it; figures are number cells where a number cell holds all their digits.
func writeXLSX(w io.Writer, rd *Reading, o FormatOptions) error {
	s := speaker{o.Say}
	b := &workbook{f: excelize.NewFile()}
	defer func() { b.keep(b.f.Close()) }()
	records, unparsed := s.say("report.sheet.records"), s.say("report.sheet.unparsed")
	b.keep(b.f.SetSheetName("Sheet1", records))
	_, err := b.f.NewSheet(unparsed)
	b.keep(err)

	headings, widths := make([]string, len(recordColumns)), make([]float64, len(recordColumns))
	for i, c := range recordColumns {
		headings[i], widths[i] = s.heading(c.key), c.width
	}
	b.begin(records, headings, widths)
	for i := range rd.Records {
		for j, c := range recordColumns {
			b.cell(j+1, i+2, c.text(&rd.Records[i], s), c.number)
		}
	}
	b.end(len(rd.Records))

	keys := []string{"quote", "reason", "state", "start", "end"}
	for i, k := range keys {
		headings[i] = s.heading(k)
	}
	b.begin(unparsed, headings[:len(keys)], []float64{24, 32, 12, 10, 10})
	for i, u := range rd.Unparsed {
		for j, k := range keys {
			b.cell(j+1, i+2, unparsedCell(k, u, s), k == "start" || k == "end")
		}
	}
	b.end(len(rd.Unparsed))
	if b.err != nil {
		return b.err
	}
	return b.f.Write(w)
}

// workbook writes cells and keeps the first error.
type workbook struct {
	f     *excelize.File
	sheet string
	cols  int
	err   error
}

func (b *workbook) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

// begin starts a sheet with its headings.
func (b *workbook) begin(sheet string, headings []string, widths []float64) {
	b.sheet, b.cols = sheet, len(headings)
	for i, h := range headings {
		b.cell(i+1, 1, h, false)
		name, err := excelize.ColumnNumberToName(i + 1)
		b.keep(err)
		b.keep(b.f.SetColWidth(sheet, name, name, widths[i]))
	}
	bold, err := b.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	b.keep(err)
	b.keep(b.f.SetCellStyle(sheet, "A1", b.at(b.cols, 1), bold))
	b.keep(b.f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
}

// end lets the reader filter a sheet of so many rows.
func (b *workbook) end(rows int) {
	b.keep(b.f.AutoFilter(b.sheet, "A1:"+b.at(b.cols, rows+1), nil))
}

func (b *workbook) at(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	b.keep(err)
	return name
}

// exactDigits is how many digits of a number a spreadsheet keeps.
const exactDigits = 15

// picture stands in for a control character, which the XML of a workbook cannot hold: ␛.
func picture(r rune) rune {
	if r < 0x20 && r != '\t' && r != '\n' && r != '\r' {
		return 0x2400 + r
	}
	return r
}

func (b *workbook) cell(col, row int, text string, number bool) {
	if text == "" {
		return
	}
	at := b.at(col, row)
	text = strings.Map(picture, text)
	if digits := strings.Trim(strings.ReplaceAll(text, ".", ""), "-"); number && len(digits) <= exactDigits {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			b.keep(b.f.SetCellFloat(b.sheet, at, v, -1, 64))
			return
		}
	}
	if len(utf16.Encode([]rune(text))) > excelize.TotalCellChars {
		b.keep(errs.New(errs.TooLarge, "report.cell_too_long", "at", b.sheet+"!"+at, "limit", excelize.TotalCellChars))
		return
	}
	b.keep(b.f.SetCellStr(b.sheet, at, text))
}
