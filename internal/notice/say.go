package notice

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"huying/internal/clock"
	"huying/internal/i18n"
)

// Say says a notice in a language, on one line.
func (s *Service) Say(lang i18n.Lang, it Item) string { return s.say(lang, it.Key, it.Args) }

func (s *Service) say(lang i18n.Lang, key string, args map[string]any) string {
	kv := make([]any, 0, 2*len(args))
	for name, v := range args {
		kv = append(kv, name, s.sayArg(lang, v))
	}
	return oneLine(s.o.Texts.T(lang, key, kv...))
}

func (s *Service) sayArg(lang i18n.Lang, v any) any {
	switch v := v.(type) {
	case time.Time:
		return moment(lang, v.In(s.o.Zone))
	case clock.Date:
		return day(lang, v.In(time.UTC))
	case Key:
		return s.o.Texts.T(lang, string(v))
	case Text:
		if v[lang] != "" {
			return v[lang]
		}
		return v[i18n.ZH]
	}
	return v
}

// moment says a time as the pages do.
func moment(lang i18n.Lang, t time.Time) string {
	if lang == i18n.EN {
		return day(lang, t) + ", " + t.Format("15:04")
	}
	return day(lang, t) + t.Format("15:04")
}

var weekdays = []string{"日", "一", "二", "三", "四", "五", "六"}

func day(lang i18n.Lang, t time.Time) string {
	if lang == i18n.EN {
		return t.Format("Mon 2 Jan 2006")
	}
	return t.Format("2006年1月2日") + "（周" + weekdays[t.Weekday()] + "）"
}

// oneLine is a text without control characters, spaces run together: it may stand in a header.
func oneLine(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c), c == '\u2028', c == '\u2029':
			return ' '
		case unicode.IsControl(c), c == utf8.RuneError, unicode.Is(unicode.Cf, c): // Cf turns the direction of writing, or is not seen at all
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// cut shortens a text to n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
