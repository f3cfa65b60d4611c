package notice

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"time"

	"huying/internal/i18n"
	"huying/internal/outbox"
)

// Email is the name of the channel of e-mail.
const Email = "email"

// carrier is a channel: it takes a letter to where a person is. It knows nothing of people and their choices.
type carrier interface {
	name() string
	check() error                                        // whether it is configured as it must be
	address(typed string) (string, error)                // an address as it is stored, or errs.Invalid on the field "address"
	carry(ctx context.Context, l letter) *outbox.Failure // nil: the other side has it
}

// letter is what goes to one person by one channel at one time.
type letter struct {
	id       string // the same however often it is tried
	at       time.Time
	to       string
	lang     i18n.Lang
	kind     string // "notice", or "code" for the one that shows whose an address is
	from     string // who writes, in the reader's language
	subject  string
	lines    []line
	footer   string
	settings string // where the person chooses, as a whole address
}

// line is one notice in a letter.
type line struct {
	id     int64
	topic  string
	text   string
	link   string // a whole address; empty: none
	urgent bool
	at     time.Time
	when   string // the same, said
}

// broken is a failure of the way there.
func broken(err error) *outbox.Failure {
	var at *url.Error
	if errors.As(err, &at) { // the address may hold a secret of the adapter's
		err = at.Err
	}
	f := &outbox.Failure{Why: "notice.fail.unreachable", Detail: said(err.Error())}
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var slow net.Error
	switch {
	case errors.As(err, &unknown), errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &verify), errors.As(err, &record):
		f.Why = "notice.fail.tls"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		f.Why = "notice.fail.timeout"
	}
	return f
}

// said is what the other side said, bounded and on one line.
func said(s string) string { return cut(oneLine(s), 300) }

// loopback reports whether a host is this machine, to which nothing needs to be encrypted.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// letterOf writes a letter with notices.
func (s *Service) letterOf(lang i18n.Lang, id, to string, items []Item) letter {
	l := s.newLetter(lang, id, to, "notice")
	for _, it := range items {
		l.lines = append(l.lines, line{id: it.ID, topic: it.Topic, text: s.Say(lang, it), link: s.o.PublicURL + it.Link, urgent: it.Urgent,
			at: it.At, when: moment(lang, it.At.In(s.o.Zone))})
	}
	if len(items) == 1 {
		l.subject = l.lines[0].text
	} else {
		l.subject = s.o.Texts.T(lang, "notice.letter.several", "n", len(items))
	}
	l.footer = s.o.Texts.T(lang, "notice.letter.footer", "link", l.settings)
	return l
}

// codeLetter writes the letter that shows whose an address is.
func (s *Service) codeLetter(lang i18n.Lang, to, code string) letter {
	l := s.newLetter(lang, newID(), to, "code")
	l.subject = s.o.Texts.T(lang, "notice.letter.code_subject")
	l.lines = []line{{text: s.o.Texts.T(lang, "notice.letter.code", "code", code)}}
	l.footer = s.o.Texts.T(lang, "notice.letter.code_footer")
	return l
}

func (s *Service) newLetter(lang i18n.Lang, id, to, kind string) letter {
	return letter{id: id, at: s.now(), to: to, lang: lang, kind: kind, from: oneLine(s.o.District(lang)), settings: s.o.PublicURL + "/notices/settings"}
}
