package promiseweb

import (
	"bytes"
	"strconv"

	"github.com/xuri/excelize/v2"

	"huying/internal/web"
)

// templateColumns are the columns of an empty workbook, by the Chinese names that offices use and the reader of workbooks knows, with what is
// written into them. The register's words are Chinese in every language.
var templateColumns = []struct {
	name, key string
	width     float64
	offered   []string
}{
	{"编号", "number", 12, nil},
	{"类别", "kind", 12, []string{"重点任务", "民生实事", "预期目标", "会议议定", "批示", "上级交办"}},
	{"任务内容", "title", 56, nil},
	{"目标值", "value", 12, nil},
	{"计量单位", "unit", 12, nil},
	{"责任单位", "lead", 26, nil},
	{"配合单位", "joint", 26, nil},
	{"完成时限", "due", 16, nil},
	{"报送周期", "cycle", 12, []string{"每月", "每季", "到期一次"}},
	{"备注", "note", 30, nil},
}

const templateSheet = "台账"

// template sends an empty workbook to be filled in: the columns, lists to choose from, and on a second sheet what goes where.
func (h *pages) template(r *web.Request) error {
	b, err := h.writeTemplate(r)
	if err != nil {
		return err
	}
	return r.Send(excelType, r.T("promiseweb.bulk_template_file")+".xlsx", b)
}

func (h *pages) writeTemplate(r *web.Request) (b *bytes.Buffer, err error) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // nothing is kept on disk
	x := &workbook{book: book}
	x.do(book.SetSheetName("Sheet1", templateSheet))
	help := r.T("promiseweb.bulk_help")
	_, err = book.NewSheet(help)
	x.do(err)
	head, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3F0E8"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}})
	x.do(err)
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	x.do(err)
	for i, c := range templateColumns {
		col, err := excelize.ColumnNumberToName(i + 1)
		x.do(err)
		x.do(book.SetColWidth(templateSheet, col, col, c.width))
		x.do(book.SetColStyle(templateSheet, col, text)) // "@": what looks like a formula or a date stays as it is typed
		x.cell(templateSheet, col+"1", c.name)
		x.do(book.SetCellStyle(templateSheet, col+"1", col+"1", head))
		x.offer(col, c.offered)
		x.cell(help, "A"+strconv.Itoa(i+2), c.name)
		x.cell(help, "B"+strconv.Itoa(i+2), r.T("promiseweb.bulk_help_"+c.key))
	}
	x.do(book.SetPanes(templateSheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}))
	x.units(help, r, h)
	for _, w := range []struct {
		col   string
		width float64
	}{{"A", 14}, {"B", 72}, {"D", 40}} {
		x.do(book.SetColWidth(help, w.col, w.col, w.width))
	}
	x.do(book.SetCellStyle(help, "A1", "D1", head))
	x.do(book.SetColStyle(help, "B", text))
	if x.err != nil {
		return nil, x.err
	}
	return book.WriteToBuffer()
}

// workbook remembers the first error, so that a sheet reads as what it says.
type workbook struct {
	book *excelize.File
	err  error
}

func (x *workbook) do(err error) {
	if x.err == nil {
		x.err = err
	}
}

func (x *workbook) cell(sheet, at, s string) { x.do(x.book.SetCellStr(sheet, at, s)) }

// offer lets one choose from a list below the head of a column.
func (x *workbook) offer(col string, list []string) {
	if len(list) == 0 {
		return
	}
	v := excelize.NewDataValidation(true)
	v.Sqref = col + "2:" + col + "1000"
	x.do(v.SetDropList(list))
	x.do(x.book.AddDataValidation(templateSheet, v))
}

// units names the units as they may be written.
func (x *workbook) units(sheet string, r *web.Request, h *pages) {
	x.cell(sheet, "A1", r.T("promiseweb.bulk_help_column"))
	x.cell(sheet, "B1", r.T("promiseweb.bulk_help_what"))
	x.cell(sheet, "D1", r.T("promiseweb.bulk_help_units"))
	for i, u := range h.Places.Now().Units.All() {
		x.cell(sheet, "D"+strconv.Itoa(i+2), u.Name.ZH)
	}
}
