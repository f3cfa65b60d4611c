package report

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"huying/internal/errs"
)

const wordNS = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"`

func body(inner string) string {
	return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document ` + wordNS + `><w:body>` + inner + `<w:sectPr/></w:body></w:document>`
}

// packDocx makes a docx of the given parts.
func packDocx(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name, content string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	add("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`)
	for name, content := range parts {
		add(name, content)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// para is a paragraph with properties and text.
func para(props, text string) string {
	return `<w:p><w:pPr>` + props + `</w:pPr><w:r><w:t xml:space="preserve">` + text + `</w:t></w:r></w:p>`
}

func numPr(num, level int) string {
	return fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, level, num)
}

const numbering = `<w:numbering ` + wordNS + `>
<w:abstractNum w:abstractNumId="0">
 <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
 <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="（%2）"/></w:lvl>
 <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
 <w:lvl w:ilvl="3"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlRestart w:val="0"/><w:lvlText w:val="%1.%3.%4"/></w:lvl>
 <w:lvl w:ilvl="4"><w:numFmt w:val="bullet"/><w:lvlText w:val="●"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
 <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:pStyle w:val="H1"/><w:lvlText w:val="第%1章"/><w:suff w:val="space"/></w:lvl>
 <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="H2"/><w:lvlText w:val="%1.%2"/><w:suff w:val="nothing"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="Listed"/></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="5"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:lvl w:ilvl="0"><w:start w:val="7"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1"/></w:lvl></w:lvlOverride></w:num>
</w:numbering>`

const styles = `<w:styles ` + wordNS + `>
<w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="H1big"><w:name w:val="big"/><w:basedOn w:val="H1"/></w:style>
<w:style w:styleId="Listed"><w:name w:val="listed"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="11"><w:name w:val="toc 1"/></w:style>
<w:style w:styleId="round"><w:name w:val="round"/><w:basedOn w:val="round"/></w:style>
</w:styles>`

