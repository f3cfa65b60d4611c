package caseweb_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"huying/internal/casework"
	"huying/internal/store"
)

// TestWhoHasNoPartAnyMoreIsLedToTheirDesk: a unit that gives its part away, in a case of which others learn nothing, is not shown a page that is
// not there.
func TestWhoHasNoPartAnyMoreIsLedToTheirDesk(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		read := func(path string) ([]byte, error) { return os.ReadFile("../../../packs/zhuhai-gaoxin/" + path) }
		data, err := read("procedures/whistle.yaml")
		s.must(err)
		p, err := casework.Read("procedures/whistle.yaml", []byte(strings.Replace(string(data), "public: summary", "public: none", 1)), read)
		s.must(err)
		s.must(s.db.Write(ctx, func(tx *store.Tx) error {
			_, err := s.cases.Load(ctx, tx, map[string]*casework.Procedure{"whistle": p}, "测试")
			return err
		}))
		path, builder := s.blow(t, nil), s.by("builder")
		done := builder.Post(path+"/do/decline", "in-reason", "不属我单位", "in-unit", "ecology")
		if to := done.Header.Get("Location"); done.Status != http.StatusSeeOther || to != "/tasks" {
			t.Errorf("status %d to %q", done.Status, to)
		}
		if got := builder.Get(path).Status; got != http.StatusNotFound {
			t.Errorf("the case: %d", got)
		}
	})
}
