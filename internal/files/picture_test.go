package files

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"huying/internal/errs"
)

const secret = "22.3512N 113.5931E shot by somebody"

// picture is a small image with enough in it to be coded in more than one block.
func picture() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 37, 21))
	for x := range 37 {
		for y := range 21 {
			img.Set(x, y, color.RGBA{uint8(7 * x), uint8(11 * y), uint8(x * y), 255})
		}
	}
	return img
}

func aJPEG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aPNG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func segment(marker byte, data string) []byte {
	return append([]byte{0xFF, marker, byte((len(data) + 2) >> 8), byte(len(data) + 2)}, data...)
}

// exif is a TIFF structure in either order with a camera, an orientation and a place.
func exif(order binary.AppendByteOrder, turn uint16) string {
	head := "II*\x00"
	if order.String() == "BigEndian" {
		head = "MM\x00*"
	}
	b := order.AppendUint32([]byte(head), 8)
	b = order.AppendUint16(b, 2)
	for _, f := range [][2]uint16{{0x010F, 2}, {orientationTag, 3}} {
		b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, f[0]), f[1]), 1)
		b = order.AppendUint16(order.AppendUint16(b, turn), 0)
	}
	return string(append(order.AppendUint32(b, 0), secret...))
}

// between puts segments behind the start of a JPEG.
func between(jpg []byte, segments ...[]byte) []byte {
	return slices.Concat(jpg[:2], bytes.Join(segments, nil), jpg[2:])
}

func TestAPhotographLosesWhatItSays(t *testing.T) {
	jpg := aJPEG(t)
	icc := segment(mAPP2, "ICC_PROFILE\x00\x01\x01a profile")
	adobe := segment(mAPPE, "Adobe\x00d\x00\x00\x00\x00\x01")
	turn6 := segment(mAPP1, "Exif\x00\x00"+string(onlyOrientation(6)))
	jfif := "JFIF\x00\x01\x02\x00\x00\x48\x00\x48"
	for _, tt := range []struct {
		name     string
		in, want []byte
	}{
		{"as the encoder wrote it", jpg, jpg},
		{"Exif of a little-endian camera, turned", between(jpg, segment(mAPP1, "Exif\x00\x00"+exif(binary.LittleEndian, 6))), between(jpg, turn6)},
		{"Exif of a big-endian camera, turned", between(jpg, segment(mAPP1, "Exif\x00\x00"+exif(binary.BigEndian, 6))), between(jpg, turn6)},
		{"Exif of an upright picture", between(jpg, segment(mAPP1, "Exif\x00\x00"+exif(binary.BigEndian, 1))), jpg},
		{"Exif with an orientation that is none", between(jpg, segment(mAPP1, "Exif\x00\x00"+exif(binary.BigEndian, 9))), jpg},
		{"Exif twice", between(jpg, segment(mAPP1, "Exif\x00\x00"+exif(binary.BigEndian, 6)), segment(mAPP1, "Exif\x00\x00"+exif(binary.BigEndian, 3))), between(jpg, turn6)},
		{"Exif that is cut off", between(jpg, segment(mAPP1, "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x05"+secret)), jpg},
		{"XMP, IPTC, a comment and a maker's own", between(jpg, segment(mAPP1, "http://ns.adobe.com/xap/1.0/\x00"+secret), segment(0xED, "Photoshop 3.0\x00"+secret),
			segment(mCOM, secret), segment(0xEA, secret), segment(mAPP2, "MPF\x00"+secret)), jpg},
		{"a colour profile and how colours are coded", between(jpg, icc, segment(mCOM, secret), adobe), between(jpg, icc, adobe)},
		{"a thumbnail beside the head", between(jpg, segment(mAPP0, jfif+"\x01\x01"+secret[:3]), segment(mAPP0, "JFXX\x00"+secret)), between(jpg, segment(mAPP0, jfif+"\x00\x00"))},
		{"a video behind the end", slices.Concat(jpg, []byte(secret)), jpg},
		{"fill bytes before a marker", slices.Concat(jpg[:2], []byte{0xFF, 0xFF}, jpg[2:]), jpg},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := StripJPEG(&out, bytes.NewReader(tt.in)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(out.Bytes(), tt.want) {
				t.Errorf("came out as %d bytes, want %d: %q", out.Len(), len(tt.want), out.String()[:min(out.Len(), 120)])
			}
			samePicture(t, tt.in, out.Bytes(), jpeg.Decode)
		})
	}
}

