package i18n

import (
	"errors"
	"testing"
	"testing/fstest"

	"huying/internal/errs"
)

func catalogue(t *testing.T, zh, en string) *Catalogue {
	t.Helper()
	c, err := New(fstest.MapFS{"locales/zh.json": {Data: []byte(zh)}, "locales/en.json": {Data: []byte(en)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMessages(t *testing.T) {
	c := catalogue(t,
		`{"a.plain":"你好","a.named":"第 {{.line}} 行","a.count":"{{.n}} 项","a.same":"共 {{.n}}","errs.internal":"出错了"}`,
		`{"a.plain":"Hello","a.named":"line {{.line}}","a.count":{"one":"{{.n}} item","other":"{{.n}} items"},"a.same":"{{.n}} in all","errs.internal":"We failed"}`)
	for _, tt := range []struct{ name, got, want string }{
		{"plain", c.T(ZH, "a.plain"), "你好"},
		{"an argument", c.T(EN, "a.named", "line", 3), "line 3"},
		{"one thing", c.T(EN, "a.count", "n", 1), "1 item"},
		{"many things", c.T(EN, "a.count", "n", 2), "2 items"},
		{"one thing, said as many are", c.T(EN, "a.same", "n", 1), "1 in all"},
		{"Chinese has no plural", c.T(ZH, "a.count", "n", 1), "1 项"},
		{"a name with a script stays as it is: escaping is the page's work", c.T(ZH, "a.named", "line", "<b>𠮷"), "第 <b>𠮷 行"},
		{"a missing key shows itself", c.T(EN, "a.none"), "a.none"},
		{"an error with a place", c.Error(EN, errs.New(errs.Invalid, "a.named", "line", 7).At("x.yaml:7")), "x.yaml:7: line 7"},
		{"an error within an error", c.One(EN, errs.New(errs.Invalid, "a.named", "line", errs.New(errs.Invalid, "a.plain"))), "line Hello"},
		{"an error of ours", c.Error(ZH, errors.New("nil pointer")), "出错了"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestLanguageOfTheAsker(t *testing.T) {
	for in, want := range map[string]Lang{"": ZH, "zh-CN,zh;q=0.9,en;q=0.8": ZH, "en-GB": EN, "en_US.UTF-8": EN, "C": ZH, "fr": ZH, "zh_CN.UTF-8": ZH, "*": ZH} {
		if got := ParseLang(in); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func TestTwoPackagesMayNotClaimOneKey(t *testing.T) {
	f := fstest.MapFS{"locales/zh.json": {Data: []byte(`{"a.b":"x"}`)}, "locales/en.json": {Data: []byte(`{"a.b":"x"}`)}}
	if _, err := New(f, f); err == nil {
		t.Error("no error")
	}
}
