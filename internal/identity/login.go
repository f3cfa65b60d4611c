package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"huying/internal/errs"
)

const (
	minLogin = 2
	maxLogin = 64
	maxName  = 60
)

// NormalLogin is the one spelling under which a login is stored and looked up: half width, lower case. "ＷＡＮＧ.Li" is "wang.li".
func NormalLogin(s string) string {
	return strings.TrimSpace(norm.NFKC.String(strings.ToLower(norm.NFKC.String(s))))
}

// checkLogin returns what is wrong with a normalised login.
func checkLogin(s string) *errs.Error {
	n := utf8.RuneCountInString(s)
	if n < minLogin || n > maxLogin {
		return errs.New(errs.Invalid, "identity.login_length", "least", minLogin, "most", maxLogin).On("login")
	}
	for _, c := range s {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.Is(unicode.Mn, c) && !strings.ContainsRune("._-@", c) {
			return errs.New(errs.Invalid, "identity.login_sign", "sign", string(c)).On("login")
		}
	}
	return nil
}

// checkName returns what is wrong with a person's name. Any letter of any script is right; what would break a line or turn the reading
// direction of the rest of the page is not.
func checkName(s string) *errs.Error {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return errs.New(errs.Invalid, "identity.name_missing").On("name")
	case n > maxName:
		return errs.New(errs.Invalid, "identity.name_long", "most", maxName).On("name")
	}
	turns := func(c rune) bool { return c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 }
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) || turns(c) }) {
		return errs.New(errs.Invalid, "identity.name_sign").On("name")
	}
	return nil
}
