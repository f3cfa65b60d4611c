package casework

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/store"
)

// Asker is who gives a command, and how.
type Asker struct {
	Actor   *identity.Actor // nil: nobody who is signed in
	For     *identity.Actor // the colleague for whom they stand in, and then as that one
	From    string          // the network address of who is not signed in; empty: it is not known, and not counted
	Secret  string          // from a receipt: it proves which caller they are
	Program bool            // the program itself
	Caller  int             // of the program: the caller for whom it speaks, as another system does that took their call
	Key     string          // of the command: one that is sent again with the same key is done once
	Print   string          // of what is asked, if the command may be told from another with the same key
	Seq     int             // the record after which they think the case stands; 0: any
}

// Done is what a command came to.
type Done struct {
	Case      *Case
	Procedure *Procedure
	Secret    string // of an opening or a joining by somebody without an account: shown once, it proves later that they are the caller
	Again     bool   // the command had been done before, under the same key
}

// maxKey bounds the key of a command.
const maxKey = 100

// Open begins a case of the procedure of a name that holds now. Errors are those of Decide, and errs.NotFound for a procedure that is not
// there.
func (s *Service) Open(ctx context.Context, who Asker, procedure string, cmd OpenCase) (done Done, err error) {
	id, err := s.nextID(ctx)
	if err != nil {
		return done, err
	}
	return s.OpenNumbered(ctx, id, who, procedure, cmd)
}

// OpenNumbered is Open under a number of Numbers.
func (s *Service) OpenNumbered(ctx context.Context, id int64, who Asker, procedure string, cmd OpenCase) (done Done, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		done, err = s.open(ctx, tx, id, who, procedure, cmd)
		return err
	})
	return done, err
}

// OpenIn is Open in the caller's transaction.
func (s *Service) OpenIn(ctx context.Context, tx *store.Tx, who Asker, procedure string, cmd OpenCase) (Done, error) {
	id, err := s.idIn(ctx, tx)
	if err != nil {
		return Done{}, err
	}
	return s.open(ctx, tx, id, who, procedure, cmd)
}

func (s *Service) open(ctx context.Context, tx *store.Tx, id int64, who Asker, procedure string, cmd OpenCase) (Done, error) {
	if done, err := s.again(ctx, tx, who); err != nil || done.Again {
		return done, err
	}
	p, err := s.Procedure(ctx, tx, procedure)
	if err != nil {
		return Done{}, err
	}
	if err := s.unsigned(ctx, tx, who); err != nil {
		return Done{}, err
	}
	done := Done{Procedure: p}
	cmd, done.Secret = opening(p, id, who, cmd)
	if v := p.repeats(cmd.Form); v != "" {
		if err := tx.Scan(ctx, "SELECT COUNT(*) FROM casework_case WHERE procedure = $1 AND repeats = $2", []any{p.Name, v}, &cmd.Earlier); err != nil {
			return Done{}, err
		}
	}
	if p.Numbered.ZH != "" {
		if cmd.Serial, err = s.nextSerial(ctx, tx, p); err != nil {
			return Done{}, err
		}
	}
	events, signed, err := s.decide(ctx, tx, p, nil, who.actor(0), cmd)
	if err != nil {
		return Done{}, err
	}
	done.Case, err = s.commit(ctx, tx, p, nil, id, events, signed)
	if err != nil {
		return Done{}, err
	}
	return done, s.remember(ctx, tx, who, done.Case)
}

// opening gives a case that is to be opened its number, and its caller a secret when they have no account.
func opening(p *Procedure, id int64, who Asker, cmd OpenCase) (OpenCase, string) {
	cmd.Number = fmt.Sprintf("%s-%06d", p.Mark, id)
	if who.Actor != nil && !cmd.OnBehalf || who.Program && !cmd.OnBehalf {
		return cmd, ""
	}
	secret := newSecret()
	cmd.Caller.Key = keyOf(secret)
	return cmd, secret
}