// A progressive picture has several scans with tables between them; something may hide there too.
func TestAPictureOfSeveralScans(t *testing.T) {
	scan := "\x01\x02\xFF\x00\x03\xFF\xD0\x04\xFF\xFF\xD1\x05" + strings.Repeat("long", 40_000)
	want := strings.ReplaceAll(scan, "\xFF\xFF\xD1", "\xFF\xD1") // a fill byte may go
	start := slices.Concat([]byte{0xFF, mSOI}, segment(0xC2, "frame"), segment(0xC4, "table"), segment(mSOS, "\x01"))
	end := slices.Concat(segment(0xC4, "table"), segment(mSOS, "\x02"))
	in := slices.Concat(start, []byte(scan), segment(mCOM, secret), segment(mAPP1, "Exif\x00\x00"+secret), end, []byte(scan), []byte{0xFF, mEOI}, []byte(secret))
	var out bytes.Buffer
	if err := StripJPEG(&out, bytes.NewReader(in)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), slices.Concat(start, []byte(want), end, []byte(want), []byte{0xFF, mEOI})) {
		t.Errorf("%d bytes came out", out.Len())
	}
}

func TestAPNGLosesWhatItSays(t *testing.T) {
	plain := aPNG(t)
	const ihdr = len(pngHead) + 8 + 13 + 4
	put := func(chunks ...[]byte) []byte {
		return slices.Concat(plain[:ihdr], bytes.Join(chunks, nil), plain[ihdr:])
	}
	keep := [][]byte{pngChunk("pHYs", []byte("\x00\x00\x0b\x13\x00\x00\x0b\x13\x01")), pngChunk("gAMA", []byte("\x00\x00\xb1\x8f"))}
	for _, tt := range []struct {
		name     string
		in, want []byte
	}{
		{"as the encoder wrote it", plain, plain},
		{"words, a date and something unknown", put(pngChunk("tEXt", []byte("Comment\x00"+secret)), pngChunk("iTXt", []byte(secret)), pngChunk("zTXt", []byte(secret)),
			pngChunk("tIME", []byte("\x07\xe5\x0b\x13\x0f\x14\x00")), pngChunk("prVt", []byte(secret))), plain},
		{"Exif, turned", put(pngChunk("eXIf", []byte(exif(binary.BigEndian, 8)))), put(pngChunk("eXIf", onlyOrientation(8)))},
		{"Exif twice", put(pngChunk("eXIf", []byte(exif(binary.BigEndian, 8))), pngChunk("eXIf", []byte(exif(binary.LittleEndian, 3)))), put(pngChunk("eXIf", onlyOrientation(8)))},
		{"Exif, upright", put(pngChunk("eXIf", []byte(exif(binary.LittleEndian, 1)))), plain},
		{"resolution and colour", put(keep...), put(keep...)},
		{"words behind the end", slices.Concat(plain, []byte(secret)), plain},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := StripPNG(&out, bytes.NewReader(tt.in)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(out.Bytes(), tt.want) {
				t.Errorf("came out as %d bytes, want %d", out.Len(), len(tt.want))
			}
			samePicture(t, tt.in, out.Bytes(), png.Decode)
		})
	}
}

func samePicture(t *testing.T, a, b []byte, decode func(io.Reader) (image.Image, error)) {
	t.Helper()
	one, err := decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	two, err := decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(one, two) {
		t.Error("the picture is another one")
	}
}