func TestDocx(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"paragraphs, runs, tabs and breaks", `<w:p><w:r><w:t>一、</w:t></w:r><w:r><w:t>回顾</w:t></w:r></w:p><w:p/><w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="1"/></w:tabs></w:pPr><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r></w:p>`, "一、回顾\n甲\t乙\n丙\n"},
		{"text out of the XML escapes", para("", "A&amp;B &lt;script&gt; 𠮷"), "A&B <script> 𠮷\n"},
		{"tracked deletions are left out, insertions are read", `<w:p><w:del><w:r><w:delText>旧</w:delText></w:r></w:del><w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom><w:r><w:t>词</w:t></w:r></w:p>`, "新词\n"},
		{"a deleted paragraph mark joins", para(`<w:rPr><w:del w:id="1"/></w:rPr>`, "前半") + para("", "后半"), "前半后半\n"},
		{"former properties do not count", para(`<w:numPr><w:numId w:val="0"/></w:numPr><w:pPrChange><w:pPr>`+numPr(1, 0)+`</w:pPr></w:pPrChange>`, "无号"), "无号\n"},
		{"footnote marks, comments, field codes and hidden text", `<w:p><w:r><w:t>目标</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="1"/></w:r><w:r><w:instrText>PAGE \* MERGEFORMAT</w:instrText></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>批语</w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>明确</w:t></w:r></w:p>`, "目标明确\n"},
		{"a ruby keeps its base", `<w:p><w:r><w:ruby><w:rt><w:r><w:t>hu</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>呼</w:t></w:r></w:rubyBase></w:ruby></w:r></w:p>`, "呼\n"},
		{"a text box is read once, before its paragraph", `<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>框</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent><w:t>文</w:t></w:r></w:p>`, "框\n文\n"},
		{"a table with merged cells", `<w:tbl><w:tr>` + cell("", "序号") + cell("", "事项") + cell("", "单位") + `</w:tr><w:tr>` + cell("", "1") + cell("", "新建小学") + cell(`<w:vMerge w:val="restart"/>`, "区教育局") + `</w:tr><w:tr>` + cell("", "2") + cell("", "新建幼儿园") + cell(`<w:vMerge/>`, "") + `</w:tr><w:tr>` + cell(`<w:gridSpan w:val="3"/>`, "合计两件") + `</w:tr></w:tbl>` + para("", "完"), "序号\t事项\t单位\n1\t新建小学\t区教育局\n2\t新建幼儿园\n合计两件\n完\n"},
		{"prose in cells", `<w:tbl><w:tr><w:tc>` + para("", "一、回顾") + para("", "办成了。") + `</w:tc></w:tr></w:tbl>`, "一、回顾\n办成了。\n"},
		{"a table in a cell", `<w:tbl><w:tr>` + cell("", "外") + `<w:tc><w:tbl><w:tr>` + cell("", "甲") + cell("", "乙") + `</w:tr></w:tbl><w:p/></w:tc></w:tr></w:tbl>`, "外\t甲\t乙\n"},
		{"numbers that Word writes", para(numPr(1, 0), "回顾") + para(numPr(1, 0), "安排") + para(numPr(1, 1), "产业") + para(numPr(1, 2), "2024年建成") + para(numPr(1, 1), "民生") + para(numPr(1, 2), "学校") + para(numPr(1, 4), "点") + para(numPr(1, 0), "建设"),
			"一、回顾\n二、安排\n（一）产业\n1. 2024年建成\n（二）民生\n1. 学校\n点\n三、建设\n"},
		{"digits on demand, a level that never begins anew", para(numPr(1, 0), "甲") + para(numPr(1, 2), "乙") + para(numPr(1, 3), "丙") + para(numPr(1, 0), "丁") + para(numPr(1, 3), "戊"), "一、甲\n1. 乙\n1.1.3 丙\n二、丁\n2.1.4 戊\n"},
		{"a second list begins anew", para(numPr(1, 0), "甲") + para(numPr(1, 0), "乙") + para(numPr(2, 0), "丙") + para(numPr(2, 0), "丁"), "一、甲\n二、乙\n一、丙\n二、丁\n"},
		{"numbers of styles", para(`<w:pStyle w:val="H1"/>`, "总则") + para(`<w:pStyle w:val="H2"/>`, "目标") + para(`<w:pStyle w:val="H1big"/>`, "任务") + para(`<w:pStyle w:val="H1"/><w:numPr><w:numId w:val="0"/></w:numPr>`, "附则") + para(`<w:pStyle w:val="round"/>`, "圆"), "第一章总则\n一.1目标\n第二章任务\n附则\n圆\n"},
		{"numbers by way of a list style, and a level of its own", para(numPr(4, 0), "甲") + para(numPr(1, 0), "乙") + para(numPr(5, 0), "丙"), "一、甲\n二、乙\nVII 丙\n"},
		{"a table of contents repeats the headings", para(`<w:pStyle w:val="11"/>`, "一、回顾……1") + para("", "一、回顾"), "一、回顾\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, err := Decode("", packDocx(t, map[string]string{"word/document.xml": body(c.body), "word/numbering.xml": numbering, "word/styles.xml": styles}))
			if err != nil {
				t.Fatal(err)
			}
			if src.Text != c.want || src.Format != FormatDOCX || src.Encoding != "utf-8" {
				t.Errorf("%s %s: got %q\nwant %q", src.Format, src.Encoding, src.Text, c.want)
			}
			checkMap(t, src)
		})
	}
}

func cell(props, text string) string {
	return `<w:tc><w:tcPr>` + props + `</w:tcPr>` + para("", text) + `</w:tc>`
}

func TestTheBodyIsWhereThePackageSays(t *testing.T) {
	src, err := Decode("", packDocx(t, map[string]string{
		"_rels/.rels":        `<Relationships><Relationship Id="r" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/word/document2.xml"/></Relationships>`,
		"word/document2.xml": body(para("", "一、回顾")),
		"word/footnotes.xml": `<w:footnotes ` + wordNS + `>` + para("", "注") + `</w:footnotes>`,
	}))
	if err != nil || src.Text != "一、回顾\n" {
		t.Errorf("%v, %v", src, err)
	}
}

func TestWriteCount(t *testing.T) {
	for _, c := range []struct {
		format string
		n      int
		want   string
	}{
		{"chineseCounting", 10, "十"}, {"chineseCounting", 11, "十一"}, {"chineseCounting", 20, "二十"}, {"chineseCountingThousand", 101, "一百零一"},
		{"chineseCountingThousand", 110, "一百一十"}, {"chineseCountingThousand", 1001, "一千零一"}, {"chineseCounting", 0, "0"},
		{"chineseLegalSimplified", 12, "拾贰"}, {"ideographDigital", 20, "二〇"}, {"ideographTraditional", 3, "丙"}, {"ideographTraditional", 11, "11"}, {"ideographZodiac", 12, "亥"},
		{"decimalEnclosedCircle", 20, "⑳"}, {"decimalEnclosedParen", 1, "⑴"}, {"decimalEnclosedFullstop", 2, "⒉"}, {"decimalFullWidth", 12, "１２"}, {"decimalZero", 3, "03"}, {"decimalZero", 13, "13"},
		{"upperLetter", 27, "AA"}, {"lowerLetter", 2, "b"}, {"upperRoman", 1994, "MCMXCIV"}, {"lowerRoman", 4, "iv"}, {"decimal", 5, "5"}, {"cardinalText", 6, "6"},
	} {
		if got := writeCount(c.n, c.format); got != c.want {
			t.Errorf("%s of %d is %s, want %s", c.format, c.n, got, c.want)
		}
	}
}

