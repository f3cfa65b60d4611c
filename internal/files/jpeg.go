package files

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"huying/internal/errs"
)

// strippers take out of a picture what it says beside the picture, and copy the rest as it is.
var strippers = map[Type]func(io.Writer, io.Reader) error{JPEG: StripJPEG, PNG: StripPNG}

// broken is what somebody hears whose picture is cut off or is none.
func broken(cause error) error { return errs.Wrap(cause, errs.Invalid, "files.broken_picture") }

// JPEG markers (ITU-T T.81, table B.1).
const (
	mTEM  = 0x01
	mRST0 = 0xD0
	mSOI  = 0xD8
	mEOI  = 0xD9
	mSOS  = 0xDA
	mAPP0 = 0xE0
	mAPP1 = 0xE1
	mAPP2 = 0xE2
	mAPPE = 0xEE
	mAPPF = 0xEF
	mCOM  = 0xFE
)

// StripJPEG copies a JPEG without its Exif, XMP, comments, thumbnails and whatever follows its end (a video, a second picture). The picture's
// own data are copied bit by bit. Its colour profile stays, and so does its orientation, in an Exif of that one field. A picture that is
// broken or cut off is errs.Invalid.
func StripJPEG(w io.Writer, r io.Reader) error {
	s := &jpegStripper{r: bufio.NewReaderSize(r, 64<<10), w: bufio.NewWriterSize(w, 64<<10)}
	if err := s.run(); err != nil {
		return err
	}
	return full(s.w.Flush())
}

type jpegStripper struct {
	r      *bufio.Reader
	w      *bufio.Writer
	turned bool // an orientation was written
}

func (s *jpegStripper) run() error {
	var soi [2]byte
	if _, err := io.ReadFull(s.r, soi[:]); err != nil || soi != [2]byte{0xFF, mSOI} {
		return broken(errors.Join(err, errors.New("no start of image")))
	}
	if err := s.write(soi[:]); err != nil {
		return err
	}
	marker, err := s.marker()
	for err == nil {
		switch {
		case marker == mEOI:
			return s.write([]byte{0xFF, mEOI})
		case marker == mSOI || marker == 0 || marker >= mRST0 && marker < mSOI || marker == mTEM:
			return broken(errors.New("a marker that does not belong there"))
		}
		if err = s.segment(marker); err != nil {
			return err
		}
		if marker != mSOS {
			marker, err = s.marker()
			continue
		}
		marker, err = s.scan()
	}
	return err
}

// marker reads the next marker; it may have fill bytes before it.
func (s *jpegStripper) marker() (byte, error) {
	b, err := s.r.ReadByte()
	if err != nil || b != 0xFF {
		return 0, broken(errors.Join(err, errors.New("no marker where one is due")))
	}
	for b == 0xFF {
		if b, err = s.r.ReadByte(); err != nil {
			return 0, broken(err)
		}
	}
	return b, nil
}

// segment reads one segment with its length, and writes it if it belongs to the picture.
func (s *jpegStripper) segment(marker byte) error {
	var length [2]byte
	if _, err := io.ReadFull(s.r, length[:]); err != nil {
		return broken(err)
	}
	n := int(binary.BigEndian.Uint16(length[:]))
	if n < 2 {
		return broken(errors.New("a segment shorter than its length"))
	}
	data := make([]byte, n-2)
	if _, err := io.ReadFull(s.r, data); err != nil {
		return broken(err)
	}
	if data = s.kept(marker, data); data == nil {
		return nil
	}
	binary.BigEndian.PutUint16(length[:], uint16(len(data)+2))
	return s.write([]byte{0xFF, marker, length[0], length[1]}, data)
}

// kept returns what stays of a segment, or nil.
func (s *jpegStripper) kept(marker byte, data []byte) []byte {
	switch {
	case marker == mAPP0 && bytes.HasPrefix(data, []byte("JFIF\x00")) && len(data) >= 14:
		jfif := bytes.Clone(data[:14])
		jfif[12], jfif[13] = 0, 0 // no thumbnail
		return jfif
	case marker == mAPP1 && bytes.HasPrefix(data, exifHead) && !s.turned:
		if o := orientation(data[len(exifHead):]); o > 1 {
			s.turned = true
			return append(bytes.Clone(exifHead), onlyOrientation(o)...)
		}
		return nil
	case marker == mAPP2 && bytes.HasPrefix(data, []byte("ICC_PROFILE\x00")),
		marker == mAPPE && bytes.HasPrefix(data, []byte("Adobe")): // says how colours are coded
		return data
	case marker >= mAPP0 && marker <= mAPPF, marker == mCOM, marker >= 0xF0 && marker < mCOM: // F0–FD: extensions nobody uses
		return nil
	}
	return data
}

// scan copies the coded data of a scan and returns the marker that ends it. In it, 0xFF is followed by 0 (and is data), by a restart
// marker, or by the next marker.
func (s *jpegStripper) scan() (byte, error) {
	for {
		chunk, err := s.r.ReadSlice(0xFF)
		if errors.Is(err, bufio.ErrBufferFull) {
			if err := s.write(chunk); err != nil {
				return 0, err
			}
			continue
		}
		if err != nil {
			return 0, broken(err)
		}
		if err := s.write(chunk[:len(chunk)-1]); err != nil {
			return 0, err
		}
		b := byte(0xFF)
		for b == 0xFF {
			if b, err = s.r.ReadByte(); err != nil {
				return 0, broken(err)
			}
		}
		if b != 0 && (b < mRST0 || b >= mSOI) {
			return b, nil
		}
		if err := s.write([]byte{0xFF, b}); err != nil {
			return 0, err
		}
	}
}

func (s *jpegStripper) write(parts ...[]byte) error {
	for _, p := range parts {
		if _, err := s.w.Write(p); err != nil {
			return full(err)
		}
	}
	return nil
}

// exifHead stands before the TIFF structure of an Exif segment.
var exifHead = []byte("Exif\x00\x00")

const orientationTag = 0x0112

// orientation reads how a picture is to be turned (1 to 8) from a TIFF structure; 0 when it does not say, or is none.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(tiff[:4]) {
	case "II*\x00":
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	fields := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(fields) < 12 {
			return 0
		}
		if order.Uint16(fields) == orientationTag && order.Uint16(fields[2:]) == 3 && order.Uint32(fields[4:]) == 1 {
			if o := int(order.Uint16(fields[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
		fields = fields[12:]
	}
	return 0
}

// onlyOrientation is a TIFF structure of one directory with one field: the orientation.
func onlyOrientation(o int) []byte {
	return []byte{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, orientationTag >> 8, orientationTag & 0xFF, 0, 3, 0, 0, 0, 1, 0, byte(o), 0, 0, 0, 0, 0, 0}
}
