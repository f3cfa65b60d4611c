package app

import (
	"testing"
	"time"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/store"
)

func TestAnImportedCalendarMovesWhatFallsDue(t *testing.T) {
	eachDistrict(t, "2026-12-30 09:00", func(d *district) {
		form := casework.Data{"title": "桩基节点逾期", "unit": "construction", "basis": "node", "body": "请说明原因和补救措施"}
		number := d.open(theSupervisor, lettering, form)
		reply := func() (o casework.Owing) {
			t.Helper()
			err := d.app.db.Read(ctx, func(tx *store.Tx) error {
				c, err := d.app.cases.ByNumber(ctx, tx, number)
				if err == nil {
					o = c.Duties[0]
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		if before := reply(); !before.Provisional {
			t.Fatalf("due %s, and not provisional", before.Due)
		}
		notice := calendar.Notice{Year: 2027}
		for _, x := range []struct{ from, days int }{{101, 6}, {205, 7}, {403, 3}, {501, 5}, {609, 1}, {915, 1}, {1001, 7}} { // made up
			first := clock.Date{Year: 2027, Month: time.Month(x.from / 100), Day: x.from % 100}
			for i := range x.days {
				notice.Days = append(notice.Days, calendar.Day{Date: first.AddDays(i), Off: true, Name: calendar.Name{ZH: "放假", EN: "Holiday"}})
			}
		}
		d.write(func(tx *store.Tx) error {
			_, err := d.app.calendar.Import(ctx, tx, notice, "notice.txt", false)
			return err
		})
		was := reply()
		for range 2 { // a second look, or another server, changes nothing
			if err := d.app.look(ctx); err != nil {
				t.Fatal(err)
			}
			d.app.recounted.Store(0)
			d.settle()
		}
		if after := reply(); after.Provisional || !after.Due.After(was.Due) {
			t.Errorf("due %s, was %s; provisional %t", after.Due, was.Due, after.Provisional)
		}
	})
}
