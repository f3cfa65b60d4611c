package pack

import (
	"fmt"
	"slices"
	"strings"

	"huying/internal/clock"
	"huying/internal/strictyaml"
)

// Kinds of places, from the widest to the narrowest.
var Kinds = []string{"district", "town", "community", "cell"}

// codeLength is how many digits the code of a division of the state has: 6 for a county, 9 for a town, 12 for a community.
var codeLength = map[string]int{"district": 6, "town": 9, "community": 12}

const maxTile = 60 // columns and rows of the map

// dates gives the file's first day to what has none, and checks both days. It reports whether both can be worked with.
func (c *checker) dates(f *strictyaml.File, at string, from, until *Day, standard Day) bool {
	if from.IsZero() && from.bad == "" {
		*from = standard
	}
	ok := c.checkDay(f, at+".until", *until)
	if from.bad != "" {
		return c.checkDay(f, at+".from", *from) && ok
	}
	if from.IsZero() {
		c.wrong(f, at, "pack.no_from")
		return false
	}
	return ok
}

// checkPlaces checks what places.yaml says by itself.
func (c *checker) checkPlaces(p *placesFile) {
	if len(p.Places) == 0 || len(p.Places) > MaxPlaces {
		c.wrong(c.places, "$.places", "pack.too_many", "limit", MaxPlaces, "n", len(p.Places))
		return
	}
	standard := p.From
	if !c.checkDay(c.places, "$.from", p.From) {
		standard = Day{Date: clock.Date{Year: 1949, Month: 10, Day: 1}} // said once, not of each place
	}
	c.checkContext(p.Context)
	var tree []version
	for i := range p.Places {
		pl, at := &p.Places[i], fmt.Sprintf("$.places[%d]", i)
		if !keyText.MatchString(pl.Key) {
			c.wrong(c.places, at+".key", "pack.bad_key", "key", pl.Key)
			continue
		}
		c.checkName(c.places, at+".name", pl.Name.ZH)
		if !slices.Contains(Kinds, pl.Kind) {
			c.wrong(c.places, at+".kind", "pack.unknown_kind", "kind", pl.Kind, "known", strings.Join(Kinds, ", "))
		}
		if pl.Code != "" && !isCode(pl.Code, codeLength[pl.Kind]) {
			c.wrong(c.places, at+".code", "pack.bad_code", "code", pl.Code, "kind", pl.Kind, "digits", codeLength[pl.Kind])
		}
		if len(pl.Tile) > 0 && (len(pl.Tile) != 2 || slices.Min(pl.Tile) < 1 || slices.Max(pl.Tile) > maxTile) {
			c.wrong(c.places, at+".tile", "pack.bad_tile", "limit", maxTile)
		}
		if c.dates(c.places, at, &pl.From, &pl.Until, standard) {
			tree = append(tree, version{pl.Key, pl.Parent, pl.From.Date, pl.Until.Date, at})
		}
	}
	if c.checkTree(c.places, tree) {
		c.checkUnder(p)
	}
	c.checkShared(p)
}

func isCode(code string, digits int) bool {
	return len(code) == digits && strings.Trim(code, "0123456789") == ""
}

// checkContext holds that each division lies in the one before: the code of a city begins with that of its province.
func (c *checker) checkContext(context []Division) {
	before := ""
	for i, d := range context {
		at := fmt.Sprintf("$.context[%d]", i)
		c.checkName(c.places, at+".name", d.Name.ZH)
		if !isCode(d.Code, len(before)+2) || !strings.HasPrefix(d.Code, before) {
			c.wrong(c.places, at+".code", "pack.bad_context", "code", d.Code, "before", before)
			return
		}
		before = d.Code
	}
}

// checkUnder holds that a place stands under one of a wider kind, and that its code begins with the code of the nearest place above that
// has one, or with that of the context.
func (c *checker) checkUnder(p *placesFile) {
	byKey := map[string]*Place{}
	for i := range p.Places {
		byKey[p.Places[i].Key] = &p.Places[i]
	}
	context := ""
	if n := len(p.Context); n > 0 {
		context = p.Context[n-1].Code
	}
	for i, pl := range p.Places {
		at := fmt.Sprintf("$.places[%d]", i)
		if up := byKey[pl.Parent]; up != nil && up.Key != pl.Key && slices.Index(Kinds, up.Kind) >= slices.Index(Kinds, pl.Kind) {
			c.wrong(c.places, at+".parent", "pack.kind_order", "key", pl.Key, "kind", pl.Kind, "parent", up.Key, "above", up.Kind)
		}
		if above := codeAbove(byKey, &pl, context); pl.Code != "" && !strings.HasPrefix(pl.Code, above) {
			c.wrong(c.places, at+".code", "pack.code_elsewhere", "code", pl.Code, "above", above)
		}
	}
}

func codeAbove(byKey map[string]*Place, pl *Place, context string) string {
	for range Kinds { // no way up is longer, but for a cycle
		if pl = byKey[pl.Parent]; pl == nil {
			break
		}
		if pl.Code != "" {
			return pl.Code
		}
	}
	return context
}

// checkShared holds that no two places have one code, nor one square of the map at one time.
func (c *checker) checkShared(p *placesFile) {
	codes, tiles := map[string]int{}, map[[2]int][]int{}
	for i, pl := range p.Places {
		at := fmt.Sprintf("$.places[%d]", i)
		if j, taken := codes[pl.Code]; taken && p.Places[j].Key != pl.Key {
			c.wrong(c.places, at+".code", "pack.duplicate_code", "code", pl.Code, "line", c.places.Line(fmt.Sprintf("$.places[%d]", j)))
		} else if pl.Code != "" {
			codes[pl.Code] = i
		}
		if len(pl.Tile) != 2 {
			continue
		}
		square := [2]int{pl.Tile[0], pl.Tile[1]}
		for _, j := range tiles[square] {
			if other := p.Places[j]; other.Key != pl.Key && meet(pl.From, pl.Until, other.From, other.Until) {
				c.wrong(c.places, at+".tile", "pack.tile_clash", "col", square[0], "row", square[1], "key", other.Key,
					"line", c.places.Line(fmt.Sprintf("$.places[%d]", j)))
				break
			}
		}
		tiles[square] = append(tiles[square], i)
	}
}

// meet reports whether two spans have a day in common.
func meet(from, until, from2, until2 Day) bool {
	return (until.IsZero() || !from2.After(until.Date)) && (until2.IsZero() || !from.After(until2.Date))
}
