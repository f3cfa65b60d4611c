package casework

import (
	"context"
	"strings"
	"testing"

	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/store"
	"huying/internal/store/storetest"
)

// shelf holds the files of these names.
type shelf []string

func (s shelf) Stat(_ context.Context, _ *store.Tx, hash string) (files.File, error) {
	for _, h := range s {
		if h == hash {
			return files.File{Hash: h}, nil
		}
	}
	return files.File{}, errs.New(errs.NotFound, "files.no_file")
}

func TestEvidenceThatNobodyGaveIsNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		given, invented := strings.Repeat("a", 64), strings.Repeat("b", 64)
		o.Files = shelf{given}
		_, err := o.Open(o.ctx, Asker{Actor: neighbour}, "whistle", whistle("photo", []any{given, invented}))
		if all := errs.All(err); len(all) != 1 || all[0].Key != "casework.form.no_file" || all[0].Field != "photo" {
			t.Errorf("an opening with a photograph that is not there: %v", err)
		}
		c := o.open(neighbour, "photo", []any{given})
		o.do(builder, c.Number, Do{Action: "report-in", Input: Data{"note": "到"}})
		o.refused(errs.Invalid, Asker{Actor: builder}, c.Number, Do{Action: "resolve", Input: Data{"note": "好了", "evidence": []any{invented}}})
		o.refused(errs.Invalid, Asker{Actor: builder}, c.Number, Note{Text: "见附件", Files: []string{invented}})
		o.do(builder, c.Number, Note{Text: "见附件", Files: []string{given}})
		if c = o.do(builder, c.Number, Do{Action: "resolve", Input: Data{"note": "好了", "evidence": []any{given}}}); c.State != "confirming" {
			t.Errorf("%s", c.State)
		}
		played := whistle("photo", []any{invented})
		played.Simulated = true
		if _, err := o.Open(o.ctx, Asker{Actor: neighbour}, "whistle", played); err != nil {
			t.Errorf("what is played: %v", err)
		}
	}, schemas...)
}
