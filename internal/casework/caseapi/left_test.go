package caseapi_test

import (
	"os"
	"strings"
	"testing"

	"huying/internal/casework"
	"huying/internal/store"
)

// TestWhoHasNoPartAnyMoreHearsThatItWasDone: a unit that gives its part away, in a case of which others learn nothing.
func TestWhoHasNoPartAnyMoreHearsThatItWasDone(t *testing.T) {
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
		number, builder := s.blow(s.as("officer")), s.as("builder")
		got := builder.post(path(number, "/do/decline"), object{"input": object{"reason": "不属我单位", "unit": "ecology"}}).is(200)
		if got.text("number") != number || got.text("state") != "called" || got.text("sight") != "outline" || got.at("title") != nil || got.at("form") != nil ||
			got.at("history") != nil || got.len("actions") != 0 {
			t.Errorf("%s", got.raw)
		}
		builder.get(path(number)).is(404)
	})
}
