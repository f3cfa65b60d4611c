package promise

import (
	"context"
	"unicode/utf8"

	"huying/internal/errs"
	"huying/internal/store"
)

// Limits of a document, far above any report that was ever read (the longest has 80,000 characters and 900 records).
const (
	maxText    = 4_000_000
	maxRecords = 20_000
)

// Read is a document as it was read, ready to be stored: what app makes of the reader's output, or a clerk of a list of decisions.
type Read struct {
	Document Document
	Claims   []ReadClaim
}

// ReadClaim is one claim that was read, with the reader's own name for it and whether it is sure.
type ReadClaim struct {
	Ref      string
	Doubtful bool
	Claim    Claim
}

// Keep stores a document and its records, all or nothing, and returns the document's id. The same file as the same kind is kept once:
// a second time is errs.Conflict.
func (r *Register) Keep(ctx context.Context, tx *store.Tx, in Read, by Author) (int64, error) {
	d := in.Document
	if err := checkDocument(d, len(in.Claims)); err != nil {
		return 0, err
	}
	id, err := tx.Insert(ctx, `INSERT INTO promise_document (kind, title, year, file, file_name, format, encoding, text, body, unparsed, warnings,
		simulated, by_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
		d.Kind, d.Title, d.Year, d.File, d.FileName, d.Format, d.Encoding, d.Text, store.JSON[[]Paragraph]{V: d.Body}, store.JSON[[]Unparsed]{V: d.Unparsed},
		store.JSON[[]Warning]{V: d.Warnings}, by.Simulated, by.Name, tx.Now().UnixMicro())
	if store.IsUnique(err) {
		return 0, errs.New(errs.Conflict, "promise.document_known", "name", d.FileName)
	}
	if err != nil {
		return 0, err
	}
	for i, c := range in.Claims {
		claim := store.JSON[Claim]{V: c.Claim}
		if _, err := tx.Exec(ctx, `INSERT INTO promise_record (document, ref, ordinal, kind, original, claim, doubtful, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, id, c.Ref, i+1, c.Claim.Kind, claim, claim, c.Doubtful, Proposed); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func checkDocument(d Document, records int) error {
	var bad errs.List
	if d.Title == "" {
		bad = append(bad, errs.New(errs.Invalid, "promise.title_missing").On("title"))
	}
	if d.Year < 1949 || d.Year > 2100 {
		bad = append(bad, errs.New(errs.Invalid, "promise.year_out_of_range", "year", d.Year).On("year"))
	}
	if utf8.RuneCountInString(d.Text) > maxText || records > maxRecords {
		bad = append(bad, errs.New(errs.TooLarge, "promise.document_too_large", "text", maxText, "records", maxRecords).On("file"))
	}
	return bad.Err()
}

const documentColumns = `id, kind, title, year, file, file_name, format, encoding, text, body, unparsed, warnings, simulated, by_name, at`

func (d *Document) fields() []any {
	return []any{&d.ID, &d.Kind, &d.Title, &d.Year, &d.File, &d.FileName, &d.Format, &d.Encoding, &d.Text, store.AsJSON(&d.Body), store.AsJSON(&d.Unparsed),
		store.AsJSON(&d.Warnings), &d.Simulated, &d.By, store.At(&d.At)}
}

// Document returns one document with its text.
func (r *Register) Document(ctx context.Context, id int64) (d Document, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		d, err = store.One(ctx, tx, (*Document).fields, "SELECT "+documentColumns+" FROM promise_document WHERE id = $1", id)
		return err
	})
	return d, err
}

// ReportOf returns the report of a year: the one from which most of its promises were entered, or else the newest that was read.
func (r *Register) ReportOf(ctx context.Context, year int) (d Document, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		var id int64
		err := tx.Scan(ctx, `SELECT d.id FROM promise_document d LEFT JOIN promise_promise p ON p.document = d.id AND p.year = $1
			WHERE d.kind = $2 AND d.year = $1 GROUP BY d.id ORDER BY COUNT(p.id) DESC, d.id DESC LIMIT 1`, []any{year, Report}, &id)
		if err != nil {
			return err
		}
		d, err = store.One(ctx, tx, (*Document).fields, "SELECT "+documentColumns+" FROM promise_document WHERE id = $1", id)
		return err
	})
	return d, err
}

// DocumentCount is a document with how far its records have come.
type DocumentCount struct {
	Document                                               // without its text
	Proposed, Doubtful, Accepted, Rejected, Entered, Total int
}

// Documents returns a page of the documents, newest first, and how many there are.
func (r *Register) Documents(ctx context.Context, limit, offset int) (docs []DocumentCount, total int, err error) {
	err = r.db.Read(ctx, func(tx *store.Tx) error {
		if err := tx.Scan(ctx, "SELECT COUNT(*) FROM promise_document", nil, &total); err != nil {
			return err
		}
		docs, err = store.All(ctx, tx, (*DocumentCount).fields, `SELECT d.id, d.kind, d.title, d.year, d.file, d.file_name, d.format, d.encoding,
			d.simulated, d.by_name, d.at, COUNT(CASE WHEN r.state = 'proposed' THEN 1 END), COUNT(CASE WHEN r.state = 'proposed' AND r.doubtful THEN 1 END),
			COUNT(CASE WHEN r.state = 'accepted' THEN 1 END), COUNT(CASE WHEN r.state = 'rejected' THEN 1 END), COUNT(CASE WHEN r.state = 'entered' THEN 1 END), COUNT(r.id)
			FROM promise_document d LEFT JOIN promise_record r ON r.document = d.id AND r.kind <> 'result'
			GROUP BY d.id ORDER BY d.id DESC LIMIT $1 OFFSET $2`, limit, offset)
		return err
	})
	return docs, total, err
}

func (d *DocumentCount) fields() []any {
	return []any{&d.ID, &d.Kind, &d.Title, &d.Year, &d.File, &d.FileName, &d.Format, &d.Encoding, &d.Simulated, &d.By, store.At(&d.At),
		&d.Proposed, &d.Doubtful, &d.Accepted, &d.Rejected, &d.Entered, &d.Total}
}
