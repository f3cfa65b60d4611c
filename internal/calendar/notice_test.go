package calendar

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"huying/internal/clock"
	"huying/internal/errs"
)

// A notice as it is worded, with every turn of phrase: a weekday in brackets, a joined holiday, a range over two months, an advice to
// employers that is none of its days.
const notice2021 = `国务院办公厅关于2021年部分节假日安排的通知

各省、自治区、直辖市人民政府：
　　现将2021年元旦、春节等节日的放假调休日期通知如下。
　　一、元旦：2021年1月1日至3日放假，共3天。
　　二、春节：2月11日至17日放假调休，共7天。2月7日（星期日）、2月20日（星期六）上班。鼓励各单位结合带薪年休假，安排职工在2月18日休息。
　　三、清明节：4月3日至5日放假调休，共3天。
　　四、劳动节：5月1日至5日放假调休，共5天。4月25日（星期日）、5月8日（星期六）上班。
　　五、端午节：6月12日至14日放假，共3天。
　　六、中秋节：9月19日至21日放假调休，共3天。9月18日（星期六）上班。
　　七、国庆节：10月1日至7日放假调休，共7天。9月26日（星期日）、10月9日（星期六）上班。
　　节假日期间，各地区要做好值班工作。
`

// bare is what a notice lays down, without the names.
func bare(n Notice) string {
	var s strings.Builder
	for _, d := range n.Days {
		fmt.Fprint(&s, d.Date, d.Off, " ")
	}
	return s.String()
}

func builtInYear(t testing.TB, year int) Notice {
	t.Helper()
	all := Embedded()
	i := slices.IndexFunc(all, func(n Notice) bool { return n.Year == year })
	if i < 0 {
		t.Fatal(year)
	}
	return all[i]
}

