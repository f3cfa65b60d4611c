package drill

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Named is a map of a file that keeps the order in which it was written.
type Named[T any] []Entry[T]

// Entry is one key of a Named with its value.
type Entry[T any] struct {
	Key   string
	Value T
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler. The map is read twice: for the order of its keys, and for its values.
func (n *Named[T]) UnmarshalYAML(read func(any) error) error {
	var order yaml.MapSlice
	if err := read(&order); err != nil {
		return err
	}
	var values map[string]T
	if err := read(&values); err != nil {
		return err
	}
	*n = make(Named[T], 0, len(order))
	for _, item := range order {
		key := fmt.Sprint(item.Key)
		*n = append(*n, Entry[T]{key, values[key]})
	}
	return nil
}

// Get returns the value of a key and whether it is there.
func (n Named[T]) Get(key string) (v T, ok bool) {
	for _, e := range n {
		if e.Key == key {
			return e.Value, true
		}
	}
	return v, false
}

// Strings is one text or a list of them.
type Strings []string

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (s *Strings) UnmarshalYAML(read func(any) error) error {
	var one string
	if err := read(&one); err == nil {
		*s = Strings{one}
		return nil
	}
	var many []string
	if err := read(&many); err != nil {
		return err
	}
	*s = many
	return nil
}

// Values are named values of any kind, in the order of the file.
type Values = yaml.MapSlice

// Moment is a time on the district's wall, as a file says it: 2021-11-19 15:06. The year may be left out once the play has begun.
type Moment struct {
	wall    time.Time // as if in UTC
	ofYear  bool      // the year was said
	written string
	wrong   bool
}

var momentText = regexp.MustCompile(`^(?:(\d{4})-)?(\d\d-\d\d \d\d:\d\d)$`)

func parseMoment(s string) (Moment, bool) {
	m := momentText.FindStringSubmatch(s)
	if m == nil {
		return Moment{written: s, wrong: true}, false
	}
	year := m[1]
	if year == "" {
		year = "2000" // a leap year: every day of any year is one of it
	}
	t, err := time.Parse(minute, year+"-"+m[2])
	return Moment{wall: t, ofYear: m[1] != "", written: s, wrong: err != nil}, err == nil
}

// minute is how moments are written.
const minute = "2006-01-02 15:04"

// UnmarshalYAML implements yaml.InterfaceUnmarshaler. What is wrong is said by the check, which knows the line.
func (m *Moment) UnmarshalYAML(read func(any) error) error {
	var s string
	if err := read(&s); err != nil {
		return err
	}
	*m, _ = parseMoment(s)
	return nil
}

// IsZero reports whether none was said.
func (m Moment) IsZero() bool { return m.written == "" }

// on is the moment in a year, in a zone.
func (m Moment) on(year int, zone *time.Location) time.Time {
	t := m.wall
	return time.Date(year, t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, zone)
}

// in is the moment in a zone: when no year was said, the one that is nearest to now.
func (m Moment) in(now time.Time, zone *time.Location) time.Time {
	if m.ofYear {
		return m.on(m.wall.Year(), zone)
	}
	year := now.In(zone).Year()
	best := m.on(year, zone)
	for _, other := range []time.Time{m.on(year-1, zone), m.on(year+1, zone)} {
		if other.Sub(now).Abs() < best.Sub(now).Abs() {
			best = other
		}
	}
	return best
}

// next is the moment in a zone: when no year was said, the first that is not over.
func (m Moment) next(now time.Time, zone *time.Location) time.Time {
	if m.ofYear {
		return m.on(m.wall.Year(), zone)
	}
	t := m.on(now.In(zone).Year(), zone)
	if t.Before(now) {
		t = m.on(t.Year()+1, zone)
	}
	return t
}

// Wait is how far the clock moves on: 30 minutes, 2 hours, 3 days, 1 week.
type Wait struct {
	n       int
	unit    string
	written string
}

var waitText = regexp.MustCompile(`^([1-9]\d{0,4}) (minute|hour|day|week)s?$`)

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (w *Wait) UnmarshalYAML(read func(any) error) error {
	var s string
	if err := read(&s); err != nil {
		return err
	}
	w.written = s
	if m := waitText.FindStringSubmatch(s); m != nil {
		w.n, _ = strconv.Atoi(m[1]) // at most five digits: the pattern saw to it
		w.unit = m[2]
	}
	return nil
}

// IsZero reports whether there is none.
func (w Wait) IsZero() bool { return w == Wait{} }

// after is the time so long after another. Days are those of the calendar.
func (w Wait) after(t time.Time) time.Time {
	switch w.unit {
	case "minute":
		return t.Add(time.Duration(w.n) * time.Minute)
	case "hour":
		return t.Add(time.Duration(w.n) * time.Hour)
	case "week":
		return t.AddDate(0, 0, 7*w.n)
	}
	return t.AddDate(0, 0, w.n)
}

// plain is a value of a file as JSON knows it.
func plain(v any) any {
	switch v := v.(type) {
	case Values:
		m := map[string]any{}
		for _, item := range v {
			m[fmt.Sprint(item.Key)] = plain(item.Value)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i := range v {
			l[i] = plain(v[i])
		}
		return l
	}
	return v
}

// text shows a value in one line, as it could stand in a file.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return wordNone
	case string:
		return v
	case json.Number:
		return v.String()
	case Values:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = fmt.Sprintf("%v: %s", item.Key, text(item.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = text(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// cut shortens a text that is to stand in a line of a table.
func cut(s string, width int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > width {
		return string(r[:width-1]) + "…"
	}
	return s
}