func TestADamagedArchiveIsRefused(t *testing.T) {
	good := packDocx(t, map[string]string{"word/document.xml": body(para("", strings.Repeat("把好事办到群众心坎上。", 400)))})
	flipped := bytes.Clone(good)
	flipped[bytes.Index(flipped, []byte("word/document.xml"))+60] ^= 0x55
	many := map[string]string{"word/document.xml": body("")}
	for i := range maxZipEntries {
		many[fmt.Sprintf("word/media/%d.png", i)] = ""
	}
	deep := strings.Repeat("<w:sdt>", docxDeepest+1)
	for _, c := range []struct {
		name string
		data []byte
		kind errs.Kind
		key  string
		args map[string]any
	}{
		{"truncated", good[:len(good)/2], errs.Invalid, "report.zip_truncated", map[string]any{"n": len(good) / 2}},
		{"a byte is wrong", flipped, errs.Invalid, "report.docx_damaged", map[string]any{"part": "word/document.xml"}},
		{"XML is cut", packDocx(t, map[string]string{"word/document.xml": body("")[:200]}), errs.Invalid, "report.docx_damaged", nil},
		{"the styles are no XML", packDocx(t, map[string]string{"word/document.xml": body(""), "word/styles.xml": "<a><b></a>"}), errs.Invalid, "report.docx_damaged", map[string]any{"part": "word/styles.xml"}},
		{"a bomb of blanks", packDocx(t, map[string]string{"word/document.xml": body(strings.Repeat("<w:p>"+strings.Repeat(" ", 1<<20)+"</w:p>", 65))}), errs.TooLarge, "report.expands_too_far", map[string]any{"limit": int64(64)}},
		{"a bomb in the styles", packDocx(t, map[string]string{"word/document.xml": body(""), "word/styles.xml": "<a>" + strings.Repeat("<b/>", 3<<20) + "</a>"}), errs.TooLarge, "report.expands_too_far", map[string]any{"limit": int64(8)}},
		{"a bomb of text", packDocx(t, map[string]string{"word/document.xml": body(strings.Repeat(para("", strings.Repeat("办", 1000)), MaxText/1000))}), errs.TooLarge, "report.text_too_long", nil},
		{"a bomb of depth", packDocx(t, map[string]string{"word/document.xml": body(deep)}), errs.Invalid, "report.docx_damaged", nil},
		{"a bomb of depth in a deletion", packDocx(t, map[string]string{"word/document.xml": body("<w:del>" + deep)}), errs.Invalid, "report.docx_damaged", nil},
		{"a bomb of attributes", packDocx(t, map[string]string{"word/document.xml": body("<w:p " + strings.Repeat(`a="" `, 1<<20) + "/>")}), errs.Invalid, "report.docx_damaged", nil},
		{"too many parts", packDocx(t, many), errs.TooLarge, "report.zip_entries", map[string]any{"limit": maxZipEntries}},
		{"no body", packDocx(t, map[string]string{"word/other.xml": ""}), errs.Invalid, "report.docx_no_body", nil},
		{"a body without words", packDocx(t, map[string]string{"word/document.xml": body("<w:p/>")}), errs.Invalid, "report.empty", nil},
		{"a workbook", packDocx(t, map[string]string{"xl/workbook.xml": ""}), errs.Invalid, "report.not_a_text_document", map[string]any{"kind": ".xlsx"}},
		{"slides", packDocx(t, map[string]string{"ppt/presentation.xml": ""}), errs.Invalid, "report.not_a_text_document", map[string]any{"kind": ".pptx"}},
		{"an OFD", packDocx(t, map[string]string{"OFD.xml": ""}), errs.Invalid, "report.not_a_text_document", map[string]any{"kind": ".ofd"}},
		{"an ODT", packDocx(t, map[string]string{"content.xml": ""}), errs.Invalid, "report.save_as_docx", map[string]any{"kind": ".odt"}},
		{"an archive without parts", []byte("PK\x05\x06" + strings.Repeat("\x00", 18)), errs.Invalid, "report.other_kind", map[string]any{"kind": ".zip"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode("a/b.txt", c.data)
			refused(t, err, c.kind, c.key, c.args)
		})
	}
}
