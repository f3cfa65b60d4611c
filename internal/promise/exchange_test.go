package promise

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"huying/internal/errs"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// officeBook is a workbook as an office keeps it: a title over all columns, a header of two merged rows, a category merged downwards.
func officeBook(t testing.TB, rows ...[]string) *bytes.Buffer {
	t.Helper()
	f := excelize.NewFile()
	set := func(cell, v string) {
		if err := f.SetCellStr("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	merge := func(a, b string) {
		if err := f.MergeCell("Sheet1", a, b); err != nil {
			t.Fatal(err)
		}
	}
	set("A1", "2021年重点工作任务分解表")
	merge("A1", "G1")
	for i, h := range []string{"序号", "类别", "工作任务", "目标", "", "责任单位(排第一的为牵头单位)", "完成时限"} {
		set(cellName(i+1, 2), h)
	}
	merge("D2", "E2")
	set("D3", "目标值")
	set("E3", "计量单位")
	for _, c := range []string{"A", "B", "C", "F", "G"} {
		merge(c+"2", c+"3")
	}
	for r, row := range rows {
		for c, v := range row {
			set(cellName(c+1, r+4), v)
		}
	}
	if len(rows) > 1 {
		merge("B4", cellName(2, len(rows)+3))
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return &b
}

var goodRows = [][]string{
	{"1", "会议议定", "新建停车场 𠮷 <b>", "≥200", "个", "城市建设局、教育局\n唐家湾镇", "2021年9月底前"},
	{"2", "", "=SUM(A1:A9)", "", "", "教育局", "年底前"},
}

func TestAnOfficesWorkbook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		rows, err := r.ReadSheet(officeBook(t, goodRows...), 2021)
		if err != nil {
			t.Fatal(err)
		}
		d := Document{Kind: Meeting, Title: "会议纪要", Year: 2021, File: "f2", FileName: "纪要.xlsx"}
		write(t, r, func(tx *store.Tx) error { _, err := r.ImportSheet(ctx, tx, d, rows, office); return err })
		b, err := r.Board(ctx, 2021)
		if err != nil || len(b.Rows) != 2 {
			t.Fatal(b, err)
		}
		p := b.Rows[0]
		if p.Lead != "works" || strings.Join(p.Joint, " ") != "schools town" || p.Kind != Decision || p.Claim.Op != ">=" || p.Claim.Value != "200" || p.Due.String() != "2021-09-30" || p.Title != goodRows[0][2] {
			t.Errorf("%+v", p.Promise)
		}
		if q := b.Rows[1]; q.Kind != Decision || q.Title != goodRows[1][2] || q.Due.String() != "2021-12-31" {
			t.Errorf("a category merged downwards holds for each row, and a formula is text: %+v", q.Promise)
		}
		doc, err := r.Document(ctx, p.Document)
		if s := p.Claim.Span; err != nil || string([]rune(doc.Text)[s.Start:s.End]) != p.Title {
			t.Errorf("the promise does not open its line: %v", err)
		}
	}, Schema)
}

func TestABadRowIsNamedAndNothingIsImported(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		_, err := r.ReadSheet(officeBook(t, goodRows[0], []string{"2", "", "建桥", "很多", "座", "月球局", "开春"}), 2021)
		places := map[string]bool{}
		for _, e := range errs.All(err) {
			places[e.Place+" "+e.Key] = true
		}
		for _, want := range []string{"Sheet1!5 promise.sheet_unit", "Sheet1!5 promise.sheet_target", "Sheet1!5 promise.sheet_due"} {
			if !places[want] {
				t.Errorf("not named: %s in %v", want, places)
			}
		}
		rows, err := r.ReadSheet(officeBook(t, goodRows...), 2021)
		if err != nil {
			t.Fatal(err)
		}
		rows[0].Draft.Number, rows[1].Draft.Number = "2021-009", "2021-009"
		err = r.db.Write(ctx, func(tx *store.Tx) error {
			_, err := r.ImportSheet(ctx, tx, Document{Kind: Meeting, Title: "x", Year: 2021, File: "f3", FileName: "x.xlsx"}, rows, office)
			return err
		})
		if !errs.Is(err, errs.Conflict) || errs.All(err)[0].Place != "Sheet1!5" {
			t.Errorf("a number twice: %v", err)
		}
		if b, err := r.Board(ctx, 2021); err != nil || len(b.Rows) != 0 {
			t.Errorf("half of the file was imported: %v", err)
		}
	}, Schema)
}

