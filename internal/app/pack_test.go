package app

import (
	"testing"

	"huying/internal/clock"
)

func TestThePlaceThatATextNames(t *testing.T) {
	u := units{demonstration(t).places}
	day := clock.Date{Year: 2021, Month: 1, Day: 1}
	for text, want := range map[string]string{
		"完成东岸社区微改造":       "dongan",
		"启动淇澳水质净化厂(一期)建设": "qiao",
		"完成唐家古镇及周边步道建设":   "tangjia",
		"强化唐家湾镇实体化运作功能":   "tangjiawan",
		"打造会同—那洲美丽乡村示范区":  "", // two
		"实现全区长者饭堂全覆盖":     "",
		"":                "",
	} {
		if got := u.Locate(day, text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	if u.HasPlace(day, "mars") || !u.HasPlace(day, "dongan") {
		t.Error("places that are there and are not")
	}
}
