// Package webhook signs what goes to another program and checks what comes from one, as Standard Webhooks 1.0 has it: HMAC-SHA256 over the id
// of the message, the time of sending and the body to the letter. It is the one signature between programs in the house.
package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"embed"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"huying/internal/errs"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Tolerance is how far the time of sending may lie from ours, before or after.
const Tolerance = 5 * time.Minute

const secretPrefix = "whsec_"

// idText has no full stop, which parts the id from the time in what is signed.
var idText = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Key is a secret that two programs share. It prints itself nowhere.
type Key struct{ signer *standardwebhooks.Webhook }

// ParseKey reads whsec_ and 24 to 64 bytes in base64, or returns errs.Invalid.
func ParseKey(secret string) (Key, error) {
	bad := errs.New(errs.Invalid, "webhook.bad_secret")
	text, ok := strings.CutPrefix(strings.TrimSpace(secret), secretPrefix)
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !ok || len(raw) < 24 || len(raw) > 64 {
		return Key{}, bad
	}
	signer, err := standardwebhooks.NewWebhookRaw(raw)
	if err != nil {
		return Key{}, bad
	}
	return Key{signer}, nil
}

// IsZero reports whether there is none.
func (k Key) IsZero() bool { return k.signer == nil }

// String implements fmt.Stringer.
func (Key) String() string { return "[secret]" }

// GoString implements fmt.GoStringer.
func (Key) GoString() string { return "[secret]" }

// Sign puts id, time and signature of a body into the headers of its request.
func (k Key) Sign(h http.Header, id string, at time.Time, body []byte) error {
	signature, err := k.signer.Sign(id, at, body)
	if err != nil {
		return err
	}
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return nil
}

// Verify returns the id of a message that was signed with the key within Tolerance of now, or errs.Unauthenticated.
func (k Key) Verify(h http.Header, body []byte, now time.Time) (id string, err error) {
	id = h.Get(standardwebhooks.HeaderWebhookID)
	sent, perr := strconv.ParseInt(h.Get(standardwebhooks.HeaderWebhookTimestamp), 10, 64)
	if perr != nil || !idText.MatchString(id) {
		return "", errs.New(errs.Unauthenticated, "webhook.unsigned")
	}
	if err := k.signer.VerifyIgnoringTimestamp(body, h); err != nil {
		return "", errs.Wrap(err, errs.Unauthenticated, "webhook.bad_signature")
	}
	if age := now.Sub(time.Unix(sent, 0)); age > Tolerance || age < -Tolerance {
		return "", errs.New(errs.Unauthenticated, "webhook.stale", "minutes", int(Tolerance/time.Minute))
	}
	return id, nil
}

// GoodURL reports whether messages may be sent to an address: https, or http on this machine.
func GoodURL(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Client returns a client that follows no redirect: a message goes to the address that was configured, or nowhere. roots are the authorities
// of the other side's certificate; nil: those of the machine.
func Client(roots *x509.CertPool, timeout time.Duration) *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	t.MaxResponseHeaderBytes = 64 << 10
	return &http.Client{Transport: t, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
