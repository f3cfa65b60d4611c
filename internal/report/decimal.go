package report

import (
	"strconv"

	"github.com/cockroachdb/apd/v3"
)

// decimal is a number as the text writes it: exact, without a floating point. It is not changed once it is made.
type decimal struct {
	size *apd.Decimal // nil when there is none
	neg  bool
}

// parseDecimal reads what the scanner took for a number: digits, with a point among them or not. Nothing is zero.
func parseDecimal(s string) decimal {
	d, _, err := apd.NewFromString(s)
	if err != nil {
		d = new(apd.Decimal)
	}
	d.Reduce(d)
	return decimal{size: d}
}

func decimalOf(v float64) decimal { return parseDecimal(strconv.FormatFloat(v, 'f', -1, 64)) }

// String is the canonical form: "-5.9", "3700".
func (d decimal) String() string {
	if d.size == nil {
		return ""
	}
	if d.neg && !d.size.IsZero() {
		return "-" + d.size.Text('f')
	}
	return d.size.Text('f')
}

// f is the nearest floating-point number.
func (d decimal) f() float64 {
	v, _ := strconv.ParseFloat(d.String(), 64)
	return v
}

// shift multiplies by ten to the n, n not negative.
func (d decimal) shift(n int) decimal {
	size := new(apd.Decimal).Set(d.size)
	size.Exponent += int32(n)
	return decimal{size, d.neg}
}

func (d decimal) negate() decimal { d.neg = !d.neg; return d }
