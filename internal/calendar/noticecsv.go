package calendar

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"huying/internal/clock"
	"huying/internal/errs"
)

var csvHeader = []string{"date", "is_off", "name_en", "name_zh"}

// readCSV reads the columns of csvHeader. Each error names the line.
func readCSV(file, data string) ([]saidDay, error) {
	r := csv.NewReader(strings.NewReader(data))
	var rows []saidDay
	for first := true; ; first = false {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
			return nil, errs.Wrap(err, errs.Invalid, "calendar.bad_csv").At(place(file, wrong.Line))
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if first { // it also lays down how many columns there are
			if !slices.Equal(rec, csvHeader) {
				return nil, errs.New(errs.Invalid, "calendar.bad_csv_header", "want", strings.Join(csvHeader, ",")).At(place(file, line))
			}
			continue
		}
		d, wrong := dayOfRecord(rec)
		if wrong != nil {
			return nil, wrong.At(place(file, line))
		}
		rows = append(rows, saidDay{d, line})
	}
}

func dayOfRecord(rec []string) (Day, *errs.Error) {
	date, err := clock.ParseDate(rec[0])
	if err != nil || date.IsZero() {
		return Day{}, errs.New(errs.Invalid, "calendar.bad_date", "text", rec[0])
	}
	if rec[1] != "0" && rec[1] != "1" {
		return Day{}, errs.New(errs.Invalid, "calendar.bad_is_off", "text", rec[1])
	}
	if rec[2] == "" || rec[3] == "" {
		return Day{}, errs.New(errs.Invalid, "calendar.no_name", "date", rec[0])
	}
	return Day{Date: date, Off: rec[1] == "1", Name: Name{ZH: rec[3], EN: rec[2]}}, nil
}

// parseCSV reads the notice of a year in the columns of the built-in file.
func parseCSV(file, data string, year int) (Notice, error) {
	days, err := readCSV(file, data)
	if err != nil {
		return Notice{}, err
	}
	if year == 0 { // a notice may speak of the December before, never of the January after
		for _, day := range days {
			year = max(year, day.Date.Year)
		}
	}
	if year, err = yearOf(file, year, 0); err != nil {
		return Notice{}, err
	}
	d := newDraft(file, year)
	for _, day := range days {
		if err := d.add(day); err != nil {
			return Notice{}, err
		}
	}
	return d.notice()
}
