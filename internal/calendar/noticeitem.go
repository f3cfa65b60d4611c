package calendar

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
)

var (
	someDate = regexp.MustCompile(`(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}日`)
	oneDate  = regexp.MustCompile(`^(?:([0-9]{4})年)?(?:([0-9]{1,2})月)?([0-9]{1,2})日(?:\(([^()]*)\))?`)
	inWeek   = regexp.MustCompile(`(?:周|星期)([一二三四五六日天])`)
	aboutDay = regexp.MustCompile(`放假|上班|休|班`)
	verb     = regexp.MustCompile(`^(放假|补休|休息|(?:照常|正常)?上班)`)
	count    = regexp.MustCompile(`(?:共|放假)([0-9]+|[一二三四五六七八九十]+)天`)
	listSign = regexp.MustCompile(`^(?:、|和|,)`)
)

// longestRest bounds one holiday, in days: a longer one is a slip of the month.
const longestRest = 15

// clause is a part of a sentence with one verb: 9月28日(周日)、10月11日(周六)上班.
type clause struct {
	days []saidDay
	off  bool
	tail text // from the verb up to the next date
}

// read adds the days of an item to the draft.
func (d *draft) read(it item) error {
	var rest []clock.Date
	worked, noSwap := 0, false
	for _, sentence := range it.body.split() {
		// 鼓励 advises employers on further days, which stay working days. A date without rest or work is the notice's own.
		if !someDate.MatchString(sentence.s) || !aboutDay.MatchString(sentence.s) || strings.HasPrefix(sentence.s, "鼓励") {
			continue
		}
		clauses, err := d.clauses(it, sentence)
		if err != nil {
			return err
		}
		for _, c := range clauses {
			for _, day := range c.days {
				if err := d.add(day); err != nil {
					return err
				}
				if c.off {
					rest = append(rest, day.Date)
				} else {
					worked++
				}
			}
			noSwap = noSwap || strings.Contains(c.tail.s, "不调休")
			if err := d.checkCount(it, c, rest); err != nil {
				return err
			}
		}
	}
	switch {
	case len(rest) == 0:
		return d.at(it.head.line(), errs.New(errs.Invalid, "calendar.item_without_rest", "item", it.head.excerpt()))
	case noSwap && worked > 0:
		return d.at(it.head.line(), errs.New(errs.Invalid, "calendar.swap_denied", "item", it.head.excerpt()))
	}
	return nil
}

// clauses cuts a sentence at its dates and verbs.
func (d *draft) clauses(it item, t text) ([]clause, error) {
	var out []clause
	for {
		at := someDate.FindStringIndex(t.s)
		if at == nil {
			return out, nil
		}
		t = t.cut(at[0], len(t.s))
		dates, after, err := d.dates(it, t)
		if err != nil {
			return nil, err
		}
		v := verb.FindString(after.s)
		if v == "" {
			return nil, d.at(t.line(), errs.New(errs.Invalid, "calendar.sentence_not_read", "text", t.excerpt()))
		}
		c := clause{off: !strings.HasSuffix(v, "上班"), tail: after}
		if next := someDate.FindStringIndex(after.s); next != nil {
			c.tail = after.cut(0, next[0])
		}
		name := joinNames(it.holidays)
		for _, date := range dates {
			c.days = append(c.days, saidDay{Day{date, c.off, name}, t.line()})
		}
		out = append(out, c)
		t = after
	}
}

// dates reads 2月14日(周六)、2月28日(周六) or 1月28日至2月4日 at the beginning of t, and returns each day and what follows.
func (d *draft) dates(it item, t text) (all []clock.Date, after text, err error) {
	var last clock.Date
	for {
		from, rest, err := d.date(it, t, last)
		if err != nil {
			return nil, t, err
		}
		to := from
		if open := strings.TrimLeft(rest.s, "至"); open != rest.s {
			if to, rest, err = d.date(it, rest.cut(len(rest.s)-len(open), len(rest.s)), from); err != nil {
				return nil, t, err
			}
		}
		days := dayNumber(to) - dayNumber(from) + 1
		if days < 1 || days > longestRest {
			return nil, t, d.at(t.line(), errs.New(errs.Invalid, "calendar.bad_range", "from", from.String(), "to", to.String(), "limit", longestRest))
		}
		for i := range days {
			all = append(all, from.AddDays(i))
		}
		sign := listSign.FindString(rest.s)
		next := rest.cut(len(sign), len(rest.s))
		if sign == "" || !oneDate.MatchString(next.s) {
			return all, rest, nil
		}
		t, last = next, to
	}
}

