package app

import (
	"context"
	"fmt"
	"slices"

	"huying/internal/casework"
	"huying/internal/edge/orders"
	"huying/internal/i18n"
	"huying/internal/notice"
	"huying/internal/places"
	"huying/internal/store"
)

// hear tells people what of some records of cases concerns them. Of what is simulated they are told nothing.
func (a *App) hear(ctx context.Context, tx *store.Tx, jobs []casework.Happened) error {
	happened, err := a.cases.Happenings(ctx, tx, jobs)
	if err != nil {
		return err
	}
	var all []story
	for _, h := range happened {
		if h.Case.Simulated {
			continue
		}
		s := story{p: h.Procedure, c: h.Case, but: h.Record.By.Person}
		for i, n := range casework.NewsOf(h.Procedure, h.Case, h.Record) {
			s.pieces = append(s.pieces, newsOf(n, fmt.Sprintf("case/%d/%d/%d", h.Case.ID, h.Record.Seq, i)))
		}
		all = append(all, s)
	}
	return a.send(ctx, tx, all...)
}

// remind tells the owner of a duty that it is near its end.
func (a *App) remind(ctx context.Context, tx *store.Tx, e casework.Soon) error {
	c, err := a.cases.Case(ctx, tx, e.Case)
	if err != nil {
		return err
	}
	p, err := a.cases.Version(ctx, tx, c.Hash)
	if err != nil {
		return err
	}
	n, ok := casework.SoonNews(p, c, e)
	if !ok {
		return nil
	}
	dedup := fmt.Sprintf("soon/%d/%d/%s/%d/%s/%d", e.Case, e.Visit, e.Name, e.N, e.Owner, e.Due)
	return a.send(ctx, tx, story{p: p, c: c, pieces: []piece{newsOf(n, dedup)}})
}

// story is what is told of a case.
type story struct {
	p      *casework.Procedure
	c      *casework.Case
	pieces []piece
	but    int64 // a person who is left out: they did it
}

// piece is something about a case for those behind some addresses.
type piece struct {
	to []string
	m  notice.Message
}

// newsOf is a piece of news as it is told, once.
func newsOf(n casework.News, dedup string) piece {
	return piece{n.To, notice.Message{Topic: n.Topic, Urgent: n.Urgent, Dedup: dedup, Args: map[string]any{"what": bilingual(n.Title), "due": n.Due}}}
}

// send sends what is told of cases to those who may know of them.
func (a *App) send(ctx context.Context, tx *store.Tx, all ...story) error {
	all = slices.DeleteFunc(all, func(s story) bool { return len(s.pieces) == 0 })
	if len(all) == 0 {
		return nil
	}
	told := make([]casework.Telling, len(all))
	for i, s := range all {
		told[i] = casework.Telling{Procedure: s.p, Case: s.c, But: s.but}
		for _, t := range s.pieces {
			told[i].News = append(told[i].News, t.to)
		}
	}
	to, err := a.cases.Audiences(ctx, tx, told)
	if err != nil {
		return err
	}
	var messages []notice.Message
	for i, s := range all {
		for j, t := range s.pieces {
			if t.m.To = to[i][j]; len(t.m.To) == 0 {
				continue
			}
			t.m.Key, t.m.Link = "app.news."+t.m.Topic, "/cases/"+s.c.Number
			t.m.Args["number"], t.m.Args["title"] = s.c.Number, titleFor(s.p, s.c)
			messages = append(messages, t.m)
		}
	}
	return a.notices.Send(ctx, tx, messages...)
}

// hearUrge tells those who owe something in a case that another system urges it on.
func (a *App) hearUrge(ctx context.Context, tx *store.Tx, e orders.Urged) error {
	c, err := a.cases.Case(ctx, tx, e.Case)
	if err != nil || c.Simulated {
		return err
	}
	p, err := a.cases.Version(ctx, tx, c.Hash)
	if err != nil {
		return err
	}
	var owners []string
	for i := range c.Duties {
		o := &c.Duties[i]
		if _, calls := o.Owner.Caller(); !calls && o.Outstanding() && !slices.Contains(owners, string(o.Owner)) {
			owners = append(owners, string(o.Owner))
		}
	}
	urged := notice.Message{Topic: "case.urged", Urgent: true, Dedup: "urge/" + e.ID, Args: map[string]any{"text": e.Text}}
	return a.send(ctx, tx, story{p: p, c: c, pieces: []piece{{owners, urged}}})
}

// titleFor is the title of a case as a letter may carry it: of a closed circle only what kind of case it is.
func titleFor(p *casework.Procedure, c *casework.Case) notice.Text {
	if len(p.Visible.Circle) > 0 || c.Title == "" {
		return bilingual(p.Title)
	}
	return notice.Text{i18n.ZH: c.Title, i18n.EN: c.Title}
}

func bilingual(t casework.Text) notice.Text {
	return notice.Text{i18n.ZH: t.ZH, i18n.EN: places.Text(t).In(i18n.EN)}
}
