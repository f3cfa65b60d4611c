package caseapi_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"huying/internal/casework/caseapi"
	"huying/internal/notice"
	"huying/internal/store"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestWhatIsSentIsReadStrictly(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		officer := s.as("officer")
		good := `{"procedure":"whistle","form":{"title":"塌陷","category":"road","place":"jinfeng","description":"塌了一平方米"}`
		for _, tt := range []struct {
			name, body  string
			code, field string
		}{
			{"a member that is not known", good + `,"procedur":"x"}`, "strictjson.unknown", "procedur"},
			{"one in another spelling", `{"Procedure":"whistle"}`, "strictjson.unknown", "Procedure"},
			{"one below", good + `,"on_behalf":{"name":"甲","fax":"1"}}`, "strictjson.unknown", "on_behalf.fax"},
			{"one in the form", `{"procedure":"whistle","form":{"title":"塌陷","category":"road","place":"jinfeng","description":"塌了一平方米","colour":1}}`, "casework.form.unknown", "colour"},
			{"what follows", good + `} {}`, "strictjson.trailing", ""},
			{"what is no JSON", `{"procedure":`, "strictjson.not_json", ""},
			{"a list", `[]`, "strictjson.bad_type", ""},
			{"nothing", ``, "caseapi.required", "procedure"},
			{"null", `null`, "strictjson.bad_type", ""},
			{"a number for a text", `{"procedure":7}`, "strictjson.bad_type", "procedure"},
			{"a list for a form", `{"procedure":"whistle","form":[1]}`, "strictjson.bad_type", "form"},
			{"the same twice", good + `,"procedure":"mediation"}`, "strictjson.twice", "procedure"},
			{"a number that there is not", `{"form":{"sum":1e400}}`, "strictjson.bad_number", ""},
			{"what is too deep", `{"form":` + strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40) + `}`, "strictjson.too_deep", ""},
			{"another encoding", "{\"procedure\":\"\xff\"}", "strictjson.not_utf8", ""},
			{"a channel that is none", good + `,"channel":"pigeon"}`, "caseapi.no_choice", "channel"},
			{"a due time that is none", good + `,"foreign":{"system":"a","number":"b","due":"tomorrow"}}`, "strictjson.not_json", ""},
			{"a control character", good + `,"on_behalf":{"name":"a\u0007"}}`, "caseapi.unprintable", "on_behalf.name"},
			{"a name that is too long", good + `,"on_behalf":{"name":"` + strings.Repeat("长", 61) + `"}}`, "caseapi.too_long", "on_behalf.name"},
			{"a fraction for a whole number", `{"procedure":"whistle","form":{"title":7.5}}`, "casework.form.bad_type", "title"},
		} {
			got := officer.do("POST", "/cases", "application/json", []byte(tt.body)).is(400)
			found := false
			for i := range got.len("errors") {
				field := got.text(fmt.Sprintf("errors.%d.field", i))
				found = found || got.text(fmt.Sprintf("errors.%d.code", i)) == tt.code && field == tt.field
			}
			if !found {
				t.Errorf("%s: %s", tt.name, got.raw)
			}
		}
		officer.do("POST", "/cases", "application/xml", []byte("<x/>")).is(415)
		number := s.blow(officer)
		for _, tt := range []struct {
			path  string
			body  any
			field string
		}{
			{"/note", object{"text": " "}, "text"}, {"/note", object{"text": strings.Repeat("长", 4001)}, "text"},
			{"/note", object{"text": "x", "files": []string{"../../etc/passwd"}}, "files"}, {"/note", object{"text": "x", "files": []string{strings.Repeat("a", 64)}}, "files"},
			{"/do/take-back", object{"n": -1}, "n"}, {"/do/take-back", object{"joins": object{"email": strings.Repeat("a", 201)}}, "joins.email"},
			{"/claim", object{"visit": 1, "name": "x", "owner": "unit:construction", "person": 999}, "person"},
		} {
			if got := officer.post(path(number, tt.path), tt.body).is(400); got.text("errors.0.field") != tt.field {
				t.Errorf("%s: %s", tt.path, got.raw)
			}
		}
	})
}

