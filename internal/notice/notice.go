// Package notice tells people what concerns them. A notice stands in the program at once, in the transaction of what it tells of; by
// e-mail or by a signed webhook (the way to WeCom, 粤政易, SMS) it follows, if the person chose so: at once, once a day, not in quiet
// hours. What could not be delivered is never silent: the person and the administrator see it. The package also gives each person an
// iCalendar feed of what falls due when.
//
// A notice's own time is the business clock's, as all that the pages show. Everything that happens outside (quiet hours, the daily
// letter, waiting times, codes) goes by the machine's clock: in a demonstration that stands on another date it is real people who are
// woken, or not, by real mail.
package notice

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/i18n"
	"huying/internal/jobs"
	"huying/internal/outbox"
	"huying/internal/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the tables of notices, deliveries, choices, addresses and calendar addresses.
var Schema = store.Schema{Name: "notice", FS: migrations}

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Options are what a Service is made of. Queue, Texts and Zone are needed; the rest has a sensible zero value.
type Options struct {
	Queue    *jobs.Queue
	Texts    *i18n.Catalogue
	Zone     *time.Location         // in which quiet hours and the daily letter are
	Clock    clock.Security         //
	District func(i18n.Lang) string // who writes; nil is the program's name

	PublicURL string // where the public finds the site: what a letter puts before its links. Needed by every channel
	Mail      *Mail  // nil: no e-mail
	Hooks     []Hook // channels of the administrator's choice

	// Active reports whether a person still has an account: whoever has none gets no letter and no calendar. nil: everybody has.
	Active func(ctx context.Context, person int64) (bool, error)
	Agenda Agenda       // what the calendar holds; nil: nothing
	Log    *slog.Logger // nil is slog.Default
}

// Service writes, keeps and delivers notices. It is safe for use by several goroutines, and several servers may work on one database.
type Service struct {
	db       *store.DB
	o        Options
	carriers []carrier
	box      *outbox.Box
	watch    *hub
}

// New returns the service over db and registers it as the queue's answer to what it enqueues itself. It fails when a channel is not
// configured as it must be.
func New(db *store.DB, o Options) (*Service, error) {
	if o.Queue == nil || o.Texts == nil || o.Zone == nil {
		return nil, errors.New("notice: Queue, Texts and Zone are needed")
	}
	if o.District == nil {
		o.District = func(lang i18n.Lang) string { return o.Texts.T(lang, "notice.program") }
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.PublicURL = strings.TrimSuffix(o.PublicURL, "/")
	s := &Service{db: db, o: o, watch: newHub()}
	if err := s.openChannels(); err != nil {
		return nil, err
	}
	s.openBox()
	jobs.On(o.Queue, s.route)
	return s, nil
}

func (s *Service) openChannels() error {
	if s.o.Mail != nil {
		s.carriers = append(s.carriers, s.o.Mail)
	}
	for i := range s.o.Hooks {
		s.carriers = append(s.carriers, &s.o.Hooks[i])
	}
	for _, c := range s.carriers {
		if err := c.check(); err != nil {
			return fmt.Errorf("notice: channel %q: %w", c.name(), err)
		}
		if s.carrier(c.name()) != c {
			return fmt.Errorf("notice: two channels are called %q", c.name())
		}
	}
	if len(s.carriers) == 0 {
		return nil
	}
	if u, err := url.Parse(s.o.PublicURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("notice: a channel needs the public address, to put it before its links")
	}
	return nil
}

// Channels are the channels beside the program itself, in the order in which they are offered.
func (s *Service) Channels() []string {
	var names []string
	for _, c := range s.carriers {
		names = append(names, c.name())
	}
	return names
}

func (s *Service) carrier(channel string) carrier {
	for _, c := range s.carriers {
		if c.name() == channel {
			return c
		}
	}
	return nil
}

// ChannelName is what a channel is called.
func (s *Service) ChannelName(lang i18n.Lang, channel string) string {
	for _, h := range s.o.Hooks {
		if h.Name == channel && h.Title[lang] != "" {
			return h.Title[lang]
		}
	}
	key := "notice.channel." + channel
	if name := s.o.Texts.T(lang, key); name != key {
		return name
	}
	return channel
}

// Groups are the groups of topics by which people choose. A topic belongs to the group that its name begins with ("duty.soon" to "duty"),
// or else to the last.
var Groups = []string{"duty", "escalated", "approval", "case", "other"}

// GroupOf is the group of a topic.
func GroupOf(topic string) string {
	head, _, _ := strings.Cut(topic, ".")
	if slices.Contains(Groups, head) {
		return head
	}
	return Groups[len(Groups)-1]
}

// GroupName is what a group of topics is called.
func (s *Service) GroupName(lang i18n.Lang, group string) string {
	return s.o.Texts.T(lang, "notice.group."+group)
}

// now is the machine's time.
func (s *Service) now() time.Time { return s.o.Clock.Now() }

// Zone is the zone in which the service tells times.
func (s *Service) Zone() *time.Location { return s.o.Zone }
