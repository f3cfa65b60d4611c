package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/i18n"
)

// Day says a date: 2021年11月19日（周五）, Fri 19 Nov 2021. The zero date is "".
func (r *Request) Day(d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	return day(r.Lang, d.In(time.UTC))
}

// Moment says a time in the district's zone: 2021年11月19日（周五）15:20, Fri 19 Nov 2021, 15:20. The zero time is "".
func (r *Request) Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(r.Zone())
	if r.Lang == i18n.EN {
		return day(r.Lang, t) + ", " + t.Format("15:04")
	}
	return day(r.Lang, t) + t.Format("15:04")
}

var weekdays = []string{"日", "一", "二", "三", "四", "五", "六"}

func day(lang i18n.Lang, t time.Time) string {
	if lang == i18n.EN {
		return t.Format("Mon 2 Jan 2006")
	}
	return t.Format("2006年1月2日") + "（周" + weekdays[t.Weekday()] + "）"
}

// Day says a date in the language of the page being drawn.
func Day(ctx context.Context, d clock.Date) string {
	if r := From(ctx); r != nil {
		return r.Day(d)
	}
	return d.String()
}

// Moment says a time in the language of the page being drawn.
func Moment(ctx context.Context, t time.Time) string {
	if r := From(ctx); r != nil {
		return r.Moment(t)
	}
	return t.Format(time.RFC3339)
}

// Int says a whole number with separators of thousands: 5,204.
func Int[N int | int64](n N) string { return Group(strconv.FormatInt(int64(n), 10)) }

// Group puts separators of thousands into a decimal number: "-1204.50" is "-1,204.50".
func Group(s string) string {
	sign, digits, rest := "", s, ""
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		sign, digits = s[:1], s[1:]
	}
	if i := strings.IndexByte(digits, '.'); i >= 0 {
		digits, rest = digits[:i], digits[i:]
	}
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return sign + b.String() + rest
}
