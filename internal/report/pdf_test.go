package report

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"os"
	"strings"
	"testing"

	"huying/internal/errs"
)

// pdfFile writes a PDF of the given objects, the first of which is the catalogue.
func pdfFile(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// onePage is a PDF whose page has the given content, with a Latin font.
func onePage(filter, content string) []byte {
	return pdfFile("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d%s>>stream\n%s\nendstream", len(content), filter, content),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
}

func TestPDF(t *testing.T) {
	chromium, err := os.ReadFile("testdata/decode/chromium-type3.pdf")
	if err != nil {
		t.Fatal(err)
	}
	office, err := os.ReadFile("testdata/decode/libreoffice.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		data  []byte
		lines []string // with blanks taken out: how many a program sets beside digits is its own business
	}{
		{"set by Chromium, glyphs drawn as Type 3", chromium, []string{"2024年云桥区政府工作报告", "各位代表：现在，我代表区人民政府向大会报告工作，请予审议。", "一、2023年工作回顾",
			"地区生产总值达到320.5亿元、增长6.2%；一般公共预算收入18.6亿元、增长4.5%；新增城镇就业5200人；新建小学2所，新增学位1800个；改造老旧小区12个，惠及居民3400户；修复河道7公里。",
			"二、2024年工作安排", "主要预期目标是：地区生产总值增长6%左右；固定资产投资突破100亿元；新增城镇就业5000人以上。", "办好十件民生实事，建成社区食堂6个。"}},
		{"set by LibreOffice, with bytes behind the end", append(office, "\r\n<!-- sent by a gateway -->\r\n"...), []string{"2024年云桥区政府工作报告", "各位代表：现在，我代表区人民政府向大会报告工作，请予审议。", "一、2023年工作回顾",
			"过去一年，全区上下一条心，办成了一批看得见的实事。地区生产总值达到320.5亿元、增长6.2%；一般公共预算收入18.6亿元、增长4.5%；新增城镇就业5200人；新建小学2所，新增学位1800个；改造老旧小区12个，惠及居民3400户；修复河道7公里，空气优良天数比例达到93.4%。",
			"二、2024年工作安排", "主要预期目标是：地区生产总值增长6%左右；固定资产投资突破100亿元；新增城镇就业5000人以上。",
			"办好十件民生实事。建成社区食堂6个，新建公交站亭40座，为60岁以上老人免费体检2万人次，开通夜间公交线路3条，把好事办到群众的心坎上，让家门口的变化人人看得见、摸得着。"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, err := Decode("", c.data)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Split(strings.TrimSpace(strings.ReplaceAll(src.Text, " ", "")), "\n")
			if strings.Join(got, "\n") != strings.Join(c.lines, "\n") || src.Format != FormatPDF || len(src.Warnings) > 0 {
				t.Errorf("%s, warnings %v, got\n%s", src.Format, src.Warnings, strings.Join(got, "\n"))
			}
			checkMap(t, src)
		})
	}
}

func TestAPDFWithLittleTextSaysSo(t *testing.T) {
	src, err := Decode("", onePage("", "BT /F1 12 Tf 72 700 Td (Report 2 0 2 4) Tj ET"))
	if err != nil {
		t.Fatal(err)
	}
	if len(src.Warnings) != 1 || src.Warnings[0].Key != "report.pdf_sparse" || src.Warnings[0].Args["n"] != 10 || src.Warnings[0].Args["pages"] != 1 {
		t.Errorf("warnings %v for %q", src.Warnings, src.Text)
	}
	_, err = Decode("a/b.txt", onePage("", "0 0 100 100 re f"))
	refused(t, err, errs.Invalid, "report.pdf_no_text", map[string]any{"pages": 1})
}

func TestAHostilePDFIsAnError(t *testing.T) {
	var bomb bytes.Buffer
	z, err := zlib.NewWriterLevel(&bomb, zlib.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	blanks := bytes.Repeat([]byte("\n"), 1<<20)
	for range 400 {
		if _, err := z.Write(blanks); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	circle := string(pdfFile("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"))
	circle = strings.Replace(circle, "/Size 3>>", fmt.Sprintf("/Size 3/Prev %d>>", strings.Index(circle, "xref\n")), 1)
	for _, c := range []struct {
		name string
		data []byte
		key  string
	}{
		{"a header alone", []byte("%PDF-1.7\n"), "report.pdf_damaged"},
		{"a table of objects that points at itself", []byte(circle), "report.pdf_damaged"},
		{"arrays within arrays", pdfFile("<</Type/Catalog/Pages 2 0 R/X "+strings.Repeat("[", 2_000_000)+">>", "<</Type/Pages/Kids[]/Count 0>>"), "report.pdf_damaged"},
		{"a page that unpacks to 400 MB", onePage("/Filter/FlateDecode", bomb.String()), "report.pdf_page"},
		{"a tree of pages that holds itself", pdfFile("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"), "report.pdf_page"},
		{"a password", pdfFile("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), "report.locked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := c.data
			if c.key == "report.locked" {
				data = bytes.Replace(data, []byte("/Size 3>>"), []byte("/Size 3/ID[<00><00>]/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -1/O<"+strings.Repeat("41", 32)+">/U<"+strings.Repeat("42", 32)+">>>>>"), 1)
			}
			_, err := Decode("a/b.txt", data)
			refused(t, err, errs.Invalid, c.key, nil)
		})
	}
}

func TestPDFLinesBecomeParagraphs(t *testing.T) {
	const em = 12.0
	at := func(indent float64, chars float64, base float64, text string) pdfLine {
		return pdfLine{text: text, left: 72 + indent*em, right: 72 + (indent+chars)*em, base: base}
	}
	long := strings.Repeat("办", 30)
	for _, c := range []struct {
		name  string
		pages [][]pdfLine
		want  string
	}{
		{"a full line runs on into one that is not indented", [][]pdfLine{{at(2, 30, 700, long), at(0, 5, 680, "办成了。"), at(2, 30, 660, long)}}, long + "办成了。\n" + long + "\n"},
		{"also over the page, past its number", [][]pdfLine{{at(2, 30, 700, long), at(0, 32, 680, long+"二二"), at(15, 2, 40, "— 1 —")}, {at(0, 32, 700, "三三"+long), at(15, 2, 40, "— 2 —")}}, long + long + "二二三三" + long + "\n"},
		{"a gap parts paragraphs that are not indented", [][]pdfLine{{at(0, 32, 700, long+"一一"), at(0, 32, 680, long+"二。"), at(0, 32, 640, long+"三三"), at(0, 32, 620, long+"四四")}}, long + "一一" + long + "二。\n" + long + "三三" + long + "四四\n"},
		{"a running head stands on every page", [][]pdfLine{{at(0, 8, 800, "工作报告 1"), at(2, 30, 700, long)}, {at(0, 8, 800, "工作报告 2"), at(0, 4, 700, "完成。")}, {at(0, 8, 800, "工作报告 3"), at(2, 30, 700, "末"+long)}}, long + "完成。\n末" + long + "\n"},
		{"digits set apart are one number", [][]pdfLine{{at(2, 30, 700, "2 0 0 1年增长1 2 . 5%，"+long)}}, "2001年增长12.5%，" + long + "\n"},
		{"columns of a table are not", [][]pdfLine{{at(0, 30, 700, long), at(2, 4, 660, "1 2 3"), at(2, 8, 640, "完成 12 件")}}, long + "\n1 2 3\n完成 12 件\n"},
		{"Latin words keep their blank", [][]pdfLine{{at(0, 32, 700, long+" green"), at(0, 32, 680, "river "+long)}}, long + " green river " + long + "\n"},
		{"nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := pdfText(c.pages); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// FuzzPDFText holds the joining of lines to what it may not do: lose a character, or make one up.
func FuzzPDFText(f *testing.F) {
	f.Add("一、回顾\n办成了 2 0 0 1年\f— 1 —\n二、安排", 72.0, 12.0)
	f.Fuzz(func(t *testing.T, text string, left, pitch float64) {
		var pages [][]pdfLine
		for _, p := range strings.Split(text, "\f") {
			var lines []pdfLine
			for i, l := range strings.Split(p, "\n") {
				lines = append(lines, pdfLine{text: l, left: left, right: left + float64(len(l)), base: 800 - pitch*float64(i)})
			}
			pages = append(pages, lines)
		}
		var want strings.Builder
		for _, p := range withoutRunningLines(pages) {
			for _, l := range p {
				want.WriteString(l.text)
			}
		}
		visible := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if got := pdfText(pages); visible(got) != visible(want.String()) {
			t.Errorf("got %q of %q", got, want.String())
		}
	})
}
