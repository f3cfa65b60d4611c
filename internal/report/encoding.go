package report

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"huying/internal/errs"
)

// decodeText finds the encoding of data and decodes all of it. A file is UTF-8 if every byte of it fits, UTF-16 if it says so
// or if almost all of it then reads as Chinese, and GB18030 if every byte fits and the characters are those that people use.
// Nothing is guessed beyond that: a byte that does not fit is an error that names its place. Only in HTML, where a publisher's
// page cut some title in the middle of a character, do a few such bytes become U+FFFD with a warning, as in a browser.
func decodeText(data []byte) (text, encoding string, warnings []Warning, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		text, warnings, err = decodeUTF8(data, 3)
		return text, "utf-8", warnings, err
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		text, err = decodeUTF16(data, binary.LittleEndian, 2)
		return text, "utf-16le", nil, err
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		text, err = decodeUTF16(data, binary.BigEndian, 2)
		return text, "utf-16be", nil, err
	case bytes.HasPrefix(data, []byte("\x84\x31\x95\x33")):
		text, warnings, err = decodeGB(data, 4)
		return text, "gb18030", warnings, err
	}
	valid := utf8.Valid(data)
	if !valid || bytes.IndexByte(data, 0) >= 0 {
		switch guessUTF16(data) {
		case "utf-16le":
			text, err = decodeUTF16(data, binary.LittleEndian, 0)
			return text, "utf-16le", nil, err
		case "utf-16be":
			text, err = decodeUTF16(data, binary.BigEndian, 0)
			return text, "utf-16be", nil, err
		}
	}
	if valid {
		return string(data), "utf-8", nil, nil
	}
	return decodeUnmarked(data)
}

// decodeUnmarked decodes a file without a mark that is neither UTF-8 throughout nor UTF-16.
func decodeUnmarked(data []byte) (text, encoding string, warnings []Warning, err error) {
	if at := firstControl(data); at >= 0 {
		return "", "", nil, errs.New(errs.Invalid, "report.binary", "at", at)
	}
	u, g, charset := surveyUTF8(data), surveyGB(data), metaCharset(data)
	switch {
	case u.chinese > 5*u.bad:
		text, warnings, err = decodeUTF8(data, 0)
		return text, "utf-8", warnings, err
	case g.plausible() || charset == "gb18030" && g.firstBad < 0: // some pages claim UTF-8 and are not
		text, warnings, err = decodeGB(data, 0)
		return text, "gb18030", warnings, err
	case charset != "" && charset != "gb18030" && charset != "utf-8":
		return "", "", nil, errs.New(errs.Invalid, "report.charset", "charset", charset)
	}
	return "", "", nil, errs.New(errs.Invalid, "report.encoding_unknown", "at", u.firstBad, "line", lineOfByte(data, u.firstBad))
}

// firstControl returns the position of the first control byte of a file of which more than one byte in a hundred is one, or -1.
func firstControl(data []byte) int {
	n, first := 0, -1
	for i, b := range data {
		if b < 0x09 || b > 0x0D && b < 0x20 {
			if n++; first < 0 {
				first = i
			}
		}
	}
	if n*100 <= len(data) {
		return -1
	}
	return first
}

// survey is what a pass over the bytes of a file found, read as one encoding.
type survey struct {
	chinese  int // characters beyond ASCII
	common   int // of those, the ones that Chinese texts are made of
	bad      int // bytes that do not fit
	firstBad int // position of the first of them, or -1
}

// plausible reports whether the characters are those of a Chinese text. In a real one over nine in ten are; Big5, Shift JIS
// or UTF-8 read as GB18030 give far fewer. One byte in a thousand may be bad, to be named in an error or a warning.
func (s survey) plausible() bool {
	return s.chinese > 0 && s.common*4 >= s.chinese*3 && s.bad*1000 <= s.chinese+999
}

func surveyUTF8(data []byte) survey {
	s := survey{firstBad: -1}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			if s.bad++; s.firstBad < 0 {
				s.firstBad = i
			}
		case n >= 3: // what GB18030 text rarely looks like by chance
			s.chinese++
		}
		i += n
	}
	return s
}

// surveyGB walks the one, two and four byte characters of GB18030.
func surveyGB(data []byte) survey {
	s := survey{firstBad: -1}
	for i := 0; i < len(data); {
		n := gbLen(data[i:])
		switch {
		case n == 0:
			if s.bad++; s.firstBad < 0 {
				s.firstBad = i
			}
			n = 1
		case n == 2:
			s.chinese++
			lead, trail := data[i], data[i+1]
			if trail >= 0xA1 && (lead >= 0xA1 && lead <= 0xA3 || lead >= 0xB0 && lead <= 0xD7) { // marks, and the 3,755 characters of level 1
				s.common++
			}
		case n == 4:
			s.chinese++
		}
		i += n
	}
	return s
}

// gbLen returns how many bytes the character at the start of b has, or 0 if none fits.
func gbLen(b []byte) int {
	switch {
	case b[0] < 0x80:
		return 1
	case b[0] == 0x80 || b[0] == 0xFF || len(b) < 2:
		return 0
	case b[1] >= 0x40 && b[1] != 0x7F && b[1] != 0xFF:
		return 2
	case b[1] >= 0x30 && b[1] <= 0x39 && len(b) >= 4 && b[2] >= 0x81 && b[2] <= 0xFE && b[3] >= 0x30 && b[3] <= 0x39:
		return 4
	}
	return 0
}

