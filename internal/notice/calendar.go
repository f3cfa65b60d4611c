package notice

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store"
)

// Agenda says what a person must do by when. It returns what is still owed, and may leave out what is far away.
type Agenda interface {
	Agenda(ctx context.Context, person int64) ([]Entry, error)
}

// Entry is one thing that a person must do.
type Entry struct {
	ID          string         // the same as long as the thing is the same, and of nothing else: "case-12-report-in-3"
	Key         string         // message key: what is to be done
	Args        map[string]any // as of a Message
	Link        string         // a path of ours
	Due         time.Time
	Provisional bool      // the calendar of that year is not known yet
	Changed     time.Time // when it last became what it is
}

// mostEntries bounds a feed.
const mostEntries = 2000

// alarms are how long before a thing is due a calendar reminds of it.
var alarms = []struct{ trigger, key string }{{"-P1D", "notice.calendar.in_a_day"}, {"-PT1H", "notice.calendar.in_an_hour"}}

// CalendarState is what is known of a person's calendar address. The address itself is not: only a hash of its secret is kept.
type CalendarState struct {
	Made time.Time // zero: there is none
	Used time.Time // within an hour; zero: never
}

// CalendarState returns whether a person has a calendar address, since when, and when it was last asked for.
func (s *Service) CalendarState(ctx context.Context, tx *store.Tx, person int64) (c CalendarState, err error) {
	err = tx.Scan(ctx, "SELECT made_at, used_at FROM notice_calendar WHERE person = $1", []any{person}, store.At(&c.Made), store.At(&c.Used))
	if errs.Is(err, errs.NotFound) {
		err = nil
	}
	return c, err
}

// NewCalendar gives a person a calendar address and returns the secret in it, which cannot be had again. An address that they had before
// ends.
func (s *Service) NewCalendar(ctx context.Context, tx *store.Tx, person int64) (token string, err error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	token = base64.RawURLEncoding.EncodeToString(secret)
	_, err = tx.Exec(ctx, `INSERT INTO notice_calendar (person, token, made_at) VALUES ($1, $2, $3)
		ON CONFLICT (person) DO UPDATE SET token = excluded.token, made_at = excluded.made_at, used_at = NULL`, person, hashed(token), s.now().UnixMicro())
	return token, err
}

// RevokeCalendar ends a person's calendar address.
func (s *Service) RevokeCalendar(ctx context.Context, tx *store.Tx, person int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM notice_calendar WHERE person = $1", person)
	return err
}

// noteUsed is how exactly it is known when an address was last asked for: a calendar that asks each minute writes once an hour.
const noteUsed = time.Hour

// Feed returns the calendar behind a secret as iCalendar (RFC 5545). base is the public address, which stands before its links. A secret
// that is unknown, or whose person has no account any more, is errs.NotFound.
func (s *Service) Feed(ctx context.Context, token, base string) ([]byte, error) {
	person, err := s.calendarOf(ctx, token)
	if err != nil {
		return nil, err
	}
	if s.o.Active != nil {
		active, err := s.o.Active(ctx, person)
		if err != nil {
			return nil, err
		}
		if !active {
			return nil, errs.New(errs.NotFound, "notice.no_calendar")
		}
	}
	var entries []Entry
	if s.o.Agenda != nil {
		if entries, err = s.o.Agenda.Agenda(ctx, person); err != nil {
			return nil, err
		}
	}
	var p Settings
	err = s.db.Read(ctx, func(tx *store.Tx) (err error) { p, err = s.Settings(ctx, tx, person); return err })
	if err != nil {
		return nil, err
	}
	return s.calendar(p.Lang, entries[:min(len(entries), mostEntries)], strings.TrimSuffix(base, "/")), nil
}

func (s *Service) calendarOf(ctx context.Context, token string) (person int64, err error) {
	var used time.Time
	hash := hashed(token)
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT person, used_at FROM notice_calendar WHERE token = $1", []any{hash}, &person, store.At(&used))
	})
	if errs.Is(err, errs.NotFound) {
		return 0, errs.New(errs.NotFound, "notice.no_calendar")
	}
	if now := s.now(); err == nil && now.Sub(used) > noteUsed {
		err = s.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE notice_calendar SET used_at = $1 WHERE token = $2", now.UnixMicro(), hash)
			return err
		})
	}
	return person, err
}

// calendar writes a feed. Each thing is an event that begins and ends when it is due and takes up no time: calendars that are subscribed
// to show events, and few of them show tasks. Times are UTC, which every calendar turns into its own. The same entries give the same bytes,
// so that a calendar that asks again may be told that nothing changed.
func (s *Service) calendar(lang i18n.Lang, entries []Entry, base string) []byte {
	host := "huying"
	if u, err := url.Parse(base); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	name := s.o.Texts.T(lang, "notice.calendar.name")
	cal := ics.NewCalendarFor("Huying")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(name) // also X-WR-CALNAME
	cal.SetRefreshInterval("PT1H", ics.WithValue("DURATION"))
	cal.SetXPublishedTTL("PT1H")
	for _, e := range entries {
		s.addEvent(cal, lang, e, base, host)
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows))
}

func (s *Service) addEvent(cal *ics.Calendar, lang i18n.Lang, e Entry, base, host string) {
	title := s.say(lang, e.Key, e.Args)
	text := s.o.Texts.T(lang, "notice.calendar.due", "at", moment(lang, e.Due.In(s.o.Zone)))
	if e.Provisional {
		title = s.o.Texts.T(lang, "notice.calendar.provisional", "title", title)
		text += "\n" + s.o.Texts.T(lang, "notice.calendar.provisional_why")
	}
	ev := cal.AddEvent(oneLine(e.ID) + "@" + host)
	ev.SetDtStampTime(e.Changed)
	ev.SetModifiedAt(e.Changed)
	ev.SetStartAt(e.Due)
	ev.SetSummary(title)
	ev.SetDescription(text + "\n" + base + e.Link)
	ev.SetURL(base + e.Link)
	ev.SetClass(ics.ClassificationPrivate)
	ev.SetTimeTransparency(ics.TransparencyTransparent)
	for _, a := range alarms {
		alarm := ev.AddAlarm()
		alarm.SetAction(ics.ActionDisplay)
		alarm.SetTrigger(a.trigger)
		alarm.SetDescription(s.o.Texts.T(lang, a.key, "title", title))
	}
}
