package simulate

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"testing"
	"time"

	"huying/internal/clock"
)

// diary is a register that writes down what is done.
type diary struct {
	promises []Promise
	days     []clock.Date
	lines    []string
}

func (d *diary) Promises(context.Context, int) ([]Promise, error) { return d.promises, nil }
func (d *diary) Do(_ context.Context, day clock.Date, acts []Act) error {
	d.days = append(d.days, day)
	for _, a := range acts {
		d.lines = append(d.lines, fmt.Sprint(day, a.Promise.ID, a.Type, a.Value, a.Percent, a.Node, a.Note))
	}
	return nil
}

func play(t *testing.T, seed uint64) *diary {
	t.Helper()
	d := &diary{}
	for i := range 200 {
		p := Promise{ID: int64(i + 1), Start: clock.Date{Year: 2021, Month: 1, Day: 1}, Due: clock.Date{Year: 2021, Month: 12, Day: 31}, Strong: i%2 == 0, Photo: true}
		if i%3 == 0 {
			p.Target, p.Whole = 100, true
		}
		d.promises = append(d.promises, p)
	}
	s := Season{Year: 2021, From: clock.Date{Year: 2021, Month: 2, Day: 5}, Until: clock.Date{Year: 2021, Month: 11, Day: 19}, Works: works, Seed: seed}
	n, err := Play(context.Background(), d, s, func(int, int) {})
	if err != nil || n != len(d.lines) {
		t.Fatal(n, len(d.lines), err)
	}
	return d
}

func works(d clock.Date) bool {
	w := d.In(time.UTC).Weekday()
	return w != time.Saturday && w != time.Sunday
}

func TestTheSameSeedGivesTheSameYear(t *testing.T) {
	a, b, c := play(t, 1), play(t, 1), play(t, 2)
	if fmt.Sprint(a.lines) != fmt.Sprint(b.lines) {
		t.Error("two years from one seed differ")
	}
	if fmt.Sprint(a.lines) == fmt.Sprint(c.lines) {
		t.Error("two seeds give one year")
	}
}

func TestTimeRunsForwardBetweenTheFirstDayAndTheLastOnWorkingDays(t *testing.T) {
	d := play(t, 1)
	for i, day := range d.days {
		if i > 0 && !d.days[i-1].Before(day) {
			t.Errorf("%s comes after %s", day, d.days[i-1])
		}
		if day.String() < "2021-02-05" || day.String() > "2021-11-19" {
			t.Errorf("%s is not of the season", day)
		}
		if !works(day) {
			t.Errorf("somebody reports on %s, a day off", day)
		}
	}
	if len(d.lines) < 1000 {
		t.Errorf("only %d things happened", len(d.lines))
	}
}

func TestThePictureIsAPicture(t *testing.T) {
	img, err := png.Decode(bytes.NewReader(Picture(3)))
	if err != nil || img.Bounds().Dx() != 480 {
		t.Error(img, err)
	}
}
