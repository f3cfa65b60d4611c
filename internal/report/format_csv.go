package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// writeCSV writes one table with a heading: the records, then the numbers that no rule took as rows of a kind of their own.
func writeCSV(w io.Writer, rd *Reading, o FormatOptions) error {
	if o.BOM {
		if _, err := io.WriteString(w, "\uFEFF"); err != nil {
			return err
		}
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180
	put := func(cells []string) error {
		if o.Guard {
			for i := range cells {
				cells[i] = guard(cells[i])
			}
		}
		return out.Write(cells)
	}
	s := speaker{o.Say}
	cells := make([]string, len(recordColumns))
	for i, c := range recordColumns {
		cells[i] = s.heading(c.key)
	}
	if err := put(cells); err != nil {
		return err
	}
	for i := range rd.Records {
		for j, c := range recordColumns {
			cells[j] = c.text(&rd.Records[i], s)
		}
		if err := put(cells); err != nil {
			return err
		}
	}
	for _, u := range rd.Unparsed {
		for j, c := range recordColumns {
			cells[j] = unparsedCell(c.key, u, s)
		}
		if err := put(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func unparsedCell(column string, u Unparsed, s speaker) string {
	switch column {
	case "kind":
		return s.word("kind", "unparsed")
	case "reason":
		return s.word("why", u.Why)
	case "state":
		return s.word("state", string(u.State))
	case "start":
		return fmt.Sprint(u.Start)
	case "end":
		return fmt.Sprint(u.End)
	case "quote":
		return u.Text
	}
	return ""
}

// guard puts a ' before a cell that a spreadsheet would run as a formula, and before one that begins with a ' itself: who takes
// one leading ' away has every value as it was. Numbers stay as they are.
func guard(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r'＝＋－＠", firstRune(cell)) {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	return "'" + cell
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
