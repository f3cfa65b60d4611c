package orders

import (
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/places"
)

const packDir = "../../../packs/zhuhai-gaoxin"

func hotline(t *testing.T) map[string]*casework.Procedure {
	t.Helper()
	pack := os.DirFS(packDir)
	open := func(path string) ([]byte, error) {
		f, err := pack.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // read only
		return io.ReadAll(f)
	}
	data, err := open("procedures/hotline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := casework.Read("procedures/hotline.yaml", data, open)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*casework.Procedure{"hotline": p}
}

func trees() *places.Trees {
	from := clock.Date{Year: 2016, Month: 1, Day: 1}
	h := &places.History{Places: []places.Place{{Key: "tangjiawan", Kind: "district", Code: "440402100", From: from}},
		Units: []places.Unit{{Key: "city-management", External: true, From: from}, {Key: "office", From: from}}}
	return h.On(clock.Date{Year: 2021, Month: 11, Day: 19})
}

const good = `peers:
  - key: hotline
    name: {zh: 热线}
    sends:
      - procedure: hotline
        categories: {"01": road}
        places: {"A": tangjiawan}
        form: {title: title, text: description, category: category, place: place, files: files}
        tells: {received: accepted, handed-back: returned}
        withdraw: withdraw
        refuse: not-accepted
        ratings: [{from: 3, do: satisfied}, {from: 1, do: dissatisfied}]
  - key: city
    name: {zh: 城管}
    takes:
      unit: city-management
      on: {answered: city-replies}
`

// Every mistake is named with its line.
func TestPeersAreChecked(t *testing.T) {
	d := District{Procedures: hotline(t), Trees: trees()}
	for _, c := range []struct{ name, old, new, want string }{
		{"as it stands", "", "", ""},
		{"a word that is not known", "withdraw: withdraw", "withdrawn: withdraw", ":10 strictyaml.invalid"},
		{"a key that is none", "key: city", "key: City", ":13 orders.check.bad_key"},
		{"two of one key", "key: city", "key: hotline", ":13 orders.check.twice"},
		{"no name", "name: {zh: 城管}", "name: {en: City}", ":13 orders.check.no_name"},
		{"neither sends nor takes", "    takes:\n      unit: city-management\n      on: {answered: city-replies}\n", "", ":13 orders.check.nothing"},
		{"no field for the text", "text: description, ", "", ":8 orders.check.title_text"},
		{"categories, and no field for them", "category: category, ", "", ":8 orders.check.category_field"},
		{"a status that there is not", "received: accepted", "received: maybe", ":9 orders.check.no_status"},
		{"marks from low to high", "[{from: 3, do: satisfied}, {from: 1, do: dissatisfied}]", "[{from: 1, do: dissatisfied}, {from: 3, do: satisfied}]", ":12 orders.check.rating_order"},
		{"an answer that is no status", "on: {answered:", "on: {replied:", ":17 orders.check.no_status"},

		{"a procedure that is not there", "procedure: hotline", "procedure: hot", ":5 orders.check.no_procedure"},
		{"a category that is not there", `"01": road`, `"01": rail`, ":6 orders.check.no_choice"},
		{"a place that is not there", `"A": tangjiawan`, `"A": elsewhere`, ":7 orders.check.no_place"},
		{"a field that is not there", "files: files", "files: photos", ":8 orders.check.bad_field"},
		{"a field of another kind", "files: files", "files: title", ":8 orders.check.bad_field"},
		{"a state that is not there", "received: accepted", "begun: accepted", ":9 orders.check.no_state"},
		{"returned from a state that is no end", "handed-back: returned", "handling: returned", ":9 orders.check.returned_ends"},
		{"a hand-back whose refusal leads nowhere", "        refuse: not-accepted\n", "", ":9 orders.check.returned_ends"},
		{"an action that the caller may not do", "withdraw: withdraw", "withdraw: accept", ":10 orders.check.no_action"},
		{"an action that the program may not do", "refuse: not-accepted", "refuse: satisfied", ":11 orders.check.no_action"},
		{"a mark that does nothing", "do: dissatisfied", "do: cheer", ":12 orders.check.no_action"},
		{"a unit of ours as the peer", "unit: city-management", "unit: office", ":16 orders.check.no_unit"},
		{"an answer that does nothing", "on: {answered: city-replies}", "on: {answered: reply}", ":17 orders.check.no_action"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if c.old != "" && text == good {
			t.Fatalf("%s: nothing was changed", c.name)
		}
		p, err := Read("peers.yaml", []byte(text))
		if err == nil {
			err = p.CheckIn(d)
		}
		got := ""
		if all := errs.All(err); len(all) > 0 {
			got = strings.TrimPrefix(all[0].Place, "peers.yaml") + " " + all[0].Key
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAProcedureOfAClosedCircleIsNotExchanged(t *testing.T) {
	d := District{Procedures: hotline(t), Trees: trees()}
	d.Procedures["hotline"].Visible.Circle = []string{"lead"}
	p, err := Read("peers.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.CheckIn(d); err == nil || errs.All(err)[0].Key != "orders.check.circle" {
		t.Error(err)
	}
}

func TestLinksAreChecked(t *testing.T) {
	peers, err := Read("peers.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	for name, c := range map[string]struct {
		links map[string]Link
		want  string
	}{
		"as it should be":      {map[string]Link{"hotline": {"https://a.example/x", key}}, ""},
		"a peer of no pack":    {map[string]Link{"other": {"https://a.example/x", key}}, ""}, // it may come to have it
		"without encryption":   {map[string]Link{"hotline": {"http://a.example/x", key}}, "orders.bad_url"},
		"a secret too short":   {map[string]Link{"hotline": {"https://a.example/x", "whsec_YQ=="}}, "orders.bad_secret"},
		"no secret whatsoever": {map[string]Link{"hotline": {"https://a.example/x", ""}}, "orders.bad_secret"},
	} {
		_, err := New(Parts{Peers: peers, Links: c.links})
		got := ""
		if err != nil {
			got = errs.All(err)[0].Key
		}
		if got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestMarksOfFiveBecomeMarksOfTheProcedure(t *testing.T) {
	for _, c := range [][3]int{{1, 0, 1}, {5, 0, 5}, {3, 5, 3}, {1, 10, 1}, {5, 10, 10}, {3, 10, 6}, {1, 2, 1}, {5, 2, 2}, {4, 3, 3}, {2, 3, 2}} {
		if got := mark(c[0], c[1]); got != c[2] {
			t.Errorf("%d of five is %d of %d, want %d", c[0], got, c[1], c[2])
		}
	}
}

// TestALinkToAPeerThatThePackDoesNotHaveIsTold: it stops no start, for a pack may come to have it or have lost it while servers ran; but a key that
// was mistyped must not go unseen, and nothing is connected by it.
func TestALinkToAPeerThatThePackDoesNotHaveIsTold(t *testing.T) {
	peers, err := Read("peers.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	var log strings.Builder
	s, err := New(Parts{Peers: peers, Links: map[string]Link{"hotline": {"https://a.example/x", secret}, "htoline": {"https://b.example/x", secret}},
		Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if text := log.String(); !strings.Contains(text, "level=WARN") || !strings.Contains(text, "peer=htoline") || strings.Contains(text, "peer=hotline") {
		t.Errorf("the log says:\n%s", text)
	}
	if !s.Connected("hotline") || s.Connected("htoline") {
		t.Error("what the pack has is to be connected, and nothing else")
	}
	s.SetPeers(nil)
	if s.Connected("hotline") || !strings.Contains(log.String(), "peer=hotline") {
		t.Errorf("of a peer that was taken away the log says:\n%s", log.String())
	}
}
