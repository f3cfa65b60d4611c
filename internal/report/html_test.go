package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// htmlCases are pages and what a person reads of them. They are also the seeds of FuzzDecode.
var htmlCases = []struct{ name, page, want string }{
	{"paragraphs and headings become lines", `<html><h1>政府工作报告</h1><p>各位代表：</p><p>现在报告工作。</p>`, "政府工作报告\n各位代表：\n现在报告工作。\n"},
	{"upper case, no end tags", `<HTML><BODY><P>一、回顾<P>二、安排<BR>三、建议`, "一、回顾\n二、安排\n三、建议\n"},
	{"tags that lost their blank", `"<divclass="title"><h2>工作报告</h2></div><divclass="detail"id="d"><p>各位代表：</p><p>一、回顾</p></div>`, "\"\n工作报告\n各位代表：\n一、回顾\n"},
	{"a text with tags keeps its own line breaks", "一、回顾\n地区生产<b>总值</b>增长\n<br>二、安排<b>x</b>", "一、回顾\n地区生产总值增长\n二、安排x\n"},
	{"a page ignores them", "<html><p>地区生产\n  总值 3 475\n亿元 of\n GDP</p>", "地区生产总值 3 475亿元 of GDP\n"},
	{"but not in pre", "<html><pre>一、回顾\n二、安排</pre>", "一、回顾\n二、安排\n"},
	{"references", `<html><p>&ldquo;双区&rdquo;&nbsp;&#x4E2D;&#24515;&hellip;A&amp;B&lt;C</p>`, "“双区”\u00A0中心…A&B<C\n"},
	{"old references without semicolon", `<html><p>增长&nbsp6%，&copy2024，R&D投入，a&b&ampnbsp;c</p>`, "增长\u00A06%，©2024，R&D投入，a&b&nbsp;c\n"},
	{"references written twice", `<html><p>增长&amp;nbsp;6%，&amp;ldquo;十四五&amp;#8221;，&amp;c，&amp;amp;lt;</p>`, "增长\u00A06%，“十四五”，&c，&lt;\n"},
	{"brackets of the text itself", `<html><p>PM2.5<35，打通<数据>壁垒</p><p>完</p>`, "PM2.5<35，打通<数据>壁垒\n完\n"},
	{"a quotation mark that never closes", `<html><p style="text-indent:2em>各位代表：</p><p class="a">一、回顾</p><p>二、安排</p>`, "各位代表：\n一、回顾\n二、安排\n"},
	{"the last tag never closes", `<html><p>一、回顾</p><p class="a>二、安排</p>`, "一、回顾\n二、安排\n"},
	{"cut inside a tag", `<html><p>一、回顾</p><p>二、安排</p><div cla`, "一、回顾\n二、安排\n"},
	{"cut behind a bracket of the text", `<html><p>一、回顾</p><p>浓度<b标准`, "一、回顾\n浓度<b标准\n"},
	{"a comment that never closes", `<html><p>一、回顾</p><!-- 正文 <p>二、安排</p>`, "一、回顾\n正文\n二、安排\n"},
	{"comments, scripts and styles", `<html><head><title>某区政府网</title><style>p{color:red}</style></head><p>一、<!-- 注 -->回顾<script>document.write("<p>广告</p>")</script></p>`, "一、回顾\n"},
	{"a script that never closes", `<html><p>一、回顾</p><script>var a=1;<p>二、安排</p>`, "一、回顾\n二、安排\n"},
	{"hidden parts", `<html><p>一、回顾</p><div style="display: none">分享摘要</div><span hidden>x</span><p>二、安排</p>`, "一、回顾\n二、安排\n"},
	{"frames of a page", `<html><header><a href="/">首页</a>某区</header><nav>要闻 公开</nav><p>一、回顾一年来的工作和成绩</p><p>二、安排新一年的工作和任务</p><footer>电话 12345</footer>`, "一、回顾一年来的工作和成绩\n二、安排新一年的工作和任务\n"},
	{"a nav without an end swallows nothing", `<html><nav><a href="/">首页</a><p>一、回顾</p><p>二、安排</p>`, "一、回顾\n二、安排\n"},
	{"a class that lies", `<html><div class="print-share"><p>一、回顾</p><p>办成了。办好了。办完了。</p></div><p>二、安排</p>`, "一、回顾\n办成了。办好了。办完了。\n二、安排\n"},
	{"chrome named by its class", `<html><div id="bd-share">微信 微博</div><p>一、回顾一年来的工作和成绩</p><div class="relatedNews"><p>另一篇</p></div><p>二、安排</p>`, "一、回顾一年来的工作和成绩\n二、安排\n"},
	{"a title in a header stays", `<html><body><header><h1>2024年工作报告</h1></header><p>各位代表：</p>`, "2024年工作报告\n各位代表：\n"},
	{"buttons and marks around the article", `<html><div>下载</div><div>打印</div><div>【字号：</div><div>加大</div><div>还原</div><div>减小</div><div>】</div><p>一、回顾</p><div>分享到：</div><div>×</div><div>扫一扫在手机打开当前页</div>`, "一、回顾\n"},
	{"a place on the site and facts of the page", `<html><p>您的位置：<a href="/">首页</a> &gt; <a href="/b">公开</a></p><p>来源：某报　发布时间：2024-01-08　浏览次数：12　【打印】【关闭】</p><p>首页 &gt; 政务公开 &gt; 工作报告</p><p>一、回顾</p><p>主办：某区政府办公室　京ICP备000000号</p>`, "一、回顾\n"},
	{"articles on the same matter", `<html><p>一、回顾。</p><p>相关报道：</p><p>区长答记者问</p><p><a href="/x">一图读懂</a></p><p>二、安排</p><p>新建小学</p>`, "一、回顾。\n二、安排\n新建小学\n"},
	{"a link alone in its line", `<html><ul><li><a href="/1">要闻</a></li><li><a href="/2">公告</a></li></ul><p>见<a href="/3">名词解释</a>。</p><p><a name="top">一、回顾</a></p>`, "见名词解释。\n一、回顾\n"},
	{"short cells share a line", `<html><table><tr><th>指标</th><th>目标</th></tr><tr><td>地区生产总值<td><p>增长6%</p><td></tr></table>`, "指标\t目标\n地区生产总值\t增长6%\n"},
	{"long cells do not", `<html><table><tr><td>1<td>新建小学两所，改造老旧小区十二个，惠及居民三千四百户<td>区教育局</tr></table>`, "1\n新建小学两所，改造老旧小区十二个，惠及居民三千四百户\n区教育局\n"},
	{"a page laid out by tables", `<html><table><tr><td><table><tr><td>栏目<td>日期</tr></table></td><td><p>一、回顾</p><p>办成了。</p></td></tr></table>尾`, "栏目\t日期\n一、回顾\n办成了。\n尾\n"},
	{"text between rows", `<html><table><tr><td>甲<table>乙<tr><td>丙</table>丁</table>戊`, "甲\n乙\n丙\n丁\n戊\n"},
	{"inline tags do not break words", `<html><p>增长<strong>6</strong>.<font color=red>2</font><span>%</span></p>`, "增长6.2%\n"},
}

