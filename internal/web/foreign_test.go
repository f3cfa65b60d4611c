package web

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func marked(page string) string {
	var b bytes.Buffer
	markChinese(&b, []byte(page))
	return b.String()
}

func TestChineseIsMarkedOnAForeignPage(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{"a name in a sentence", `<p>Led by 建设局, due 2021.</p>`, `<p>Led by <span lang="zh-CN">建设局</span>, due 2021.</p>`},
		{"figures within", `<b>新增停车位798个</b>`, `<b><span lang="zh-CN">新增停车位798个</span></b>`},
		{"a rare character and full-width marks", `<i>（𠮷）</i>`, `<i><span lang="zh-CN">（𠮷）</span></i>`},
		{"two, apart", `<i>甲局 and 乙局</i>`, `<i><span lang="zh-CN">甲局</span> and <span lang="zh-CN">乙局</span></i>`},
		{"what is marked already", `<q lang="zh-CN">甲<b>乙</b></q>`, `<q lang="zh-CN">甲<b>乙</b></q>`},
		{"English within Chinese", `<q lang="zh">甲<b lang="en">of 乙</b></q>`, `<q lang="zh">甲<b lang="en">of <span lang="zh-CN">乙</span></b></q>`},
		{"what comes after", `<q lang="zh">甲</q>乙`, `<q lang="zh">甲</q><span lang="zh-CN">乙</span>`},
		{"an option", `<select><option value="a">甲局</option><option value="">All</option></select>`,
			`<select><option value="a" lang="zh-CN">甲局</option><option value="">All</option></select>`},
		{"text in a drawing", `<svg><title>甲</title><text x="1">乙</text><path d="M0"/></svg>`,
			`<svg><title lang="zh-CN">甲</title><text x="1" lang="zh-CN">乙</text><path d="M0"/></svg>`},
		{"a field's value", `<input value="甲"><input value="a"/><br>乙`, `<input value="甲" lang="zh-CN"><input value="a"/><br><span lang="zh-CN">乙</span>`},
		{"a note", "<textarea>甲 &lt;b&gt;</textarea>", "<textarea lang=\"zh-CN\">甲 &lt;b&gt;</textarea>"},
		{"a link to another language", `<a hreflang="zh">甲</a>`, `<a hreflang="zh"><span lang="zh-CN">甲</span></a>`},
		{"a script", `<script>"甲"</script>`, `<script>"甲"</script>`},
		{"harmless text stays so", `<b>甲&lt;script&gt;乙&#34;</b>`, `<b><span lang="zh-CN">甲&lt;script&gt;乙</span>&#34;</b>`},
		{"nothing", ``, ``},
		{"cut short", `<p>甲<b`, `<p><span lang="zh-CN">甲</span><b`},
	} {
		if got := marked(c.page); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// What a page says, and where its elements begin and end, does not change by marking; marking it once more changes nothing.
func FuzzMarkChinese(f *testing.F) {
	for _, s := range []string{`<p>Led by 建设局</p>`, `<option>甲`, `<svg><text>乙</text></svg>`, `<q lang="zh">甲<b>`, "</p>甲<input value=\"乙\">"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, page string) {
		once := marked(page)
		if again := marked(once); again != once && !strings.Contains(page, "lang") {
			t.Errorf("%q\n%q", once, again)
		}
		if a, b := texts(page), texts(once); a != b {
			t.Errorf("%q became %q", a, b)
		}
	})
}

// texts are all texts of a page, one after the other.
func texts(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(z.Text())
		}
	}
}
