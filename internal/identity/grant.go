package identity

import (
	"context"
	"strconv"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

const grantColumns = "id, person, role, unit, place, from_day, until_day, note, granted_by, granted_at, revoked_by, revoked_at"

func (g *Grant) fields() []any {
	return []any{&g.ID, &g.Person, &g.Role, &g.Unit, &g.Place, &g.From, &g.Until, &g.Note, &g.GrantedBy, store.At(&g.GrantedAt), store.Opt(&g.RevokedBy), store.At(&g.RevokedAt)}
}

func grantsOf(ctx context.Context, tx *store.Tx, person int64) ([]Grant, error) {
	return store.All(ctx, tx, (*Grant).fields, "SELECT "+grantColumns+" FROM identity_grant WHERE person = $1 ORDER BY id", person)
}

// Grant gives g.Person the role g.Role over g.Unit and g.Place, from g.From (the zero date: today) until the end of g.Until. The three
// administrators exclude one another and every other role, on every day of the grant: errs.Conflict says with which. It needs
// grant.manage, and nobody grants to themselves.
func (s *Service) Grant(ctx context.Context, by By, g Grant) (id int64, err error) {
	if err := by.need(GrantManage); err != nil {
		return 0, err
	}
	if by.person() == g.Person {
		return 0, errs.New(errs.Forbidden, "identity.not_oneself")
	}
	if err := s.knownUnit(g.Unit); err != nil {
		return 0, err
	}
	if _, places := s.trees(); g.Place != "" && !covers(places, g.Place, g.Place) {
		return 0, errs.New(errs.Invalid, "identity.no_place", "place", g.Place).On("place")
	}
	err = s.db.Write(ctx, func(tx *store.Tx) error {
		id, err = s.grant(ctx, tx, by, g)
		return err
	})
	return id, err
}

// grant checks and writes a grant while it holds the person's account, so that of two grants at once the second sees the first.
func (s *Service) grant(ctx context.Context, tx *store.Tx, by By, g Grant) (int64, error) {
	g.Note = strings.TrimSpace(g.Note)
	g.RevokedAt = time.Time{}
	if g.From.IsZero() {
		g.From = clock.DateOf(tx.Now(), s.zone)
	}
	if err := s.knownRole(ctx, tx, g.Role); err != nil {
		return 0, err
	}
	if err := g.check(); err != nil {
		return 0, err
	}
	if err := lock(ctx, tx, g.Person); err != nil {
		return 0, err
	}
	acc, err := account(ctx, tx, g.Person)
	if err != nil {
		return 0, err
	}
	if acc.Disabled() {
		return 0, errs.New(errs.Conflict, "identity.grant_disabled")
	}
	held, err := grantsOf(ctx, tx, g.Person)
	if err != nil {
		return 0, err
	}
	if err := g.fits(held); err != nil {
		return 0, err
	}
	id, err := tx.Insert(ctx, `INSERT INTO identity_grant (person, role, unit, place, from_day, until_day, note, granted_by, granted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		g.Person, string(g.Role), g.Unit, g.Place, g.From, g.Until, g.Note, by.login(), s.now.Now().UnixMicro())
	if err != nil {
		return 0, err
	}
	return id, s.Record(ctx, tx, by, Granted, object(g.Person), Detail{"grant": id, "role": g.Role, "unit": g.Unit, "place": g.Place, "from": g.From, "until": g.Until})
}

// check returns what is wrong with the grant by itself.
func (g Grant) check() error {
	switch {
	case g.Role.Bound() && g.Role.Builtin() && g.Unit == "":
		return errs.New(errs.Invalid, "identity.role_needs_unit").On("unit")
	case g.Role.Admin() && g.Unit != "":
		return errs.New(errs.Invalid, "identity.admin_whole").On("unit")
	case g.Role.Admin() && g.Place != "":
		return errs.New(errs.Invalid, "identity.admin_whole").On("place")
	case !g.Until.IsZero() && g.Until.Before(g.From):
		return errs.New(errs.Invalid, "identity.until_before_from").On("until")
	case len([]rune(g.Note)) > 200:
		return errs.New(errs.Invalid, "identity.note_long", "most", 200).On("note")
	}
	return nil
}

// fits returns an error when the grant goes against one that the person holds.
func (g Grant) fits(held []Grant) error {
	for _, h := range held {
		if !g.overlaps(h) {
			continue
		}
		if g.Role.excludes(h.Role) {
			return errs.New(errs.Conflict, "identity.role_excluded", "role", roleName(g.Role), "held", roleName(h.Role), "from", h.From).On("role")
		}
		if g.Role == h.Role && g.Unit == h.Unit && g.Place == h.Place {
			return errs.New(errs.Conflict, "identity.role_held", "role", roleName(g.Role), "from", h.From).On("role")
		}
	}
	return nil
}

// roleName is an argument of a message that says itself in the reader's language.
func roleName(r Role) error { return errs.New(errs.Invalid, "identity.role."+string(r)) }

// Revoke takes a grant back at once and ends the person's sessions. It stays in the history. It needs grant.manage, and nobody revokes
// their own.
func (s *Service) Revoke(ctx context.Context, by By, grant int64, reason string) error {
	if err := by.need(GrantManage); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *store.Tx) error {
		g, err := s.oneGrant(ctx, tx, grant)
		if err != nil {
			return err
		}
		if g.Person == by.person() {
			return errs.New(errs.Forbidden, "identity.not_oneself")
		}
		if err := lock(ctx, tx, g.Person); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, "UPDATE identity_grant SET revoked_by = $1, revoked_at = $2 WHERE id = $3 AND revoked_at IS NULL",
			by.login(), s.now.Now().UnixMicro(), grant)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "identity.already_revoked")
		}
		if err := s.endSessions(ctx, tx, g.Person); err != nil {
			return err
		}
		return s.Record(ctx, tx, by, Revoked, object(g.Person), Detail{"grant": grant, "role": g.Role, "reason": strings.TrimSpace(reason)})
	})
}

func (s *Service) oneGrant(ctx context.Context, tx *store.Tx, id int64) (Grant, error) {
	g, err := store.One(ctx, tx, (*Grant).fields, "SELECT "+grantColumns+" FROM identity_grant WHERE id = $1", id)
	if errs.Is(err, errs.NotFound) {
		err = errs.New(errs.NotFound, "identity.no_grant", "id", strconv.FormatInt(id, 10))
	}
	return g, err
}

// Held is a grant with the person who holds it.
type Held struct {
	Grant
	Login string
	Name  string
}

func (h *Held) fields() []any { return append(h.Grant.fields(), &h.Login, &h.Name) }

// GrantFilter chooses grants. Zero fields choose everything.
type GrantFilter struct {
	ID     int64
	Person int64
	Text   string // part of the person's login or name
	Role   Role
	State  string // "held" today, "future", "past" or "revoked"
	Sort   string // "login", "role", "unit", "from", "until"
	Desc   bool
	Limit  int // 0 is 50
	Offset int
}

var grantOrders = map[string]string{
	"login": "a.login", "role": "g.role", "unit": "g.unit", "from": "g.from_day", "until": "COALESCE(g.until_day, '9999')",
}

// Grants returns the grants that f chooses, and how many there are in all. It needs grant.manage, or to ask for one's own.
func (s *Service) Grants(ctx context.Context, by By, f GrantFilter) (all []Held, total int, err error) {
	if own := f.Person != 0 && f.Person == by.person(); !own {
		if err := by.need(GrantManage); err != nil {
			return nil, 0, err
		}
	}
	order, ok := grantOrders[f.Sort]
	if !ok {
		order = "a.login"
	}
	if f.Desc {
		order += " DESC"
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		w := f.where(clock.DateOf(tx.Now(), s.zone))
		const from = " FROM identity_grant g JOIN identity_account a ON a.id = g.person"
		if err := tx.Scan(ctx, "SELECT COUNT(*)"+from+w.SQL(), w.Args(), &total); err != nil {
			return err
		}
		where := w.SQL()
		limit := w.Limit(limitOr(f.Limit, 50), f.Offset)
		all, err = store.All(ctx, tx, (*Held).fields, "SELECT g."+strings.ReplaceAll(grantColumns, ", ", ", g.")+", a.login, a.name"+from+where+" ORDER BY "+order+", g.id"+limit, w.Args()...)
		return err
	})
	return all, total, err
}

func (f GrantFilter) where(today clock.Date) *store.Where {
	var w store.Where
	if f.ID != 0 {
		w.And("g.id = ?", f.ID)
	}
	if f.Person != 0 {
		w.And("g.person = ?", f.Person)
	}
	if f.Text != "" {
		w.And(`a.login LIKE ? ESCAPE '\' OR a.name LIKE ? ESCAPE '\'`, "%"+escapeLike(NormalLogin(f.Text))+"%", "%"+escapeLike(f.Text)+"%")
	}
	if f.Role != "" {
		w.And("g.role = ?", string(f.Role))
	}
	switch f.State {
	case "held":
		w.And(holdsSQL, today, today)
	case "future":
		w.And("revoked_at IS NULL AND from_day > ?", today)
	case "past":
		w.And("revoked_at IS NULL AND until_day < ?", today)
	case "revoked":
		w.And("revoked_at IS NOT NULL")
	}
	return &w
}
