package app

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"huying/internal/calendar"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/pack"
	"huying/internal/places"
	"huying/internal/promise"
	"huying/internal/store"
)

// rulesOf are the numbers of the lights that a pack sets, or those that hold without.
func rulesOf(p *pack.Pack) promise.Rules {
	s := p.Supervision
	if s == nil {
		return promise.Default
	}
	return promise.Rules{ReportDay: s.ReportDay, NodeSoon: s.Lights.NodeSoon, BehindYellow: s.Lights.BehindYellow, BehindRed: s.Lights.BehindRed,
		MissedYellow: s.Lights.MissedYellow, MissedRed: s.Lights.MissedRed}
}

// hoursOf are the district's business hours.
func hoursOf(p *pack.Pack) (calendar.Config, error) {
	c := calendar.Config{Zone: p.Location.String()}
	for _, h := range p.Hours {
		period, err := calendar.ParsePeriod(h)
		if err != nil {
			return c, err
		}
		c.Hours = append(c.Hours, period)
	}
	if len(c.Hours) == 0 {
		c.Hours = calendar.DefaultHours()
	}
	return c, nil
}

// treesOf are the places and units that a pack states.
func treesOf(p *pack.Pack) ([]places.Place, []places.Unit) {
	where := make([]places.Place, len(p.Places))
	for i, x := range p.Places {
		where[i] = places.Place{Key: x.Key, Kind: places.Kind(x.Kind), Parent: x.Parent, Name: places.Text(x.Name), Full: places.Text(x.Full), Code: x.Code,
			Order: i, Illustrative: x.Illustrative, From: x.From.Date, Until: x.Until.Date}
		if len(x.Tile) == 2 {
			where[i].Tile = places.Tile{Col: x.Tile[0], Row: x.Tile[1]}
		}
	}
	who := make([]places.Unit, len(p.Units))
	for i, x := range p.Units {
		who[i] = places.Unit{Key: x.Key, Parent: x.Parent, Name: places.Text(x.Name), Short: places.Text(x.Short), Head: x.Head,
			Responsibilities: x.Responsibilities, Place: x.Place, Successor: x.Successor, Order: i, Fallback: x.Fallback, External: x.External,
			Illustrative: x.Illustrative, From: x.From.Date, Until: x.Until.Date}
	}
	return where, who
}

// applyTrees brings units and places to what the pack states, from a day on.
func applyTrees(ctx context.Context, tx *store.Tx, s *places.Store, p *pack.Pack, on clock.Date) error {
	where, who := treesOf(p)
	_, err := s.Apply(ctx, tx, where, who, on)
	return err
}

// units are the two trees as the register asks for it.
type units struct{ places *places.Store }

// Duties implements promise.Units.
func (u units) Duties(day clock.Date) (all []promise.UnitDuty, fallback string) {
	trees := u.places.On(day)
	for _, x := range trees.Units.All() {
		d := promise.UnitDuty{Key: x.Key, Names: []string{x.Name.ZH}, Responsibilities: x.Responsibilities}
		if x.Short.ZH != "" && x.Short.ZH != x.Name.ZH {
			d.Names = append(d.Names, x.Short.ZH)
		}
		all = append(all, d)
	}
	return all, trees.Fallback()
}

// Locate implements promise.Units. A place is named by its whole name or by what stands before 社区, 镇 and the like; of names that hold one
// another (唐家湾, 唐家) the longest counts.
func (u units) Locate(day clock.Date, text string) string {
	var found string
	longest := 0
	for _, p := range u.places.On(day).Places.All() {
		if p.Kind == places.Cell || p.Parent == "" {
			continue
		}
		for _, name := range []string{p.Name.ZH, stem(p.Name.ZH)} {
			n := utf8.RuneCountInString(name)
			if n < 2 || n < longest || !strings.Contains(text, name) {
				continue
			}
			if n == longest && found != p.Key {
				found = "" // two places
				continue
			}
			found, longest = p.Key, n
		}
	}
	return found
}

// HasPlace implements promise.Units.
func (u units) HasPlace(day clock.Date, key string) bool {
	_, ok := u.places.On(day).Places.ByKey(key)
	return ok
}

// stem is a place's name without the word for what it is.
func stem(name string) string {
	for _, kind := range []string{"社区", "街道", "村", "镇", "乡"} {
		if s, ok := strings.CutSuffix(name, kind); ok {
			return s
		}
	}
	return name
}

// demoClock stays on the demonstration's day, or on another that was asked for.
func demoClock(p *pack.Pack, other clock.Date) clock.Business {
	d := p.Demonstration.Date.Date
	if !other.IsZero() {
		d = other
	}
	return clock.OnDate(d.Year, d.Month, d.Day, p.Location)
}

// evening is shortly before an office closes: when the simulator says what a day brought.
func evening(d clock.Date, zone *time.Location) time.Time {
	return d.In(zone).Add(17*time.Hour + 20*time.Minute)
}

// textIn is a text of the pack in a language; one that has no English stays Chinese.
func textIn(t pack.Text, lang i18n.Lang) string {
	if lang == i18n.EN && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// ReadReport reads a pack's report. Its errors name the file. A pack that says another year than the report itself is refused.
func ReadReport(p *pack.Pack, dir string) (promise.Read, error) {
	file := path.Join(dir, p.Report.File)
	in, err := Read(p.Report.File, p.ReportText)
	if err != nil {
		return in, at(file, err)
	}
	if in.Document.Year != p.Report.Year {
		return in, errs.New(errs.Invalid, "app.pack_other_year", "said", p.Report.Year, "found", in.Document.Year).At(file)
	}
	in.Document.Title = p.Report.Title
	return in, nil
}

// at names the file in errors that name none.
func at(file string, err error) error {
	all := errs.All(err)
	if len(all) == 0 {
		return fmt.Errorf("%s: %w", file, err)
	}
	var out errs.List
	for _, e := range all {
		if e.Place == "" {
			e = e.At(file)
		}
		out = append(out, e)
	}
	return out.Err()
}
