package strictjson

import (
	"strings"
	"testing"

	"huying/internal/errs"
)

type item struct {
	Name    string `json:"name"`
	Content []byte `json:"content"`
}

type message struct {
	Number string         `json:"number"`
	Items  []item         `json:"items"`
	Form   map[string]any `json:"form"`
}

func TestWhatTwoReadersWouldUnderstandInTwoWaysIsRefused(t *testing.T) {
	for _, c := range []struct{ name, in, key, field string }{
		{"as it should be", `{"number":"1","items":[{"name":"a","content":"QQ=="}],"form":{"any":[1]}}`, "", ""},
		{"nothing at all", " ", "", ""},
		{"another spelling", `{"Number":"1"}`, "strictjson.unknown", "Number"},
		{"what an item has not", `{"items":[{"name":"a"},{"nam":"b"}]}`, "strictjson.unknown", "items.1.nam"},
		{"a text for an item", `{"items":["a"]}`, "strictjson.bad_type", "items.0"},
		{"a text for a list", `{"items":"a"}`, "strictjson.bad_type", "items"},
		{"twice in an item", `{"items":[{"name":"a","name":"b"}]}`, "strictjson.twice", "name"},
		{"something behind it", `{} {}`, "strictjson.trailing", ""},
		{"half of it", `{"number":`, "strictjson.not_json", ""},
		{"another encoding", "{\"number\":\"\xff\"}", "strictjson.not_utf8", ""},
		{"a number that there is not", `{"form":{"n":1e999}}`, "strictjson.bad_number", ""},
		{"too deep", strings.Repeat(`{"form":`, 20) + "1" + strings.Repeat("}", 20), "strictjson.too_deep", ""},
	} {
		var m message
		err := Decode([]byte(c.in), &m)
		key, field := "", ""
		if all := errs.All(err); len(all) > 0 {
			key, field = all[0].Key, all[0].Field
		}
		if key != c.key || field != c.field {
			t.Errorf("%s: %q at %q, want %q at %q", c.name, key, field, c.key, c.field)
		}
	}
}
