package report

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// docxReader walks a body and gathers its lines.
type docxReader struct {
	layout
	d       *xml.Decoder
	styles  docxStyles
	numbers *docxNumbers
	open    []docxPara // paragraphs being read: a text box stands inside one
	carried []rune     // text of a paragraph whose mark was deleted: it runs on into the next
	hidden  bool       // the run is hidden
	inText  bool
}

// docxPara is a paragraph being read.
type docxPara struct {
	text  []rune
	style string
	num   string // numId, "" when the paragraph itself says nothing
	level string
	runOn bool // a tracked change deleted the paragraph mark
}

const docxDeepest = 1000 // nested elements; a real body has under 100

// left out are tracked deletions, field codes, the small characters of a ruby, page settings and the copy of a drawing for old
// versions of Word. Notes, comments, headers and footers are parts of their own, which nobody opens.
var docxSkip = map[string]bool{"del": true, "moveFrom": true, "instrText": true, "delText": true, "delInstrText": true, "rt": true, "sectPr": true, "Fallback": true, "tblPr": true, "trPr": true, "tcPr": true, "tblGrid": true}

func (w *docxReader) walk() error {
	for depth := 0; ; {
		t, err := w.d.Token()
		if err == io.EOF {
			for len(w.rows) > 0 {
				w.endTable()
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if docxSkip[t.Name.Local] {
				if err := skipElement(w.d); err != nil {
					return err
				}
				continue
			}
			if depth++; depth > docxDeepest {
				return errTooDeep
			}
			inside, err := w.start(t)
			if err != nil {
				return err
			}
			if !inside {
				depth--
			}
		case xml.EndElement:
			depth--
			w.end(t.Name.Local)
		case xml.CharData:
			if w.inText {
				w.write([]rune(string(t))...)
			}
		}
	}
}

// start handles a start tag. inside is false if it read the element to its end.
func (w *docxReader) start(t xml.StartElement) (inside bool, err error) {
	switch t.Name.Local {
	case "p":
		w.open = append(w.open, docxPara{})
	case "pPr":
		return false, w.properties(w.paragraphProperty)
	case "r":
		w.hidden = false
	case "rPr":
		return false, w.properties(func(t xml.StartElement, parent string) {
			if t.Name.Local == "vanish" {
				w.hidden = attr(t, "val") != "0" && attr(t, "val") != "false"
			}
		})
	case "t":
		w.inText = true
	case "tab", "ptab":
		w.write('\t')
	case "br", "cr":
		w.write('\n')
	case "noBreakHyphen":
		w.write('-')
	case "sym":
		if n, err := strconv.ParseUint(attr(t, "char"), 16, 16); err == nil {
			w.write(rune(n))
		}
	case "tbl":
		w.openTable()
	case "tr":
		w.endRow()
	case "tc":
		w.openCell()
	}
	return true, nil
}

func (w *docxReader) end(name string) {
	switch name {
	case "t":
		w.inText = false
	case "p":
		if n := len(w.open); n > 0 {
			p := w.open[n-1]
			w.open = w.open[:n-1]
			w.paragraph(p)
		}
	case "tr":
		w.endRow()
	case "tbl":
		w.endTable()
	}
}

// properties reads an element of properties to its end and shows each of them to see, with the name of what holds it. Their
// former values, which tracked changes keep, are passed over.
func (w *docxReader) properties(see func(t xml.StartElement, parent string)) error {
	path := []string{""}
	for {
		t, err := w.d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if strings.HasSuffix(t.Name.Local, "Change") {
				if err := skipElement(w.d); err != nil {
					return err
				}
				continue
			}
			see(t, path[len(path)-1])
			if path = append(path, t.Name.Local); len(path) > docxDeepest {
				return errTooDeep
			}
		case xml.EndElement:
			if path = path[:len(path)-1]; len(path) == 0 {
				return nil
			}
		}
	}
}

func (w *docxReader) paragraphProperty(t xml.StartElement, parent string) {
	if len(w.open) == 0 {
		return
	}
	p := &w.open[len(w.open)-1]
	switch name := t.Name.Local; {
	case name == "pStyle":
		p.style = attr(t, "val")
	case name == "ilvl" && parent == "numPr":
		p.level = attr(t, "val")
	case name == "numId" && parent == "numPr":
		p.num = attr(t, "val")
	case name == "del" && parent == "rPr":
		p.runOn = true
	}
}

func (w *docxReader) write(r ...rune) {
	if n := len(w.open); n > 0 && !w.hidden {
		w.open[n-1].text = append(w.open[n-1].text, r...)
	}
}

// paragraph ends a paragraph: its number is counted, and its lines are put where it stands.
func (w *docxReader) paragraph(p docxPara) {
	label := w.numbers.label(p)
	text := append(w.carried, p.text...)
	w.carried = nil
	if p.runOn {
		w.carried = text
		return
	}
	if w.styles.contents(p.style) || strings.TrimSpace(string(text)) == "" {
		return
	}
	for _, s := range strings.Split(label+string(text), "\n") {
		if s = strings.TrimRight(s, " \t\r"); strings.TrimSpace(s) != "" {
			r := []rune(s)
			w.put(textLine{runes: runes{r: r, at: make([]int32, len(r))}})
		}
	}
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// skipElement reads an element to its end. Unlike Decoder.Skip it stops at hostile depth.
func skipElement(d *xml.Decoder) error {
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			if depth++; depth > docxDeepest {
				return errTooDeep
			}
		case xml.EndElement:
			depth--
		}
	}
	return nil
}
