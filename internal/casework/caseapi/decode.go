package caseapi

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/strictjson"
	"huying/internal/web"
)

// body reads a request's JSON into v, which is a pointer to a struct, and returns it as it came. What v does not name, what stands twice and
// what follows is an error that says where. Nothing at all is an empty object.
func body(r *web.Request, v any) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.ContentLength != 0 && (err != nil || kind != "application/json") {
		return nil, web.WithStatus(http.StatusUnsupportedMediaType, errs.New(errs.Invalid, "caseapi.not_json_type"))
	}
	data, err := io.ReadAll(r.Body) // the route bounds it
	if err != nil {
		return nil, err
	}
	return data, strictjson.Decode(data, v)
}

// contact is how somebody without an account can be reached, as it is sent.
type contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Email string `json:"email"`
}

// checked is the contact as cases keep it. Each error is at its field below at.
func (c contact) checked(at string) (string, errs.List) {
	var wrong errs.List
	for _, f := range []struct {
		name, value string
		most        int
	}{{"name", c.Name, 60}, {"phone", c.Phone, 40}, {"email", c.Email, 200}} {
		if e := line(f.value, f.most, false); e != nil {
			wrong = append(wrong, e.On(at+"."+f.name))
		}
	}
	return casework.Contact{Name: strings.TrimSpace(c.Name), Phone: strings.TrimSpace(c.Phone), Email: strings.TrimSpace(c.Email)}.String(), wrong
}

// line returns what is wrong with a text of one line, or, with breaks, of several; or nil.
func line(s string, most int, breaks bool) *errs.Error {
	if n := utf8.RuneCountInString(s); n > most {
		return errs.New(errs.Invalid, "caseapi.too_long", "most", most, "n", n)
	}
	if strings.ContainsFunc(s, func(c rune) bool {
		return c < 0x20 && !(breaks && (c == '\n' || c == '\r' || c == '\t')) || c >= 0x7f && c < 0xa0
	}) {
		return errs.New(errs.Invalid, "caseapi.unprintable")
	}
	return nil
}