// Do gives a command to a case. Errors are those of Decide; errs.NotFound when there is no such case or who asks may not know of it; and
// errs.Conflict when it has moved on since they looked.
func (s *Service) Do(ctx context.Context, who Asker, number string, cmd Command) (done Done, err error) {
	try := func(who Asker) error {
		return s.DB.Write(ctx, func(tx *store.Tx) error {
			done, err = s.DoIn(ctx, tx, who, number, cmd)
			return err
		})
	}
	err = try(who)
	if who.Actor == nil || !beyond(err) {
		return done, err
	}
	absent, aerr := s.Absent(ctx, who.Actor.ID)
	if aerr != nil {
		return Done{}, aerr
	}
	for _, who.For = range absent {
		if err := try(who); !beyond(err) {
			return done, err
		}
	}
	return Done{}, err
}

// beyond reports whether an error says that somebody may not, where another might.
func beyond(err error) bool { return errs.Is(err, errs.Forbidden) || errs.Is(err, errs.NotFound) }

// DoIn is Do in the caller's transaction.
func (s *Service) DoIn(ctx context.Context, tx *store.Tx, who Asker, number string, cmd Command) (Done, error) {
	if done, err := s.again(ctx, tx, who); err != nil || done.Again {
		return done, err
	}
	c, err := one(ctx, tx, docOf+" WHERE c.number = $1"+tx.ForUpdate(), number)
	if err != nil {
		return Done{}, err
	}
	tx.NotBefore(c.latest())
	p, err := s.version(ctx, tx, c.Hash)
	if err != nil {
		return Done{}, err
	}
	if err := s.mayCommand(p, c, who, cmd); err != nil {
		return Done{}, err
	}
	cmd, secret := joining(cmd)
	events, signed, err := s.decide(ctx, tx, p, c, who.actor(c.callerOf(who)), cmd)
	if err != nil {
		return Done{}, err
	}
	if m, ok := cmd.(Migrate); ok {
		p = m.To
	}
	done := Done{Procedure: p, Case: c, Secret: secret}
	if len(events) > 0 {
		if done.Case, err = s.commit(ctx, tx, p, c, c.ID, events, signed); err != nil {
			return Done{}, err
		}
	}
	return done, s.remember(ctx, tx, who, done.Case)
}

// mayCommand holds that who asks knows of the case as it is, and that only those who see all of it say something in it.
func (s *Service) mayCommand(p *Procedure, c *Case, who Asker, cmd Command) error {
	if who.Program {
		return nil
	}
	v := s.ViewerOf(who.Actor, who.Secret)
	if who.For != nil {
		v = s.ViewerOf(who.For, "")
	}
	sight := v.Sees(p, c)
	if sight == Nothing {
		return errs.New(errs.NotFound, "casework.no_case")
	}
	if who.Seq != 0 && who.Seq != c.Seq {
		return errs.New(errs.Conflict, "casework.moved_on")
	}
	switch cmd.(type) {
	case Note, Link:
		if sight < Whole {
			return errs.New(errs.Forbidden, "casework.forbidden")
		}
	}
	return nil
}

// actor is who asks, as the rules know them.
func (who Asker) actor(caller int) Actor {
	a := Actor{Program: who.Program, Caller: caller}
	if who.Program {
		a.Caller = who.Caller
	}
	if who.Actor != nil && !who.Actor.MustChange {
		a.Person, a.Posts = who.Actor.ID, postsOf(who.Actor)
		if who.For != nil {
			a.For, a.Posts = who.For.ID, postsOf(who.For)
		}
	}
	return a
}

// callerOf returns which caller the secret proves who asks to be; 0: none.
func (c *Case) callerOf(who Asker) int {
	if who.Secret == "" {
		return 0
	}
	for _, x := range c.Callers {
		if x.Key == keyOf(who.Secret) {
			return x.N
		}
	}
	return 0
}

