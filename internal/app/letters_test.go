package app

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"huying/internal/casework"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
)

func letterTo(unit string) casework.Data {
	return casework.Data{"title": "桩基节点逾期", "unit": unit, "basis": "node", "body": "请说明原因和补救措施"}
}

// listed are the cases that somebody finds.
func (d *district) listed(who *identity.Actor, f casework.Filter) (rows []casework.Row) {
	d.t.Helper()
	f.Limit, f.Sort = 100, "oldest"
	err := d.app.db.Read(ctx, func(tx *store.Tx) (err error) {
		rows, _, err = d.app.cases.List(ctx, tx, d.app.cases.ViewerOf(who, ""), f)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return rows
}

func TestLettersAreNumberedByTheYearWithoutGaps(t *testing.T) {
	eachDistrict(t, "2021-12-30 09:00", func(d *district) {
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				form := letterTo("construction")
				if i%3 == 0 {
					form["basis"] = "mood" // no letter comes of it
				}
				_, err := d.app.cases.Open(ctx, casework.Asker{Actor: theSupervisor}, lettering, casework.OpenCase{Form: form, Channel: "web"})
				if bad := errs.Is(err, errs.Invalid); bad != (i%3 == 0) || err != nil && !bad {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var got []string
		for _, r := range d.listed(theSupervisor, casework.Filter{Procedure: lettering}) {
			got = append(got, fmt.Sprint(r.Values["serial_year"], "/", r.Values["serial"]))
		}
		slices.Sort(got)
		if want := []string{"2021/1", "2021/2", "2021/3", "2021/4", "2021/5", "2021/6", "2021/7", "2021/8"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		d.at("2022-01-04 09:00")
		number := d.open(theSupervisor, lettering, letterTo("construction"))
		v, err := d.app.cases.View(ctx, casework.Asker{Actor: theSupervisor}, number)
		if err != nil {
			t.Fatal(err)
		}
		if no := v.Version.SerialOf(v.Values); no.ZH != "督办〔2022〕1号" || no.EN != "Letter 1 of 2022" {
			t.Errorf("%+v", no)
		}
	})
}

func TestLettersAreChosenByTheirColour(t *testing.T) {
	eachDistrict(t, "2021-11-01 09:00", func(d *district) {
		late := d.open(theSupervisor, lettering, letterTo("ecology"))
		d.at("2021-11-09 09:00")
		fresh := d.open(theSupervisor, lettering, letterTo("planning"))
		chosen := func(who *identity.Actor, tone string) (out []string) {
			for _, r := range d.listed(who, casework.Filter{Procedure: lettering, Tone: tone}) {
				if r.Tone != tone {
					t.Errorf("%s is %s", r.Number, r.Tone)
				}
				if r.Lead == "ecology" || r.Lead == "planning" { // the program writes to those whose promises are red
					out = append(out, r.Number)
				}
			}
			return out
		}
		if blue, orange := chosen(theSupervisor, "blue"), chosen(theSupervisor, "orange"); !slices.Equal(blue, []string{fresh}) || !slices.Equal(orange, []string{late}) {
			t.Errorf("blue %v, orange %v", blue, orange)
		}
		if seen := chosen(post(identity.Clerk, "planning"), "orange"); len(seen) != 0 {
			t.Errorf("another unit finds %v", seen)
		}
	})
}

func TestScoresAreCountedFromWhatIsOnRecord(t *testing.T) {
	eachDistrict(t, "2021-03-01 09:00", func(d *district) {
		late := d.open(theSupervisor, lettering, letterTo("construction"))
		d.open(theSupervisor, lettering, letterTo("planning"))
		d.at("2021-03-31 09:00") // both are missed, and then again: red
		score := func(unit string) (string, map[string]casework.ScoreLine, *casework.UnitScore) {
			t.Helper()
			var all map[string]*casework.UnitScore
			err := d.app.db.Read(ctx, func(tx *store.Tx) (err error) {
				all, err = d.app.cases.Scores(ctx, tx, d.app.scoring(), 2021)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			u := all[unit]
			if u == nil {
				return "whole", nil, nil
			}
			lines := map[string]casework.ScoreLine{}
			for _, l := range u.Lines {
				lines[l.Key] = l
			}
			return u.Left.String(), lines, u
		}
		if left, lines, u := score("planning"); left != "95" || lines["late-reply"].N != 1 || lines["red-letter"].N != 1 || len(u.What) != 2 || u.What[0].Duty != "reply" {
			t.Errorf("%s %+v", left, lines)
		}
		if left, _, _ := score("finance"); left != "whole" {
			t.Errorf("who owed nothing has %s", left)
		}
		unit := post(identity.Clerk, "construction")
		before, _, _ := score("construction")
		appeal := d.open(unit, "score-appeal", casework.Data{"title": "台风停工", "year": int64(2021), "line": "red-letter", "about": late, "why": "台风红色预警期间全部停工"})
		if left, _, _ := score("construction"); left != before {
			t.Errorf("an appeal that is not decided changes %s to %s", before, left)
		}
		d.do(theSupervisor, appeal, "lift", casework.Data{"answer": "情况属实"})
		if _, lines, u := score("construction"); lines["red-letter"].Lifted != 1 || lines["red-letter"].Off != 300*casework.Points(lines["red-letter"].N-1) || len(u.Lifted) != 1 || u.Lifted[0].Number != appeal {
			t.Errorf("%+v", lines)
		}

		circular := casework.Data{"title": "督办情况通报", "year": int64(2021), "kind": "criticism", "units": []any{"planning", "finance"}, "text": "两个单位未按时反馈督办单。"}
		number := d.open(theSupervisor, "circular", circular)
		d.do(theLeader, number, "issue", casework.Data{})
		d.do(post(identity.Clerk, "finance"), number, "appeal", casework.Data{"reason": "没有收到督办单"})
		d.do(post(identity.Clerk, "planning"), number, "accept", casework.Data{})
		d.do(theSupervisor, number, "amend", casework.Data{"answer": "财政局属误列", "units": []any{"finance"}})
		if left, lines, _ := score("planning"); left != "90" || lines["criticised"].N != 1 {
			t.Errorf("%s %+v", left, lines)
		}
		if left, _, _ := score("finance"); left != "whole" {
			t.Errorf("who was cleared has %s", left)
		}
	})
}
