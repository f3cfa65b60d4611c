package promiseweb

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/identity"
	"huying/internal/promise"
	"huying/internal/store"
	"huying/internal/web"
)

// bringable are the types of file that the register takes in: a workbook, or an archive of ours.
var bringable = []files.Type{files.Excel, files.Text}

// bundle is a file on its way into the register: it was received, and waits for the office's word.
type bundle struct {
	Hash, Name string
	Kind       promise.DocumentKind // of the document that a workbook becomes
	Title      string
	Year       int
	data       []byte
	rows       []promise.SheetRow
	archive    *promise.Archive
}

// faultRow is one thing that is wrong with a row.
type faultRow struct{ Sheet, Row, Why string }

// importView is the page on which a file is brought in: first the question, then what it holds, or what is wrong with it.
type importView struct {
	Form   *web.Form
	Kinds  []web.Option
	Faults web.Table[faultRow]
	Bundle *bundle
	Table  web.Table[promise.SheetRow]
}

func (h *pages) askImport(r *web.Request) error {
	f := web.NewForm("kind", string(promise.AssignmentPaper), "year", strconv.Itoa(r.Today().Year))
	return h.drawImport(r, http.StatusOK, importView{Form: f})
}

func (h *pages) drawImport(r *web.Request, status int, v importView) error {
	v.Kinds = options(r, "promise.document.", promise.DocumentKinds)
	return r.Render(status, web.Page{Title: r.T("promiseweb.bulk_import"), Nav: "register", Crumbs: bulkCrumbs(r)}, importPage(v))
}

// bringIn takes a file in two steps. The first receives it, reads all of it, and tries it in a transaction that is then undone, so that what
// it shows is what will be: nothing is entered. The second, which names the file that was received, enters it.
func (h *pages) bringIn(r *web.Request) error {
	f, err := r.ReadForm()
	if err != nil {
		return err
	}
	b := bundle{Kind: promise.DocumentKind(f.Choice("kind", texts(promise.DocumentKinds)...)), Title: f.Line("title", 200), Year: int(f.Int("year", 1949, 2100))}
	again := f.Value("hash") != ""
	if again {
		b.Hash, b.Name = f.Value("hash"), f.Line("name", 200)
	} else {
		err = h.receiveBundle(f, &b)
	}
	if err == nil && f.OK() {
		err = h.open(r, f, &b)
	}
	if err == nil && f.OK() {
		if again {
			return h.enterBundle(r, f, b)
		}
		if err = h.rehearse(r.Context(), func(tx *store.Tx) error { _, err := h.put(r, tx, b); return err }); err == nil {
			return h.preview(r, f, b)
		}
	}
	return h.refuse(r, f, err)
}

// refuse shows what is wrong with a file: what belongs to rows in a table, the rest beside the fields.
func (h *pages) refuse(r *web.Request, f *web.Form, err error) error {
	v := importView{Form: f}
	var rest errs.List
	var rows []faultRow
	for _, e := range errs.All(err) {
		if sheet, row, ok := cutPlace(e.Place); ok {
			rows = append(rows, faultRow{sheet, row, r.T(e.Key, pairsOf(e.Args)...)})
		} else {
			rest = append(rest, e)
		}
	}
	if err != nil && len(rows) == 0 && !onFile(f, err) {
		return err
	}
	if len(rows) > 0 {
		onFile(f, rest.Err())
		f.Wrong("file", "promiseweb.bulk_faults", "n", len(rows))
		v.Faults = web.Table[faultRow]{ID: "faults", Caption: r.T("promiseweb.bulk_faults_of"), Bare: true, Rows: rows, Columns: []web.Column[faultRow]{
			{Title: r.T("promiseweb.bulk_sheet"), Narrow: true, Cell: func(x faultRow) templ.Component { return web.Text(x.Sheet) }},
			{Title: r.T("promiseweb.bulk_row"), Numeric: true, Narrow: true, Cell: func(x faultRow) templ.Component { return web.Text(x.Row) }},
			{Title: r.T("promiseweb.bulk_why"), Head: true, Cell: func(x faultRow) templ.Component { return web.Text(x.Why) }},
		}}
	}
	return h.drawImport(r, http.StatusUnprocessableEntity, v)
}

// cutPlace parts "台账!7" into the sheet and the row.
func cutPlace(place string) (sheet, row string, ok bool) {
	i := strings.LastIndexByte(place, '!')
	if i < 0 {
		return "", "", false
	}
	return place[:i], place[i+1:], true
}

func (h *pages) receiveBundle(f *web.Form, b *bundle) error {
	up, err := f.File("file")
	if err != nil {
		return err
	}
	if up == nil {
		f.Wrong("file", "promiseweb.upload_no_file")
		return nil
	}
	defer func() { _ = up.Close() }() // it was read
	got, err := h.Files.Receive(up, maxUpload, bringable...)
	b.Hash, b.Name = got.Hash, up.Name
	return err
}

