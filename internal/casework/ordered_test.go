package casework

import (
	"reflect"
	"strings"
	"testing"

	"huying/internal/errs"
)

func TestAnActionSendsAnOrderWithItsFiles(t *testing.T) {
	p := procedureOf(t, "hotline")
	if got := p.OrdersTo(); !reflect.DeepEqual(got, []string{"city"}) {
		t.Errorf("orders go to %v", got)
	}
	pl := newPlay(t, p, "2021-11-19 10:00")
	file := strings.Repeat("a", 64)
	pl.do(Actor{Program: true, Caller: 1}, OpenCase{Number: "RX-1", Form: Data{"title": "路面塌陷", "description": "一平方米", "category": "road", "files": []any{file}}, Channel: "exchange"})
	if by := pl.history[0].By; by.Caller != 1 || by.Person != 0 {
		t.Errorf("the opening is signed %+v", by)
	}
	builder := Actor{Person: 2, Posts: []Post{{Role: "clerk", Unit: "construction", Acts: true}}}
	pl.do(builder, Do{Action: "accept"})
	pl.do(builder, Do{Action: "to-city", Input: Data{"reason": "市管"}})
	var sent []Ordered
	for _, r := range pl.history {
		for _, e := range r.Events {
			if e.Ordered != nil {
				sent = append(sent, *e.Ordered)
			}
		}
	}
	want := []Ordered{{To: "city", Form: Data{"title": "路面塌陷", "text": "一平方米", "category": "road"}, Files: []string{file}}}
	if !reflect.DeepEqual(sent, want) {
		t.Errorf("sent %+v, want %+v", sent, want)
	}
	// Who has no account of ours answers through the program, and nobody else does in its place.
	pl.refused(errs.Forbidden, builder, Do{Action: "city-replies", Input: Data{"answer": "好了"}})
	pl.refused(errs.Forbidden, Actor{Person: 9, Posts: []Post{{Role: "supervisor", Acts: true}}}, Do{Action: "city-replies", Input: Data{"answer": "好了"}})
	pl.do(Actor{Program: true}, Do{Action: "city-replies", Input: Data{"answer": "好了"}})
	if pl.c.State != "replied" {
		t.Errorf("it is %s", pl.c.State)
	}
	// The program speaks for the caller only where it is said for whom.
	pl.refused(errs.Forbidden, Actor{Program: true}, Do{Action: "satisfied", Ratings: map[string]int{"lead": 5}})
	pl.do(Actor{Program: true, Caller: 1}, Do{Action: "satisfied", Ratings: map[string]int{"lead": 5}})
	if pl.c.Outcome != Solved || pl.history[len(pl.history)-1].By.Caller != 1 {
		t.Errorf("%s, signed %+v", pl.c.Outcome, pl.history[len(pl.history)-1].By)
	}
}

func TestOrdersAreChecked(t *testing.T) {
	data, err := fromPack("procedures/hotline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const orders = `orders: {to: city, form: {title: form.title, text: form.description, category: 'case.category == "" ? "other" : case.category'}}`
	line := 1 + strings.Count(strings.Split(string(data), orders)[0], "\n")
	for _, c := range []struct{ name, now, want string }{
		{"as it stands", orders, ""},
		{"to nobody", `orders: {form: {title: form.title}}`, "casework.check.order_to"},
		{"without a text", `orders: {to: city, form: {title: form.title}}`, "casework.check.order_needs"},
		{"with what no order has", `orders: {to: city, form: {title: form.title, text: form.description, colour: '"red"'}}`, "casework.check.order_field"},
		{"of a field that is not there", `orders: {to: city, form: {title: form.name, text: form.description}}`, "casework.check.no_field"},
		{"to a system that takes none", `orders: {to: hotline, form: {title: form.title, text: form.description}}`, "casework.check.no_peer"},
	} {
		p, err := Read("procedures/hotline.yaml", []byte(strings.Replace(string(data), orders, c.now, 1)), fromPack)
		if err == nil {
			err = p.CheckIn(District{Roles: []string{"supervisor", "leader", "head"}, Trees: district(), Peers: []string{"city"}})
		}
		var keys []string
		for _, e := range errs.All(err) {
			if strings.Contains(e.Key, "order") || e.Key == "casework.check.no_peer" || e.Key == "casework.check.no_field" {
				keys = append(keys, e.Key)
				if want := "procedures/hotline.yaml:" + itoa(line); e.Place != want {
					t.Errorf("%s: at %s, want %s", c.name, e.Place, want)
				}
			}
		}
		if got := strings.Join(keys, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
