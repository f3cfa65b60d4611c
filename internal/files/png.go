package files

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

const pngHead = "\x89PNG\r\n\x1a\n"

// pictureChunks are the chunks of a PNG that belong to the picture: how it is coded, its colours, its size, its frames. Everything else is
// words (tEXt, zTXt, iTXt), a date, Exif, or nobody knows what.
var pictureChunks = []string{"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD", "hIST",
	"pHYs", "sPLT", "acTL", "fcTL", "fdAT"}

// maxExif is how large an Exif chunk may be to be looked at.
const maxExif = 1 << 20

// StripPNG copies a PNG without its texts, date, Exif and whatever follows its end. The picture's own data are copied bit by bit; its
// orientation stays, in an Exif of that one field. A picture that is broken or cut off is errs.Invalid.
func StripPNG(w io.Writer, r io.Reader) error {
	s := &pngStripper{r: bufio.NewReaderSize(r, 64<<10), w: bufio.NewWriterSize(w, 64<<10)}
	head := make([]byte, len(pngHead))
	if _, err := io.ReadFull(s.r, head); err != nil || string(head) != pngHead {
		return broken(errors.Join(err, errors.New("no signature")))
	}
	if _, err := s.w.Write(head); err != nil {
		return full(err)
	}
	for name := ""; name != "IEND"; {
		var err error
		if name, err = s.chunk(name == ""); err != nil {
			return err
		}
	}
	return full(s.w.Flush())
}

type pngStripper struct {
	r      *bufio.Reader
	w      *bufio.Writer
	turned bool
}

// chunk reads one chunk, and writes it if it belongs to the picture. It returns the chunk's name.
func (s *pngStripper) chunk(first bool) (string, error) {
	var head [8]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return "", broken(err)
	}
	n, name := binary.BigEndian.Uint32(head[:4]), string(head[4:])
	if n > 1<<31-1 || first != (name == "IHDR") {
		return "", broken(fmt.Errorf("chunk %q of %d bytes", name, n))
	}
	if name == "eXIf" && n <= maxExif {
		return name, s.exif(int64(n))
	}
	out := io.Discard
	if slices.Contains(pictureChunks, name) {
		out = s.w
	} else if name[0]&0x20 == 0 {
		return "", broken(fmt.Errorf("critical chunk %q is unknown", name))
	}
	return name, s.copyChunk(out, head, int64(n))
}

// copyChunk copies a chunk to out and holds its checksum against its content.
func (s *pngStripper) copyChunk(out io.Writer, head [8]byte, n int64) error {
	sum := crc32.NewIEEE()
	sum.Write(head[4:])
	if _, err := out.Write(head[:]); err != nil {
		return full(err)
	}
	tee := &failing{w: out}
	if m, err := io.Copy(io.MultiWriter(sum, tee), io.LimitReader(s.r, n)); err != nil || m < n {
		if tee.err != nil {
			return full(tee.err)
		}
		return broken(errors.Join(err, io.ErrUnexpectedEOF))
	}
	return s.checksum(out, sum.Sum32())
}

func (s *pngStripper) checksum(out io.Writer, want uint32) error {
	var sum [4]byte
	if _, err := io.ReadFull(s.r, sum[:]); err != nil {
		return broken(err)
	}
	if binary.BigEndian.Uint32(sum[:]) != want {
		return broken(errors.New("a chunk has the wrong checksum"))
	}
	_, err := out.Write(sum[:])
	return full(err)
}

// exif reads an Exif chunk and writes one that holds nothing but its orientation, if it has one.
func (s *pngStripper) exif(n int64) error {
	data := make([]byte, n)
	if _, err := io.ReadFull(s.r, data); err != nil {
		return broken(err)
	}
	if err := s.checksum(io.Discard, crc32.ChecksumIEEE(append([]byte("eXIf"), data...))); err != nil {
		return err
	}
	o := orientation(data)
	if o <= 1 || s.turned {
		return nil
	}
	s.turned = true
	_, err := s.w.Write(pngChunk("eXIf", onlyOrientation(o)))
	return full(err)
}

// pngChunk is a whole chunk.
func pngChunk(name string, data []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	c = append(append(c, name...), data...)
	return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
}

// failing remembers whether it was the writer that failed, and not the reader.
type failing struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (f *failing) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	f.err = err
	return n, err
}
