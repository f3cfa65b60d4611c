package notice

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"net"
	"net/mail"
	"net/textproto"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"huying/internal/errs"
	"huying/internal/outbox"
)

// Mail is how e-mail leaves: by one server of the district's, which takes it further.
type Mail struct {
	Host     string
	Port     int
	Security Security
	User     string // empty: the server wants no sign-in
	Password string
	From     string         // the address that writes
	Roots    *x509.CertPool // authorities of the server's certificate; nil: those of the machine
}

// Security is how the connection to the mail server is kept from others.
type Security string

const (
	StartTLS Security = "starttls" // begun in the clear and then encrypted; a server that cannot is refused
	TLS      Security = "tls"      // encrypted from the beginning
	Plain    Security = "plain"    // only to this machine
)

// schemes are how the address of a server begins, with the usual port of each.
var schemes = map[string]struct {
	security Security
	port     int
}{"smtp": {StartTLS, 587}, "smtps": {TLS, 465}, "smtp+plain": {Plain, 25}}

// MailAt reads the address of a mail server: smtp://user@host:587 (STARTTLS, which must succeed), smtps://host (TLS from the beginning),
// smtp+plain://127.0.0.1:25 (not encrypted: this machine only). password may also stand in the address. It returns errs.Invalid.
func MailAt(server, password, from string) (*Mail, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, errs.New(errs.Invalid, "notice.bad_server")
	}
	scheme, known := schemes[u.Scheme]
	if !known || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errs.New(errs.Invalid, "notice.bad_server")
	}
	m := &Mail{Host: u.Hostname(), Port: scheme.port, Security: scheme.security, User: u.User.Username(), Password: password, From: from}
	if p, ok := u.User.Password(); ok {
		m.Password = p
	}
	if u.Port() != "" {
		if m.Port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, errs.New(errs.Invalid, "notice.bad_server")
		}
	}
	return m, m.check()
}

func (m *Mail) name() string { return Email }

func (m *Mail) check() error {
	switch {
	case m.Host == "" || m.Port < 1 || m.Port > 65535:
		return errs.New(errs.Invalid, "notice.bad_server")
	case m.Security == Plain && (!loopback(m.Host) || m.User != ""):
		return errs.New(errs.Invalid, "notice.server_plain")
	case m.Security != Plain && m.Security != TLS && m.Security != StartTLS:
		return errs.New(errs.Invalid, "notice.bad_server")
	}
	if from, err := m.address(m.From); err != nil || from != m.From {
		return errs.New(errs.Invalid, "notice.bad_from")
	}
	return nil
}

// The addresses that we write to are plain: no quotes, no comments, no names beside them. What a mail server could take for a second
// address or for a command is none.
var (
	localPart = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	domain    = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)
)

func (m *Mail) address(typed string) (string, error) {
	bad := errs.New(errs.Invalid, "notice.bad_mail_address").On("address")
	typed = strings.TrimSpace(typed)
	at := strings.LastIndexByte(typed, '@')
	if at < 1 || at > 64 || len(typed) > 254 || !localPart.MatchString(typed[:at]) {
		return "", bad
	}
	host, err := idna.Lookup.ToASCII(typed[at+1:])
	if err != nil || len(host) > 253 || !domain.MatchString(host) {
		return "", bad
	}
	if same, err := idna.Lookup.ToASCII(host); err != nil || same != host { // a name that was no text to begin with
		return "", bad
	}
	return typed[:at] + "@" + host, nil
}

// exchange is how long dialling the mail server may take, and how long sending.
const exchange = 15 * time.Second

func (m *Mail) client() (*gomail.Client, error) {
	config := &tls.Config{ServerName: m.Host, RootCAs: m.Roots, MinVersion: tls.VersionTLS12}
	opts := []gomail.Option{gomail.WithPort(m.Port), gomail.WithTimeout(exchange), gomail.WithTLSConfig(config)}
	switch m.Security {
	case TLS:
		opts = append(opts, gomail.WithSSL())
	case StartTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if m.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(m.User), gomail.WithPassword(m.Password))
	}
	return gomail.NewClient(m.Host, opts...)
}

func (m *Mail) carry(ctx context.Context, l letter) *outbox.Failure {
	client, err := m.client()
	if err != nil {
		return broken(err)
	}
	msg, err := m.compose(l)
	if err != nil {
		return &outbox.Failure{Final: true, Why: "notice.fail.refused", Detail: said(err.Error())}
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what goes wrong when saying goodbye does not take the letter back
		return nil
	}
	return mailFailure(err)
}

// mailFailure says what a mail server's no means. Only of the letter and its recipient is a no final; when the server does not let us in,
// or does not like who writes, its administrator can mend that, and the letter waits.
func mailFailure(err error) *outbox.Failure {
	f := broken(err)
	var refused *gomail.SendError
	var reply *textproto.Error
	switch {
	case errors.As(err, &refused) && refused.ErrorCode() > 0:
		f.Why = "notice.fail.server"
		onLetter := refused.Reason == gomail.ErrSMTPRcptTo || refused.Reason == gomail.ErrSMTPData || refused.Reason == gomail.ErrSMTPDataClose
		if refused.ErrorCode() >= 500 && onLetter {
			f.Final, f.Why = true, "notice.fail.refused"
		}
	case errors.As(err, &reply):
		f.Why = "notice.fail.server"
		if reply.Code == 530 || reply.Code == 534 || reply.Code == 535 {
			f.Why = "notice.fail.sign_in"
		}
	case strings.Contains(err.Error(), "not support STARTTLS"): // the library has no other name for it
		f.Why = "notice.fail.tls"
	}
	return f
}

//go:embed mail.html
var mailPage string

var mailHTML = htmltemplate.Must(htmltemplate.New("mail").Parse(mailPage))

// mailView is a letter for its template.
type mailView struct {
	Lang, Subject, Footer, Settings string
	Lines                           []mailLine
}

type mailLine struct {
	Text, Link, When string
	Urgent           bool
}

// compose writes the e-mail of a letter: the same as plain text and as a simple page, without pictures or anything else that would be
// fetched. Its headers are written by the library from lines without control characters.
func (m *Mail) compose(l letter) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingB64), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&mail.Address{Name: l.from, Address: m.From})
	msg.ToMailAddress(&mail.Address{Address: l.to})
	msg.Subject(cut(oneLine(l.subject), 100))
	_, host, _ := strings.Cut(m.From, "@")
	msg.SetMessageIDWithValue(l.id + "@" + host)
	msg.SetDateWithValue(l.at)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader(gomail.HeaderContentLang, string(l.lang))

	view := mailView{Lang: string(l.lang), Subject: l.subject, Footer: l.footer, Settings: l.settings}
	var text strings.Builder
	for _, n := range l.lines {
		view.Lines = append(view.Lines, mailLine{n.text, n.link, n.when, n.urgent})
		text.WriteString(n.text + "\r\n")
		if n.link != "" {
			fmt.Fprintf(&text, "%s\r\n%s\r\n", n.when, n.link)
		}
		text.WriteString("\r\n")
	}
	text.WriteString("-- \r\n" + l.footer + "\r\n")
	var page bytes.Buffer
	if err := mailHTML.Execute(&page, view); err != nil {
		return nil, err
	}
	msg.SetBodyString(gomail.TypeTextPlain, text.String())
	msg.AddAlternativeString(gomail.TypeTextHTML, page.String())
	return msg, nil
}

// Addr is the server's address, for messages to the operator.
func (m *Mail) Addr() string { return net.JoinHostPort(m.Host, strconv.Itoa(m.Port)) }
