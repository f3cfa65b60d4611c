package promise

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

// archiveFormat names the form of an archive; a program that reads it refuses one that it does not know.
const archiveFormat = "huying-register/1"

// maxArchive is how many bytes an archive may have.
const maxArchive = 256 << 20

// Archive is a year's register as a file: documents with their text, records with their reviews, promises with their entries. Evidence is
// named by its content address; the files themselves are copied with the file store.
type Archive struct {
	Format    string     `json:"format"`
	Year      int        `json:"year"`
	MadeAt    time.Time  `json:"made_at"`
	Documents []Document `json:"documents"`
	Records   []Record   `json:"records"`
	Reviews   []Review   `json:"reviews"`
	Promises  []Promise  `json:"promises"`
	Entries   []Entry    `json:"entries"`
}

// WriteArchive writes a year's register as JSON.
func (r *Register) WriteArchive(ctx context.Context, w io.Writer, year int) error {
	a := Archive{Format: archiveFormat, Year: year}
	err := r.db.Read(ctx, func(tx *store.Tx) (err error) {
		a.MadeAt = tx.Now()
		const docs = "(SELECT id FROM promise_document WHERE year = $1 UNION SELECT document FROM promise_promise WHERE year = $1)"
		if a.Documents, err = store.All(ctx, tx, (*Document).fields, "SELECT "+documentColumns+" FROM promise_document WHERE id IN "+docs+" ORDER BY id", year); err != nil {
			return err
		}
		if a.Records, err = store.All(ctx, tx, (*Record).fields, "SELECT "+recordColumns+" FROM promise_record WHERE document IN "+docs+" ORDER BY id", year); err != nil {
			return err
		}
		if a.Reviews, err = store.All(ctx, tx, (*Review).fields, `SELECT id, record, action, claim, note, by_name, at, simulated FROM promise_review
			WHERE record IN (SELECT id FROM promise_record WHERE document IN `+docs+") ORDER BY id", year); err != nil {
			return err
		}
		if a.Promises, err = store.All(ctx, tx, (*Promise).fields, "SELECT "+promiseColumns+" FROM promise_promise WHERE year = $1 ORDER BY id", year); err != nil {
			return err
		}
		a.Entries, err = store.All(ctx, tx, (*Entry).fields, "SELECT "+entryColumns+` FROM promise_entry
			WHERE promise IN (SELECT id FROM promise_promise WHERE year = $1) ORDER BY id`, year)
		return err
	})
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(a)
}

