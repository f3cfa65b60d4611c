package report

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"huying/internal/errs"
)

// Decode turns the bytes of a file into a Source. What the file is follows from its content; name only names the place in errors.
//
// It takes text (UTF-8, GB18030 and its subset GBK, UTF-16), HTML as it was published, docx, and PDF as well as that can be
// done. It returns errs.Invalid with a report.* key, the byte and the remedy for a file that is empty, damaged, in an encoding
// that cannot be told, or of another kind; and errs.TooLarge over the limits of this package. Doubts that need not stop the
// reading come as Warnings. A byte order mark is a sign of the encoding and not a part of Text.
func Decode(name string, data []byte) (*Source, error) {
	src, err := decode(data)
	if err == nil {
		return src, nil
	}
	var e *errs.Error
	if name != "" && errors.As(err, &e) {
		return nil, e.At(name)
	}
	return nil, err
}

func decode(data []byte) (*Source, error) {
	if len(data) > MaxInput {
		return nil, errs.New(errs.TooLarge, "report.too_large", "limit", MaxInput>>20)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errs.New(errs.Invalid, "report.empty")
	}
	var src *Source
	var err error
	switch kind := sniff(data); kind {
	case kindText:
		src, err = decodePlain(data)
	case kindZip:
		src, err = decodeZip(data)
	case kindPDF:
		src, err = decodePDF(data)
	default:
		return nil, refuse(kind)
	}
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(string(src.Plain)) == "" {
		return nil, errs.New(errs.Invalid, "report.empty")
	}
	return src, nil
}

// decodePlain reads text and HTML: both are text in some encoding.
func decodePlain(data []byte) (*Source, error) {
	text, encoding, warnings, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	if n := utf8.RuneCountInString(text); n > MaxText {
		return nil, errs.New(errs.TooLarge, "report.text_too_long", "n", n, "limit", MaxText)
	}
	if at, err := checkControls(text, &warnings); err != nil {
		err.Args["at"] = byteOffset(encoding, text[:at]) + bomLen(data)
		return nil, err
	}
	if k := sniffMarkup(text); k != kindText {
		return nil, refuse(k)
	}
	src := FromText(text)
	if looksHTML(text) {
		src = fromHTML(text)
	}
	src.Encoding, src.Warnings = encoding, warnings
	return src, nil
}

// checkControls refuses a text that is really a binary file, naming where in text it shows, and warns of single control
// characters and of U+FFFD, which an earlier conversion put where it could not read a character.
func checkControls(text string, warnings *[]Warning) (int, *errs.Error) {
	var controls, lost, total, lineControl, lineLost int
	line := 1
	for at, r := range text {
		total++
		switch {
		case r == '\n':
			line++
		case r == 0:
			return at, errs.New(errs.Invalid, "report.nul", "line", line)
		case r == utf8.RuneError:
			if lost++; lost == 1 {
				lineLost = line
			}
		case isControl(r):
			if controls++; controls == 1 {
				lineControl = line
			}
		}
	}
	if controls > 3 && controls*100 > total {
		return strings.IndexFunc(text, isControl), errs.New(errs.Invalid, "report.binary", "line", lineControl)
	}
	if controls > 0 {
		*warnings = append(*warnings, Warning{"report.control_characters", map[string]any{"n": controls, "line": lineControl}})
	}
	if lost > 0 {
		*warnings = append(*warnings, Warning{"report.lost_characters", map[string]any{"n": lost, "line": lineLost}})
	}
	return 0, nil
}

// isControl reports whether r is a control character that no text needs. Form feeds come with text taken from a PDF, U+0085
// is a line break, and U+001A ended files under DOS: they are text.
func isControl(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', 0x1A, 0x85:
		return false
	}
	return r < 0x20 || r >= 0x7F && r < 0xA0
}

// refuse says why a kind of file is not read and what to do instead.
func refuse(k fileKind) error {
	switch k {
	case kindOLE, kindRTF, kindWordXML, kindMHT, kindODT:
		return errs.New(errs.Invalid, "report.save_as_docx", "kind", string(k))
	case kindLocked:
		return errs.New(errs.Invalid, "report.locked")
	case kindSheet, kindSlides, kindOFD:
		return errs.New(errs.Invalid, "report.not_a_text_document", "kind", string(k))
	case kindImage:
		return errs.New(errs.Invalid, "report.image")
	case kindUTF32:
		return errs.New(errs.Invalid, "report.utf32")
	}
	return errs.New(errs.Invalid, "report.other_kind", "kind", string(k))
}
