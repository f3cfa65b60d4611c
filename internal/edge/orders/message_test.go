package orders

import (
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"huying/internal/errs"
	"huying/internal/webhook"
)

func TestMessagesAreReadStrictly(t *testing.T) {
	const head = `"from":"hotline","to":"us","number":"1"`
	for _, c := range []struct{ name, body, code, field string }{
		{"an order", `{"type":"order",` + head + `,"order":{"title":"a","text":"b"}}`, "", ""},
		{"nothing", ``, "orders.required", "from"},
		{"no number", `{"type":"urge","from":"a","to":"b","text":"x"}`, "orders.required", "number"},
		{"no type", `{` + head + `}`, "orders.bad_type", "type"},
		{"a member in another spelling", `{"Type":"urge",` + head + `}`, "strictjson.unknown", "Type"},
		{"a member of a file that is not known", `{"type":"order",` + head + `,"order":{"title":"a","text":"b"},"files":[{"name":"a","hash":"b","content":"QQ=="}]}`, "strictjson.unknown", "files.0.hash"},
		{"one twice", `{"type":"urge","type":"order",` + head + `}`, "strictjson.twice", "type"},
		{"content that is no base64", `{"type":"order",` + head + `,"order":{"title":"a","text":"b"},"files":[{"name":"a","content":"%"}]}`, "strictjson.not_json", ""},
		{"a deadline without one", `{"type":"deadline",` + head + `}`, "orders.required", "due"},
		{"a deadline that is no time", `{"type":"deadline",` + head + `,"due":"soon"}`, "strictjson.not_json", ""},
		{"a mark of six", `{"type":"rating",` + head + `,"score":6}`, "orders.bad_score", "score"},
		{"a status without a number", `{"type":"status",` + head + `,"status":{"is":"accepted","at":"2021-11-19T16:00:00Z"}}`, "orders.required", "status.seq"},
		{"a status that is none", `{"type":"status",` + head + `,"status":{"seq":1,"is":"done","at":"2021-11-19T16:00:00Z"}}`, "orders.bad_status", "status.is"},
		{"an end without an outcome", `{"type":"status",` + head + `,"status":{"seq":1,"is":"ended","at":"2021-11-19T16:00:00Z"}}`, "orders.bad_outcome", "status.outcome"},
		{"an outcome without an end", `{"type":"status",` + head + `,"status":{"seq":1,"is":"assigned","outcome":"solved","at":"2021-11-19T16:00:00Z"}}`, "orders.bad_outcome", "status.outcome"},
		{"again, of a third", `{"type":"again",` + head + `,"owner":"x"}`, "orders.bad_owner", "owner"},
		{"a list since nothing", `{"type":"list","from":"a","to":"b"}`, "orders.required", "since"},
		{"a list", `{"type":"list","from":"a","to":"b","since":"2021-11-19T16:00:00Z"}`, "", ""},
	} {
		_, err := Parse([]byte(c.body))
		code, field := "", ""
		if all := errs.All(err); len(all) > 0 {
			code, field = all[0].Key, all[0].Field
		}
		if code != c.code || field != c.field {
			t.Errorf("%s: %s at %q, want %s at %q", c.name, code, field, c.code, c.field)
		}
	}
}

// Whatever is sent: it is read and then can be sent again as it was understood, or an error says what is wrong with it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"type":"order","from":"a","to":"b","number":"1","order":{"title":"a","text":"b","caller":{"name":"n"},"due":"2021-11-19T17:00:00+08:00"},"files":[{"name":"a","content":"QQ=="}]}`,
		`{"type":"status","from":"a","to":"b","number":"1","status":{"seq":1,"is":"ended","outcome":"solved","at":"2021-11-19T16:00:00Z"}}`,
		`{"type":"list","from":"a","to":"b","since":"2021-11-19T16:00:00Z","after":500}`, `{"type":"again","from":"a","to":"b","number":"1","owner":"b"}`,
		`{"type":"rating","from":"a","to":"b","number":"1","score":5,"text":"\u0000"}`, `[]`, `{"files":[[]]}`, `{"order":null,"files":null}`, "\xff", `{"number":"\ud800"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			all := errs.All(err)
			if len(all) == 0 {
				t.Fatalf("an error that says nothing: %v", err)
			}
			for _, e := range all {
				if e.Kind != errs.Invalid {
					t.Fatal(e)
				}
			}
			return
		}
		if !utf8.ValidString(m.Number + m.Text + m.From) {
			t.Fatalf("%q was read", data)
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		n, err := Parse(again)
		if err != nil || !reflect.DeepEqual(stripped(m), stripped(n)) {
			t.Fatalf("%s is read as %s: %v", data, again, err)
		}
	})
}

// stripped is a message without what a time carries beside itself.
func stripped(m *Message) Message {
	c := *m
	c.Due, c.Since = c.Due.UTC().Round(0), c.Since.UTC().Round(0)
	if m.Order != nil {
		o := *m.Order
		o.Due = o.Due.UTC().Round(0)
		if o.Caller != nil && *o.Caller == (Person{}) {
			o.Caller = &Person{}
		}
		c.Order = &o
	}
	if m.Status != nil {
		s := *m.Status
		s.Due, s.At = s.Due.UTC().Round(0), s.At.UTC().Round(0)
		c.Status = &s
	}
	if len(c.Files) == 0 {
		c.Files = nil
	}
	return c
}

// The worked example of docs/orders.md is what the program itself signs, and takes.
func TestTheDocumentsExampleIsRight(t *testing.T) {
	data, err := os.ReadFile("../../../docs/orders.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	value := func(name string) string {
		m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + `: (.+)$`).FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("the document has no %s", name)
		}
		return m[1]
	}
	key, err := webhook.ParseKey(value("secret"))
	if err != nil {
		t.Fatal(err)
	}
	_, body, ok := strings.Cut(text, "```json example\n")
	body, _, ok2 := strings.Cut(body, "\n```")
	if !ok || !ok2 {
		t.Fatal("the document has no example")
	}
	at, err := time.Parse(time.RFC3339, "2021-11-19T07:20:00Z")
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	if err := key.Sign(h, value("webhook-id"), at, []byte(body)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"webhook-timestamp", "webhook-signature"} {
		if got := h.Get(name); got != value(name) {
			t.Errorf("%s is %s, the document says %s", name, got, value(name))
		}
	}
	if _, err := key.Verify(h, []byte(body), at); err != nil {
		t.Error(err)
	}
	if m, err := Parse([]byte(body)); err != nil || m.Type != NewOrder {
		t.Errorf("%+v %v", m, err)
	}
}

// Everything that a message, an answer or a list may hold is told in the document.
func TestTheDocumentNamesEverything(t *testing.T) {
	data, err := os.ReadFile("../../../docs/orders.md")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if !strings.Contains(string(data), "`"+name+"`") {
				t.Errorf("docs/orders.md does not say what %s is", name)
			}
			walk(typ.Field(i).Type)
		}
	}
	for _, v := range []any{Message{}, Receipt{}, List{}} {
		walk(reflect.TypeOf(v))
	}
	for _, kind := range []Type{NewOrder, Deadline, Urge, Withdraw, Rate, Refuse, Feedback, Again, Listing} {
		if !strings.Contains(string(data), "| `"+string(kind)+"` |") {
			t.Errorf("docs/orders.md does not tell of %s", kind)
		}
	}
	for _, s := range Statuses {
		if !strings.Contains(string(data), "| `"+string(s)+"` |") {
			t.Errorf("docs/orders.md does not tell of %s", s)
		}
	}
}
