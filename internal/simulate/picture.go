package simulate

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
)

// Picture returns a small PNG that stands where a photograph would: bands of paper, pine and cinnabar, drawn from a seed. It shows nothing
// and nobody, so that it is never mistaken for proof.
func Picture(seed uint64) []byte {
	const w, h = 480, 320
	rng := rand.New(rand.NewPCG(seed, 7))
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{
		color.RGBA{0xf3, 0xf0, 0xe8, 0xff}, color.RGBA{0x1d, 0x66, 0x52, 0xff}, color.RGBA{0xb3, 0x3a, 0x20, 0xff},
		color.RGBA{0xcb, 0xc5, 0xb5, 0xff}, color.RGBA{0x86, 0xc4, 0x9d, 0xff},
	})
	for x := 0; x < w; {
		width, tall, ink := 18+rng.IntN(50), 40+rng.IntN(220), uint8(1+rng.IntN(4))
		for dx := range min(width, w-x) {
			for y := h - tall; y < h; y++ {
				if dx < width-4 {
					img.SetColorIndex(x+dx, y, ink)
				}
			}
		}
		x += width
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a paletted image in memory always encodes
	}
	return b.Bytes()
}
