package casework

import (
	"context"
	"slices"
	"time"

	"huying/internal/calendar"
	"huying/internal/errs"
	"huying/internal/store"
)

// View is a case as somebody sees it: what their sight does not cover is not in it, what is personal is Sealed, and everything that has a name
// has it. Pages and programs show the same view, so that neither shows more.
type View struct {
	Row                   // what lists show, and the sight
	Now        time.Time  // at which it was taken
	Version    *Procedure // that the case follows
	StateTitle Text
	Seq        int
	Reopened   int
	Paused     string // the reason for which clocks stand just now

	// In full, or the whole.
	Form     Data
	Parties  []PartyView
	Duties   []DutyView
	Pauses   []PauseView
	Ratings  []Rated
	Parent   *Other // nil: none, or one that the asker may not know of
	Children []Other
	History  []RecordView

	// Of the whole only.
	Channel string
	Values  Data
	Links   []Other
	Foreign *Foreign
	Pending []PendingView // what waits for approval
	Callers []CallerView  // of whom the asker may learn, themselves always

	// What the asker may do now, whatever they see.
	Offers     []Offering
	MayApprove bool // something of what waits
	MayNote    bool
	MayReveal  bool // something personal that is not in the view
}

// Called is a member with what it is called.
type Called struct {
	Member Member
	Name   Text
}

// PartyView is a party with its members.
type PartyView struct {
	Party   string
	Title   Text
	Members []Called
}

// DutyView is a duty with what became of it.
type DutyView struct {
	Owing
	Title       Text
	OwnerName   Text
	Outstanding bool
	ClaimedBy   string // name of who took it on
	MayClaim    bool
}

// PauseView is a time in which clocks stood.
type PauseView struct {
	calendar.Pause
	Reason string
	Title  Text
}

// CallerView is one of those who call.
type CallerView struct {
	N         int
	Unit      string
	UnitName  Text
	Person    int64
	Name      string
	Said      Data
	Reachable bool // the vault keeps how to reach them
	Self      bool // it is the asker
}

// Other is another case that this one has to do with.
type Other struct {
	Number    string // empty: the asker may not know of it
	Procedure string
	Title     Text   // of the procedure
	How       string // of a link
	N         int    // of a child: which
	Outcome   string // of a child; empty: it has not ended
}

// PendingView is an action that waits for approval.
type PendingView struct {
	Action  string
	Title   Text
	Form    *Form // what the input fills in
	Input   Data
	Step    int      // approvals given
	Approve []string // whose it takes, one after the other
	As      Member   // for whom it was asked
	AsName  Text
	By      By

	MayApprove bool // the next approval is the asker's
	MayReturn  bool // they may give it back, or take it back
}

// By is who gave a command, as far as the asker may know.
type By struct {
	Person  int64
	Name    string
	Unit    string
	Title   Text // of the unit
	Caller  int
	For     int64
	ForName string
	Program bool
}

// RecordView is one record of the history.
type RecordView struct {
	Seq    int
	At     time.Time
	By     By
	Events []Event // what is personal in them is Secret, what the asker may not know is not there
}

// Offering is an action that the asker may do now, for themself or for a colleague who is away.
type Offering struct {
	Offer
	AsName Text
	Rates  []Called // as Rate
	For    int64    // the colleague; 0: nobody
}

// Within is a row with what an outline covers, when no more of it is seen.
func (r Row) Within() Row {
	if r.Sight < InFull {
		r.Title, r.Lead, r.Urgent, r.Level, r.Tone, r.Values = "", "", false, 0, "", nil
	}
	return r
}

// rowOf is a case as it would stand in a list.
func rowOf(c *Case, s Sight) Row {
	r := Row{ID: c.ID, Number: c.Number, Procedure: c.Procedure, Hash: c.Hash, State: c.State, Outcome: c.Outcome, Title: c.Title, Category: c.Category,
		Place: c.Place, Lead: c.Lead(), Urgent: c.Urgent, Simulated: c.Simulated, Level: c.Level, OpenedAt: c.OpenedAt, ClosedAt: c.ClosedAt,
		DueAt: c.nextDue(), Sight: s}
	return r.Within()
}

