package report

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"huying/internal/errs"
)

// bridge is a short report of a district that does not exist.
const bridge = "2024年云桥区政府工作报告\n各位代表：\n一、2023年工作回顾\n地区生产总值320.5亿元，增长6.2%。\n二、2024年工作安排\n主要预期目标是：地区生产总值增长6%左右。\n"

func gbk(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func utf16Bytes(order binary.AppendByteOrder, s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func TestTextIsReadInItsEncoding(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	for _, c := range []struct {
		name     string
		data     []byte
		want     string
		encoding string
	}{
		{"UTF-8", []byte(bridge), bridge, "utf-8"},
		{"UTF-8 with a byte order mark", []byte("\xEF\xBB\xBF" + bridge), bridge, "utf-8"},
		{"GBK", gbk(t, bridge), bridge, "gb18030"},
		{"two words in GBK", gbk(t, "目标"), "目标", "gb18030"},
		{"GB18030 with a character of four bytes", gbk(t, bridge+"𠮷野村"), bridge + "𠮷野村", "gb18030"},
		{"GB18030 with a byte order mark", append([]byte("\x84\x31\x95\x33"), gbk(t, bridge)...), bridge, "gb18030"},
		{"UTF-16, little end first, with a mark", append([]byte("\xFF\xFE"), utf16Bytes(le, bridge+"𠮷")...), bridge + "𠮷", "utf-16le"},
		{"UTF-16, big end first, with a mark", append([]byte("\xFE\xFF"), utf16Bytes(be, bridge)...), bridge, "utf-16be"},
		{"UTF-16, little end first, unmarked", utf16Bytes(le, bridge), bridge, "utf-16le"},
		{"UTF-16, big end first, unmarked", utf16Bytes(be, bridge), bridge, "utf-16be"},
		{"UTF-16 without a single Latin letter", utf16Bytes(le, strings.Repeat("把好事办到群众心坎上", 9)), strings.Repeat("把好事办到群众心坎上", 9), "utf-16le"},
		{"line breaks of Windows stay", []byte("一、回顾\r\n二、安排\r\n"), "一、回顾\r\n二、安排\r\n", "utf-8"},
		{"form feeds of a converter stay", []byte("一、回顾\f二、安排\x1A"), "一、回顾\f二、安排\x1A", "utf-8"},
		{"Latin letters alone", []byte("GDP 2024: +6%"), "GDP 2024: +6%", "utf-8"},
		{"one tag does not make a page", []byte("发展<b>数字经济，PM2.5<35，<数据>要素"), "发展<b>数字经济，PM2.5<35，<数据>要素", "utf-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, err := Decode("report.txt", c.data)
			if err != nil {
				t.Fatal(err)
			}
			if src.Text != c.want || string(src.Plain) != c.want || src.Encoding != c.encoding || src.Format != FormatText || len(src.Warnings) > 0 {
				t.Errorf("got %s %s %q, warnings %v", src.Format, src.Encoding, src.Text, src.Warnings)
			}
			checkMap(t, src)
		})
	}
}

func TestWhatIsNoReportIsRefusedWithARemedy(t *testing.T) {
	big5, err := traditionalchinese.Big5.NewEncoder().String("臺北市政府工作報告，各位議員女士先生：去年本市經濟成長，國內生產毛額增加百分之六，新建學校兩所。")
	if err != nil {
		t.Fatal(err)
	}
	gb := gbk(t, bridge)
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(i * i >> 3)
	}
	for _, c := range []struct {
		name string
		data string
		key  string
		args map[string]any
	}{
		{"empty", "", "report.empty", nil},
		{"blanks", " \r\n\t\r\n", "report.empty", nil},
		{"ideographic blanks", "　　\n　", "report.empty", nil},
		{"a page without words", "<html><body><script>var a = 1</script></body></html>", "report.empty", nil},
		{"a NUL in the text", "一、回顾\n二、\x00安排", "report.nul", map[string]any{"at": 19, "line": 2}},
		{"a NUL in UTF-16", "\xFF\xFE" + string(utf16Bytes(binary.LittleEndian, "回顾\n\x00安排")), "report.nul", map[string]any{"at": 8, "line": 2}},
		{"UTF-8 with a stray byte", "一、回顾\n二、\xB7安排和重点任务", "report.utf8_broken", map[string]any{"at": 19, "line": 2, "byte": "0xB7"}},
		{"UTF-8 cut in a character", bridge[:len(bridge)-3], "report.utf8_broken", map[string]any{"at": len(bridge) - 4, "line": 6, "byte": "0xE3"}},
		{"UTF-8 after a mark, broken", "\xEF\xBB\xBF目标\xFF", "report.utf8_broken", map[string]any{"at": 9, "line": 1, "byte": "0xFF"}},
		{"GBK cut in a character", string(gb[:len(gb)-2]), "report.gb18030_broken", map[string]any{"at": len(gb) - 3, "line": 6, "byte": "0xA1"}},
		{"Big5", big5, "report.encoding_unknown", map[string]any{"at": 0, "line": 1}},
		{"Latin-1", "r\xE9sum\xE9 du rapport annuel, \xE0 lire", "report.encoding_unknown", map[string]any{"at": 1, "line": 1}},
		{"a page in an unknown encoding", "<html><meta charset=big5><p>" + big5, "report.charset", map[string]any{"charset": "big5"}},
		{"UTF-16 cut in a unit", "\xFF\xFE" + string(utf16Bytes(binary.LittleEndian, "回顾")[:3]), "report.utf16_odd", map[string]any{"at": 4}},
		{"UTF-16 with half a pair", "\xFF\xFE" + string(utf16Bytes(binary.LittleEndian, "回\n𠮷")[:6]) + "\x0A\x00", "report.utf16_broken", map[string]any{"at": 6, "line": 2}},
		{"UTF-32", "\xFF\xFE\x00\x00\x2D\x4E\x00\x00", "report.utf32", nil},
		{"noise", string(noise), "report.binary", nil},
		{"control characters in ASCII", strings.Repeat("ab\x01\x02", 50), "report.binary", map[string]any{"at": 2, "line": 1}},
		{"a picture", "\x89PNG\r\n\x1A\n....", "report.image", nil},
		{"a photo", "\xFF\xD8\xFF\xE0..JFIF", "report.image", nil},
		{"a bitmap", "BM\x36\x00\x0C\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28", "report.image", nil},
		{"a .doc under another name", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 504), "report.save_as_docx", map[string]any{"kind": ".doc / .wps / .xls / .et"}},
		{"a locked docx", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + string(utf16Bytes(binary.LittleEndian, "EncryptedPackage")), "report.locked", nil},
		{"rtf", `{\rtf1\ansi report}`, "report.save_as_docx", map[string]any{"kind": ".rtf"}},
		{"a saved web archive", "MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html><body>x", "report.save_as_docx", map[string]any{"kind": ".mht"}},
		{"Word 2003 XML", `<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>回顾</w:wordDocument>`, "report.save_as_docx", map[string]any{"kind": "Word XML"}},
		{"a program", "MZ\x90\x00\x03\x00\x00\x00", "report.other_kind", map[string]any{"kind": ".exe"}},
		{"an archive", "Rar!\x1A\x07\x01\x00", "report.other_kind", map[string]any{"kind": ".rar"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode("a/b.txt", []byte(c.data))
			refused(t, err, errs.Invalid, c.key, c.args)
		})
	}
}