// commit makes events so: what is personal goes into the vault, the record into the history and the ledger, the case into its row.
func (s *Service) commit(ctx context.Context, tx *store.Tx, p *Procedure, old *Case, id int64, events []Event, signed Signed) (*Case, error) {
	c, r, err := s.fold(ctx, tx, p, old, id, Record{At: tx.Now(), By: signed, Events: events})
	if err != nil {
		return nil, err
	}
	if old == nil { // the row first: records refer to it
		if err := s.save(ctx, tx, p, nil, c, r.At); err != nil {
			return nil, err
		}
	}
	if err := s.append(ctx, tx, c, r); err != nil {
		return nil, err
	}
	if old != nil {
		if err := s.save(ctx, tx, p, old, c, r.At); err != nil {
			return nil, err
		}
	}
	return c, s.tell(ctx, tx, p, old, c, r)
}

// fold makes a record the next of a case: its files must be there, and what is personal goes into the vault. It returns the case and the record
// as they then are.
func (s *Service) fold(ctx context.Context, tx *store.Tx, p *Procedure, old *Case, id int64, r Record) (*Case, Record, error) {
	c := &Case{ID: id}
	if old != nil {
		c = old.clone()
	}
	if err := s.shown(ctx, tx, p, r.Events); err != nil {
		return nil, r, err
	}
	events, err := s.seal(ctx, tx, p, id, c, r.Events)
	if err != nil {
		return nil, r, err
	}
	r.Seq, r.Events = c.Seq+1, events
	for _, e := range events {
		c.apply(func(string) *Procedure { return p }, r.At, r.By, e)
	}
	c.Seq = r.Seq
	return c, r, nil
}

// again returns what a command with the same key came to.
func (s *Service) again(ctx context.Context, tx *store.Tx, who Asker) (Done, error) {
	key := who.key()
	if key == "" {
		return Done{}, nil
	}
	if len(who.Key) > maxKey {
		return Done{}, errs.New(errs.Invalid, "casework.key_long", "limit", maxKey)
	}
	var id int64
	var print string
	err := tx.Scan(ctx, "SELECT case_id, print FROM casework_asked WHERE key = $1", []any{key}, &id, &print)
	if errs.Is(err, errs.NotFound) {
		return Done{}, nil
	}
	if err == nil && print != who.Print {
		err = errs.New(errs.Invalid, "casework.key_other")
	}
	if err != nil {
		return Done{}, err
	}
	c, err := s.Case(ctx, tx, id)
	if err != nil {
		return Done{}, err
	}
	p, err := s.version(ctx, tx, c.Hash)
	return Done{Case: c, Procedure: p, Again: true}, err
}

func (s *Service) remember(ctx context.Context, tx *store.Tx, who Asker, c *Case) error {
	if who.key() == "" {
		return nil
	}
	same := func(_ int64, err error) error {
		if store.IsUnique(err) { // the same command, at the same moment
			return errs.Wrap(err, errs.Conflict, "casework.under_way")
		}
		return err
	}
	return tx.LaterTold(ctx, same, "INSERT INTO casework_asked (key, case_id, seq, at, print) VALUES ($1, $2, $3, $4, $5)", who.key(), c.ID, c.Seq,
		micros(tx.Now()), who.Print)
}

// key is the command's key among those of everybody.
func (who Asker) key() string {
	switch {
	case who.Key == "":
		return ""
	case who.Program:
		return "program/" + who.Key
	case who.Actor != nil:
		return string(PersonMember(who.Actor.ID)) + "/" + who.Key
	}
	if who.Secret == "" { // nobody who is known: another may have chosen the same key
		return "nobody:" + who.Print + "/" + who.Key
	}
	return "caller:" + keyOf(who.Secret) + "/" + who.Key
}

// joining gives a further caller without an account a secret of their own, as the first one has: nobody else speaks for them.
func joining(cmd Command) (Command, string) {
	do, ok := cmd.(Do)
	if !ok || do.Joins == nil || do.Joins.Person != 0 {
		return cmd, ""
	}
	secret, caller := newSecret(), *do.Joins
	caller.Key = keyOf(secret)
	do.Joins = &caller
	return do, secret
}

// Secrets are 26 letters and digits: 128 bits, to be read from paper.
func newSecret() string { return rand.Text() }

// keyOf is what is kept of a secret.
func keyOf(secret string) string {
	if secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.ToUpper(strings.TrimSpace(secret))))
	return hex.EncodeToString(sum[:])
}