// open reads a received file. A workbook needs its year and a title, which is its name when none was given.
func (h *pages) open(r *web.Request, f *web.Form, b *bundle) error {
	file, err := h.Files.Open(b.Hash)
	if errs.Is(err, errs.NotFound) { // it waited longer than files without a row are kept
		f.Wrong("file", "promiseweb.bulk_gone")
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was read
	if b.data, err = io.ReadAll(io.LimitReader(file, maxUpload)); err != nil {
		return err
	}
	if bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(b.data, []byte("\ufeff"))), []byte("{")) {
		b.archive, err = promise.ReadArchive(bytes.NewReader(bytes.TrimPrefix(b.data, []byte("\ufeff"))))
		return err
	}
	if b.Year == 0 {
		f.Wrong("year", "web.required")
	}
	if b.Kind == "" {
		f.Wrong("kind", "web.required")
	}
	if b.Title == "" {
		b.Title = strings.TrimSuffix(b.Name, ".xlsx")
	}
	if !f.OK() {
		return nil
	}
	b.rows, err = h.Register.ReadSheet(bytes.NewReader(b.data), b.Year)
	return err
}

// put enters a bundle and returns the id of the document that it became; an archive brings documents of its own.
func (h *pages) put(r *web.Request, tx *store.Tx, b bundle) (int64, error) {
	if b.archive != nil {
		return 0, h.Register.ImportArchive(r.Context(), tx, b.archive)
	}
	d := promise.Document{Kind: b.Kind, Title: b.Title, Year: b.Year, File: b.Hash, FileName: b.Name}
	return h.Register.ImportSheet(r.Context(), tx, d, slices.Clone(b.rows), author(r.Actor))
}

// errRehearsed ends a transaction that was only tried.
var errRehearsed = errors.New("only tried")

// rehearse does something and undoes it: what would go wrong is told, and nothing stays.
func (h *pages) rehearse(ctx context.Context, do func(*store.Tx) error) error {
	err := h.DB.Write(ctx, func(tx *store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}

// preview shows what a file would bring.
func (h *pages) preview(r *web.Request, f *web.Form, b bundle) error {
	d, err := h.deskOf(r, nil, r.Today().Year)
	if err != nil {
		return err
	}
	v := importView{Form: f, Bundle: &b}
	say := r.T
	v.Table = web.Table[promise.SheetRow]{ID: "preview", Caption: say("promiseweb.bulk_preview"), Bare: true, Rows: b.rows, Columns: []web.Column[promise.SheetRow]{
		{Title: say("promiseweb.bulk_row"), Numeric: true, Narrow: true, Cell: func(x promise.SheetRow) templ.Component { _, row, _ := cutPlace(x.Place); return web.Text(row) }},
		{Title: say("promiseweb.promise"), Head: true, Cell: func(x promise.SheetRow) templ.Component { return sheetTitle(x) }},
		{Title: say("promiseweb.column.target"), Cell: func(x promise.SheetRow) templ.Component {
			return web.Text(aim(promise.Claim{Op: x.Draft.Op, Unit: x.Draft.Unit}, x.Draft.Value).String())
		}},
		{Title: say("promiseweb.lead"), Cell: func(x promise.SheetRow) templ.Component { return web.Text(d.unit(x.Draft.Terms.Lead)) }},
		{Title: say("promiseweb.joint"), Cell: func(x promise.SheetRow) templ.Component { return web.Text(d.units(x.Draft.Terms.Joint)) }},
		{Title: say("promiseweb.due"), Narrow: true, Cell: func(x promise.SheetRow) templ.Component {
			if x.Draft.Terms.Due.IsZero() {
				return web.Text("")
			}
			return dayCell(x.Draft.Terms.Due)
		}},
	}}
	return h.drawImport(r, http.StatusOK, v)
}

// enterBundle brings in a file that was shown before.
func (h *pages) enterBundle(r *web.Request, f *web.Form, b bundle) error {
	object, to, n := "", "", len(b.rows)
	file, err := h.Files.Receive(bytes.NewReader(b.data), maxUpload, bringable...) // its day begins anew, so that no sweep takes it now
	if err != nil {
		return err
	}
	err = h.DB.Write(r.Context(), func(tx *store.Tx) error {
		id, err := h.put(r, tx, b)
		if err != nil {
			return err
		}
		object, to = "document/"+strconv.FormatInt(id, 10), "/promises?year="+strconv.Itoa(b.Year)+"&document="+strconv.FormatInt(id, 10)
		if b.archive != nil {
			n = len(b.archive.Promises)
			object, to = "register/"+strconv.Itoa(b.archive.Year), "/promises?year="+strconv.Itoa(b.archive.Year)
		} else if _, err := h.Files.Record(r.Context(), tx, file); err != nil {
			return err
		}
		return h.IDs.Record(r.Context(), tx, r.By(), RegisterImported, object, identity.Detail{"file": b.Name, "sha256": b.Hash, "promises": n})
	})
	if err != nil {
		return h.refuse(r, f, err)
	}
	r.Flash("promiseweb.bulk_imported", "n", n)
	return r.Redirect(to)
}
