package calendar

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"huying/internal/clock"
)

// The published vectors and the built-in years, byte for byte: a test that was made to pass by changing them fails here.
var published = map[string]string{
	"data/cn-calendar-2004-2026.csv": "018517e353b6f2250ad21bd9550393e5d63165306e7d1d03dcd27df4a35b0ba5",
	"testdata/clock-vectors.json":    "bbd409f6eabcca00c328904053c6fdebb08b55d6a0950df16e9cfd399f281c99",
	"testdata/test-vectors.json":     "739eaf515a20b2b2df4ab96d43ec4e7ac25c094244873c81fa28a47f66614fa8",
}

func TestThePublishedFilesAreAsPublished(t *testing.T) {
	for name, want := range published {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s is not the file that was published", name)
		}
	}
}

// readVectors reads a file into v; a key that v has no place for would be a vector that nobody checks, and fails.
func readVectors(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatal(err)
	}
}

func TestClockVectors(t *testing.T) {
	var file struct {
		Hours   [][2]string
		Zone    string
		Rule    string
		Vectors []struct {
			Why    string
			Start  string
			Span   map[string]int
			Pauses [][2]string
			Due    string
		}
	}
	readVectors(t, "clock-vectors.json", &file)
	config := Config{Zone: file.Zone}
	for _, h := range file.Hours {
		p, err := ParsePeriod(h[0] + "-" + h[1])
		if err != nil {
			t.Fatal(err)
		}
		config.Hours = append(config.Hours, p)
	}
	c, err := New(config, Embedded()...)
	if err != nil {
		t.Fatal(err)
	}
	units := map[string]Unit{"working_minutes": WorkingMinutes, "working_days": WorkingDays, "days": Days, "months": Months, "years": Years}
	passed := 0
	for _, v := range file.Vectors {
		t.Run(v.Why, func(t *testing.T) {
			var span Span
			for unit, n := range v.Span {
				span = Span{n, units[unit]}
			}
			if len(v.Span) != 1 || span.Unit == noUnit {
				t.Fatalf("the span %v is not understood", v.Span)
			}
			var pauses []Pause
			for _, p := range v.Pauses {
				pauses = append(pauses, Pause{moment(t, p[0]), moment(t, p[1])})
			}
			got, err := c.Due(moment(t, v.Start), span, pauses)
			if err != nil || !got.At.Equal(moment(t, v.Due)) || got.Provisional || got.Stopped {
				t.Fatalf("%s from %s: %+v, %v; want %s", span, v.Start, got, err, v.Due)
			}
			passed++
		})
	}
	if want := 31; passed != want {
		t.Errorf("%d vectors passed, want all %d", passed, want)
	}
}

func TestDayVectors(t *testing.T) {
	var file struct {
		Workdays map[string]int       `json:"workdays_per_year"`
		Add      [][3]json.RawMessage `json:"add_workdays"`
	}
	readVectors(t, "test-vectors.json", &file)
	c := Default()
	passed := 0
	for year, want := range file.Workdays {
		y, err := strconv.Atoi(year)
		if got := c.Workdays(y); err != nil || got != want {
			t.Errorf("%s has %d working days, want %d (%v)", year, got, want, err)
			continue
		}
		passed++
	}
	for _, v := range file.Add {
		var from, want clock.Date
		var n int
		for i, into := range []any{&from, &n, &want} {
			if err := json.Unmarshal(v[i], into); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.AddWorkdays(from, n); got != want {
			t.Errorf("working day %d after %s is %s, want %s", n, from, got, want)
			continue
		}
		passed++
	}
	if want := 20 + 8; passed != want {
		t.Errorf("%d vectors passed, want all %d", passed, want)
	}
}

var shanghai = func() *time.Location {
	zone, err := time.LoadLocation(DefaultZone)
	if err != nil {
		panic(err)
	}
	return zone
}()

func TestEveryBuiltInYearIsThere(t *testing.T) {
	if years := Default().Years(); len(years) != 23 || years[0] != 2004 || years[22] != 2026 {
		t.Errorf("built in: %v", years)
	}
}

// moment reads "2021-11-19T15:06", or with seconds, in the country's zone; the empty text is no time.
func moment(t testing.TB, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05.999999"} {
		if at, err := time.ParseInLocation(layout, s, shanghai); err == nil {
			return at
		}
	}
	t.Fatalf("%q is no time", s)
	return time.Time{}
}

func date(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}