// ReadArchive reads an archive strictly: an unknown name, a second document or another form is an error.
func ReadArchive(src io.Reader) (*Archive, error) {
	data, err := io.ReadAll(io.LimitReader(src, maxArchive+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxArchive {
		return nil, errs.New(errs.TooLarge, "promise.archive_too_large", "limit", maxArchive>>20)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var a Archive
	if err := dec.Decode(&a); err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "promise.archive_unreadable", "byte", dec.InputOffset(), "why", err.Error())
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errs.New(errs.Invalid, "promise.archive_unreadable", "byte", dec.InputOffset(), "why", "more follows after the end")
	}
	if a.Format != archiveFormat {
		return nil, errs.New(errs.Invalid, "promise.archive_format", "format", a.Format, "want", archiveFormat)
	}
	return &a, nil
}

// ImportArchive brings an archive into a register that has no promises of its year, all or nothing. Histories keep their authors and times.
func (r *Register) ImportArchive(ctx context.Context, tx *store.Tx, a *Archive) error {
	if err := touch(ctx, tx, a.Year); err != nil {
		return err
	}
	taken := 0
	if err := tx.Scan(ctx, "SELECT COUNT(*) FROM promise_promise WHERE year = $1", []any{a.Year}, &taken); err != nil {
		return err
	}
	if taken > 0 {
		return errs.New(errs.Conflict, "promise.year_not_empty", "year", a.Year, "n", taken)
	}
	m := moving{ids: map[string]map[int64]int64{"document": {}, "record": {}, "promise": {}, "entry": {}}}
	m.documents(ctx, tx, a)
	m.records(ctx, tx, a)
	m.promises(ctx, tx, a)
	m.entries(ctx, tx, a)
	return m.err
}

// moving gives everything new ids and mends what refers to them. A reference to something that is not in the archive is an error.
type moving struct {
	ids map[string]map[int64]int64
	err error
}

func (m *moving) new(kind string, old int64) int64 {
	if old == 0 || m.err != nil {
		return 0
	}
	id, ok := m.ids[kind][old]
	if !ok {
		m.err = errs.New(errs.Invalid, "promise.archive_reference", "kind", kind, "id", old)
	}
	return id
}

// insert runs one INSERT, unless something failed before, and remembers the new id.
func (m *moving) insert(kind string, old int64, f func() (int64, error)) {
	if m.err != nil {
		return
	}
	id, err := f()
	if err != nil {
		m.err = fmt.Errorf("%s %d: %w", kind, old, err)
		if store.IsUnique(err) {
			m.err = errs.New(errs.Conflict, "promise.archive_twice", "kind", kind, "id", old)
		}
		return
	}
	if m.ids[kind] != nil {
		m.ids[kind][old] = id
	}
}

func (m *moving) documents(ctx context.Context, tx *store.Tx, a *Archive) {
	for _, d := range a.Documents {
		m.insert("document", d.ID, func() (int64, error) {
			return tx.Insert(ctx, `INSERT INTO promise_document (kind, title, year, file, file_name, format, encoding, text, body, unparsed, warnings, simulated, by_name, at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`, d.Kind, d.Title, d.Year, d.File, d.FileName, d.Format, d.Encoding, d.Text,
				store.JSON[[]Paragraph]{V: d.Body}, store.JSON[[]Unparsed]{V: d.Unparsed}, store.JSON[[]Warning]{V: d.Warnings}, d.Simulated, d.By, d.At.UnixMicro())
		})
	}
}

func (m *moving) records(ctx context.Context, tx *store.Tx, a *Archive) {
	for _, rec := range a.Records {
		document := m.new("document", rec.Document)
		m.insert("record", rec.ID, func() (int64, error) {
			return tx.Insert(ctx, `INSERT INTO promise_record (document, ref, ordinal, kind, original, claim, doubtful, state, version)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`, document, rec.Ref, rec.Ordinal, rec.Claim.Kind, store.JSON[Claim]{V: rec.Original},
				store.JSON[Claim]{V: rec.Claim}, rec.Doubtful, rec.State, rec.Version)
		})
	}
	for _, v := range a.Reviews {
		record := m.new("record", v.Record)
		m.insert("review", v.ID, func() (int64, error) {
			return tx.Insert(ctx, "INSERT INTO promise_review (record, action, claim, note, by_name, at, simulated) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
				record, v.Action, store.JSON[*Claim]{V: v.Claim}, v.Note, v.By, v.At.UnixMicro(), v.Simulated)
		})
	}
}

func (m *moving) promises(ctx context.Context, tx *store.Tx, a *Archive) {
	for _, p := range a.Promises {
		old := p.ID
		p.Document, p.Record = m.new("document", p.Document), m.new("record", p.Record)
		m.insert("promise", old, func() (int64, error) {
			var err error
			if p.CarriedFrom != 0 { // the year before may live in this register under another id, or not at all
				if p.CarriedFrom, err = carriedHere(ctx, tx, p); err != nil {
					return 0, err
				}
			}
			id, err := insertPromise(ctx, tx, p)
			if err != nil {
				return 0, err
			}
			_, err = tx.Exec(ctx, "UPDATE promise_promise SET version = $1, at = $2 WHERE id = $3", p.Version, p.At.UnixMicro(), id)
			return id, err
		})
	}
}

// carriedHere finds the promise of the year before by its words, or 0.
func carriedHere(ctx context.Context, tx *store.Tx, p Promise) (id int64, err error) {
	err = tx.Scan(ctx, "SELECT id FROM promise_promise WHERE year = $1 AND title = $2 LIMIT 1", []any{p.Year - 1, p.Title}, &id)
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	return id, err
}

func (m *moving) entries(ctx context.Context, tx *store.Tx, a *Archive) {
	for _, e := range a.Entries {
		old := e.ID
		e.Promise, e.Corrects = m.new("promise", e.Promise), m.new("entry", e.Corrects)
		m.insert("entry", old, func() (int64, error) {
			id, err := insertEntry(ctx, tx, e)
			if err != nil {
				return 0, err
			}
			_, err = tx.Exec(ctx, "UPDATE promise_entry SET at = $1 WHERE id = $2", e.At.UnixMicro(), id)
			return id, err
		})
	}
}
