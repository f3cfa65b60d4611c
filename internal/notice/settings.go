package notice

import (
	"context"
	"slices"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/store"
)

// Settings are what a person chose.
type Settings struct {
	Lang    i18n.Lang // of letters and of the calendar
	Quiet   Quiet
	DailyAt int                          // minute of the day
	Choices map[string]map[string]Choice // by channel and group; every channel and group that there is stands in it
}

// What is usual: nights are quiet, the daily letter comes when work begins.
const (
	usualQuietFrom, usualQuietUntil = 22 * 60, 7 * 60
	usualDailyAt                    = 8*60 + 30
)

// Choice is what the person chose for a topic.
func (p Settings) Choice(channel, group string) Choice {
	if c, ok := p.Choices[channel][group]; ok {
		return c
	}
	return usual(channel, group)
}

// Settings returns what a person chose, and what is usual where they chose nothing.
func (s *Service) Settings(ctx context.Context, tx *store.Tx, person int64) (Settings, error) {
	p := Settings{Lang: i18n.ZH, Quiet: Quiet{usualQuietFrom, usualQuietUntil}, DailyAt: usualDailyAt, Choices: map[string]map[string]Choice{}}
	for _, channel := range s.Channels() {
		p.Choices[channel] = map[string]Choice{}
		for _, group := range Groups {
			p.Choices[channel][group] = usual(channel, group)
		}
	}
	err := tx.Scan(ctx, "SELECT lang, quiet_from, quiet_until, daily_at FROM notice_person WHERE person = $1", []any{person},
		&p.Lang, &p.Quiet.From, &p.Quiet.Until, &p.DailyAt)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return p, err
	}
	err = tx.Each(ctx, "SELECT channel, grp, choice FROM notice_choice WHERE person = $1", []any{person}, func(rows store.Row) error {
		var channel, group string
		var c Choice
		if err := rows.Scan(&channel, &group, &c); err != nil {
			return err
		}
		if p.Choices[channel] != nil && slices.Contains(Groups, group) {
			p.Choices[channel][group] = c
		}
		return nil
	})
	return p, err
}

// SaveSettings keeps what a person chose. What does not hold together is errs.Invalid, on its field. What waits already goes by the new
// choice too: it is looked at again when its time comes.
func (s *Service) SaveSettings(ctx context.Context, tx *store.Tx, person int64, p Settings) error {
	if err := s.checkSettings(p); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO notice_person (person, lang, quiet_from, quiet_until, daily_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (person) DO UPDATE SET lang = excluded.lang, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
		daily_at = excluded.daily_at`, person, string(p.Lang), p.Quiet.From, p.Quiet.Until, p.DailyAt)
	if err != nil {
		return err
	}
	for channel, groups := range p.Choices {
		for group, c := range groups {
			_, err := tx.Exec(ctx, `INSERT INTO notice_choice (person, channel, grp, choice) VALUES ($1, $2, $3, $4)
				ON CONFLICT (person, channel, grp) DO UPDATE SET choice = excluded.choice`, person, channel, group, string(c))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) checkSettings(p Settings) error {
	inDay := func(minute int) bool { return 0 <= minute && minute < minutesOfDay }
	switch {
	case !slices.Contains(i18n.Langs, p.Lang):
		return errs.New(errs.Invalid, "notice.no_choice").On("lang")
	case !inDay(p.Quiet.From):
		return errs.New(errs.Invalid, "notice.no_time").On("quiet_from")
	case !inDay(p.Quiet.Until):
		return errs.New(errs.Invalid, "notice.no_time").On("quiet_until")
	case !inDay(p.DailyAt):
		return errs.New(errs.Invalid, "notice.no_time").On("daily_at")
	}
	for channel, groups := range p.Choices {
		for group, c := range groups {
			if s.carrier(channel) == nil || !slices.Contains(Groups, group) || !slices.Contains(Choices, c) {
				return errs.New(errs.Invalid, "notice.no_choice").On(channel + "-" + group)
			}
		}
	}
	return nil
}
