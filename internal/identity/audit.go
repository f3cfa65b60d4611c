package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/store"
)

// What is what somebody did, as the record names it for good.
type What string

const (
	SignedIn        What = "sign_in.ok"
	SignInFailed    What = "sign_in.failed"
	SignedOut       What = "sign_out"
	SessionEnded    What = "session.ended"
	PasswordChanged What = "password.changed"
	PasswordReset   What = "password.reset"
	AccountCreated  What = "account.created"
	AccountChanged  What = "account.changed"
	AccountDisabled What = "account.disabled"
	AccountEnabled  What = "account.enabled"
	AccountsRead    What = "account.exported"
	Granted         What = "grant.given"
	Revoked         What = "grant.revoked"
	PersonalRead    What = "personal.read"
	PersonErased    What = "personal.erased"
	TokenCreated    What = "token.created"
	TokenRevoked    What = "token.revoked"
	AuditExported   What = "audit.exported"
)

// Whats are all that the record of this package names, in the order they are offered.
var Whats = []What{SignedIn, SignInFailed, SignedOut, SessionEnded, PasswordChanged, PasswordReset, AccountCreated, AccountChanged,
	AccountDisabled, AccountEnabled, AccountsRead, Granted, Revoked, TokenCreated, TokenRevoked, PersonalRead, PersonErased, AuditExported}

// Line is one line of the record.
type Line struct {
	Seq     int64
	At      time.Time // of the machine's clock
	Person  int64     // who; 0 is the console, or nobody who is known
	Login   string
	What    What
	Object  string // "account/12"
	Detail  string // JSON
	Address string
	Hash    string
	Subject string // login of the account that Object names, as it is today; not part of the line, filled by Audit
}

const lineColumns = "seq, at, person, login, what, object, detail, address, hash"

func (l *Line) fields() []any {
	return []any{&l.Seq, store.At(&l.At), store.Opt(&l.Person), &l.Login, &l.What, &l.Object, &l.Detail, &l.Address, &l.Hash}
}

