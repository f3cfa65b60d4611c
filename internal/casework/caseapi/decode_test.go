package caseapi

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/strictjson"
)

func TestWholeNumbersStayWhole(t *testing.T) {
	var in opening
	if err := strictjson.Decode([]byte(`{"procedure":"p","form":{"sum":9007199254740993,"share":0.5,"rows":[{"n":3}]}}`), &in); err != nil {
		t.Fatal(err)
	}
	want := casework.Data{"sum": int64(9007199254740993), "share": 0.5, "rows": []any{map[string]any{"n": int64(3)}}}
	if !reflect.DeepEqual(in.Form, want) {
		t.Errorf("%#v", in.Form)
	}
}

func TestNothingAndNullAreWhatWasNotSaid(t *testing.T) {
	for _, body := range []string{"", " \n", "{}", `{"input":null,"ratings":null,"joins":null}`} {
		var in deed
		if err := strictjson.Decode([]byte(body), &in); err != nil || len(in.Input) != 0 || in.Joins != nil {
			t.Errorf("%q: %+v %v", body, in, err)
		}
	}
}

// Whatever is sent: it is read, or an error says what is wrong with it; and what was read is what JSON says it is.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"procedure":"whistle","form":{"a":1,"b":[1.5,{"c":null}]},"on_behalf":{"name":"甲"},"foreign":{"due":"2021-11-19T17:00:00+08:00"}}`,
		`{"form":{"a":{"a":{"a":1}}}}`, `{"form":1e400}`, `{"form":{"n":1e400,"m":-0}}`, `{"a":1,"a":2}`, `[]`, `{"procedure":"\ud800"}`, "\xef\xbb\xbf{}", `{} {}`,
		strings.Repeat("[", 200), `{"on_behalf":null,"foreign":null}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, v := range []any{&opening{}, &deed{}, &nod{}} {
			err := strictjson.Decode(data, v)
			if err != nil {
				for _, e := range errs.All(err) {
					if e.Kind != errs.Invalid {
						t.Fatalf("%v", e)
					}
				}
				if len(errs.All(err)) == 0 {
					t.Fatalf("an error that says nothing: %v", err)
				}
				continue
			}
			var object map[string]any
			if len(strings.TrimSpace(string(data))) > 0 && json.Unmarshal(data, &object) != nil || !utf8.Valid(data) {
				t.Fatalf("%q was read", data)
			}
			if _, err := json.Marshal(v); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzSequence(f *testing.F) {
	for _, s := range []string{"", "*", `"3"`, `W/"3"`, `"03"`, `"3`, `"99999999999999999999"`, "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		n, err := sequence(header)
		if err == nil && n < 0 || err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %d %v", header, n, err)
		}
	})
}
