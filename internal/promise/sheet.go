package promise

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Limits of a workbook that is read: far above any office's list.
const (
	maxSheetRows  = 5000
	maxSheetCells = 64
	maxUnzipped   = 128 << 20
	headerDepth   = 12 // rows within which the header must stand
)

// SheetRow is one promise as an office's workbook lists it.
type SheetRow struct {
	Place string // "台账!7": where an error points
	Draft Draft
	Note  string
}

// column is a column that the sheet may have, by the names that offices give it.
type column string

const (
	colNumber column = "number"
	colKind   column = "kind"
	colTitle  column = "title"
	colValue  column = "value"
	colUnit   column = "unit"
	colLead   column = "lead"
	colJoint  column = "joint"
	colDue    column = "due"
	colCycle  column = "cycle"
	colNote   column = "note"
)

var columnNames = map[column][]string{
	colNumber: {"编号", "任务编号", "number", "no."},
	colKind:   {"类别", "任务类别", "类型", "kind"},
	colTitle:  {"任务内容", "工作任务", "主要任务", "重点任务", "任务", "事项", "工作内容", "目标任务", "promise", "task"},
	colValue:  {"目标值", "年度目标", "目标", "target"},
	colUnit:   {"计量单位", "unit"},
	colLead:   {"责任单位", "牵头单位", "主办单位", "承办单位", "责任部门", "牵头部门", "units", "lead"},
	colJoint:  {"配合单位", "协办单位", "配合部门", "joint"},
	colDue:    {"完成时限", "时限", "期限", "完成时间", "办结时限", "deadline", "due"},
	colCycle:  {"报送周期", "周期", "cycle"},
	colNote:   {"备注", "note"},
}

// UnitByName finds a unit by a name that an office writes, full or short.
func unitByName(units []UnitDuty, name string) (string, bool) {
	name = strings.TrimSpace(name)
	for _, u := range units {
		if u.Key == name || known(u.Names, name) {
			return u.Key, true
		}
	}
	return "", false
}

// ReadSheet reads the promises of a workbook as a supervision office keeps it: a header of one to three rows, merged or not, somewhere in
// the first rows of its first sheet that has one; cells merged downwards hold for each of their rows; several units in one cell, the first
// of which leads. It returns every fault of every row at once (errs.List), each with sheet, row and reason; with any fault there are no rows.
func (r *Register) ReadSheet(src io.Reader, year int) ([]SheetRow, error) {
	f, err := excelize.OpenReader(src, excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped, RawCellValue: false})
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "promise.sheet_unreadable").On("file")
	}
	defer func() { _ = f.Close() }() // a workbook that was only read has nothing to lose
	for _, name := range f.GetSheetList() {
		grid, err := readGrid(f, name)
		if err != nil {
			return nil, err
		}
		cols, first := findHeader(grid)
		if cols == nil {
			continue
		}
		s := sheet{name: name, cols: cols, year: year, register: r}
		return s.rows(grid, first)
	}
	return nil, errs.New(errs.Invalid, "promise.sheet_without_header", "title", columnNames[colTitle][0], "lead", columnNames[colLead][0]).On("file")
}

// readGrid returns a sheet's cells as shown, with merged cells repeated over their area.
func readGrid(f *excelize.File, name string) ([][]string, error) {
	grid, err := f.GetRows(name)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "promise.sheet_unreadable").On("file")
	}
	if len(grid) > maxSheetRows {
		return nil, errs.New(errs.TooLarge, "promise.sheet_too_long", "limit", maxSheetRows).At(name)
	}
	merged, err := f.GetMergeCells(name)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "promise.sheet_unreadable").On("file")
	}
	for _, m := range merged {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 != nil || err2 != nil {
			continue
		}
		for row := r1; row <= min(r2, len(grid)); row++ {
			for len(grid[row-1]) < min(c2, maxSheetCells) {
				grid[row-1] = append(grid[row-1], "")
			}
			for col := c1; col <= min(c2, maxSheetCells); col++ {
				grid[row-1][col-1] = m.GetCellValue()
			}
		}
	}
	return grid, nil
}

// findHeader returns the columns and the row after the header: the first row that names both what is to be done and who does it, alone or
// with the row above, and the rows that only go on with it. In each column the lowest name counts: a group stands above its columns.
func findHeader(grid [][]string) (map[column]int, int) {
	for i := range min(len(grid), headerDepth) {
		end := headerEnd(grid, i)
		cols := namesOf(grid[max(0, i-1):end])
		_, title := cols[colTitle]
		_, lead := cols[colLead]
		if title && lead {
			return cols, end
		}
	}
	return nil, 0
}

