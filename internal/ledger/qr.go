package ledger

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"huying/internal/errs"
)

// quiet is the white margin around a QR code, in modules: less, and some readers do not find it (ISO/IEC 18004, 5.3.8).
const quiet = 4

// QR draws a QR code of a text as an SVG without styles, which may stand in a page: black on white with its margin, four pixels to a module
// unless a style sheet says otherwise (class qr). It carries about 2,900 bytes; more is errs.TooLarge. Up to 2,300 bytes it can be read with
// 15 % of it lost, above with 7 %. It is hidden from screen readers: what it says must stand beside it as text.
func QR(text string) (svg []byte, err error) {
	var code barcode.Barcode
	for _, level := range []qr.ErrorCorrectionLevel{qr.M, qr.L} {
		if code, err = qr.Encode(text, level, qr.Auto); err == nil {
			return drawQR(code), nil
		}
	}
	return nil, errs.Wrap(err, errs.TooLarge, "ledger.qr_too_long", "n", len(text))
}

func drawQR(code barcode.Barcode) []byte {
	n := code.Bounds().Dx()
	side := n + 2*quiet
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="qr" width="%d" height="%d" viewBox="0 0 %d %d" shape-rendering="crispEdges" aria-hidden="true" focusable="false">`,
		4*side, 4*side, side, side)
	fmt.Fprintf(&b, `<path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, side, side)
	dark := func(x, y int) bool { c, _, _, _ := code.At(x, y).RGBA(); return c == 0 }
	for y := range n {
		for x := 0; x < n; x++ {
			from := x
			for x < n && dark(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return []byte(b.String())
}
