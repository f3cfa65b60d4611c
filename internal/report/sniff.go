package report

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// fileKind is what the first bytes say a file is. The value is the word that the user reads in a refusal.
type fileKind string

const (
	kindText    fileKind = "text"
	kindZip     fileKind = "zip"
	kindPDF     fileKind = "pdf"
	kindOLE     fileKind = ".doc / .wps / .xls / .et"
	kindLocked  fileKind = "locked"
	kindRTF     fileKind = ".rtf"
	kindWordXML fileKind = "Word XML"
	kindMHT     fileKind = ".mht"
	kindODT     fileKind = ".odt"
	kindSheet   fileKind = ".xlsx"
	kindSlides  fileKind = ".pptx"
	kindOFD     fileKind = ".ofd"
	kindImage   fileKind = "image"
	kindUTF32   fileKind = "utf-32"
)

// magics are the signatures of files that people do send in place of a report.
var magics = []struct {
	at   int
	sig  string
	kind fileKind
}{
	{0, "PK\x03\x04", kindZip},
	{0, "PK\x05\x06", kindZip}, // a zip without parts
	{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", kindOLE},
	{0, "{\\rtf", kindRTF},
	{0, "\x89PNG\r\n\x1A\n", kindImage},
	{0, "\xFF\xD8\xFF", kindImage},
	{0, "GIF8", kindImage},
	{0, "II*\x00", kindImage},
	{0, "MM\x00*", kindImage},
	{8, "WEBP", kindImage},
	{4, "ftypheic", kindImage},
	{0, "\xFF\xFE\x00\x00", kindUTF32},
	{0, "\x00\x00\xFE\xFF", kindUTF32},
	{0, "Rar!\x1A\x07", ".rar"},
	{0, "7z\xBC\xAF\x27\x1C", ".7z"},
	{0, "\x1F\x8B\x08", ".gz"},
	{0, "\x7FELF", "ELF"},
	{0, "SQLite format 3\x00", "SQLite"},
	{4, "ftyp", ".mp4"},
	{0, "ID3", ".mp3"},
}

// sniff tells what a file is by its content. Anything without a known signature is taken for text, and proves itself there.
func sniff(data []byte) fileKind {
	for _, m := range magics {
		if len(data) >= m.at+len(m.sig) && string(data[m.at:m.at+len(m.sig)]) == m.sig {
			if m.kind == kindOLE && hasUTF16(data, "EncryptedPackage") {
				return kindLocked
			}
			return m.kind
		}
	}
	// A bitmap and a Windows program begin with two letters, which a text may do too: the next fields decide.
	if bytes.HasPrefix(data, []byte("BM")) && len(data) > 14 && binary.LittleEndian.Uint32(data[6:]) == 0 {
		return kindImage
	}
	if bytes.HasPrefix(data, []byte("MZ")) && bytes.IndexByte(data[:min(len(data), 256)], 0) > 0 {
		return ".exe"
	}
	// Readers of PDF accept up to 1024 bytes before the header, and mail programs put some there.
	if bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) {
		return kindPDF
	}
	return kindText
}

// sniffMarkup recognises the files of word processors that are text and yet not to be read as such.
func sniffMarkup(text string) fileKind {
	head := strings.TrimLeft(text[:min(len(text), 4096)], " \t\r\n")
	switch {
	case strings.HasPrefix(head, "MIME-Version:"), strings.HasPrefix(head, "From: <Saved by"), strings.HasPrefix(head, "From: \"Saved by"):
		return kindMHT
	case strings.HasPrefix(head, "<?xml") && (strings.Contains(head, `progid="Word.Document"`) || strings.Contains(head, "<w:wordDocument") || strings.Contains(head, "<pkg:package")):
		return kindWordXML
	}
	return kindText
}

func hasUTF16(data []byte, s string) bool {
	b := make([]byte, 0, 2*len(s))
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return bytes.Contains(data, b)
}