// namesOf returns which column stands where in the rows of a header.
func namesOf(header [][]string) map[column]int {
	at := map[int]column{}
	width := 0
	for _, row := range header {
		width = max(width, len(row))
		for c, cell := range row {
			if name, ok := columnOf(cell); ok {
				at[c] = name
			}
		}
	}
	cols := map[column]int{}
	for c := range width {
		if name, ok := at[c]; ok {
			if _, taken := cols[name]; !taken {
				cols[name] = c
			}
		}
	}
	return cols
}

// headerEnd skips rows that only go on with the header: a merged header repeats itself in each of its rows.
func headerEnd(grid [][]string, i int) int {
	for ; i+1 < len(grid); i++ {
		n := 0
		for _, cell := range grid[i+1] {
			if _, ok := columnOf(cell); ok {
				n++
			}
		}
		if n < 2 {
			break
		}
	}
	return i + 1
}

var inBrackets = regexp.MustCompile(`[((][^))]*[))]`)

func columnOf(cell string) (column, bool) {
	cell = strings.ToLower(strings.Join(strings.Fields(inBrackets.ReplaceAllString(cell, "")), ""))
	for name, synonyms := range columnNames {
		for _, s := range synonyms {
			if cell == s {
				return name, true
			}
		}
	}
	return "", false
}

type sheet struct {
	name     string
	cols     map[column]int
	year     int
	register *Register
	bad      errs.List
}