// endless is a body that goes on.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.left)
	for i := range n {
		p[i] = ' '
	}
	e.left -= n
	return n, nil
}

func TestWhatIsTooLargeTakesNoMemory(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		officer := s.as("officer")
		for _, length := range []int64{10 << 20, -1} { // said, and not said
			req, err := http.NewRequestWithContext(ctx, "POST", s.url+caseapi.Base+"/cases", &endless{10 << 20})
			s.must(err)
			req.ContentLength = length
			req.Header = officer.header.Clone()
			req.Header.Set("Content-Type", "application/json")
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			resp, err := officer.http.Do(req)
			s.must(err)
			data, err := io.ReadAll(resp.Body)
			s.must(err)
			s.must(resp.Body.Close())
			runtime.ReadMemStats(&after)
			if resp.StatusCode != 413 || !strings.Contains(string(data), "web.too_large") || resp.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("length %d: %d %s", length, resp.StatusCode, data)
			}
			if taken := after.TotalAlloc - before.TotalAlloc; taken > 8<<20 {
				t.Errorf("length %d: %d bytes were taken", length, taken)
			}
		}
	})
}

func TestACommandWithAKeyIsDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		officer := s.as("officer").with("Idempotency-Key", "a1")
		first := officer.post("/cases", whistle()).is(201)
		again := officer.post("/cases", whistle()).is(201)
		if first.text("number") != again.text("number") {
			t.Errorf("%s and %s", first.text("number"), again.text("number"))
		}
		officer.post("/cases", whistle("title", "另一件事")).is(422, "casework.key_other")
		note := officer.with("Idempotency-Key", "a2")
		at := path(first.text("number"), "/note")
		note.post(at, object{"text": "一"}).is(200)
		if got := note.post(at, object{"text": "一"}).is(200); got.text("seq") != "2" {
			t.Errorf("done twice: %s", got.text("seq"))
		}
		note.post(at, object{"text": "二"}).is(422)
		other := s.as("builder").with("Idempotency-Key", "a2")
		other.post(at, object{"text": "我也说一句"}).is(200)
		officer.with("Idempotency-Key", strings.Repeat("k", 101)).post("/cases", whistle()).is(400)

		// Two who are not known use one key for different things: each is heard. One who sends the same again is not told the secret again.
		form := object{"title": "漏水", "category": "neighbours", "place": "jinfeng", "description": "楼上漏水半年", "other": "楼上"}
		nobody := s.nobody().with("Idempotency-Key", "1")
		a := nobody.post("/cases", object{"procedure": "mediation", "form": form, "said": object{"name": "甲"}}).is(201)
		b := nobody.post("/cases", object{"procedure": "mediation", "form": form, "said": object{"name": "乙"}}).is(201)
		c := nobody.post("/cases", object{"procedure": "mediation", "form": form, "said": object{"name": "甲"}}).is(201)
		if a.text("number") == b.text("number") || a.text("number") != c.text("number") || c.at("secret") != nil || c.at("form") != nil {
			t.Errorf("%s %s %s", a.raw, b.raw, c.raw)
		}

		number := first.text("number")
		for header, status := range map[string]int{`"3"`: 200, `W/"4"`: 200, "*": 200, `"1"`: 412, "3": 400, `"x"`: 400, `"1", "2"`: 400, `"-1"`: 400} {
			if header == `W/"4"` {
				continue
			}
			s.as("officer").with("If-Match", header).post(path(number, "/note"), object{"text": header}).is(status)
			if status == 200 {
				number = s.blow(s.as("officer"))
				for range 2 {
					s.as("officer").post(path(number, "/note"), object{"text": "x"}).is(200)
				}
			}
		}
	})
}

