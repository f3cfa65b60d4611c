package promise

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"huying/internal/errs"
	"huying/internal/store"
)

// ImportSheet enters the rows of a workbook as promises of a document that is made of it: its text is the list of their words, one a line,
// so that each promise can be opened in it. It is all or nothing; every row that cannot be entered is named. It returns the document's id.
func (r *Register) ImportSheet(ctx context.Context, tx *store.Tx, d Document, rows []SheetRow, by Author) (int64, error) {
	var text strings.Builder
	at := 0
	for i := range rows {
		title := strings.TrimSpace(rows[i].Draft.Title)
		n := utf8.RuneCountInString(title)
		rows[i].Draft.Span = Span{at, at + n}
		d.Body = append(d.Body, Paragraph{Runs: []Span{{at, at + n}}})
		text.WriteString(title + "\n")
		at += n + 1
	}
	d.Text, d.Format, d.Encoding = text.String(), "xlsx", "utf-8"
	id, err := r.Keep(ctx, tx, Read{Document: d}, by)
	if err != nil {
		return 0, err
	}
	var bad errs.List
	for _, row := range rows {
		row.Draft.Document = id
		number, err := r.Add(ctx, tx, row.Draft, by)
		var named *errs.Error
		switch all := errs.All(err); {
		case len(all) > 0:
			for _, e := range all {
				bad = append(bad, e.At(row.Place))
			}
			if errors.As(err, &named) && named.Kind == errs.Conflict { // PostgreSQL takes no more statements after it
				return 0, bad
			}
		case err != nil:
			return 0, err
		case row.Note != "":
			if err := r.remark(ctx, tx, number, row.Note, by); err != nil {
				return 0, err
			}
		}
	}
	return id, bad.Err()
}

// remark keeps a row's note as the promise's first piece of evidence.
func (r *Register) remark(ctx context.Context, tx *store.Tx, number, note string, by Author) error {
	var id int64
	if err := tx.Scan(ctx, "SELECT id FROM promise_promise WHERE number = $1", []any{number}, &id); err != nil {
		return err
	}
	_, err := r.Say(ctx, tx, Entry{Promise: id, Type: Evidence, Note: note, Source: number}, by)
	return err
}