// chained is the hash of a line: SHA-256 over the hash of the line before it and all that this one says. Whoever changes, drops or
// slips in a line must make every later hash anew, and a copy of one of them, kept elsewhere, shows it.
func (l Line) chained(before string) string {
	text, err := json.Marshal([]any{before, l.Seq, l.At.UnixMicro(), l.Person, l.Login, l.What, l.Object, l.Detail, l.Address})
	if err != nil {
		panic(err) // texts and numbers always have a JSON form
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Detail is what a line says beyond its columns.
type Detail map[string]any

// Record appends a line to the record, in the transaction of what it tells of. Lines are appended one transaction after another, so it is
// called last. There is no way to change or remove a line.
func (s *Service) Record(ctx context.Context, tx *store.Tx, by By, what What, object string, detail Detail) error {
	return s.append(ctx, tx, Line{Person: by.person(), Login: by.login(), What: what, Object: object, Address: by.Address}, detail)
}

// RecordNow is Record in a transaction of its own: for what changes nothing, such as reading personal data (PersonalRead, with the object
// and the fields) or taking a list away as a file.
func (s *Service) RecordNow(ctx context.Context, by By, what What, object string, detail Detail) error {
	return s.db.Write(ctx, func(tx *store.Tx) error { return s.Record(ctx, tx, by, what, object, detail) })
}

func (s *Service) append(ctx context.Context, tx *store.Tx, l Line, detail Detail) error {
	if detail == nil {
		detail = Detail{}
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	var before string // the update holds the head until the transaction ends
	err = tx.Scan(ctx, "UPDATE identity_audit_head SET seq = seq + 1 WHERE one = 1 RETURNING seq, hash", nil, &l.Seq, &before)
	if err != nil {
		return err
	}
	l.Detail, l.At = string(text), s.now.Now()
	l.Hash = l.chained(before)
	if _, err = tx.Exec(ctx, "INSERT INTO identity_audit ("+lineColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		l.Seq, l.At.UnixMicro(), store.Null(l.Person), l.Login, string(l.What), l.Object, l.Detail, l.Address, l.Hash); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE identity_audit_head SET hash = $1 WHERE one = 1", l.Hash)
	return err
}

// AuditFilter chooses lines of the record. Zero fields choose everything.
type AuditFilter struct {
	Login   string // part of it
	What    What
	Object  string
	Address string // its beginning
	From    clock.Date
	Until   clock.Date // the last day
	Oldest  bool       // first; else the newest
	Limit   int        // 0 is 50
	Offset  int
}

// Audit returns the lines that f chooses, and how many there are in all. It needs audit.read.
func (s *Service) Audit(ctx context.Context, by By, f AuditFilter) (lines []Line, total int, err error) {
	if err := by.need(AuditRead); err != nil {
		return nil, 0, err
	}
	w := f.where(s.zone)
	order := " ORDER BY seq DESC"
	if f.Oldest {
		order = " ORDER BY seq"
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		if err := tx.Scan(ctx, "SELECT COUNT(*) FROM identity_audit"+w.SQL(), w.Args(), &total); err != nil {
			return err
		}
		where := w.SQL()
		limit := w.Limit(limitOr(f.Limit, 50), f.Offset)
		lines, err = store.All(ctx, tx, (*Line).fields, "SELECT "+lineColumns+" FROM identity_audit"+where+order+limit, w.Args()...)
		if err != nil {
			return err
		}
		return fillSubjects(ctx, tx, lines)
	})
	return lines, total, err
}

// fillSubjects sets the logins of the accounts that lines are about.
func fillSubjects(ctx context.Context, tx *store.Tx, lines []Line) error {
	logins := map[string]string{}
	var marks []string
	var ids []any
	for _, l := range lines {
		if id, err := strconv.ParseInt(strings.TrimPrefix(l.Object, "account/"), 10, 64); err == nil && logins[l.Object] == "" {
			logins[l.Object] = l.Object
			marks, ids = append(marks, "?"), append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var w store.Where
	w.And("id IN ("+strings.Join(marks, ", ")+")", ids...)
	err := tx.Each(ctx, "SELECT id, login FROM identity_account"+w.SQL(), w.Args(), func(rows store.Row) error {
		var id int64
		var login string
		err := rows.Scan(&id, &login)
		logins[object(id)] = login
		return err
	})
	for i := range lines {
		lines[i].Subject = logins[lines[i].Object]
	}
	return err
}

func (f AuditFilter) where(zone *time.Location) *store.Where {
	var w store.Where
	if f.Login != "" {
		w.And(`login LIKE ? ESCAPE '\'`, "%"+escapeLike(NormalLogin(f.Login))+"%")
	}
	if f.What != "" {
		w.And("what = ?", string(f.What))
	}
	if f.Object != "" {
		w.And("object = ?", f.Object)
	}
	if f.Address != "" {
		w.And(`address LIKE ? ESCAPE '\'`, escapeLike(f.Address)+"%")
	}
	if !f.From.IsZero() {
		w.And("at >= ?", f.From.In(zone).UnixMicro())
	}
	if !f.Until.IsZero() {
		w.And("at < ?", f.Until.AddDays(1).In(zone).UnixMicro())
	}
	return &w
}

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
}

func limitOr(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// AuditCheck is what VerifyAudit found.
type AuditCheck struct {
	Lines  int64  // that were read and fit
	Head   string // the last hash: kept outside of the database, it shows later whether lines before it were rewritten
	Broken int64  // number of the first line that does not fit the one before it; 0 when all do
}

// VerifyAudit reads the whole record and computes its chain anew. It needs audit.read.
func (s *Service) VerifyAudit(ctx context.Context, by By) (c AuditCheck, err error) {
	if err := by.need(AuditRead); err != nil {
		return c, err
	}
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		c = AuditCheck{}
		err := tx.Each(ctx, "SELECT "+lineColumns+" FROM identity_audit ORDER BY seq", nil, func(rows store.Row) error {
			var l Line
			if err := rows.Scan(l.fields()...); err != nil || c.Broken != 0 {
				return err
			}
			if l.Seq != c.Lines+1 || l.chained(c.Head) != l.Hash {
				c.Broken = c.Lines + 1
				return nil
			}
			c.Lines, c.Head = l.Seq, l.Hash
			return nil
		})
		if err != nil || c.Broken != 0 {
			return err
		}
		var seq int64
		var head string
		err = tx.Scan(ctx, "SELECT seq, hash FROM identity_audit_head WHERE one = 1", nil, &seq, &head)
		if errs.Is(err, errs.NotFound) || err == nil && (seq != c.Lines || head != c.Head) {
			c.Broken, err = c.Lines+1, nil // lines are missing at the end
		}
		return err
	})
	return c, err
}
