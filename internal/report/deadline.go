package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// deadline reads the date by which a sentence wants its task done; without one it is the end of the year ahead.
func (p *parser) deadline(rec *Record, t []rune) {
	y := p.o.year
	s := string(t)
	day := func(m int) string {
		return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Format("2006-01-02")
	}
	rec.Deadline = fmt.Sprintf("%04d-12-31", y)
	for _, w := range []struct {
		word  string
		month int
	}{{"一季度", 3}, {"上半年", 6}, {"三季度", 9}, {"年底前", 12}, {"年内", 12}, {"年底", 12}} {
		if strings.Contains(s, w.word) {
			rec.Deadline, rec.DeadlineWhy = day(w.month), w.word
			break
		}
	}
	for i := range t {
		if t[i] != '月' || i == 0 || !isDigit(t[i-1]) {
			continue
		}
		rest := string(t[i+1 : min(len(t), i+3)])
		if !strings.HasPrefix(rest, "底") && !strings.HasPrefix(rest, "前") && !strings.HasPrefix(rest, "份前") {
			continue
		}
		k := i
		for k > 0 && isDigit(t[k-1]) {
			k--
		}
		if m, err := strconv.Atoi(string(t[k:i])); err == nil && m >= 1 && m <= 12 {
			rec.Deadline, rec.DeadlineWhy = day(m), string(t[k:min(len(t), i+3)])
		}
	}
	for i := 0; i+1 < len(t); i++ {
		if t[i] == '年' && t[i+1] == '内' && i > 0 {
			if v, ok := hanNumber(t[i-1 : i]); ok && v >= 2 {
				rec.Deadline, rec.DeadlineWhy = fmt.Sprintf("%04d-12-31", y+int(v)-1), string(t[i-1:i+2])
			} else if isDigit(t[i-1]) && (i < 2 || !isDigit(t[i-2])) {
				rec.Deadline, rec.DeadlineWhy = fmt.Sprintf("%04d-12-31", y+int(t[i-1]-'0')-1), string(t[i-1:i+2])
			}
		}
	}
}

// owners reads (牵头单位:A、B) behind an item.
func owners(t []rune) []string {
	s := string(t)
	for _, w := range []string{"牵头单位:", "责任单位:", "牵头部门:", "责任部门:", "配合单位:"} {
		i := strings.Index(s, w)
		if i < 0 {
			continue
		}
		rest := s[i+len(w):]
		if j := strings.IndexAny(rest, ");。\n"); j >= 0 {
			rest = rest[:j]
		}
		return strings.FieldsFunc(rest, func(c rune) bool { return c == '、' || c == ',' || c == ' ' })
	}
	return nil
}
