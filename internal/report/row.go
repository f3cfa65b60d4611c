package report

import (
	"slices"
	"strings"
)

// Reports come with tables: targets (指标, 单位, 今年, 明年) and lists of matters (序号, 事项, 数量, 责任单位). A row of a table reaches
// the grammar as one sentence whose cells stand apart by cellMark.

// cellMark separates the cells of a table row in the normalised text; no text has it.
const cellMark = '\u241f'

func isRow(t []rune) bool { return slices.Contains(t, cellMark) }

// tableRow reads a row of a table: the unit may stand in a cell of its own, and the head of the table may say the year of a column.
// A row without a figure is a head, or a matter in words.
func (p *parser) tableRow(list []clause, s *sentence, kind Kind) {
	cells := make([]string, len(list))
	live := 0
	for i := range list {
		cells[i] = p.n.str(list[i].a, list[i].b)
	}
	unit := unitCell(cells)
	for i := range list {
		c := &list[i]
		if len(c.figs) == 1 && c.figs[0].skip == "unit.none" && unit != "" && strings.TrimLeft(cells[i], "0123456789.-<>=约超") == strings.TrimPrefix(p.n.str(c.figs[0].nb, c.b), unit) {
			c.figs[0].take(unit)
		}
		for k := range c.figs {
			if c.figs[k].skip == "" {
				live++
			}
		}
	}
	if live == 0 {
		if len(list) > 1 && !slices.ContainsFunc(cells, func(c string) bool { return len([]rune(c)) > 14 }) {
			p.head = cells
		} else if kind == Matter {
			p.wordy([]clause{list[longest(cells)]}, 0, s, kind)
		}
		return
	}
	for i := range list { // the first cell with words names the figures of the row
		if len(list[i].figs) == 0 && cells[i] != unit && unitCell(cells[i:i+1]) == "" {
			p.ctx.indicator = string(p.clean([]rune(cells[i]), list[i].a, false).noun)
			break
		}
	}
	for i := range list {
		k := kind
		if len(p.head) == len(cells) {
			if y := yearIn([]rune(p.head[i] + " ")); y > 0 {
				p.ctx.year = itoa(y)
				if y < p.o.year && (kind == Target || kind == Task) {
					k = Result // last year's column of a table of targets
				}
			}
		}
		if len(list[i].figs) > 0 {
			p.figured(list, i, s, k)
		}
	}
}

// unitCell returns the unit that has a cell of its own, without brackets, or "".
func unitCell(cells []string) string {
	for _, c := range cells {
		c = strings.Trim(c, "()")
		r := []rune(c)
		for len(r) > 1 && strings.ContainsRune(scales, r[0]) {
			r = r[1:]
		}
		if units.has(r) {
			return c
		}
	}
	return ""
}

// take gives a bare number the unit of another cell.
func (f *figure) take(unit string) {
	base := strings.TrimLeft(unit, scales)
	_, class := units.match([]rune(base))
	f.unit, f.base, f.class, f.skip = unit, base, class, ""
	if class == "ratio" {
		(&scanner{}).ratioUnit(f)
	}
}

func longest(cells []string) int {
	best := 0
	for i, c := range cells {
		if len(c) > len(cells[best]) {
			best = i
		}
	}
	return best
}