// date reads one date at the beginning of t. What it leaves out it has from the date before, or else from the notice: the December of
// a New Year's item is the one before the notice's year.
func (d *draft) date(it item, t text, before clock.Date) (clock.Date, text, error) {
	m := oneDate.FindStringSubmatch(t.s)
	if m == nil || m[2] == "" && before.IsZero() {
		return clock.Date{}, t, d.at(t.line(), errs.New(errs.Invalid, "calendar.sentence_not_read", "text", t.excerpt()))
	}
	month, year := int(before.Month), before.Year
	if m[2] != "" {
		month, _ = strconv.Atoi(m[2])
		year = d.Year
		if month == 12 && it.holidays[0] == holidayNames[0].name {
			year--
		}
	}
	if m[1] != "" {
		year, _ = strconv.Atoi(m[1])
	}
	day, _ := strconv.Atoi(m[3])
	date := clock.Date{Year: year, Month: time.Month(month), Day: day}
	if parsed, err := clock.ParseDate(date.String()); err != nil || parsed.IsZero() {
		return date, t, d.at(t.line(), errs.New(errs.Invalid, "calendar.bad_date", "text", m[0]))
	}
	if err := checkWeekday(date, m[4]); err != nil {
		return date, t, d.at(t.line(), err)
	}
	return date, t.cut(len(m[0]), len(t.s)), nil
}

const weekdayNames = "一二三四五六日"

// checkWeekday compares the weekday in brackets, if there is one, with the date's.
func checkWeekday(date clock.Date, brackets string) *errs.Error {
	m := inWeek.FindStringSubmatch(brackets)
	if m == nil {
		return nil
	}
	said := strings.Index(weekdayNames, strings.Replace(m[1], "天", "日", 1)) / len("一")
	if is := weekday(dayNumber(date)); is != said {
		right := weekdayNames[is*len("一"):][:len("一")]
		return errs.New(errs.Invalid, "calendar.wrong_weekday", "date", date.String(), "said", m[0], "right", "周"+right)
	}
	return nil
}

// checkCount compares 共N天 and 与周末连休 of a clause with the item's rest days so far.
func (d *draft) checkCount(it item, c clause, rest []clock.Date) error {
	joins := strings.Contains(c.tail.s, "连休")
	withWeekend := runLength(rest)
	if joins && withWeekend == len(rest) && !anyWeekend(rest) {
		return d.at(c.tail.line(), errs.New(errs.Invalid, "calendar.no_weekend_beside", "item", it.head.excerpt()))
	}
	m := count.FindStringSubmatch(c.tail.s)
	if m == nil {
		return nil
	}
	if said := number(m[1]); said != len(rest) && (!joins || said != withWeekend) {
		return d.at(c.tail.line(), errs.New(errs.Invalid, "calendar.days_miscounted", "item", it.head.excerpt(), "said", said, "counted", len(rest)))
	}
	return nil
}

// runLength is how many days the rest days make together with the weekend days right before and after them.
func runLength(rest []clock.Date) int {
	if len(rest) == 0 {
		return 0
	}
	n := len(rest)
	for day := dayNumber(rest[0]) - 1; isWeekend(day); day-- {
		n++
	}
	for day := dayNumber(rest[len(rest)-1]) + 1; isWeekend(day); day++ {
		n++
	}
	return n
}

func anyWeekend(days []clock.Date) bool {
	for _, d := range days {
		if isWeekend(dayNumber(d)) {
			return true
		}
	}
	return false
}
