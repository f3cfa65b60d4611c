package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"huying/internal/errs"
)

// decodeZip reads a docx, and tells the other files that are zip archives apart.
func decodeZip(data []byte) (*Source, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "report.zip_truncated", "n", len(data))
	}
	if len(z.File) > maxZipEntries {
		return nil, errs.New(errs.TooLarge, "report.zip_entries", "n", len(z.File), "limit", maxZipEntries)
	}
	u := &unpacker{parts: make(map[string]*zip.File, len(z.File)), left: MaxExpanded}
	for _, f := range z.File {
		name := strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
		if _, twice := u.parts[name]; !twice {
			u.parts[name] = f
		}
	}
	if k := u.kind(); k != kindZip {
		return nil, refuse(k)
	}
	main, err := u.mainPart()
	if err != nil {
		return nil, err
	}
	text, err := readDocx(u, main)
	if err != nil {
		return nil, err
	}
	src := FromText(text)
	src.Format = FormatDOCX
	return src, nil
}

// unpacker opens the parts of an archive and counts what they expand to: an archive of a few kilobytes can hold gigabytes.
type unpacker struct {
	parts map[string]*zip.File
	left  int64 // bytes that may still be unpacked
}

// kind returns kindZip for a Word document and the kind to refuse for anything else.
func (u *unpacker) kind() fileKind {
	if u.parts["word/document.xml"] != nil {
		return kindZip
	}
	kinds := []struct {
		prefix string
		kind   fileKind
	}{{"xl/", kindSheet}, {"ppt/", kindSlides}, {"OFD.xml", kindOFD}, {"content.xml", kindODT}, {"word/", kindZip}, {"[Content_Types].xml", kindZip}}
	for _, k := range kinds {
		for name := range u.parts {
			if strings.HasPrefix(name, k.prefix) {
				return k.kind
			}
		}
	}
	return ".zip"
}

// mainPart returns the name of the part that holds the body, as the package's relations say.
func (u *unpacker) mainPart() (string, error) {
	var rels struct {
		List []struct {
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := u.unmarshal("_rels/.rels", &rels); err != nil {
		return "", err
	}
	for _, r := range rels.List {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			if name := strings.TrimPrefix(path.Clean("/"+r.Target), "/"); u.parts[name] != nil {
				return name, nil
			}
		}
	}
	if u.parts["word/document.xml"] != nil {
		return "word/document.xml", nil
	}
	return "", errs.New(errs.Invalid, "report.docx_no_body")
}

// open returns a reader of a part that fails with report.expands_too_far once the part has given more than limit bytes, or
// the whole archive more than MaxExpanded.
func (u *unpacker) open(name string, limit int64) (io.ReadCloser, error) {
	f := u.parts[name]
	if f.Flags&1 != 0 {
		return nil, errs.New(errs.Invalid, "report.locked")
	}
	r, err := f.Open()
	if err != nil {
		return nil, damaged(name, 0, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{&countedReader{r: r, u: u, left: limit, limit: limit}, r}, nil
}

// countedReader reads a part for an XML decoder, which keeps a whole tag with its attributes in memory.
type countedReader struct {
	r           io.Reader
	u           *unpacker
	left, limit int64
	open        int // bytes since the last '<'
}

const longestTag = 2 << 20 // bytes of one tag or one run of text; Word writes a few hundred

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.left -= int64(n)
	if c.u.left -= int64(n); c.u.left < 0 || c.left < 0 {
		return 0, errs.New(errs.TooLarge, "report.expands_too_far", "limit", c.limit>>20)
	}
	if i := bytes.LastIndexByte(p[:n], '<'); i >= 0 {
		c.open = n - i
	} else {
		c.open += n
	}
	if c.open > longestTag {
		return 0, errTooDeep
	}
	return n, err
}

// errTooDeep stops the reading of XML that was made to exhaust the memory of its reader.
var errTooDeep = errors.New("elements are nested too deeply or too long")

// unmarshal reads a small part into v. A part that is not there leaves v as it is.
func (u *unpacker) unmarshal(name string, v any) error {
	if u.parts[name] == nil {
		return nil
	}
	r, err := u.open(name, maxSidePart)
	if err != nil {
		return err
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	if err := d.Decode(v); err != nil && err != io.EOF {
		return damaged(name, d.InputOffset(), err)
	}
	return nil
}

// damaged says where a part of the archive stops making sense. A limit that was passed stays what it is.
func damaged(part string, at int64, err error) error {
	var e *errs.Error
	if errors.As(err, &e) {
		return e
	}
	return errs.Wrap(err, errs.Invalid, "report.docx_damaged", "part", part, "at", at)
}

// readDocx returns the text of a body, a line for each paragraph.
func readDocx(u *unpacker, main string) (string, error) {
	dir := path.Dir(main)
	st, err := readStyles(u, path.Join(dir, "styles.xml"))
	if err != nil {
		return "", err
	}
	num, err := readNumbering(u, path.Join(dir, "numbering.xml"), st)
	if err != nil {
		return "", err
	}
	r, err := u.open(main, MaxExpanded)
	if err != nil {
		return "", err
	}
	defer r.Close()
	w := &docxReader{d: xml.NewDecoder(r), styles: st, numbers: num}
	if err := w.walk(); err != nil {
		return "", damaged(main, w.d.InputOffset(), err)
	}
	var b strings.Builder
	for i := range w.out {
		b.WriteString(string(w.out[i].r))
		b.WriteByte('\n')
	}
	if n := utf8.RuneCountInString(b.String()); n > MaxText {
		return "", errs.New(errs.TooLarge, "report.text_too_long", "n", n, "limit", MaxText)
	}
	return b.String(), nil
}

// val is the usual element with one attribute.
type val struct {
	Val string `xml:"val,attr"`
}

// docxStyle is what a paragraph style gives to its paragraphs.
type docxStyle struct {
	ID      string `xml:"styleId,attr"`
	Name    val    `xml:"name"`
	BasedOn val    `xml:"basedOn"`
	Level   val    `xml:"pPr>numPr>ilvl"`
	Num     val    `xml:"pPr>numPr>numId"`
}

// docxStyles are the styles of a document by their id.
type docxStyles map[string]docxStyle

func readStyles(u *unpacker, part string) (docxStyles, error) {
	var doc struct {
		Styles []docxStyle `xml:"style"`
	}
	if err := u.unmarshal(part, &doc); err != nil {
		return nil, err
	}
	m := make(docxStyles, len(doc.Styles))
	for _, s := range doc.Styles {
		m[s.ID] = s
	}
	return m, nil
}

// numbered returns the nearest style of the chain that begins at id and numbers its paragraphs. ok is false if none does.
func (m docxStyles) numbered(id string) (s docxStyle, ok bool) {
	for range 16 { // a chain of styles is short; a circle of them is broken
		if s, ok = m[id]; !ok || s.Num.Val != "" {
			return s, ok
		}
		id = s.BasedOn.Val
	}
	return docxStyle{}, false
}

// contents reports whether a style is one of a table of contents, which repeats the headings.
func (m docxStyles) contents(id string) bool {
	return strings.HasPrefix(strings.ToLower(m[id].Name.Val), "toc ")
}
