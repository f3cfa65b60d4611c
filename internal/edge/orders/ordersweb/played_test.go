package ordersweb_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"huying/internal/edge/orders"
	"huying/internal/webhook"
)

// playedSecret is what the district shares with stand-ins.
const playedSecret = "whsec_c3RhbmQtaW4gc3RhbmQtaW4gc3RhbmQtaW4="

// standIn takes everything, and keeps what it took.
type standIn struct{ took []string }

func (s *standIn) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	s.took = append(s.took, string(body))
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: io.NopCloser(strings.NewReader(`{"items":[]}`)), Request: req}, err
}

// post sends an order to an exchange, signed under a secret.
func post(t *testing.T, to *orders.Service, secret, number string) (orders.Receipt, error) {
	t.Helper()
	body := `{"type":"order","from":"hotline","to":"zhuhai-gaoxin","number":"` + number + `","order":{"title":"路面塌陷","text":"一平方米","category":"0101"}}`
	key, err := webhook.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	if err := key.Sign(h, "m-"+number, to.Clock.Now(), []byte(body)); err != nil {
		t.Fatal(err)
	}
	answer, err := to.Receive(ctx, "hotline", h, []byte(body))
	var r orders.Receipt
	if err == nil {
		err = json.Unmarshal(answer, &r)
	}
	return r, err
}

func TestAPeerAndItsStandInKnowNothingOfOneAnother(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		played := &standIn{}
		parts := s.parts
		parts.Plays = &orders.StandIns{HTTP: &http.Client{Transport: played}, Links: map[string]orders.Link{
			"hotline": {URL: "http://localhost/hotline", Secret: playedSecret}, "city": {URL: "http://localhost/city", Secret: playedSecret}}}
		parts.Links = maps.Clone(parts.Links)
		delete(parts.Links, "city")
		both, err := orders.New(parts)
		s.must(err)
		if both.Played("hotline") || !both.Played("city") || !both.Connected("city") {
			t.Error("who is connected is played, or who is not is not")
		}
		s.orderIn("GD-1")
		for number, key := range map[string]string{"GD-1": secret, "YS-1": playedSecret} {
			r, err := post(t, both, key, number)
			s.must(err)
			c := s.caseOf(r.Handled)
			if c.Simulated != (key == playedSecret) || c.Foreign.Number != number || r.Known != (number == "GD-1") {
				t.Errorf("%s became %+v", number, c)
			}
		}
		if _, err := post(t, both, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSX", "GD-2"); err == nil {
			t.Error("somebody else signed an order")
		}
		s.must(s.queue.Drain(ctx))
		s.must(both.Flush(ctx))
		if len(played.took) != 1 || !strings.Contains(played.took[0], "YS-1") {
			t.Errorf("the stand-in took %v", played.took)
		}
		if received, _, _ := s.hotline.counts(); received != 1 || s.hotline.order("hotline", "GD-1").Status != "accepted" || s.hotline.order("hotline", "YS-1").Seq != 0 {
			t.Errorf("the hotline took %d", received)
		}
		var list orders.List
		s.must(json.Unmarshal(s.hotline.says("list", "", object{"since": "2000-01-01T00:00:00Z"}).Body, &list))
		if len(list.Items) != 1 || list.Items[0].Number != "GD-1" {
			t.Errorf("the hotline is listed %+v", list)
		}
		s.hotline.says("withdraw", "YS-1", object{"text": "撤"}).is(404, "orders.no_order")
		if c, err := both.Compare(ctx, "city"); err != nil || c.Listed != 0 || len(played.took) != 2 {
			t.Errorf("%+v %v", c, err)
		}
	})
}