func TestTheNoticeOf2021(t *testing.T) {
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(notice2021)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(notice2021)
	if err != nil {
		t.Fatal(err)
	}
	want := bare(builtInYear(t, 2021))
	for name, text := range map[string]string{"utf-8": notice2021, "utf-8 with a mark": "\ufeff" + notice2021, "gb18030": gbk, "utf-16": wide,
		"plain signs":     strings.NewReplacer("：", ":", "，", ",", "（", "(", "）", ")", "星期", "周").Replace(notice2021),
		"Windows lines":   strings.ReplaceAll(notice2021, "\n", "\r\n"),
		"dashes for 至":    strings.ReplaceAll(notice2021, "日至", "日—"),
		"broken lines":    strings.ReplaceAll(notice2021, "放假", "放\n假"),
		"without a title": notice2021[strings.Index(notice2021, "　　一"):],
	} {
		t.Run(name, func(t *testing.T) {
			n, err := ParseNotice("notice.txt", strings.NewReader(text), 2021)
			if err != nil {
				t.Fatal(err)
			}
			if got := bare(n); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}

// TestEveryBuiltInYearAsAText words each built-in year as a notice and reads it back.
func TestEveryBuiltInYearAsAText(t *testing.T) {
	for _, n := range Embedded() {
		if n.Year < 2008 { // before, the seven holidays were not yet all of the law
			continue
		}
		got, err := ParseNotice("notice.txt", strings.NewReader(worded(n)), n.Year)
		if err != nil {
			t.Errorf("%d: %v\n%s", n.Year, err, worded(n))
			continue
		}
		if bare(got) != bare(n) {
			t.Errorf("%d:\n%s\nwant\n%s", n.Year, bare(got), bare(n))
		}
	}
}

// worded is a year's days in the words of a notice.
func worded(n Notice) string {
	type holiday struct {
		name string
		off  []clock.Date
		on   []clock.Date
	}
	var all []*holiday
	for _, d := range n.Days {
		i := slices.IndexFunc(all, func(h *holiday) bool { return h.name == d.Name.ZH })
		if i < 0 {
			all = append(all, &holiday{name: d.Name.ZH})
			i = len(all) - 1
		}
		if d.Off {
			all[i].off = append(all[i].off, d.Date)
		} else {
			all[i].on = append(all[i].on, d.Date)
		}
	}
	var s strings.Builder
	missing := ""
	for _, h := range holidayNames { // two that fall together stand in one item
		if !slices.ContainsFunc(all, func(x *holiday) bool { return strings.Contains(x.name, h.word) }) {
			missing += "、" + h.name.ZH
		}
	}
	for i, h := range all {
		name := h.name
		if strings.Contains(name, "国庆") {
			name += missing
		}
		fmt.Fprintf(&s, "%s、%s：", []string{"一", "二", "三", "四", "五", "六", "七", "八"}[i], name)
		for k, d := range h.off {
			if k > 0 {
				s.WriteString("、")
			}
			fmt.Fprintf(&s, "%d年%d月%d日", d.Year, d.Month, d.Day)
		}
		fmt.Fprintf(&s, "放假，共%d天。", len(h.off))
		for _, d := range h.on {
			fmt.Fprintf(&s, "%d年%d月%d日上班。", d.Year, d.Month, d.Day)
		}
		s.WriteString("\n")
	}
	return s.String()
}

func TestANoticeThatContradictsItself(t *testing.T) {
	change := func(old, new string) string {
		s := strings.Replace(notice2021, old, new, 1)
		if s == notice2021 {
			t.Fatalf("%q is not in the notice", old)
		}
		return s
	}
	for name, x := range map[string]struct{ text, key, place string }{
		"a count that does not match":     {change("17日放假调休，共7天", "17日放假调休，共8天"), "calendar.days_miscounted", "n.txt:6"},
		"a weekday that is not":           {change("2月20日（星期六）", "2月20日（星期日）"), "calendar.wrong_weekday", "n.txt:6"},
		"a weekday worked in lieu":        {change("2月20日（星期六）", "2月22日（星期一）"), "calendar.worked_weekday", "n.txt:6"},
		"free and worked":                 {change("5月8日（星期六）", "5月2日（星期日）"), "calendar.day_off_and_worked", "n.txt:8"},
		"an item that is missing":         {change("　　三、清明节：4月3日至5日放假调休，共3天。\n", ""), "calendar.item_missing", "n.txt:7"},
		"a holiday that is missing":       {change("五、端午节", "五、重阳节"), "calendar.holiday_not_named", "n.txt"},
		"a sentence that is not read":     {change("6月12日至14日放假", "6月12日至14日不安排上班"), "calendar.sentence_not_read", "n.txt:9"},
		"a date that is none":             {change("4月3日至5日", "4月31日至5月2日"), "calendar.bad_date", "n.txt:7"},
		"a range that runs back":          {change("10月1日至7日", "10月7日至1日"), "calendar.bad_range", "n.txt:11"},
		"another year's":                  {change("关于2021年部分", "关于2022年部分"), "calendar.notice_of_other_year", "n.txt"},
		"a letter":                        {"明天放假。", "calendar.no_items", "n.txt"},
		"nothing":                         {"", "calendar.no_items", "n.txt"},
		"a table with a wrong head":       {"date,off\n2021-01-01,1\n", "calendar.bad_csv_header", "n.txt:1"},
		"a table with a wrong day":        {"date,is_off,name_en,name_zh\n2021-01-32,1,New Year's Day,元旦\n", "calendar.bad_date", "n.txt:2"},
		"a table of which half was saved": {"date,is_off,name_en,name_zh\n2021-01-01,1,New Year's Day,元旦\n", "calendar.holiday_missing", "n.txt"},
		"a table row cut off":             {"date,is_off,name_en,name_zh\n2021-01-01,1\n", "calendar.bad_csv", "n.txt:2"},
	} {
		_, err := ParseNotice("n.txt", strings.NewReader(x.text), 2021)
		all := errs.All(err)
		if !errs.Is(err, errs.Invalid) || len(all) == 0 || all[0].Key != x.key || all[0].Place != x.place {
			t.Errorf("%s: %v, want %s at %s", name, err, x.key, x.place)
		}
	}
	if _, err := ParseNotice("n.txt", strings.NewReader(strings.Repeat("一", maxNotice)), 2021); !errs.Is(err, errs.TooLarge) {
		t.Errorf("a book: %v", err)
	}
	if _, err := ParseNotice("n.txt", strings.NewReader(notice2021), 1900); !errs.Is(err, errs.Invalid) {
		t.Errorf("1900: %v", err)
	}
}

func TestANoticeAsATable(t *testing.T) {
	var s strings.Builder
	s.WriteString("date,is_off,name_en,name_zh\r\n")
	for _, d := range builtInYear(t, 2025).Days {
		off := 0
		if d.Off {
			off = 1
		}
		fmt.Fprintf(&s, "%s,%d,%q,%s\r\n", d.Date, off, d.Name.EN, d.Name.ZH)
	}
	n, err := ParseNotice("2025.csv", strings.NewReader(s.String()), 2025)
	if err != nil || bare(n) != bare(builtInYear(t, 2025)) {
		t.Errorf("%v\n%s", err, bare(n))
	}
}

func FuzzParseNotice(f *testing.F) {
	f.Add([]byte(notice2021), 2021)
	f.Add([]byte("date,is_off,name_en,name_zh\n2021-01-01,1,New Year's Day,元旦\n"), 2021)
	f.Add([]byte("一、元旦：12月30日至1月1日放假"), 2024)
	f.Add([]byte("\xff\xfe一"), 2024)
	f.Fuzz(func(t *testing.T, data []byte, year int) {
		n, err := ParseNotice("f", strings.NewReader(string(data)), year)
		if err != nil {
			if len(errs.All(err)) == 0 {
				t.Errorf("an error without a message: %v", err)
			}
			return
		}
		if _, err := New(Config{}, n); err != nil {
			t.Errorf("what was read cannot be used: %v", err)
		}
	})
}
