package report

import (
	"regexp"
	"strings"
)

// chromeWords are what publishers call the parts of a page around its article, in classes and ids, without signs and in lower
// case. Each is matched as a whole word of the name: "share" in "bd-share", not in "shareholder".
var chromeWords = map[string]bool{"share": true, "bdshare": true, "bdsharebuttonbox": true, "print": true, "fontsize": true, "zoomfont": true, "nav": true, "navbar": true, "navigation": true,
	"menu": true, "submenu": true, "breadcrumb": true, "breadcrumbs": true, "crumb": true, "crumbs": true, "dqwz": true, "footer": true, "foot": true, "topbar": true,
	"sidebar": true, "related": true, "relate": true, "xgwj": true, "xgjd": true, "xglj": true, "xgxx": true, "xgyd": true, "toolbar": true, "qrcode": true, "ewm": true,
	"copyright": true, "search": true, "login": true, "comment": true, "pagination": true, "pager": true, "favorite": true, "recommend": true, "gotop": true, "backtop": true}

var nameWord = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)

// chromeName reports whether a class or id names a part of the page that is not the article.
func chromeName(value string) bool {
	for _, name := range strings.Fields(value) {
		if chromeWords[strings.ToLower(name)] {
			return true
		}
		for _, w := range nameWord.FindAllString(name, -1) {
			if chromeWords[strings.ToLower(w)] {
				return true
			}
		}
	}
	return false
}

// Lines of a page that are not the article, with blanks taken out. They must be the whole line.
var (
	controlLine = regexp.MustCompile(`^(?:(?:` +
		`下载|附件下载|下载(?:word|pdf|文本|全文)|打印(?:本页|此页|页面|文章)?|全屏|收藏(?:本页|本站)?|关闭(?:本页|窗口|此页)?|分享(?:到|至)?|分享到微信|微信|微博|QQ空间|复制链接|` +
		`返回(?:顶部|首页|上页|列表|目录)?|回到顶部|首页|上一(?:篇|页|条)|下一(?:篇|页|条)|纠错|我要纠错|大字|小字|加大|还原|减小|放大|缩小|默认|朗读|语音播报|无障碍(?:浏览|阅读)?|长者(?:版|模式)|适老化|` +
		`繁體|繁体|简体|English|登录|注册|搜索|检索|网站地图|联系我们|关于我们|更多|扫一扫.{0,16}|扫码.{0,12}|用微信扫.{0,12}|点击图片进入专题` +
		`)[:：|\[\]【】（）()·>》«»\-×✕/]*)+$`)
	fontLine    = regexp.MustCompile(`^[【\[（(]?(?:字体|字号|文字|字体大小|字号大小)[:：]?`)
	fontPart    = regexp.MustCompile(`^(?:[【】\[\]（）()|/:：]|特大|超大|大|中|小|加大|还原|减小|默认|标准|字体|字号|A\+|A-)+$`)
	signLine    = regexp.MustCompile(`^[>»›|·×✕/\\*》《\-—_=.]+$`)
	placeLine   = regexp.MustCompile(`^[【\[]?(?:您(?:现在|当前)?(?:所在)?的?位置|当前位置|所在位置|现在位置|您所在的位置)(?:是)?[:：]`)
	crumbLine   = regexp.MustCompile(`^首页(?:[>»›/》]+[^>»›/》。，]{1,20})+[>»›/》]*$`)
	relatedLine = regexp.MustCompile(`^[【\[]?(?:相关|延伸|推荐|热门|更多)(?:报道|链接|阅读|文档|文件|文章|稿件|新闻|解读|推荐|信息|内容|附件|政策|专题)[】\]]?[:：]?$`)
	legalLine   = regexp.MustCompile(`ICP备|公网安备|网站标识码|版权所有|(?i:copyright)|^(?:主办|承办|主办单位|承办单位|技术支持|建议使用)[:：]`)
	counterPart = regexp.MustCompile(`(?:浏览|点击|阅读|访问)(?:次数|量|数)?[:：]|(?:字体|字号|责任编辑|分享到?)[:：]|[【\[](?:字体|字号|打印|收藏|关闭|我要纠错)`)
	itemMark    = regexp.MustCompile(`^(?:[（(]?[一二三四五六七八九十]+[)）、]|[（(]?\d+[)）.．、]|附件|第[一二三四五六七八九十]+)`)
)

// chromeFilter tells the article's lines from those around it, line after line.
type chromeFilter struct {
	font    int  // lines in which the rest of a 【字号：大 中 小】 may still come
	related bool // behind a 相关报道, among its titles
}

// drop reports whether a line is not the article. link counts the characters of the line that stand in links.
func (f *chromeFilter) drop(line string, chars, link int, heading bool) bool {
	s := strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == 0xA0 || r == 0x3000 {
			return -1
		}
		return r
	}, line)
	font := f.font > 0
	f.font--
	if chars > 160 || strings.Count(s, "。") > 1 {
		f.related = false
		return false
	}
	switch {
	case relatedLine.MatchString(s):
		f.related = true
		return true
	case f.related && !strings.ContainsAny(s, "。；！") && !itemMark.MatchString(s):
		return true
	case fontLine.MatchString(s) && chars <= 40:
		f.font = 8
		return true
	case font && fontPart.MatchString(s):
		return true
	}
	f.related = false
	switch {
	case controlLine.MatchString(s), signLine.MatchString(s), placeLine.MatchString(s) && chars <= 100, crumbLine.MatchString(s):
		return true
	case link*10 >= chars*9 && link > 0 && chars <= 80 && !heading:
		return true
	case legalLine.MatchString(s) && !strings.Contains(s, "。"):
		return true
	}
	return counterPart.MatchString(s) && !strings.Contains(s, "。")
}
