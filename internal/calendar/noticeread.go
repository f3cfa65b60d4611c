package calendar

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"huying/internal/clock"
	"huying/internal/errs"
)

// maxNotice bounds the file of a notice, in bytes. A real one has two thousand.
const maxNotice = 1 << 20

// ParseNotice reads the State Council's notice on the rest days of a year: its Chinese text as published, or a CSV file of the columns
// date,is_off,name_en,name_zh. The text may be UTF-8, UTF-16 with a mark, or GB18030. file is the name that errors show, with the line.
// year is the one that the notice must be of; with 0 it is the one that its heading names, or the last in a CSV file.
//
// The text is read with distrust, for a day misread here is a duty that falls due on the wrong day. A sentence that speaks of rest or
// work on a date and is not understood is an error, and so are a count of days that does not match the dates, a weekday in brackets
// that is not the date's, a day both free and worked, a missing item, and one of the seven holidays that is not named. All errors are
// errs.Invalid, or errs.TooLarge beyond 1 MiB, or the reader's own.
func ParseNotice(file string, r io.Reader, year int) (Notice, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxNotice+1))
	if err != nil {
		return Notice{}, err
	}
	if len(data) > maxNotice {
		return Notice{}, errs.New(errs.TooLarge, "calendar.notice_too_large", "limit", maxNotice>>20).At(file)
	}
	text := decode(data)
	if good, _, bad := strings.Cut(text, string(utf8.RuneError)); bad {
		return Notice{}, errs.New(errs.Invalid, "calendar.notice_encoding").At(place(file, 1+strings.Count(good, "\n")))
	}
	if strings.HasPrefix(strings.TrimSpace(text), csvHeader[0]+",") {
		return parseCSV(file, text, year)
	}
	return parseText(file, text, year)
}

// decode returns the text of data. What is no text comes back as U+FFFD.
func decode(data []byte) string {
	var enc encoding.Encoding = unicode.UTF8BOM
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		enc = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case !utf8.Valid(data):
		enc = simplifiedchinese.GB18030
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return string(utf8.RuneError)
	}
	return string(out)
}

// The years of which there can be a notice: 调休 began with the long holidays of 1999.
const firstYear, lastYear = 1999, 2199

// yearOf settles the year of a notice: found is what its file says and asked what the caller wants, each 0 when it says nothing.
func yearOf(file string, found, asked int) (int, error) {
	year := found
	switch {
	case found == 0 && asked == 0:
		return 0, errs.New(errs.Invalid, "calendar.no_year").At(file)
	case found == 0:
		year = asked
	case asked != 0 && asked != found:
		return 0, errs.New(errs.Invalid, "calendar.notice_of_other_year", "found", found, "year", asked).At(file)
	}
	if year < firstYear || year > lastYear {
		return 0, errs.New(errs.Invalid, "calendar.bad_year", "year", year, "first", firstYear, "last", lastYear).At(file)
	}
	return year, nil
}

// saidDay is a day and the line of the file that speaks of it.
type saidDay struct {
	Day
	line int
}

// draft collects a notice while it is read, and finds what contradicts itself.
type draft struct {
	file string
	Notice
	lines map[clock.Date]int
}

func newDraft(file string, year int) *draft {
	return &draft{file: file, Notice: Notice{Year: year}, lines: map[clock.Date]int{}}
}

func (d *draft) add(day saidDay) error {
	if err := d.checkDay(day.Day); err != nil {
		return d.at(day.line, err)
	}
	if before, said := d.lines[day.Date]; said {
		i := slices.IndexFunc(d.Days, func(x Day) bool { return x.Date == day.Date })
		key := "calendar.day_said_before"
		if d.Days[i].Off != day.Off {
			key = "calendar.day_off_and_worked"
		}
		return d.at(day.line, errs.New(errs.Invalid, key, "date", day.Date.String(), "line", before))
	}
	d.lines[day.Date] = day.line
	d.Days = append(d.Days, day.Day)
	return nil
}

// notice returns what was collected, by date.
func (d *draft) notice() (Notice, error) {
	slices.SortFunc(d.Days, func(a, b Day) int { return a.Date.Compare(b.Date) })
	if err := d.check(); err != nil {
		return Notice{}, errs.All(err)[0].At(d.file)
	}
	return d.Notice, nil
}

func (d *draft) at(line int, err *errs.Error) *errs.Error { return err.At(place(d.file, line)) }

func place(file string, line int) string { return fmt.Sprintf("%s:%d", file, line) }
