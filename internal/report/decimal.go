package report

import (
	"strconv"
	"strings"
)

// decimal is a number as the text writes it: exact, without a floating point.
type decimal struct {
	digits string // "33.7"
	neg    bool
}

func parseDecimal(s string) decimal {
	s = strings.TrimLeft(s, "0")
	if s == "" || s[0] == '.' {
		s = "0" + s
	}
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return decimal{digits: s}
}

func decimalOf(v float64) decimal { return parseDecimal(strconv.FormatFloat(v, 'f', -1, 64)) }

// String is the canonical form: "-5.9", "3700".
func (d decimal) String() string {
	if d.digits == "" {
		return ""
	}
	if d.neg && d.digits != "0" {
		return "-" + d.digits
	}
	return d.digits
}

// f is the nearest floating-point number.
func (d decimal) f() float64 {
	v, _ := strconv.ParseFloat(d.String(), 64)
	return v
}

// shift multiplies by ten to the n, n not negative.
func (d decimal) shift(n int) decimal {
	whole, frac, _ := strings.Cut(d.digits, ".")
	for range n {
		if frac == "" {
			whole += "0"
		} else {
			whole, frac = whole+frac[:1], frac[1:]
		}
	}
	if frac != "" {
		whole += "." + frac
	}
	out := parseDecimal(whole)
	out.neg = d.neg
	return out
}

func (d decimal) negate() decimal { d.neg = !d.neg; return d }