func (s *sheet) rows(grid [][]string, first int) ([]SheetRow, error) {
	var out []SheetRow
	numbers := map[string]string{}
	for i := first; i < len(grid); i++ {
		place := fmt.Sprintf("%s!%d", s.name, i+1)
		cell := func(c column) string {
			if at, ok := s.cols[c]; ok && at < len(grid[i]) {
				return strings.TrimSpace(grid[i][at])
			}
			return ""
		}
		if cell(colTitle) == "" && cell(colLead) == "" {
			continue // an empty row, or a line of remarks
		}
		row := s.row(place, cell)
		if row.Draft.Number != "" {
			if other, twice := numbers[row.Draft.Number]; twice {
				s.wrong(place, "sheet_number_twice", "number", row.Draft.Number, "other", other)
			}
			numbers[row.Draft.Number] = place
		}
		out = append(out, row)
	}
	if len(out) == 0 && len(s.bad) == 0 {
		s.wrong(s.name, "sheet_empty")
	}
	if err := s.bad.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

func (s *sheet) wrong(place, key string, kv ...any) {
	s.bad = append(s.bad, errs.New(errs.Invalid, "promise."+key, kv...).At(place))
}

func (s *sheet) row(place string, cell func(column) string) SheetRow {
	out := SheetRow{Place: place, Note: cell(colNote)}
	d := &out.Draft
	d.Title, d.Unit, d.Kind = cell(colTitle), cell(colUnit), Assignment
	if d.Title == "" {
		s.wrong(place, "sheet_no_title")
	}
	if utf8.RuneCountInString(d.Title) > maxNote {
		s.wrong(place, "too_long", "limit", maxNote)
	}
	if n := cell(colNumber); numberShape.MatchString(n) { // anything else is a running number of the office's own list
		d.Number = n
	}
	if k := cell(colKind); k != "" {
		kind, ok := kindNames[k]
		if !ok {
			s.wrong(place, "sheet_kind", "kind", k)
		}
		d.Kind = kind
	}
	s.units(place, cell, d)
	s.target(place, cell(colValue), d)
	if due := cell(colDue); due != "" {
		date, ok := parseDue(due, s.year)
		if !ok {
			s.wrong(place, "sheet_due", "due", due)
		}
		d.Terms.Due = date
	}
	if c := cell(colCycle); c != "" {
		cycle, ok := cycleNames[c]
		if !ok {
			s.wrong(place, "sheet_cycle", "cycle", c)
		}
		d.Terms.Cycle = cycle
	}
	return out
}

var numberShape = regexp.MustCompile(`^\d{4}-\d{3,6}$`)

var kindNames = map[string]Kind{"预期目标": Target, "重点任务": Task, "民生实事": Livelihood, "会议议定": Decision, "批示": Instruction, "上级交办": Assignment}
var cycleNames = map[string]Cycle{"每月": Monthly, "月报": Monthly, "每季": Quarterly, "季报": Quarterly, "每季度": Quarterly, "到期一次": AtEnd}

// units reads a cell such as "城市建设局、教育局" or one name a line: the first leads.
func (s *sheet) units(place string, cell func(column) string, d *Draft) {
	units, _ := s.register.units.Duties(clock.Date{Year: s.year, Month: 1, Day: 1})
	names := append(splitUnits(cell(colLead)), splitUnits(cell(colJoint))...)
	if len(splitUnits(cell(colLead))) == 0 {
		s.wrong(place, "sheet_no_unit")
		return
	}
	for i, name := range names {
		key, ok := unitByName(units, name)
		switch {
		case !ok:
			s.wrong(place, "sheet_unit", "unit", name)
		case i == 0:
			d.Terms.Lead = key
		case key != d.Terms.Lead && !known(d.Terms.Joint, key):
			d.Terms.Joint = append(d.Terms.Joint, key)
		}
	}
}

func splitUnits(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,\uFF0C;\uFF1B\n/ \t\u3000", r) })
}

// target reads "3700", "3700亿元", ">=8%": a figure with its comparison and, when its own column is missing, its unit.
func (s *sheet) target(place, v string, d *Draft) {
	if v == "" {
		return
	}
	m := targetShape.FindStringSubmatch(strings.ReplaceAll(v, ",", ""))
	if m == nil {
		s.wrong(place, "sheet_target", "value", v)
		return
	}
	d.Op, d.Value = map[string]string{"": "=", "≥": ">=", "≤": "<="}[m[1]], m[2]
	if d.Op == "" {
		d.Op = m[1]
	}
	if m[3] == "以上" {
		d.Op, m[3] = ">=", ""
	}
	if d.Unit == "" {
		d.Unit = m[3]
	}
}

var targetShape = regexp.MustCompile(`^\s*(>=|<=|>|<|=|≥|≤|~)?\s*(-?\d+(?:\.\d+)?)\s*([^\d\s]{0,12})\s*$`)

var (
	fullDate  = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
	shortDate = regexp.MustCompile(`^(\d{1,2})[-/](\d{1,2})[-/](\d{2})$`) // as Excel shows a date cell: 12-31-21
	monthEnd  = regexp.MustCompile(`^(?:(\d{4})年)?(\d{1,2})月(?:底|末)?前?$`)
	quarter   = regexp.MustCompile(`^(?:(\d{4})年)?(?:第?([一二三四])季度)(?:底|末)?前?$`)
	yearEnd   = regexp.MustCompile(`^(?:(\d{4})年)?(?:年?底|年内|全年|12月31日|下半年)前?$`)
	halfYear  = regexp.MustCompile(`^(?:(\d{4})年)?上半年$`)
)

// parseDue reads a deadline as offices write it; a month or a quarter ends on its last day.
func parseDue(s string, year int) (clock.Date, bool) {
	s = strings.Join(strings.Fields(s), "")
	at := func(y string, month, day int) (clock.Date, bool) {
		if n, err := strconv.Atoi(y); err == nil {
			if year = n; n < 100 {
				year += 2000
			}
		}
		d := clock.Date{Year: year, Month: time.Month(month), Day: day}
		return d, month >= 1 && month <= 12 && day >= 1 && d.AddDays(0) == d
	}
	lastOf := func(y string, month int) (clock.Date, bool) {
		d, ok := at(y, month, 1)
		if !ok {
			return d, false
		}
		return clock.Date{Year: d.Year, Month: d.Month + 1, Day: 1}.AddDays(-1), true
	}
	num := func(digits string) int { n, _ := strconv.Atoi(digits); return n } // the patterns let only digits through
	if m := fullDate.FindStringSubmatch(s); m != nil {
		return at(m[1], num(m[2]), num(m[3]))
	}
	if m := shortDate.FindStringSubmatch(s); m != nil {
		return at(m[3], num(m[1]), num(m[2]))
	}
	if m := yearEnd.FindStringSubmatch(s); m != nil {
		return at(m[1], 12, 31)
	}
	if m := halfYear.FindStringSubmatch(s); m != nil {
		return at(m[1], 6, 30)
	}
	if m := quarter.FindStringSubmatch(s); m != nil {
		return lastOf(m[1], 3*(strings.Index("一二三四", m[2])/len("一")+1))
	}
	if m := monthEnd.FindStringSubmatch(s); m != nil {
		return lastOf(m[1], num(m[2]))
	}
	return clock.Date{}, false
}