func TestABrokenPictureIsRefused(t *testing.T) {
	jpg, plain := aJPEG(t), aPNG(t)
	wrong := bytes.Clone(plain)
	wrong[len(wrong)-20] ^= 1 // in the picture's data
	for _, tt := range []struct {
		name  string
		strip func(io.Writer, io.Reader) error
		in    []byte
	}{
		{"a JPEG that ends in its head", StripJPEG, jpg[:40]},
		{"a JPEG that ends in its scan", StripJPEG, jpg[:len(jpg)-10]},
		{"a JPEG without an end", StripJPEG, jpg[:len(jpg)-2]},
		{"a JPEG that ends in a marker", StripJPEG, jpg[:len(jpg)-1]},
		{"no JPEG", StripJPEG, []byte("hello")},
		{"a segment shorter than its length", StripJPEG, between(jpg, []byte{0xFF, mAPP1, 0, 1})},
		{"bytes where a marker is due", StripJPEG, between(jpg, []byte("hello"))},
		{"a start within", StripJPEG, between(jpg, []byte{0xFF, mSOI})},
		{"a PNG that is cut off", StripPNG, plain[:len(plain)-15]},
		{"a PNG with a wrong checksum", StripPNG, wrong},
		{"a PNG that does not begin with its head", StripPNG, append([]byte(pngHead), pngChunk("IDAT", nil)...)},
		{"a PNG with two heads", StripPNG, slices.Concat(plain[:33], plain[8:])},
		{"a PNG with an unknown critical chunk", StripPNG, slices.Concat(plain[:33], pngChunk("ABCD", nil), plain[33:])},
		{"Exif with a wrong checksum", StripPNG, slices.Concat(plain[:33], []byte("\x00\x00\x00\x01eXIf\x00\x00\x00\x00\x00"), plain[33:])},
		{"Exif that is cut off", StripPNG, slices.Concat(plain[:33], []byte("\x00\x00\xff\xffeXIf"))},
		{"nothing", StripPNG, nil},
	} {
		if err := tt.strip(io.Discard, bytes.NewReader(tt.in)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// What comes out of a stripper goes through it unchanged: there is nothing left that it would drop.
func checkStripped(t *testing.T, strip func(io.Writer, io.Reader) error, in []byte) {
	var once, twice bytes.Buffer
	if err := strip(&once, bytes.NewReader(in)); err != nil {
		if !errs.Is(err, errs.Invalid) {
			t.Fatalf("%v", err)
		}
		return
	}
	if err := strip(&twice, bytes.NewReader(once.Bytes())); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
		t.Fatalf("not settled after once: %v, %d and %d bytes", err, once.Len(), twice.Len())
	}
	if once.Len() > len(in)+64 {
		t.Fatalf("grew from %d to %d bytes", len(in), once.Len())
	}
}

func FuzzStripJPEG(f *testing.F) {
	jpg := aJPEG(f)
	f.Add(jpg)
	f.Add(between(jpg, segment(mAPP1, "Exif\x00\x00"+exif(binary.LittleEndian, 6)), segment(mCOM, secret)))
	f.Add([]byte("\xFF\xD8\xFF\xC2\x00\x02\xFF\xDA\x00\x02ab\xFF\x00\xFF\xD0\xFF\xFE\x00\x04xx\xFF\xDA\x00\x02\xFF\xFF\xD9"))
	f.Fuzz(func(t *testing.T, in []byte) { checkStripped(t, StripJPEG, in) })
}

func FuzzStripPNG(f *testing.F) {
	f.Add(aPNG(f))
	f.Add([]byte(pngHead + string(pngChunk("IHDR", nil)) + string(pngChunk("tEXt", []byte(secret))) +
		string(pngChunk("eXIf", []byte(exif(binary.BigEndian, 3)))) + string(pngChunk("IEND", nil))))
	f.Fuzz(func(t *testing.T, in []byte) { checkStripped(t, StripPNG, in) })
}
