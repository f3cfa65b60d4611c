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

// hear tells people what of a record of a case concerns them.
func (a *App) hear(ctx context.Context, tx *store.Tx, e casework.Happened) error {
	c, p, r, err := a.cases.Happening(ctx, tx, e)
	if err != nil {
		return err
	}
	var all []piece
	for i, n := range casework.NewsOf(p, c, r) {
		all = append(all, newsOf(n, fmt.Sprintf("case/%d/%d/%d", c.ID, e.Seq, i)))
	}
	return a.send(ctx, tx, p, c, all, r.By.Person)
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
	return a.send(ctx, tx, p, c, []piece{newsOf(n, fmt.Sprintf("soon/%d/%d/%s/%d/%s/%d", e.Case, e.Visit, e.Name, e.N, e.Owner, e.Due))}, 0)
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

// send sends what is told of a case to those who may know of it; but is left out.
func (a *App) send(ctx context.Context, tx *store.Tx, p *casework.Procedure, c *casework.Case, all []piece, but int64) error {
	if len(all) == 0 {
		return nil
	}
	addresses := make([][]string, len(all))
	for i := range all {
		addresses[i] = all[i].to
	}
	to, err := a.cases.Audience(ctx, tx, p, c, addresses, but)
	if err != nil {
		return err
	}
	for i, t := range all {
		if t.m.To = to[i]; len(t.m.To) == 0 {
			continue
		}
		t.m.Key, t.m.Link = "app.news."+t.m.Topic, "/cases/"+c.Number
		t.m.Args["number"], t.m.Args["title"] = c.Number, titleFor(p, c)
		if err := a.notices.Send(ctx, tx, t.m); err != nil {
			return err
		}
	}
	return nil
}

// hearUrge tells those who owe something in a case that another system urges it on.
func (a *App) hearUrge(ctx context.Context, tx *store.Tx, e orders.Urged) error {
	c, err := a.cases.Case(ctx, tx, e.Case)
	if err != nil {
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
	return a.send(ctx, tx, p, c, []piece{{owners, urged}}, 0)
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