// View returns a case as who asks sees it, or errs.NotFound: who may not know of a case is told the same as if there were none. A colleague
// who stands in for another sees what that one would.
func (s *Service) View(ctx context.Context, who Asker, number string) (v *View, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := s.ByNumber(ctx, tx, number)
		if err == nil {
			v, err = s.view(ctx, tx, who, c)
		}
		return err
	})
	return v, err
}

// Left is View of the case that a command left behind, as it did. What it reads beside the case is history, which stays as it is.
func (s *Service) Left(ctx context.Context, who Asker, done Done) (v *View, err error) {
	err = s.DB.ReadApart(ctx, func(tx *store.Tx) error {
		v, err = s.view(ctx, tx, who, done.Case)
		return err
	})
	return v, err
}

func (s *Service) view(ctx context.Context, tx *store.Tx, who Asker, c *Case) (*View, error) {
	b, err := s.viewing(ctx, tx, who, c)
	if err != nil {
		return nil, err
	}
	return b.build()
}

// eye is one of those with whose eyes somebody looks: their own, and those of the colleagues for whom they stand in.
type eye struct {
	who    Asker
	viewer Viewer
}

// eyes are those of who asks, who is deputy of some.
func (s *Service) eyes(ctx context.Context, tx *store.Tx, who Asker, of []Deputy) ([]eye, error) {
	if who.For != nil {
		return []eye{{who, s.ViewerOf(who.For, "")}}, nil
	}
	all := []eye{{who, s.ViewerOf(who.Actor, who.Secret)}}
	absent, err := s.persons(ctx, tx, of)
	for _, a := range absent {
		all = append(all, eye{Asker{Actor: who.Actor, For: a}, s.ViewerOf(a, "")})
	}
	return all, err
}

// best is how much of a case the eye sees that sees most of it.
func best(all []eye, p *Procedure, c *Case) (sight Sight) {
	readers := p.readers(c, all[0].viewer.trees)
	for i := range all {
		sight = max(sight, all[i].viewer.sees(p, c, readers))
	}
	return sight
}

// viewing begins a view of a case, or returns errs.NotFound when none of the eyes may know of it. What it reads beside the case is asked for at
// once.
func (s *Service) viewing(ctx context.Context, tx *store.Tx, who Asker, c *Case) (*viewing, error) {
	b := &viewing{ctx: ctx, tx: tx, s: s, c: c, w: s.world(tx), units: s.Trees().Units}
	var of []Deputy
	if who.Actor != nil && !who.Actor.MustChange && who.For == nil {
		if err := s.standsIn(ctx, tx, who.Actor.ID, &of); err != nil {
			return nil, err
		}
	}
	if err := s.recordsLater(ctx, tx, c.ID, &b.history); err != nil {
		return nil, err
	}
	if who.Actor != nil { // who signed is mostly among them
		b.askCase()
		b.ask(who.Actor.ID)
	}
	if err := b.learnNames(); err != nil {
		return nil, err
	}
	b.history = slices.DeleteFunc(b.history, func(r Record) bool { return r.Seq > c.Seq }) // others may have gone on since
	var err error
	if b.p, err = s.version(ctx, tx, c.Hash); err != nil {
		return nil, err
	}
	if b.all, err = s.eyes(ctx, tx, who, of); err != nil {
		return nil, err
	}
	if b.sight = best(b.all, b.p, c); b.sight == Nothing {
		return nil, errs.New(errs.NotFound, "casework.no_case")
	}
	return b, nil
}

// Sealed returns what of a case the vault keeps and who asks may have revealed: all that is personal, when they learn who called; else what is
// their own. It is errs.NotFound when they may not know of the case, and errs.Forbidden when they do not see the whole of it.
func (s *Service) Sealed(ctx context.Context, who Asker, number string) (fields []SealedField, err error) {
	err = s.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := s.ByNumber(ctx, tx, number)
		if err != nil {
			return err
		}
		b, err := s.viewing(ctx, tx, who, c)
		if err != nil {
			return err
		}
		if b.sight < Whole {
			return errs.New(errs.Forbidden, "casework.forbidden")
		}
		b.learnCallers()
		fields = b.sealed()
		return nil
	})
	return fields, err
}

// ActorOf is an account as the rules know it: to whom a duty is handed.
func ActorOf(who Asker) Actor { return who.actor(0) }