// refused checks an error's kind, key and arguments, and that it names the file.
func refused(t *testing.T, err error, kind errs.Kind, key string, args map[string]any) {
	t.Helper()
	l := errs.All(err)
	if len(l) != 1 || l[0].Kind != kind || l[0].Key != key || l[0].Place != "a/b.txt" {
		t.Fatalf("got %v, want %s", err, key)
	}
	for k, v := range args {
		if l[0].Args[k] != v {
			t.Errorf("%s: %s is %v, want %v", key, k, l[0].Args[k], v)
		}
	}
}

func TestSizeIsLimited(t *testing.T) {
	_, err := Decode("a/b.txt", bytes.Repeat([]byte("a"), 33<<20))
	refused(t, err, errs.TooLarge, "report.too_large", map[string]any{"limit": 32})
	_, err = Decode("a/b.txt", bytes.Repeat([]byte("办"), MaxText+1))
	refused(t, err, errs.TooLarge, "report.text_too_long", map[string]any{"n": MaxText + 1})
	if _, err = Decode("a/b.txt", bytes.Repeat([]byte("办"), MaxText)); err != nil {
		t.Errorf("a text at the limit: %v", err)
	}
}

func TestDoubtsAreWarnings(t *testing.T) {
	page := "<html><meta charset=gb2312><p>各位代表：</p><p>地区生产总值增长6%左右，新增城镇就业5000人以上。</p><p>相关"
	for _, c := range []struct {
		name string
		data []byte
		text string
		want Warning
	}{
		{"control characters are kept", []byte("一、回顾\n二、\a安排和重点任务"), "\a", Warning{"report.control_characters", map[string]any{"n": 1, "line": 2}}},
		{"characters lost before are kept", []byte("一、回\uFFFD\n二、安\uFFFD"), "\uFFFD", Warning{"report.lost_characters", map[string]any{"n": 2, "line": 1}}},
		{"a page in GBK cut in a character", append(gbk(t, page), 0xB1), "相关\uFFFD", Warning{"report.bad_bytes", map[string]any{"n": 1, "line": 1, "at": len(gbk(t, page))}}},
		{"a page in UTF-8 cut in a character", []byte(page + "\xE6\x8A"), "相关\uFFFD", Warning{"report.bad_bytes", map[string]any{"n": 2, "line": 1, "at": len(page)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, err := Decode("", c.data)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(src.Text, c.text) {
				t.Errorf("%q is not in %q", c.text, src.Text)
			}
			if !slices.ContainsFunc(src.Warnings, func(w Warning) bool {
				return w.Key == c.want.Key && w.Args["n"] == c.want.Args["n"] && w.Args["line"] == c.want.Args["line"] && w.Args["at"] == c.want.Args["at"]
			}) {
				t.Errorf("warnings %v, want %v", src.Warnings, c.want)
			}
		})
	}
}

// checkMap holds what Source promises: At never falls, has an end, and leads from each rune of Plain to itself, to the
// reference it was decoded from, or, for blanks and line breaks that we set, to a place in Text.
func checkMap(t *testing.T, src *Source) {
	t.Helper()
	text := []rune(src.Text)
	if len(src.At) != len(src.Plain)+1 {
		t.Fatalf("%d places for %d runes", len(src.At), len(src.Plain))
	}
	last := int32(0)
	for i, at := range src.At {
		if at < last || int(at) > len(text) {
			t.Fatalf("place %d of rune %d, after %d, in a text of %d", at, i, last, len(text))
		}
		last = at
	}
	for i, r := range src.Plain {
		at := int(src.At[i])
		switch {
		case at < len(text) && text[at] == r:
		case r == '\n' || r == '\t' || r == ' ':
			if src.Format != FormatHTML {
				t.Fatalf("rune %d is a blank that is not in the text", i)
			}
		case at < len(text) && text[at] == '&':
			in := string(text[at:min(len(text), at+44)])
			if !strings.ContainsRune(html.UnescapeString(html.UnescapeString(in)), r) {
				t.Fatalf("rune %d %q does not come from %q", i, r, in)
			}
		default:
			t.Fatalf("rune %d %q is mapped to %q", i, r, text[min(at, len(text)-1)])
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(bridge))
	f.Add(utf16Bytes(binary.LittleEndian, bridge))
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("<meta charset=gbk><table><tr><td>新增<td>5&nbsp2&ldquo;</table><p style=\"a>目标</p><p title=\"b\">完成</p>"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(gb)
	for _, c := range htmlCases {
		f.Add([]byte(c.page))
	}
	f.Add(packDocx(f, map[string]string{"word/document.xml": body(`<w:p><w:r><w:t>一、回顾</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>`)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if sniff(data) == kindPDF {
			return // compiling PDFium under the fuzzer's instrumentation takes longer than one input may; FuzzPDFText has our part of it
		}
		src, err := Decode("a/b.txt", data)
		if err != nil {
			if l := errs.All(err); len(l) != 1 || l[0].Kind != errs.Invalid && l[0].Kind != errs.TooLarge || l[0].Place == "" {
				t.Fatalf("an error without kind, key or place: %v", err)
			}
			return
		}
		checkMap(t, src)
	})
}
