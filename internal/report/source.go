package report

// Source is one document, decoded: the text that spans point into, and the part of it that a person reads.
type Source struct {
	Format   Format // how the bytes were packed
	Encoding string // "utf-8", "gb18030", "utf-16le"; of docx and pdf always "utf-8"
	// Text is what every span points into, in code points: for text and HTML the decoded file as it stands, tags included;
	// for docx and pdf the extracted text, which is to be stored beside the file.
	Text string
	// Plain is what a person reads of Text: without tags, scripts and page chrome. For a text file it is Text.
	Plain []rune
	// At maps each rune of Plain to its position in Text, in code points. It has one more entry than Plain, the end, and never falls.
	At []int32
	// Warnings are doubts about the decoding that a reviewer should read ("pdf.sparse"), as message keys.
	Warnings []Warning
}

// Warning is a doubt that does not stop the reading: a message key with its arguments.
type Warning struct {
	Key  string
	Args map[string]any
}

// Format is how a document was packed.
type Format string

const (
	FormatText Format = "text"
	FormatHTML Format = "html"
	FormatDOCX Format = "docx"
	FormatPDF  Format = "pdf"
)

// FromText wraps text that is already decoded: every rune is read, and spans point at the runes themselves.
func FromText(text string) *Source {
	plain := []rune(text)
	at := make([]int32, len(plain)+1)
	for i := range at {
		at[i] = int32(i)
	}
	return &Source{Format: FormatText, Encoding: "utf-8", Text: text, Plain: plain, At: at}
}
