package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"huying/internal/errs"
	"huying/internal/store"
)

// Scope is one thing that a token is for. A token opens nothing that none of its scopes names.
type Scope string

const (
	CasesRead     Scope = "cases:read"
	CasesWrite    Scope = "cases:write"
	NoticesRead   Scope = "notices:read"
	FilesWrite    Scope = "files:write"
	PromisesRead  Scope = "promises:read"
	PromisesWrite Scope = "promises:write"
	Exchange      Scope = "exchange" // orders of other systems, and what borders with them
)

// Scopes are all of them, in the order in which they are offered.
var Scopes = []Scope{CasesRead, CasesWrite, PromisesRead, PromisesWrite, NoticesRead, FilesWrite, Exchange}

const (
	tokenMark   = "hy_"       // by which people and scanners of leaked secrets know one
	tokenLength = 3 + 26      // mark and 130 bits, in letters and digits
	tokenHint   = 4           // characters of it that are kept to be shown
	tokenSeen   = time.Minute // how finely it is noted that a token is in use: each note is a write
	maxTokens   = 20          // of one person, at a time

	// MostTokenDays is the longest that a token may live.
	MostTokenDays = 366
)

// Token is a key by which a program acts for a person: with what the person may do today, and only as far as its scopes go.
type Token struct {
	ID      int64
	Person  int64
	Name    string // what it is for, in its owner's words
	Hint    string // its last characters
	Scopes  []Scope
	Made    time.Time
	Until   time.Time
	Used    time.Time // to the minute; zero: never
	Revoked time.Time // zero: it was not
	scopes  string
}

const tokenColumns = "t.id, t.person, t.name, t.hint, t.scopes, t.made_at, t.until_at, t.used_at, t.revoked_at"

func (t *Token) fields() []any {
	return []any{&t.ID, &t.Person, &t.Name, &t.Hint, &t.scopes, store.At(&t.Made), store.At(&t.Until), store.At(&t.Used), store.At(&t.Revoked)}
}

// split reads the scopes as they are stored.
func (t *Token) split() {
	t.Scopes = nil
	for s := range strings.FieldsSeq(t.scopes) {
		t.Scopes = append(t.Scopes, Scope(s))
	}
}

// Ended reports whether a token is worth nothing any more, at a time of the machine's clock.
func (t Token) Ended(now time.Time) bool { return !t.Revoked.IsZero() || !now.Before(t.Until) }

// TokenSpec is a token to be made.
type TokenSpec struct {
	Person int64
	Name   string
	Scopes []Scope
	Days   int // that it lives, up to MostTokenDays
}

// checked returns the spec with its scopes in order, each once, and all that is wrong with it.
func (sp TokenSpec) checked() (TokenSpec, error) {
	var wrong errs.List
	sp.Name = strings.TrimSpace(sp.Name)
	if sp.Name == "" {
		wrong = append(wrong, errs.New(errs.Invalid, "identity.token_nameless").On("name"))
	} else if e := checkName(sp.Name); e != nil {
		wrong = append(wrong, e)
	}
	for _, s := range sp.Scopes {
		if !slices.Contains(Scopes, s) {
			wrong = append(wrong, errs.New(errs.Invalid, "identity.token_no_scope", "scope", string(s)).On("scope"))
		}
	}
	if len(sp.Scopes) == 0 {
		wrong = append(wrong, errs.New(errs.Invalid, "identity.token_for_nothing").On("scope"))
	}
	if sp.Days < 1 || sp.Days > MostTokenDays {
		wrong = append(wrong, errs.New(errs.Invalid, "identity.token_days", "most", MostTokenDays).On("days"))
	}
	sp.Scopes = slices.DeleteFunc(slices.Clone(Scopes), func(s Scope) bool { return !slices.Contains(sp.Scopes, s) })
	return sp, wrong.Err()
}

// CreateToken makes a token and returns it with its text, which is nowhere else. A person makes tokens for themself; the console for anybody.
func (s *Service) CreateToken(ctx context.Context, by By, spec TokenSpec) (t Token, text string, err error) {
	if err := by.oneself(spec.Person); err != nil {
		return t, "", err
	}
	if spec, err = spec.checked(); err != nil {
		return t, "", err
	}
	now := s.now.Now()
	text = tokenMark + rand.Text()
	t = Token{Person: spec.Person, Name: spec.Name, Hint: text[len(text)-tokenHint:], Scopes: spec.Scopes, Made: now, Until: now.AddDate(0, 0, spec.Days)}
	t.scopes = joined(spec.Scopes)
	err = s.db.Write(ctx, func(tx *store.Tx) error { return s.insertToken(ctx, tx, by, &t, text) })
	if err != nil {
		return Token{}, "", err
	}
	return t, text, nil
}

func (s *Service) insertToken(ctx context.Context, tx *store.Tx, by By, t *Token, text string) error {
	if err := lock(ctx, tx, t.Person); err != nil {
		return err
	}
	acc, err := account(ctx, tx, t.Person)
	if err != nil {
		return err
	}
	if acc.Disabled() {
		return errs.New(errs.NotFound, "identity.no_account")
	}
	var n int
	if err := tx.Scan(ctx, "SELECT COUNT(*) FROM identity_token WHERE person = $1 AND revoked_at IS NULL AND until_at > $2",
		[]any{t.Person, t.Made.UnixMicro()}, &n); err != nil {
		return err
	}
	if n >= maxTokens {
		return errs.New(errs.Conflict, "identity.token_many", "most", maxTokens)
	}
	t.ID, err = tx.Insert(ctx, `INSERT INTO identity_token (person, hash, hint, name, scopes, made_at, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		RETURNING id`, t.Person, hashOf(text), t.Hint, t.Name, t.scopes, t.Made.UnixMicro(), t.Until.UnixMicro())
	if err != nil {
		return err
	}
	return s.Record(ctx, tx, by, TokenCreated, object(t.Person), Detail{"token": t.ID, "name": t.Name, "scopes": t.scopes})
}

