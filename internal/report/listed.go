package report

import (
	"slices"
	"strings"
)

// Names that stand in a list, each with a figure of its own or all with one.

// listed returns the names that a noun lists, when each has a figure of its own or one figure is said of each. It returns nil for
// a noun that is one name.
func (p *parser) listed(q *phrase, figs []figure, noun []rune) []string {
	last := &figs[len(figs)-1]
	items := splitItems(noun)
	if len(items) < 2 {
		return nil
	}
	switch {
	case len(items) == len(figs), len(figs) == 1 && q.l.dist != "", len(figs) == 1 && last.class == "ratio" && allHeads(items) && last.form != points,
		len(figs) == 1 && last.form == rank && (allHeads(items) || sharesHead(items)):
	default:
		return nil
	}
	full := shareHead(items)
	if q.noun.keep != "" {
		for i := range full {
			full[i] = q.noun.keep + full[i]
		}
	}
	return full
}

// each gives one name per figure, or several names to a single figure.
func (p *parser) each(q *phrase, figs []figure, names []string) []name {
	out := make([]name, len(names))
	dist := q.l.dist
	if dist == "" {
		dist = "和"
	}
	for i, n := range names {
		k := min(i, len(figs)-1)
		out[i] = name{fig: k, indicator: n, dist: dist, whole: p.whole(q, figs, k)}
	}
	return out
}

// twoDeeds names what is done in two ways to the same things: 新签约、新落地|亿元以上项目. It returns nil for everything else.
func twoDeeds(t []rune) []string {
	n, _ := openers.match(t)
	if n < 2 || n+2 >= len(t) || t[n] != '、' {
		return nil
	}
	m, _ := openers.match(t[n+1:])
	thing := t[min(n+1+m, len(t)):]
	if k, _ := heads.suffix(thing); m < 2 || k == 0 || slices.Contains(thing, '、') {
		return nil
	}
	return []string{string(t[:n]) + string(thing), string(t[n+1:])}
}

// indicators are the names that a list of indicators gives, without the words that sum it up: 生产总值、财政收入|等指标增幅.
func indicators(t []rune) []rune {
	s := string(t)
	i := strings.LastIndex(s, "等")
	if i < 0 || !strings.Contains(s[:i], "、") {
		return t
	}
	sum := s[i+len("等"):]
	for _, w := range []string{"主要", "多项", "经济", "核心"} {
		sum = strings.TrimPrefix(sum, w)
	}
	if sum, ok := strings.CutPrefix(sum, "指标"); ok && (sum == "" || growthName([]rune(sum))) {
		return []rune(s[:i])
	}
	return t
}

// dealt names n figures by the list that the clause before named as one: 存款、贷款余额稳步增长,|均突破9万亿元. It returns nil where
// nothing was listed, or the figures are not dealt out.
func (p *parser) dealt(q *phrase, n int) []string {
	items := splitItems([]rune(p.ctx.indicator))
	if len(items) < 2 || !allHeads(items) && !sharesHead(items) || p.apart(q) {
		return nil
	}
	if q.l.dist == "均" && n == 1 || q.l.dist == "分别" && n == len(items) {
		return shareHead(items)
	}
	return nil
}
