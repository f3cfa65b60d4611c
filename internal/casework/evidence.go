package casework

import (
	"context"

	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/store"
)

// FileStore knows the files that were given. It returns errs.NotFound for one that is not there.
type FileStore interface {
	Stat(ctx context.Context, tx *store.Tx, hash string) (files.File, error)
}

// shown holds that every file that is named in events is there: closing needs evidence, and a name is none.
func (s *Service) shown(ctx context.Context, tx *store.Tx, p *Procedure, events []Event) error {
	if s.Files == nil {
		return nil
	}
	var wrong errs.List
	look := func(field, hash string) error {
		_, err := s.Files.Stat(ctx, tx, hash)
		if errs.Is(err, errs.NotFound) {
			wrong = append(wrong, errs.New(errs.Invalid, "casework.form.no_file", "file", hash).On(field))
			return nil
		}
		return err
	}
	for _, e := range events {
		var err error
		switch {
		case e.Opened != nil && e.Opened.Simulated:
			return nil // what is played names files that nobody gave
		case e.Opened != nil:
			if err = eachFile(p.form, e.Opened.Form, look); err == nil {
				err = eachFile(p.caller, e.Opened.Caller.Said, look)
			}
		case e.Joined != nil:
			err = eachFile(p.caller, e.Joined.Said, look)
		case e.Did != nil:
			err = eachFile(p.ActionForm(e.Did.State, e.Did.Action), e.Did.Input, look)
		case e.Asked != nil:
			err = eachFile(p.ActionForm(e.Asked.State, e.Asked.Action), e.Asked.Input, look)
		case e.Noted != nil:
			for _, hash := range e.Noted.Files {
				if err == nil {
					err = look("files", hash)
				}
			}
		}
		if err != nil {
			return err
		}
	}
	return wrong.Err()
}

// eachFile calls look for each file that was filled in for a form, with the field that names it; of a table, the table.
func eachFile(f *Form, d Data, look func(field, hash string) error) error {
	if f == nil {
		return nil
	}
	return eachFileOf(f.Fields, d, func(name string) string { return name }, look)
}

func eachFileOf(fields []Field, d Data, at func(name string) string, look func(field, hash string) error) error {
	for _, field := range fields {
		switch field.Kind {
		case Photos, Files:
			for _, hash := range texts(d[field.Name]) {
				if err := look(at(field.Name), hash); err != nil {
					return err
				}
			}
		case Table:
			rows, _ := d[field.Name].([]any)
			for _, row := range rows {
				in, _ := row.(map[string]any)
				if err := eachFileOf(field.Rows, in, func(string) string { return at(field.Name) }, look); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
