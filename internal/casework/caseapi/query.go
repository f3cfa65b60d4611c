package caseapi

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/web"
)

// query reads the parameters of an address strictly: one that is not known is an error, for a filter that is misspelt would choose everything.
type query struct {
	values url.Values
	asked  map[string]bool
	wrong  errs.List
}

func queryOf(r *web.Request) *query {
	return &query{values: r.URL.Query(), asked: map[string]bool{}}
}

func (q *query) fail(name, key string, kv ...any) {
	q.wrong = append(q.wrong, errs.New(errs.Invalid, key, kv...).On(name))
}

// text returns a parameter, trimmed.
func (q *query) text(name string, most int) string {
	q.asked[name] = true
	s := strings.TrimSpace(q.values.Get(name))
	if e := line(s, most, false); e != nil {
		q.wrong = append(q.wrong, e.On(name))
	}
	return s
}

// choice returns one of a few values, or nothing.
func (q *query) choice(name string, offered ...string) string {
	s := q.text(name, 40)
	if s != "" && !slices.Contains(offered, s) {
		q.fail(name, "caseapi.no_choice", "choices", strings.Join(offered, ", "))
	}
	return s
}

func (q *query) yes(name string) bool {
	s := q.choice(name, "true", "false")
	return s == "true"
}

func (q *query) day(name string) clock.Date {
	s := q.text(name, 10)
	if s == "" {
		return clock.Date{}
	}
	d, err := clock.ParseDate(s)
	if err != nil {
		q.fail(name, "caseapi.not_day")
	}
	return d
}

func (q *query) number(name string, otherwise, least, most int) int {
	s := q.text(name, 10)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		q.fail(name, "caseapi.out_of_range", "least", least, "most", most)
		return otherwise
	}
	return n
}

// page is which part of a list is asked for.
type page struct{ Page, Size int }

func (p page) offset() int { return (p.Page - 1) * p.Size }

func (q *query) page() page {
	return page{Page: q.number("page", 1, 1, 1_000_000), Size: q.number("size", 20, 1, 200)}
}

// err is what is wrong with the address.
func (q *query) err() error {
	for _, name := range slices.Sorted(maps.Keys(q.values)) {
		if !q.asked[name] {
			q.fail(name, "caseapi.unknown_parameter", "name", name)
		} else if len(q.values[name]) > 1 {
			q.fail(name, "caseapi.twice")
		}
	}
	return q.wrong.Err()
}
