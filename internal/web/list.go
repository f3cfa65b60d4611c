package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"
)

// List is what a list's address asks for: which order, which page. It is read from the query and never trusted: an order that was not
// offered is the default one, a page before the first is the first.
type List struct {
	Sort string // the key of a column
	Desc bool
	Page int // from 1
	Size int // rows to a page

	path    string
	query   url.Values
	natural string // the default order, "-" before it when it is descending
}

// PageSizes are the numbers of rows to a page that are offered.
var PageSizes = []int{20, 50, 100, 200}

// maxPage keeps an offset from being absurd.
const maxPage = 1_000_000

// List reads ?sort=, ?page= and ?size=. natural is the order without ?sort= ("due", "-entered"); offered are the columns one may sort by.
func (r *Request) List(natural string, offered ...string) List {
	l := List{path: r.URL.Path, query: r.URL.Query(), natural: natural, Page: 1, Size: PageSizes[0]}
	l.Sort, l.Desc = order(natural)
	if key, desc := order(l.query.Get("sort")); slices.Contains(offered, key) {
		l.Sort, l.Desc = key, desc
	}
	if n, err := strconv.Atoi(l.query.Get("page")); err == nil && n > 0 {
		l.Page = min(n, maxPage)
	}
	if n, err := strconv.Atoi(l.query.Get("size")); err == nil && slices.Contains(PageSizes, n) {
		l.Size = n
	}
	return l
}

func order(s string) (key string, desc bool) {
	if len(s) > 1 && s[0] == '-' {
		return s[1:], true
	}
	return s, false
}

// Offset is how many rows come before the page.
func (l List) Offset() int { return (l.Page - 1) * l.Size }

// SQL is the ORDER BY of the list: columns maps the keys that are offered to expressions of ours. last breaks ties, so that no row is
// on two pages. It never holds what a user typed.
func (l List) SQL(columns map[string]string, last string) string {
	expr, ok := columns[l.Sort]
	if !ok {
		return last
	}
	if l.Desc {
		expr += " DESC"
	}
	return expr + ", " + last
}

// With is the list's address with one thing changed; the page begins again unless it is the page that changes.
func (l List) With(name, value string) string {
	q := cloneWithout(l.query, "format", name)
	if name != "page" {
		q.Del("page")
	}
	if value != "" {
		q.Set(name, value)
	}
	u := url.URL{Path: l.path, RawQuery: q.Encode()}
	return LocalPath(u.String())
}

// sortBy is the address that sorts by a column, or turns the order round when it is sorted by it.
func (l List) sortBy(key string) string {
	if l.Sort == key && !l.Desc {
		key = "-" + key
	}
	return l.With("sort", key)
}

func (l List) ariaSort(key string) string {
	switch {
	case l.Sort != key:
		return ""
	case l.Desc:
		return "descending"
	}
	return "ascending"
}

// pages is how many pages total rows make, at least one.
func (l List) pages(total int) int { return max(1, (total+l.Size-1)/l.Size) }

// Column is a column of a table.
type Column[Row any] struct {
	Key     string // by which it is sorted; empty: it cannot be
	Title   string
	Cell    func(Row) templ.Component
	Numeric bool // set to the right, figures under one another
	Head    bool // names the row
	Narrow  bool // as wide as its content
}

// Table is a list of rows with its caption, order, pages and what to say when it is empty.
type Table[Row any] struct {
	ID      string // of the element; the part of the page that sorting and paging replace
	Caption string // what the rows are, read out by a screen reader
	Columns []Column[Row]
	Rows    []Row
	Total   int // of all pages; when 0, the rows are all there is
	List    List
	Empty   templ.Component // what to do when there is none; nil says only that there is none
	Export  bool            // offers ?format=csv and xlsx on the same route
	Bare    bool            // rows only: no count, no pager
}

func (t Table[Row]) total() int { return max(t.Total, len(t.Rows)) }

// Text is a cell of plain text.
func Text(s string) templ.Component { return textCell(s) }

// Link is a cell that opens something.
func Link(href, text string) templ.Component { return linkCell(templ.SafeURL(LocalPath(href)), text) }

// Slice sorts and cuts rows that are all in memory: a list of units. less holds the orders that are offered.
func Slice[Row any](l List, rows []Row, compare map[string]func(a, b Row) int) []Row {
	rows = slices.Clone(rows)
	if by, ok := compare[l.Sort]; ok {
		slices.SortStableFunc(rows, func(a, b Row) int {
			if l.Desc {
				return by(b, a)
			}
			return by(a, b)
		})
	}
	from := min(l.Offset(), len(rows))
	return rows[from:min(from+l.Size, len(rows))]
}

// Wants returns "csv" or "xlsx" when the request asks for its list as a file, and "" otherwise.
func (r *Request) Wants() string {
	if f := r.URL.Query().Get("format"); (f == "csv" || f == "xlsx") && r.Method == http.MethodGet {
		return f
	}
	return ""
}

// export is the address of the whole list as a file, in the order and with the filter of the page.
func (l List) export(format string) string {
	l.query = cloneWithout(l.query, "page", "size", "format")
	l.query.Set("format", format)
	u := url.URL{Path: l.path, RawQuery: l.query.Encode()}
	return LocalPath(u.String())
}

func cloneWithout(q url.Values, names ...string) url.Values {
	out := url.Values{}
	for k, v := range q {
		if !slices.Contains(names, k) {
			out[k] = v
		}
	}
	return out
}
