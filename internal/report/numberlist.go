package report

import (
	"strconv"
	"strings"
)

// slash reads a fraction such as 1/3, or a name such as 24/7.
func (s *scanner) slash(i, j int) int {
	k := j + 1
	for isDigit(s.at(k)) {
		k++
	}
	num, _ := strconv.Atoi(s.text(i, j))
	den, _ := strconv.Atoi(s.text(j+1, k))
	if den < 2 || den > 20 || num >= den || num == 0 || s.at(k) == '/' {
		return k - i
	}
	f := figure{na: i, nb: k, b: k, form: fraction, unit: "fraction", base: "fraction", class: "ratio", value: fractionValue(num, den)}
	s.comparators(&f)
	s.out = append(s.out, f)
	return f.b - i
}

func fractionValue(num, den int) decimal {
	return parseDecimal(strconv.FormatFloat(float64(num)/float64(den), 'f', 4, 64))
}

// ratioed reads 10.2:60.6:29.2 (three shares) and 2.3:1.
func (s *scanner) ratioed(i, j int) int {
	k, parts := j, 1
	for s.at(k) == ':' && isDigit(s.at(k+1)) {
		k++
		for isDigit(s.at(k)) || s.at(k) == '.' && isDigit(s.at(k+1)) {
			k++
		}
		parts++
	}
	f := figure{a: i, na: i, nb: k, b: k, form: ratio, class: "ratio", op: "=", value: parseDecimal(s.text(i, j))}
	if parts != 2 || s.text(j, k) != ":1" {
		f.skip = "ratio.parts"
	}
	s.comparators(&f)
	s.out = append(s.out, f)
	return k - i
}

// ranges joins 5%-5.5%, 4.5-5% and 5至6亿元 into one figure.
func (s *scanner) ranges() {
	out := s.out[:0]
	for _, f := range s.out {
		if k := len(out) - 1; k >= 0 && f.skip == "" && !f.value.neg {
			p := &out[k]
			gap := s.text(p.nb, f.na)
			if gap == "" && f.na > p.nb-1 && s.at(f.na) == '-' {
				gap = "-"
			}
			if (p.skip == "" || p.skip == "unit.none") && (gap == "-" || gap == "—" || gap == "~" || gap == "至" || gap == "到" || gap == "——" || gap == "--") && p.form != rank &&
				(p.unit == f.unit || p.unit == "" || p.base == "" && p.skip == "") && p.value.f() < f.value.f() && f.class != "age" {
				p.max, p.ranged, p.op = f.value, true, "range"
				p.nb, p.b, p.unit, p.base, p.class, p.form, p.skip = f.nb, f.b, f.unit, f.base, f.class, f.form, ""
				continue
			}
		}
		out = append(out, f)
	}
	s.out = out
	for i := len(out) - 1; i > 0; i-- {
		f, g := &out[i-1], &out[i]
		if f.base == "" && f.unit != "" && g.base == "元" && f.skip == "" && s.text(f.b, g.a) == "、" {
			f.unit, f.base, f.class = f.unit+"元", "元", g.class // 1.28万亿、8200亿元
		}
	}
	for i := 1; i < len(out); i++ {
		f, g := &out[i-1], &out[i]
		if _, per, ok := strings.Cut(f.unit, "/"); ok && f.base == "元" && g.unit == "元" && f.skip == "" && g.skip == "" && s.text(f.b, g.a) == "、" {
			g.unit += "/" + per // 每人每月800元、600元
		}
		if gap := s.text(f.b, g.a); f.skip == "" && g.skip == "" && (gap == "、" || gap == "和") {
			switch {
			case f.unit == "个" && g.form == points:
				f.unit, f.base, f.class, f.form = g.unit, g.base, g.class, g.form // 3.4个、1个百分点
			case f.base == "" && f.unit != "" && strings.HasPrefix(g.unit, f.unit) && g.class == "count":
				f.unit, f.base, f.class = g.unit, g.base, g.class // 3500万、2300万人次
			}
		}
	}
	for i := len(out) - 2; i >= 0; i-- {
		f, g := &out[i], &out[i+1]
		if f.skip == "unit.none" && (g.skip == "" || g.skip == "from") && g.class == "ratio" && g.form != rank && (s.text(f.b, g.a) == "、" || s.text(f.b, g.a) == "和") {
			f.unit, f.base, f.class, f.form, f.skip = g.unit, g.base, g.class, g.form, "" // 分别提高15、22个百分点
		}
	}
}
