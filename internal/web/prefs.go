package web

import (
	"net/http"
	"net/url"
	"strconv"

	"huying/internal/i18n"
)

const (
	langCookie  = "huying-lang"
	elderCookie = "huying-elder"
	aYear       = 365 * 24 * 3600
)

// textSizes are those of elder mode, in px. The first is what one tap brings.
var textSizes = []int{20, 24, 30}

func (r *Request) readPreferences() {
	r.Lang = i18n.ParseLang(r.Header.Get("Accept-Language"))
	if c, err := r.Cookie(langCookie); err == nil && knownLang(c.Value) {
		r.Lang = i18n.Lang(c.Value)
	}
	if c, err := r.Cookie(elderCookie); err == nil {
		r.setTextSize(c.Value)
	}
}

func knownLang(s string) bool {
	for _, l := range i18n.Langs {
		if string(l) == s {
			return true
		}
	}
	return false
}

func (r *Request) setTextSize(s string) {
	r.Elder, r.TextSize = false, 0
	for _, size := range textSizes {
		if s == strconv.Itoa(size) {
			r.Elder, r.TextSize = true, size
		}
	}
}

// changePreferences answers ?lang=en and ?elder=20 (0 leaves elder mode) on any page: the choice is kept in a cookie, and the browser
// goes to the same page without it, so that a link that is passed on does not carry one reader's choice to another.
func (r *Request) changePreferences() (place string, changed bool) {
	if r.Method != http.MethodGet {
		return "", false
	}
	query := r.URL.Query()
	if lang := query.Get("lang"); query.Has("lang") {
		changed = true
		if knownLang(lang) {
			r.keep(langCookie, lang)
		}
	}
	if query.Has("elder") {
		changed = true
		r.setTextSize(query.Get("elder"))
		r.keep(elderCookie, strconv.Itoa(r.TextSize))
	}
	if !changed {
		return "", false
	}
	return r.here(query, "lang", "elder"), true
}

func (r *Request) keep(name, value string) {
	http.SetCookie(r.w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: aYear, HttpOnly: true, Secure: r.s.secure, SameSite: http.SameSiteLaxMode})
}

// here is the address of this page with some of the query left out.
func (r *Request) here(query url.Values, without ...string) string {
	for _, name := range without {
		query.Del(name)
	}
	u := url.URL{Path: r.URL.Path, RawQuery: query.Encode()}
	return LocalPath(u.String())
}

// switchTo is the address that changes a preference and comes back here. From the answer to a form, which cannot be fetched again, it
// leads home.
func (r *Request) switchTo(name, value string) string {
	query := r.URL.Query()
	if r.Method != http.MethodGet {
		return "/?" + url.Values{name: {value}}.Encode()
	}
	query.Set(name, value)
	u := url.URL{Path: r.URL.Path, RawQuery: query.Encode()}
	return LocalPath(u.String())
}

// signInHref is the way to sign in and come back.
func (r *Request) signInHref() string {
	if r.Method != http.MethodGet || r.URL.Path == r.s.opts.Paths.SignIn {
		return r.s.opts.Paths.SignIn
	}
	return r.s.opts.Paths.SignIn + "?" + url.Values{"next": {LocalPath(r.URL.RequestURI())}}.Encode()
}