// oneself returns an error unless who asks is a person themself, or the console.
func (b By) oneself(person int64) error {
	switch {
	case b.console || person != 0 && b.person() == person && !b.Actor.MustChange:
		return nil
	case b.Actor == nil:
		return errs.New(errs.Unauthenticated, "identity.sign_in_first")
	}
	return errs.New(errs.Forbidden, "identity.may_not")
}

func joined(scopes []Scope) string {
	texts := make([]string, len(scopes))
	for i, s := range scopes {
		texts[i] = string(s)
	}
	return strings.Join(texts, " ")
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// TokensOf returns the tokens of a person that have not ended, the newest first. They are for the person themself and the console.
func (s *Service) TokensOf(ctx context.Context, by By, person int64) (all []Token, err error) {
	if err := by.oneself(person); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		all, err = store.All(ctx, tx, (*Token).fields, "SELECT "+tokenColumns+` FROM identity_token t WHERE person = $1 AND revoked_at IS NULL
			AND until_at > $2 ORDER BY id DESC LIMIT $3`, person, s.now.Now().UnixMicro(), maxTokens)
		return err
	})
	for i := range all {
		all[i].split()
	}
	return all, err
}

// RevokeToken ends a token at once. It is errs.NotFound when who asks has no such token, or when it has ended.
func (s *Service) RevokeToken(ctx context.Context, by By, id int64) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		t, err := store.One(ctx, tx, (*Token).fields, "SELECT "+tokenColumns+" FROM identity_token t WHERE id = $1", id)
		if errs.Is(err, errs.NotFound) || err == nil && (by.oneself(t.Person) != nil || t.Ended(s.now.Now())) {
			return errs.New(errs.NotFound, "identity.no_token")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE identity_token SET revoked_at = $1 WHERE id = $2", s.now.Now().UnixMicro(), id); err != nil {
			return err
		}
		return s.Record(ctx, tx, by, TokenRevoked, object(t.Person), Detail{"token": id, "name": t.Name})
	})
}

// revokeTokens ends every token of a person.
func (s *Service) revokeTokens(ctx context.Context, tx *store.Tx, person int64) error {
	_, err := tx.Exec(ctx, "UPDATE identity_token SET revoked_at = $1 WHERE person = $2 AND revoked_at IS NULL", s.now.Now().UnixMicro(), person)
	return err
}

// Tokens finds out who holds a token.
type Tokens struct{ s *Service }

// Tokens returns what the shell asks about tokens.
func (s *Service) Tokens() *Tokens { return &Tokens{s} }

// Actor returns the owner of a token with what they hold today, and what the token is for. A token that is unknown, has ended, or whose
// owner may not work just now, is errs.Unauthenticated.
func (k *Tokens) Actor(ctx context.Context, text string) (*Actor, []Scope, error) {
	s, now := k.s, k.s.now.Now()
	if len(text) != tokenLength || !strings.HasPrefix(text, tokenMark) {
		return nil, nil, errs.New(errs.Unauthenticated, "identity.token_unknown")
	}
	t, a, err := s.behind(ctx, hashOf(text))
	switch {
	case err != nil:
		return nil, nil, err
	case t.ID == 0:
		return nil, nil, errs.New(errs.Unauthenticated, "identity.token_unknown")
	case t.Ended(now):
		return nil, nil, errs.New(errs.Unauthenticated, "identity.token_ended")
	case a == nil:
		return nil, nil, errs.New(errs.Unauthenticated, "identity.no_account")
	case a.MustChange:
		return nil, nil, errs.New(errs.Unauthenticated, "identity.token_owner")
	}
	t.split()
	return a, t.Scopes, s.noteUse(ctx, t, now)
}

// behind is a token with its owner, of whom there is none when their account is disabled: one query, for it is asked at each request.
func (s *Service) behind(ctx context.Context, hash string) (t Token, a *Actor, err error) {
	all := map[int64]*Actor{}
	err = s.db.ReadOnce(ctx, func(tx *store.Tx) error {
		var found []holding
		err := tx.Each(ctx, "SELECT "+tokenColumns+", "+holdingColumns+" FROM identity_token t JOIN identity_account a ON a.id = t.person"+withGrants+
			" WHERE t.hash = $1 ORDER BY g.id", []any{hash}, func(row store.Row) error {
			var h holding
			err := row.Scan(append(t.fields(), h.fields()...)...)
			found = append(found, h)
			return err
		})
		s.gather(all, found, s.today(tx))
		return err
	})
	return t, all[t.Person], err
}

// noteUse notes, at most once a minute, that a token is in use.
func (s *Service) noteUse(ctx context.Context, t Token, now time.Time) error {
	if now.Sub(t.Used) < tokenSeen {
		return nil
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE identity_token SET used_at = $1 WHERE id = $2 AND (used_at IS NULL OR used_at < $1)", now.UnixMicro(), t.ID)
		return err
	})
}
