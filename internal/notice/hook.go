package notice

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/outbox"
	"huying/internal/webhook"
)

// Hook is a channel by webhook: letters are posted as JSON to one address that the administrator configured, signed as Standard Webhooks
// 1.0 has it. Behind that address stands the district's adapter for WeCom, 粤政易 or SMS, to which a person's address means something.
// Nothing that a user types changes where a letter is posted.
type Hook struct {
	Name   string               // "wecom", "yuezhengyi", "sms": small letters, digits and hyphens
	Title  map[i18n.Lang]string // what people call it; those three have a title already
	URL    string               // https, or http on this machine
	Secret string               // whsec_ and 24 to 64 bytes in base64
	Roots  *x509.CertPool       // authorities of the adapter's certificate; nil: those of the machine

	client *http.Client
	key    webhook.Key
}

var hookName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

func (h *Hook) name() string { return h.Name }

// check implements carrier, and makes the channel ready.
func (h *Hook) check() error {
	if !hookName.MatchString(h.Name) || h.Name == Email {
		return errs.New(errs.Invalid, "notice.bad_hook_name")
	}
	if !webhook.GoodURL(h.URL) {
		return errs.New(errs.Invalid, "notice.bad_hook_url")
	}
	var err error
	if h.key, err = webhook.ParseKey(h.Secret); err != nil {
		return errs.New(errs.Invalid, "notice.bad_hook_secret")
	}
	h.client = webhook.Client(h.Roots, patienceOfHooks)
	return nil
}

const patienceOfHooks = 20 * time.Second

// ParseHook reads a channel from one line of settings: NAME=URL. The secret comes by itself, for it belongs in a file. It returns
// errs.Invalid.
func ParseHook(line, secret string) (Hook, error) {
	name, target, _ := strings.Cut(line, "=")
	h := Hook{Name: strings.TrimSpace(name), URL: strings.TrimSpace(target), Secret: strings.TrimSpace(secret)}
	return h, h.check()
}

// What an adapter calls a person: a number, a name of an account, an address.
var hookAddress = regexp.MustCompile(`^[\p{L}\p{N}+][\p{L}\p{N}._@+:/-]{0,99}$`)

func (h *Hook) address(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if !hookAddress.MatchString(typed) {
		return "", errs.New(errs.Invalid, "notice.bad_hook_address").On("address")
	}
	return typed, nil
}

// The body of a webhook. Names are for good: adapters are written by others.
type (
	hookBody struct {
		Type      string   `json:"type"` // "notice", or "code"
		Timestamp string   `json:"timestamp"`
		Data      hookData `json:"data"`
	}
	hookData struct {
		Channel  string       `json:"channel"`
		To       string       `json:"to"`
		Lang     string       `json:"lang"`
		From     string       `json:"from"`
		Title    string       `json:"title"`
		Text     string       `json:"text"` // all of it, for a channel that knows no more
		Settings string       `json:"settings,omitempty"`
		Notices  []hookNotice `json:"notices,omitempty"`
	}
	hookNotice struct {
		ID     int64  `json:"id"`
		Topic  string `json:"topic"`
		Text   string `json:"text"`
		Link   string `json:"link"`
		Urgent bool   `json:"urgent"`
		At     string `json:"at"`
	}
)

func (h *Hook) body(l letter) ([]byte, error) {
	b := hookBody{Type: l.kind, Timestamp: l.at.Format(time.RFC3339), Data: hookData{Channel: h.Name, To: l.to, Lang: string(l.lang),
		From: l.from, Title: l.subject}}
	var texts []string
	for _, n := range l.lines {
		texts = append(texts, strings.TrimSpace(n.text+"\n"+n.link))
		if l.kind == "notice" {
			b.Data.Notices = append(b.Data.Notices, hookNotice{n.id, n.topic, n.text, n.link, n.urgent, n.at.Format(time.RFC3339)})
			b.Data.Settings = l.settings
		}
	}
	b.Data.Text = strings.Join(texts, "\n\n")
	return json.Marshal(b)
}

func (h *Hook) carry(ctx context.Context, l letter) *outbox.Failure {
	body, err := h.body(l)
	if err != nil {
		return broken(err)
	}
	a, err := h.key.Post(ctx, h.client, h.URL, webhook.Message{ID: l.id, At: l.at, Body: body}, 4<<10)
	if a == nil {
		return broken(err)
	}
	return hookFailure(a) // the status says enough, also when the rest could not be read
}

// finals are the answers after which nothing more is tried: 410 as Standard Webhooks has it, 422 for an address that the adapter cannot
// deliver to. Everything else that is no success may be mended on the other side within a day.
var finals = []int{http.StatusGone, http.StatusUnprocessableEntity}

func hookFailure(a *webhook.Answer) *outbox.Failure {
	if a.OK() {
		return nil
	}
	f := &outbox.Failure{Why: "notice.fail.server", Detail: said(fmt.Sprintf("%s: %s", a.Line, a.Body)), After: a.After}
	switch {
	case slices.Contains(finals, a.Status):
		f.Final, f.Why = true, "notice.fail.refused"
	case a.Status >= 300 && a.Status < 400:
		f.Why = "notice.fail.redirect"
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		f.Why = "notice.fail.sign_in"
	}
	return f
}
