package promise

import (
	"strings"

	"golang.org/x/text/width"

	"github.com/cockroachdb/apd/v3"
)

// decimals calculates with more digits than any report prints.
var decimals = apd.BaseContext.WithPrecision(34)

// ParseNumber reads a decimal that a person typed: "3,700", "3700.50", full-width digits. It returns its canonical text, "3700.50".
func ParseNumber(s string) (string, bool) {
	if len(s) > 200 { // no figure is so long, and reading one would take long
		return "", false
	}
	s = strings.NewReplacer(",", "", " ", "", "\u2212", "-").Replace(width.Narrow.String(s))
	d, _, err := apd.NewFromString(s)
	if err != nil || d.Form != apd.Finite || d.Exponent > 0 || d.Exponent < -12 || d.NumDigits() > 24 {
		return "", false
	}
	return d.Text('f'), true
}

// number returns the decimal of a stored text, and false when there is none.
func number(s string) (*apd.Decimal, bool) {
	if s == "" {
		return nil, false
	}
	d, _, err := apd.NewFromString(s)
	return d, err == nil && d.Form == apd.Finite
}

// ratio returns a/b as a float, for shares and lights. It is false when b is zero.
func ratio(a, b *apd.Decimal) (float64, bool) {
	if b.IsZero() {
		return 0, false
	}
	var q apd.Decimal
	if _, err := decimals.Quo(&q, a, b); err != nil {
		return 0, false
	}
	f, err := q.Float64()
	return f, err == nil
}

func minus(a, b *apd.Decimal) *apd.Decimal {
	var d apd.Decimal
	if _, err := decimals.Sub(&d, a, b); err != nil {
		return new(apd.Decimal)
	}
	return &d
}

func plus(a, b *apd.Decimal) *apd.Decimal {
	var d apd.Decimal
	if _, err := decimals.Add(&d, a, b); err != nil {
		return new(apd.Decimal)
	}
	return &d
}

// times returns d×f with as many decimals as d's sources show, at most two more than the target's.
func times(d *apd.Decimal, f float64, places int32) *apd.Decimal {
	var x, r apd.Decimal
	if _, err := x.SetFloat64(f); err != nil {
		return new(apd.Decimal)
	}
	if _, err := decimals.Mul(&r, d, &x); err != nil {
		return new(apd.Decimal)
	}
	return round(&r, places)
}

// round cuts d to so many decimal places, half away from zero, without trailing zeros.
func round(d *apd.Decimal, places int32) *apd.Decimal {
	var r apd.Decimal
	if _, err := decimals.Quantize(&r, d, -places); err != nil {
		return d
	}
	r.Reduce(&r)
	if r.Exponent > 0 {
		if _, err := decimals.Quantize(&r, &r, 0); err != nil {
			return d
		}
	}
	return &r
}

// text is a decimal as it is stored and shown.
func text(d *apd.Decimal) string { return d.Text('f') }

// placesOf is how many decimal places a figure derived from d is shown with: one more than d has, at least one, at most four.
func placesOf(d *apd.Decimal) int32 { return min(4, max(1, -d.Exponent+1)) }

func trimStops(s string) string {
	return strings.Trim(s, " \t\n\u3000,.;:\uFF0C\u3002\uFF1B\uFF1A\u3001")
}