func TestWorkbooksThatCannotBeRead(t *testing.T) {
	r, _ := open(storetest.SQLite(t, Schema))
	for name, data := range map[string][]byte{"empty": nil, "text": []byte("hello"), "an old .xls": {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, "half a zip": officeBook(t, goodRows...).Bytes()[:900]} {
		if _, err := r.ReadSheet(bytes.NewReader(data), 2021); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.ReadSheet(officeBook(t), 2021); !errs.Is(err, errs.Invalid) || errs.All(err)[0].Key != "promise.sheet_empty" {
		t.Errorf("a header alone: %v", err)
	}
}

func TestAWorkbookGoesRound(t *testing.T) {
	r, _ := open(storetest.SQLite(t, Schema))
	_, board := enterAnnex(t, r)
	names := SheetNames{Sheet: "台账", Title: "台账", AsOf: "截至", Between: "、", Say: func(kind, v string) string { return "" },
		UnitOf: func(key string) string {
			return map[string]string{"works": "建设局", "schools": "教育局", "town": "唐家湾镇"}[key]
		},
		Heads: map[string]string{"number": "编号", "kind": "类别", "title": "任务内容", "lead": "责任单位", "due": "完成时限", "value": "目标值", "unit": "计量单位", "goal": "目标"}}
	var b bytes.Buffer
	if err := WriteSheet(&b, board.Rows, names); err != nil {
		t.Fatal(err)
	}
	rows, err := r.ReadSheet(&b, 2021)
	if err != nil || len(rows) != len(board.Rows) {
		t.Fatal(rows, err)
	}
	for i, row := range rows {
		st := board.Rows[i]
		if d := row.Draft; d.Number != st.Number || d.Title != st.Title || d.Terms.Lead != st.Lead || d.Value != st.Claim.Value || d.Unit != st.Claim.Unit || d.Terms.Due != st.Due {
			t.Errorf("%s came back as %+v", st.Number, d)
		}
	}
}

func TestDeadlinesAsOfficesWriteThem(t *testing.T) {
	for in, want := range map[string]string{"2021-12-31": "2021-12-31", "2021年9月底前": "2021-09-30", "2月底": "2021-02-28", "2024年2月底": "2024-02-29", "年底前": "2021-12-31",
		"上半年": "2021-06-30", "三季度": "2021-09-30", "2022年第四季度": "2022-12-31", "2021/7/1": "2021-07-01", "12-31-21": "2021-12-31", "2021年 6月30日": "2021-06-30"} {
		if got, ok := parseDue(in, 2021); !ok || got.String() != want {
			t.Errorf("%q is %s %v, want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{"2021-02-30", "开春", "13月底", "0月", "2021-13-01"} {
		if got, ok := parseDue(in, 2021); ok {
			t.Errorf("%q passed as %s", in, got)
		}
	}
}

func FuzzReadSheet(f *testing.F) {
	f.Add(officeBook(f, goodRows...).Bytes())
	f.Add([]byte("PK\x03\x04"))
	r := New(nil, nil, weekdays{}, Default, twoUnits{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if rows, err := r.ReadSheet(bytes.NewReader(data), 2021); err == nil && len(rows) == 0 {
			t.Error("no rows and no error")
		}
	})
}

func TestAnArchiveGoesRound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r, _ := open(db)
		_, board := enterAnnex(t, r)
		write(t, r, func(tx *store.Tx) error {
			id, err := r.Say(ctx, tx, Entry{Promise: board.Rows[0].ID, Type: Figure, Value: "1", Source: "𠮷"}, office)
			if err != nil {
				return err
			}
			_, err = r.Say(ctx, tx, Entry{Promise: board.Rows[0].ID, Type: Figure, Value: "2", Source: "<script>", Corrects: id}, office)
			return err
		})
		var first bytes.Buffer
		if err := r.WriteArchive(ctx, &first, 2021); err != nil {
			t.Fatal(err)
		}
		a, err := ReadArchive(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		err = r.db.Write(ctx, func(tx *store.Tx) error { return r.ImportArchive(ctx, tx, a) })
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("into a year that is not empty: %v", err)
		}
		other, _ := open(storetest.SQLite(t, Schema))
		write(t, other, func(tx *store.Tx) error { return other.ImportArchive(ctx, tx, a) })
		var second bytes.Buffer
		if err := other.WriteArchive(ctx, &second, 2021); err != nil {
			t.Fatal(err)
		}
		if first.String() != second.String() {
			t.Errorf("came back different:\n%s\n%s", first.String(), second.String())
		}
	}, Schema)
}

func TestArchivesThatCannotBeRead(t *testing.T) {
	good, err := json.Marshal(Archive{Format: archiveFormat, Year: 2021})
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{"empty": "", "another format": `{"format":"x"}`, "an unknown key": strings.Replace(string(good), `"year"`, `"colour":1,"year"`, 1), "two of them": string(good) + string(good)} {
		if _, err := ReadArchive(strings.NewReader(in)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, _ := open(storetest.SQLite(t, Schema))
	lost := &Archive{Format: archiveFormat, Year: 2021, Entries: []Entry{{ID: 1, Promise: 99}}}
	if err := r.db.Write(ctx, func(tx *store.Tx) error { return r.ImportArchive(ctx, tx, lost) }); !errs.Is(err, errs.Invalid) {
		t.Errorf("an entry of nothing: %v", err)
	}
}

// FuzzReadArchive imports whatever can be read: it is kept whole, or refused with a message and nothing of it is there.
func FuzzReadArchive(f *testing.F) {
	good, err := json.Marshal(Archive{Format: archiveFormat, Year: 2021, Documents: []Document{{ID: 1, Kind: Report, Title: "报告", Year: 2021}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good))
	f.Add(`{"format":"` + archiveFormat + `","year":2021,"entries":[{"id":1,"promise":2}]}`)
	f.Add(`{"format":"` + archiveFormat + `","year":-1}`)
	f.Fuzz(func(t *testing.T, in string) {
		a, err := ReadArchive(strings.NewReader(in))
		if err != nil {
			if len(errs.All(err)) == 0 {
				t.Errorf("an error without a message: %v", err)
			}
			return
		}
		r, _ := open(storetest.SQLite(t, Schema))
		if err := r.db.Write(ctx, func(tx *store.Tx) error { return r.ImportArchive(ctx, tx, a) }); err != nil {
			return
		}
		if _, err := r.Board(ctx, a.Year); err != nil {
			t.Errorf("what was imported cannot be shown: %v", err)
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"2.29", "１２", "-0", "1e9", "3,700", "٣", "", "0x10", "1."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := ParseNumber(s)
		if again, same := ParseNumber(n); ok && (!same || again != n) {
			t.Errorf("%q is %q and then %q", s, n, again)
		}
	})
}
