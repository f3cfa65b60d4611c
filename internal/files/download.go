package files

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// SetHeaders says of an answer that it is file f, to be saved under name, and not to be shown as a page whatever it holds. The hash is its
// entity tag: it never changes.
func (f File) SetHeaders(h http.Header, name string) {
	kind := string(f.Type)
	if f.Type == Text {
		kind = "text/plain" // without a charset: the reader's program finds it, as it does for a file on disk
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", Disposition(FileName(name, f.Type)))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("ETag", `"`+f.Hash+`"`)
}

// maxFileName is how many characters of a name are kept, without its ending.
const maxFileName = 120

// FileName makes of what somebody called a file a name that every system can save: without a folder, control characters or characters that
// turn the reading direction, and with an ending of its type, so that a picture never arrives as a program.
func FileName(name string, t Type) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == unicode.ReplacementChar, unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.Zs, r) && r != ' ' && r != '\u3000':
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.TrimRight(name, " .")
	ending := path.Ext(name)
	if allowed := about[t].endings; len(allowed) > 0 && !slices.Contains(allowed, strings.ToLower(ending)) {
		ending = allowed[0]
	} else {
		name = strings.TrimSuffix(name, ending)
	}
	name = strings.Trim(name, " .")
	if runes := []rune(name); len(runes) > maxFileName {
		name = string(runes[:maxFileName])
	}
	if runes := []rune(ending); len(runes) > 16 {
		ending = string(runes[:16])
	}
	if name == "" {
		name = "file"
	}
	return name + ending
}

// Disposition is the Content-Disposition of a file to be saved under name: RFC 6266, with the name once in ASCII for old programs and once
// as RFC 8187 writes it.
func Disposition(name string) string {
	var ascii, exact strings.Builder
	for _, r := range name {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' || r == '%' {
			ascii.WriteByte('_')
		} else {
			ascii.WriteRune(r)
		}
		for _, b := range []byte(string(r)) {
			if b < 0x80 && (unicode.IsLetter(rune(b)) || unicode.IsDigit(rune(b)) || strings.IndexByte("!#$&+-.^_`|~", b) >= 0) {
				exact.WriteByte(b)
			} else {
				fmt.Fprintf(&exact, "%%%02X", b)
			}
		}
	}
	return `attachment; filename="` + ascii.String() + `"; filename*=UTF-8''` + exact.String()
}