func TestHTMLAsAPersonReadsIt(t *testing.T) {
	for _, c := range htmlCases {
		t.Run(c.name, func(t *testing.T) {
			src, err := Decode("", []byte(c.page))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(src.Plain); got != c.want || src.Format != FormatHTML || src.Text != c.page {
				t.Errorf("%s: got %q\nwant %q", src.Format, got, c.want)
			}
			checkMap(t, src)
		})
	}
}

// TestPages reads whole pages as sites publish them, written for this test, against the text that a person would copy.
func TestPages(t *testing.T) {
	pages, err := filepath.Glob("testdata/decode/*.htm*")
	if err != nil || len(pages) < 3 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			data, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(page, filepath.Ext(page)) + ".want")
			if err != nil {
				t.Fatal(err)
			}
			src, err := Decode(page, data)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(src.Plain); got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			checkMap(t, src)
		})
	}
}

// TestHostileHTMLIsReadInTime gives the recoveries of the reader as much to do as a text of the longest length can.
func TestHostileHTMLIsReadInTime(t *testing.T) {
	for _, piece := range []string{`<p a="`, `<!--`, `<script>`, `<div>`, `<nav class=share>`, `</div>`, `<table><tr><td>`, `<a href="x">`, `&amp;`, `<p a="目</p>`} {
		text := "<html>目标" + strings.Repeat(piece, 300_000/len(piece))
		src, err := Decode("", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		checkMap(t, src)
	}
}
