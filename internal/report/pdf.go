package report

import (
	"bytes"
	gocontext "context" // this package has a context of its own
	"errors"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/klippa-app/go-pdfium"
	pdferr "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"huying/internal/errs"
)

// decodePDF extracts the text of a PDF as well as that can be done: PDFium runs as WebAssembly, without files or a network,
// with a limit on its memory and its time (docs/adr/0010-pdf-text.md). Lines that the page broke are joined into paragraphs,
// page numbers and running heads are left out. A scan without text is an error that says so, one with little text a warning.
func decodePDF(data []byte) (*Source, error) {
	ctx, cancel := gocontext.WithTimeout(gocontext.Background(), pdfTime)
	defer cancel()
	pages, err := readPDF(ctx, data)
	if ctx.Err() != nil {
		return nil, errs.New(errs.Invalid, "report.pdf_time", "seconds", int(pdfTime/time.Second))
	}
	if err != nil {
		return nil, err
	}
	text := pdfText(pages)
	n := countVisible(text)
	switch {
	case n == 0:
		return nil, errs.New(errs.Invalid, "report.pdf_no_text", "pages", len(pages))
	case n > MaxText:
		return nil, errs.New(errs.TooLarge, "report.text_too_long", "n", n, "limit", MaxText)
	}
	src := FromText(text)
	src.Format = FormatPDF
	if n < pdfSparse*len(pages) {
		src.Warnings = append(src.Warnings, Warning{"report.pdf_sparse", map[string]any{"n": n, "pages": len(pages)}})
	}
	if lost := strings.Count(text, "\uFFFD"); lost > 0 {
		src.Warnings = append(src.Warnings, Warning{"report.pdf_lost_characters", map[string]any{"n": lost}})
	}
	return src, nil
}

func countVisible(s string) int {
	return utf8.RuneCountInString(strings.Join(strings.Fields(s), ""))
}

// pdfCode keeps the compiled reader: compiling takes about two seconds and holds some 45 MB from then on, so it happens when the
// first PDF comes and not before. pdfTurn lets one PDF be read at a time, which bounds the memory they take together.
var (
	pdfCode = sync.OnceValue(wazero.NewCompilationCache)
	pdfTurn = make(chan struct{}, 1)
)

// readPDF returns the lines of each page. Each document gets a fresh instance, so that a hostile one leaves nothing behind.
func readPDF(ctx gocontext.Context, data []byte) (pages [][]pdfLine, err error) {
	select {
	case pdfTurn <- struct{}{}:
		defer func() { <-pdfTurn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() {
		if p := recover(); p != nil {
			err = errs.New(errs.Invalid, "report.pdf_damaged")
		}
	}()
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(pdfMemory >> 16).
		WithCloseOnContextDone(true).
		WithCompilationCache(pdfCode())
	pool, err := webassembly.Init(webassembly.Config{MaxIdle: 1, MaxTotal: 1, Context: experimental.WithCompilationWorkers(ctx, 2),
		RuntimeConfig: config, FSConfig: wazero.NewFSConfig(), Stdout: io.Discard, Stderr: io.Discard})
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "report.pdf_reader")
	}
	defer pool.Close()
	reader, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "report.pdf_reader")
	}
	defer reader.Close()
	return readPages(reader, data)
}

func readPages(reader pdfium.Pdfium, data []byte) ([][]pdfLine, error) {
	opened, err := reader.OpenDocument(&requests.OpenDocument{FileReader: bytes.NewReader(data), FileReaderSize: int64(len(data))})
	switch {
	case errors.Is(err, pdferr.ErrPassword), errors.Is(err, pdferr.ErrSecurity):
		return nil, errs.New(errs.Invalid, "report.locked")
	case err != nil:
		return nil, errs.Wrap(firstLine(err), errs.Invalid, "report.pdf_damaged")
	}
	count, err := reader.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: opened.Document})
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "report.pdf_damaged")
	}
	if count.PageCount > pdfPages {
		return nil, errs.New(errs.TooLarge, "report.pdf_pages", "n", count.PageCount, "limit", pdfPages)
	}
	pages := make([][]pdfLine, count.PageCount)
	for i := range pages {
		if pages[i], err = readPage(reader, opened.Document, i); err != nil {
			return nil, errs.Wrap(firstLine(err), errs.Invalid, "report.pdf_page", "page", i+1)
		}
	}
	return pages, nil
}

// firstLine cuts the stack of WebAssembly functions off an error: they have no names.
func firstLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(line)
}

// pdfLine is a line of a page as it was printed: its text and its place, in points from the lower left corner of the page.
type pdfLine struct {
	text        string
	left, right float64
	base        float64 // of its first character
}

// readPage reads the characters of a page in the order in which PDFium finds them, and asks for the place of the first and
// the last of each line.
func readPage(reader pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int) ([]pdfLine, error) {
	page, err := reader.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		return nil, err
	}
	defer reader.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page})
	loaded, err := reader.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: requests.Page{ByReference: &page.Page}})
	if err != nil {
		return nil, err
	}
	text := loaded.TextPage
	defer reader.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text})
	chars, err := readChars(reader, text)
	if err != nil {
		return nil, err
	}
	var lines []pdfLine
	for from := 0; from < len(chars); from++ {
		to := from
		for to < len(chars) && chars[to] != '\n' {
			to++
		}
		l := pdfLine{text: strings.TrimSpace(string(chars[from:to]))}
		if l.text != "" {
			first, last := from, to-1
			for chars[first] == ' ' {
				first++
			}
			for chars[last] == ' ' {
				last--
			}
			if err := l.place(reader, text, first, last); err != nil {
				return nil, err
			}
			lines = append(lines, l)
		}
		from = to
	}
	return lines, nil
}

// readChars returns the characters of a page with every blank a ' ', every end of a line a '\n', and U+FFFD for a glyph of
// which the file does not say what it means.
func readChars(reader pdfium.Pdfium, text references.FPDF_TEXTPAGE) ([]rune, error) {
	count, err := reader.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text})
	if err != nil {
		return nil, err
	}
	chars := make([]rune, count.Count)
	for i := range chars {
		got, err := reader.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: text, Index: i})
		if err != nil {
			return nil, err
		}
		switch r := rune(got.Unicode); r {
		case '\r', '\n':
			chars[i] = '\n'
		case ' ', '\t', 0xA0, 0x3000:
			chars[i] = ' '
		case 0, 0xFFFE:
			chars[i] = utf8.RuneError
		case 2: // PDFium's mark for a hyphen at the end of a line
			chars[i] = '-'
		default:
			chars[i] = r
		}
	}
	return chars, nil
}

// place asks where a line stands. The boxes are those of the characters as they were set, not of their ink: the mark “ takes
// a full square and inks its right half.
func (l *pdfLine) place(reader pdfium.Pdfium, text references.FPDF_TEXTPAGE, first, last int) error {
	begin, err := reader.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: text, Index: first})
	if err != nil {
		return err
	}
	end, err := reader.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: text, Index: last})
	if err != nil {
		return err
	}
	l.left, l.right, l.base = float64(begin.Rect.Left), float64(end.Rect.Right), float64(begin.Rect.Bottom)
	return nil
}
