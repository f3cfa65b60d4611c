package caseweb

import (
	"cmp"
	"fmt"
	"slices"

	"huying/internal/casework"
)

// A procedure is drawn in layers: the state in which it begins is the first, each other one layer below the earliest from which it is
// reached. Arrows that lead back, or past a layer, run beside the boxes in lanes of their own. No library that we found lays out a graph in
// plain Go without a browser or Graphviz, and draws labels in two languages that a screen reader can follow (adr 24).

// chart is a procedure laid out, in units of the drawing.
type chart struct {
	Width, Height int
	Boxes         []box
	Arrows        []arrow
}

type box struct {
	State      string
	X, Y, W, H int
	Ends       bool
}

// arrow is a way from a state to another: a path of the drawing, and what leads along it.
type arrow struct {
	From, To string
	Why      []casework.Text
	Kind     string // do: somebody acts; next: it follows by itself; missed: nobody acted in time
	Path     string
	X, Y     int // of its label
	Back     bool
}

const (
	boxWidth, boxHeight = 168, 54
	gapX, gapY          = 36, 74
	lane                = 14
	margin              = 24
	run                 = 16 // between arrows beside one another in a gap
	mostRuns            = 3
	labelWidth          = 190
)

// layout lays a procedure out.
func layout(p *casework.Procedure) chart {
	ways := casework.Ways(p)
	layers := layersOf(p, ways)
	widest := 0
	for _, l := range layers {
		widest = max(widest, len(l))
	}
	lanes := 0
	c := chart{}
	at := map[string]box{}
	for y, l := range layers {
		offset := (widest - len(l)) * (boxWidth + gapX) / 2
		for x, state := range l {
			b := box{State: state, X: margin + offset + x*(boxWidth+gapX), Y: margin + y*(boxHeight+gapY), W: boxWidth, H: boxHeight, Ends: p.Ends(state) != casework.Open}
			at[state] = b
			c.Boxes = append(c.Boxes, b)
		}
	}
	right := margin + widest*(boxWidth+gapX)
	runs, labels := map[int]int{}, 0
	for _, w := range ways {
		a := arrow{From: w.From, To: w.To, Why: w.Why, Kind: string(w.Kind)}
		from, to := at[w.From], at[w.To]
		if straight := layerOf(layers, w.To) == layerOf(layers, w.From)+1; straight {
			below := nextTo(ways, at, layers, w.From)
			a.down(from, to, slices.Index(below, w.To), len(below))
		} else {
			a.Back = true
			a.beside(from, to, right+lanes*lane, runs[from.Y])
			runs[from.Y]++
			lanes++
			labels = labelWidth
		}
		c.Arrows = append(c.Arrows, a)
	}
	for i := range c.Arrows {
		if a := &c.Arrows[i]; a.Back { // it is named where its lane begins, at the right of all lanes
			a.X = right + lanes*lane
		}
	}
	c.Width = right + lanes*lane + labels + margin
	c.Height = margin + len(layers)*(boxHeight+gapY)
	return c
}

// outOf are the states that follow one.
func outOf(ways []casework.Way, from string) []string {
	var out []string
	for _, w := range ways {
		if w.From == from && !slices.Contains(out, w.To) {
			out = append(out, w.To)
		}
	}
	return out
}

// nextTo are the states in the layer beneath that follow one, from left to right, so that the arrows to them do not cross.
func nextTo(ways []casework.Way, at map[string]box, layers [][]string, from string) []string {
	out := slices.DeleteFunc(outOf(ways, from), func(to string) bool { return layerOf(layers, to) != layerOf(layers, from)+1 })
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(at[a].X, at[b].X) })
	return out
}

// layersOf puts each state one layer below the earliest from which it is reached; ends come last in their layer.
func layersOf(p *casework.Procedure, ways []casework.Way) [][]string {
	first := p.States[0].Key
	depth := map[string]int{first: 0}
	queue := []string{first}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for _, to := range outOf(ways, s) {
			if _, seen := depth[to]; !seen {
				depth[to] = depth[s] + 1
				queue = append(queue, to)
			}
		}
	}
	var layers [][]string
	for _, ends := range []bool{false, true} {
		for _, s := range p.States {
			d, ok := depth[s.Key]
			if !ok || (s.Value.Ends != casework.Open) != ends {
				continue
			}
			for len(layers) <= d {
				layers = append(layers, nil)
			}
			layers[d] = append(layers[d], s.Key)
		}
	}
	return layers
}

func layerOf(layers [][]string, state string) int {
	return slices.IndexFunc(layers, func(l []string) bool { return slices.Contains(l, state) })
}

// down draws an arrow to the next layer: from the nth of the places along a box's lower edge.
func (a *arrow) down(from, to box, nth, of int) {
	x1 := from.X + from.W*(nth+1)/(of+1)
	x2, y1, y2 := to.X+to.W/2, from.Y+from.H, to.Y
	a.Path = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1, y1+gapY/2, x2, y2-gapY/2, x2, y2-3)
	a.X, a.Y = (x1+x2)/2, (y1+y2)/2+4
}

// beside draws an arrow that leads back or past a layer, in a lane of its own at the right. It leaves and arrives in the gaps between the
// layers, so that it passes behind no box; nth tells the arrows apart that leave from one layer.
func (a *arrow) beside(from, to box, x, nth int) {
	x1, y1 := from.X+from.W-lane, from.Y+from.H+run+nth%mostRuns*run
	x2, y2 := to.X+to.W-lane, to.Y-run
	a.Path = fmt.Sprintf("M%d %dV%dH%dV%dH%dV%d", x1, from.Y+from.H, y1, x, y2, x2, to.Y-3)
	a.Y = y1 + 4
}