func decodeUTF8(data []byte, skip int) (string, []Warning, error) {
	body := data[skip:]
	if utf8.Valid(body) {
		return string(body), nil, nil
	}
	s := surveyUTF8(body)
	at := s.firstBad + skip
	if tolerable(body, s.bad, s.chinese) {
		return strings.ToValidUTF8(string(body), "\uFFFD"), badBytes(data, at, s.bad), nil
	}
	return "", nil, errs.New(errs.Invalid, "report.utf8_broken", "at", at, "line", lineOfByte(data, at), "byte", hexByte(data[at]))
}

func decodeGB(data []byte, skip int) (string, []Warning, error) {
	body := data[skip:]
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(body)
	if err != nil {
		return "", nil, errs.Wrap(err, errs.Invalid, "report.encoding_unknown", "at", skip, "line", 1)
	}
	text := string(out)
	at := lostInGB(body, text)
	if at < 0 {
		return text, nil, nil
	}
	at += skip
	bad := strings.Count(text, "\uFFFD")
	if tolerable(body, bad, surveyGB(body).chinese) {
		return text, badBytes(data, at, bad), nil
	}
	return "", nil, errs.New(errs.Invalid, "report.gb18030_broken", "at", at, "line", lineOfByte(data, at), "byte", hexByte(data[at]))
}

// lostInGB returns the position of the first byte of body that decoding turned into U+FFFD without body saying so, or -1.
// Up to the first such byte each character of body gave one rune of text.
func lostInGB(body []byte, text string) int {
	i := 0
	for _, r := range text {
		n := gbLen(body[i:])
		if r == utf8.RuneError && !(n == 4 && string(body[i:i+4]) == "\x84\x31\xA4\x37") {
			return i
		}
		i += max(n, 1)
		if i >= len(body) {
			break
		}
	}
	return -1
}

// tolerable decides whether a few bytes that fit no character may become U+FFFD: in HTML only, three or one in a thousand.
func tolerable(body []byte, bad, characters int) bool {
	return bad <= max(3, characters/1000) && looksHTML(string(body))
}

func badBytes(data []byte, at, n int) []Warning {
	return []Warning{{"report.bad_bytes", map[string]any{"n": n, "at": at, "line": lineOfByte(data, at)}}}
}

func decodeUTF16(data []byte, order binary.ByteOrder, skip int) (string, error) {
	if len(data)%2 == 1 {
		return "", errs.New(errs.Invalid, "report.utf16_odd", "at", len(data)-1)
	}
	var b strings.Builder
	b.Grow(len(data))
	line := 1
	for i := skip; i < len(data); i += 2 {
		r := rune(order.Uint16(data[i:]))
		if utf16.IsSurrogate(r) {
			low := rune(0)
			if i+3 < len(data) {
				low = rune(order.Uint16(data[i+2:]))
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				return "", errs.New(errs.Invalid, "report.utf16_broken", "at", i, "line", line)
			}
			i += 2
		}
		if r == '\n' {
			line++
		}
		b.WriteRune(r)
	}
	return b.String(), nil
}

// guessUTF16 tells the byte order of UTF-16 without a mark, or "": of the first 64 kB nearly every unit must be a character
// that Chinese texts use, and the other order must make much less sense.
func guessUTF16(data []byte) string {
	n := min(len(data), 64<<10) / 2
	if n < 4 {
		return ""
	}
	le, be := 0, 0
	for i := range n {
		lo, hi := data[2*i], data[2*i+1]
		if inChineseText(rune(hi)<<8 | rune(lo)) {
			le++
		}
		if inChineseText(rune(lo)<<8 | rune(hi)) {
			be++
		}
	}
	switch {
	case le*100 >= n*95 && (le-be)*5 > n:
		return "utf-16le"
	case be*100 >= n*95 && (be-le)*5 > n:
		return "utf-16be"
	}
	return ""
}

func inChineseText(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r < 0x7F:
		return true
	case r >= 0x4E00 && r <= 0x9FFF, r >= 0x3000 && r <= 0x303F, r >= 0xFF00 && r <= 0xFFEF, r >= 0x2010 && r <= 0x2040:
		return true
	}
	return r == 0xA0 || r == 0xB7 || r == 0xD7 || r == 0xFEFF || r == 0x2103
}

var charsetMark = regexp.MustCompile(`(?i)<(?:meta[^>]{0,300}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([a-z0-9_:-]{2,24})`)

// metaCharset returns the encoding that an HTML file claims in its first 4 kB: "utf-8", "gb18030" for any of the GB family,
// another name as it stands, or "".
func metaCharset(data []byte) string {
	m := charsetMark.FindSubmatch(data[:min(len(data), 4096)])
	if m == nil {
		return ""
	}
	switch c := strings.ToLower(string(m[1])); c {
	case "utf8", "utf-8":
		return "utf-8"
	case "gb2312", "gb_2312-80", "gbk", "x-gbk", "gb18030", "cp936", "ms936", "windows-936", "euc-cn":
		return "gb18030"
	default:
		return c
	}
}

func lineOfByte(data []byte, at int) int { return 1 + bytes.Count(data[:at], []byte("\n")) }

func hexByte(b byte) string {
	const digits = "0123456789ABCDEF"
	return "0x" + string([]byte{digits[b>>4], digits[b&15]})
}

// byteOffset returns how many bytes the decoded text before a place took in its file.
func byteOffset(encoding, before string) int {
	switch encoding {
	case "utf-16le", "utf-16be":
		return 2 * len(utf16.Encode([]rune(before)))
	case "gb18030":
		b, err := simplifiedchinese.GB18030.NewEncoder().String(before)
		if err == nil {
			return len(b)
		}
	}
	return len(before)
}

// bomLen is the length of the byte order mark that data begins with, or 0.
func bomLen(data []byte) int {
	for _, bom := range []string{"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF", "\x84\x31\x95\x33"} {
		if bytes.HasPrefix(data, []byte(bom)) {
			return len(bom)
		}
	}
	return 0
}