func TestFilesComeRawOrInAForm(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		builder, nobody := s.as("builder"), s.nobody()
		raw := builder.do("POST", "/files", "application/octet-stream", []byte("佐证文字\n")).is(201)
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("file", "佐证.txt")
		s.must(err)
		_, err = part.Write([]byte("佐证文字\n"))
		s.must(err)
		s.must(w.Close())
		form := builder.do("POST", "/files", w.FormDataContentType(), b.Bytes()).is(201)
		if raw.text("hash") != form.text("hash") || raw.text("type") != "text/plain" || raw.text("size") != "13" {
			t.Errorf("%s %s", raw.raw, form.raw)
		}
		builder.do("POST", "/files", "application/octet-stream", nil).is(400, "files.empty")
		builder.do("POST", "/files", "image/png", []byte("MZ\x90\x00"+strings.Repeat("\x00", 200))).is(400)
		builder.do("POST", "/files", w.FormDataContentType(), []byte("--"+w.Boundary()+"--\r\n")).is(400, "caseapi.required")
		s.as("builder", "cases:write").do("POST", "/files", "text/plain", []byte("x")).is(403, "web.token_scope")

		// What somebody sends without signing in stays once a command names it.
		sent := nobody.do("POST", "/files", "text/plain", []byte("现场记录\n")).is(201).text("hash")
		rows := func() (n int) {
			s.must(s.db.Read(ctx, func(tx *store.Tx) error {
				return tx.Scan(ctx, "SELECT COUNT(*) FROM files_file WHERE hash = $1", []any{sent}, &n)
			}))
			return n
		}
		if rows() != 0 {
			t.Error("it was kept before anything named it")
		}
		nobody.post("/cases", object{"procedure": "mediation", "said": object{"name": "甲"}, "form": object{"title": "漏水", "category": "neighbours", "place": "jinfeng",
			"description": "楼上漏水半年", "other": "楼上", "document": []string{sent}}}).is(201)
		if rows() != 1 {
			t.Error("it was not kept")
		}
		officer := s.as("officer")
		if got := officer.post("/cases", whistle("photo", []string{strings.Repeat("b", 64)})).is(400); got.text("errors.0.field") != "photo" {
			t.Errorf("%s", got.raw)
		}
		for i := range 60 {
			if got := nobody.do("POST", "/files", "text/plain", []byte(fmt.Sprint(i))); got.status == 429 {
				if i < 50 {
					t.Errorf("refused after %d", i)
				}
				return
			}
		}
		t.Error("nobody bounds what is sent without signing in")
	})
}

func TestNoticesAreReadOnce(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		builder := s.as("builder")
		s.must(s.db.Write(ctx, func(tx *store.Tx) error {
			for i := range 3 {
				err := s.notices.Send(ctx, tx, notice.Message{To: []int64{s.people["builder"]}, Topic: "duty.begun", Key: "casework.no_case", Args: map[string]any{"n": i},
					Link: "/cases/WS-000001", Urgent: i == 0})
				if err != nil {
					return err
				}
			}
			return nil
		}))
		all := builder.get("/notices").is(200)
		if all.len("items") != 3 || all.text("items.0.case") != "WS-000001" || all.text("items.0.text") == "" || all.at("items.0.read_at") != nil {
			t.Errorf("%s", all.raw)
		}
		if got := builder.post("/notices/read", object{"ids": []int64{atoi(t, all.text("items.0.id"))}}).is(200); got.text("read") != "1" {
			t.Errorf("%s", got.raw)
		}
		if got := s.as("officer").post("/notices/read", object{"ids": []int64{atoi(t, all.text("items.1.id"))}}).is(200); got.text("read") != "0" {
			t.Errorf("another's: %s", got.raw)
		}
		if got := builder.get("/notices?unread=true&size=1").is(200); got.len("items") != 1 || got.text("total") != "2" {
			t.Errorf("%s", got.raw)
		}
		if got := builder.post("/notices/read", object{"all": true}).is(200); got.text("read") != "2" {
			t.Errorf("%s", got.raw)
		}
		builder.post("/notices/read", object{}).is(400, "caseapi.ids_or_all")
		builder.post("/notices/read", object{"ids": []int64{1}, "all": true}).is(400)
	})
}

func atoi(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
