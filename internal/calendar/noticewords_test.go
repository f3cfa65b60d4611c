package calendar

import (
	"fmt"
	"strings"
	"testing"

	"huying/internal/errs"
)

// TestTheYearComesFromTheNotice: whoever imports a file need not say which year it is of.
func TestTheYearComesFromTheNotice(t *testing.T) {
	csv := "date,is_off,name_en,name_zh\n2021-12-31,1,a,b\n2022-01-01,1,a,b\n2022-05-01,1,a,b\n2022-10-01,1,a,b\n"
	for _, v := range []struct {
		why, text   string
		asked, year int
		key         string
	}{
		{"a heading", notice2021, 0, 2021, ""},
		{"a heading and the same asked for", notice2021, 2021, 2021, ""},
		{"a heading and another asked for", notice2021, 2022, 0, "calendar.notice_of_other_year"},
		{"a notice in parts, without its heading", notice2021[strings.Index(notice2021, "一、"):], 0, 0, "calendar.no_year"},
		{"the last year of a table, since a notice may speak of the December before", csv, 0, 2022, ""},
		{"a table without rows", "date,is_off,name_en,name_zh\n", 0, 0, "calendar.no_year"},
		{"a year without notices", strings.ReplaceAll(csv, "202", "180"), 0, 0, "calendar.bad_year"},
		{"no text in any encoding", "一、\n\xff\xff", 0, 0, "calendar.notice_encoding"},
		{"a megabyte and more", strings.Repeat("一", 1<<20), 0, 0, "calendar.notice_too_large"},
	} {
		n, err := ParseNotice("f", strings.NewReader(v.text), v.asked)
		got := ""
		if all := errs.All(err); len(all) > 0 {
			got = all[0].Key
		}
		if n.Year != v.year || got != v.key || (err == nil) != (v.key == "") {
			t.Errorf("%s: %d, %v", v.why, n.Year, err)
		}
	}
}

// TestWordsOfANotice holds the ways in which notices of other years put things.
func TestWordsOfANotice(t *testing.T) {
	for _, v := range []struct{ why, item, want string }{
		{"one day, joined to a weekend", "2024年1月1日放假，与周末连休。", "2024-01-01 off"},
		{"a single day with a count, not swapped", "1月3日（周三）放假1天，不调休。", "2024-01-03 off"},
		{"a rest day made up", "1月1日放假，1月2日（星期二）补休。", "2024-01-01 off 2024-01-02 off"},
		{"from the December before, years named", "2023年12月31日至2024年1月1日放假，共2天。", "2023-12-31 off 2024-01-01 off"},
		{"from the December before, years left out", "12月31日至1月1日放假。", "2023-12-31 off 2024-01-01 off"},
		{"the lunar day beside the weekday", "1月1日（农历二十、周一）至2日（农历廿一、周二）放假，共2天。1月6日（周六）照常上班。", "2024-01-01 off 2024-01-02 off 2024-01-06 on"},
	} {
		d := newDraft("f", 2024)
		items, _ := plainText("一、元旦：" + v.item).items()
		if len(items) != 1 {
			t.Fatalf("%s: %d items", v.why, len(items))
		}
		var got []string
		err := d.read(items[0])
		for _, x := range d.Days {
			got = append(got, fmt.Sprint(x.Date, map[bool]string{true: " off", false: " on"}[x.Off]))
		}
		if err != nil || strings.Join(got, " ") != v.want {
			t.Errorf("%s: %v, %v", v.why, got, err)
		}
	}
}
