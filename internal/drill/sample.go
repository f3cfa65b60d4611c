package drill

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"path"
)

// sample makes a small file of the type that its name says. Another name makes another file; it shows nothing.
func sample(name string) (data []byte, typ string) {
	h := fnv.New64a()
	h.Write([]byte(name)) // a hash never fails
	seed := h.Sum64()
	if path.Ext(name) == ".pdf" {
		return page(fmt.Sprintf("%016x", seed)), "application/pdf"
	}
	const side = 8
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		seed = seed*6364136223846793005 + 1442695040888963407
		img.SetRGBA(i%side, i/side, color.RGBA{byte(seed >> 56), byte(seed >> 48), byte(seed >> 40), 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a picture in memory always encodes
	}
	return b.Bytes(), "image/png"
}

// page is a PDF of one empty page with a mark of its own.
func page(mark string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%" + mark + "\n")
	var at []int
	for i, object := range []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>"} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%sendobj\n", i+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}
