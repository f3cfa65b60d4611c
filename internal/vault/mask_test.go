package vault

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMask(t *testing.T) {
	for _, tt := range []struct {
		name string
		kind Kind
		in   string
		want string
	}{
		{"three characters", Name, "张三丰", "张**"},
		{"two characters", Name, " 李四\n", "李*"},
		{"a double surname keeps its first character", Name, "欧阳锋", "欧**"},
		{"a character outside the basic plane", Name, "𠮷田", "𠮷*"},
		{"a variant of a character", Name, "葛\U000E0100城", "葛\U000E0100*"},
		{"a long name does not tell how long", Name, "迪丽热巴·迪力木拉提", "迪***"},
		{"one character", Name, "张", "*"},
		{"one character outside the basic plane", Name, "𠮷", "*"},
		{"letters", Name, "John Smith", "J***"},
		{"a letter with its mark", Name, "E\u0301mile", "E\u0301***"},
		{"a mixed name", Name, "阿Q", "阿*"},
		{"nothing", Name, "  ", ""},
		{"broken text", Name, "\xff张\xfe三", "张*"},

		{"a mobile number", Phone, "13812345678", "138****5678"},
		{"a mobile number with country code and blanks", Phone, "+86 138 1234 5678", "138****5678"},
		{"a mobile number in full width", Phone, "１３８１２３４５６７８", "138****5678"},
		{"a landline with area code", Phone, "0756-3629888", "0756-****888"},
		{"a landline of Guangzhou", Phone, "(020)83629888", "020-****888"},
		{"a landline without area code", Phone, "3629888", "****888"},
		{"a number abroad", Phone, "+852 2345 6789", "****789"},
		{"a short number", Phone, "12345", "****"},
		{"no number", Phone, "微信 abc", "****"},

		{"an identity number", IDCard, "44040219900307002X", "4****************X"},
		{"an identity number of fifteen digits", IDCard, "440402900307002", "4*************2"},
		{"a passport", IDCard, "E12345678", "E*******8"},
		{"something short", IDCard, "E123", "****"},

		{"an address with its community", Address, "广东省珠海市香洲区唐家湾镇鸡山社区港湾大道1号3栋502", "广东省珠海市香洲区唐家湾镇鸡山社区****"},
		{"an address in a village", Address, "唐家湾镇官塘村二巷3号", "唐家湾镇官塘村****"},
		{"an address with a town", Address, "香洲区唐家湾镇大学路99号", "香洲区唐家湾镇****"},
		{"an address with a number before the community", Address, "香洲区港湾大道1号鸡山社区", "香洲区****"},
		{"an address with a housing estate", Address, "翠湖小区3栋", "****"},
		{"an address with a district and an estate", Address, "珠海高新区翠湖小区3栋", "珠海高新区****"},
		{"a new village is a housing estate", Address, "珠海市幸福新村3栋", "珠海市****"},
		{"an address in English", Address, "Room 502, 1 Gangwan Avenue", "****"},

		{"an electronic address", Email, "zhang.san@example.cn", "z***@example.cn"},
		{"no electronic address", Email, "zhang.san", "****"},
		{"two at once", Email, "a@b@c", "****"},

		{"a kind that nobody knows", "health", "高血压", "****"},
		{"nothing of a kind that nobody knows", "health", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Mask(tt.kind, tt.in); got != tt.want {
				t.Errorf("%q is shown as %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// FuzzMask holds that a mask never shows all of a value, and writes text.
func FuzzMask(f *testing.F) {
	for _, s := range []string{"张三丰", "𠮷", "13812345678", "0756-3629888", "44040219900307002X", "唐家湾镇鸡山社区1号", "a@b.cn", "\xff\x00", "＋８６", "*", "镇"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range []Kind{Name, Phone, IDCard, Address, Email, "other"} {
			got := Mask(k, s)
			if !utf8.ValidString(got) {
				t.Errorf("%s: %q is no text", k, got)
			}
			if !strings.Contains(got, "*") && got != "" {
				t.Errorf("%s: %q is shown as %q", k, s, got)
			}
			if v := strings.TrimSpace(strings.ToValidUTF8(s, "")); got == v && strings.Trim(v, "*") != "" && !strings.Contains(v, "*") {
				t.Errorf("%s: %q is shown whole", k, s)
			}
		}
	})
}
