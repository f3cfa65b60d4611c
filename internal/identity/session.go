package identity

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/alexedwards/scs/v2"

	"huying/internal/errs"
	"huying/internal/store"
)

const (
	sessionIdle = 30 * time.Minute // an unattended desk
	sessionLife = 12 * time.Hour   // a working day
	sessionSeen = time.Minute      // how finely it is noted that a session is in use: each note is a write

	// The keys of a session's data that the store reads.
	SessionPerson  = "person"  // int64: who signed in
	SessionAddress = "address" // string: from which network address
	SessionAgent   = "agent"   // string: with which browser
)

// Sessions keeps sessions in the database, so that several servers share them. It holds no token, only its hash. A person's session ends
// after half an hour without a request, after twelve hours, when somebody ends it, and when the password changes, the account is
// disabled or a grant is taken back. It implements scs.CtxStore.
type Sessions struct{ s *Service }

var _ scs.CtxStore = (*Sessions)(nil)

// Sessions returns the store of sessions.
func (s *Service) Sessions() *Sessions { return &Sessions{s} }

// SessionID is the name of the session with a token, which may be shown.
func SessionID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// FindCtx implements scs.CtxStore.
func (st *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	now, id := st.s.now.Now(), SessionID(token)
	var seen time.Time
	var person int64
	err = st.s.db.ReadOnce(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT data, seen_at, person FROM identity_session WHERE token = $1 AND ended_at IS NULL AND expires_at > $2",
			[]any{id, now.UnixMicro()}, &data, store.At(&seen), store.Opt(&person))
	})
	if errs.Is(err, errs.NotFound) || err == nil && person != 0 && now.Sub(seen) >= sessionIdle {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if now.Sub(seen) >= sessionSeen {
		err = st.s.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE identity_session SET seen_at = $1 WHERE token = $2 AND seen_at < $1", now.UnixMicro(), id)
			return err
		})
	}
	return data, err == nil, err
}

// AliveCtx reports whether the session of a token has not ended, without counting as its use: an answer that lasts for long asks it, so that
// an open page at an unattended desk keeps no session alive.
func (st *Sessions) AliveCtx(ctx context.Context, token string) (alive bool, err error) {
	now := st.s.now.Now()
	err = st.s.db.ReadOnce(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, `SELECT COUNT(*) > 0 FROM identity_session WHERE token = $1 AND ended_at IS NULL AND expires_at > $2
			AND (person IS NULL OR seen_at > $3)`, []any{SessionID(token), now.UnixMicro(), now.Add(-sessionIdle).UnixMicro()}, &alive)
	})
	return alive, err
}

// CommitCtx implements scs.CtxStore. A session that was ended stays ended: a request that was under way does not bring it back.
func (st *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return err
	}
	person, _ := values[SessionPerson].(int64)
	address, _ := values[SessionAddress].(string)
	agent, _ := values[SessionAgent].(string)
	now := st.s.now.Now()
	if end := now.Add(sessionLife); expiry.After(end) {
		expiry = end
	}
	return st.s.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO identity_session (token, person, data, address, agent, created_at, seen_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
			ON CONFLICT (token) DO UPDATE SET person = $2, data = $3, address = $4, agent = $5, seen_at = $6
			WHERE identity_session.ended_at IS NULL`,
			SessionID(token), store.Null(person), data, address, agent, now.UnixMicro(), expiry.UnixMicro())
		return err
	})
}

// DeleteCtx implements scs.CtxStore.
func (st *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return st.s.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, ended+"token = $3", st.s.now.Now().UnixMicro(), []byte{}, SessionID(token))
		return err
	})
}

// Find implements scs.Store.
func (st *Sessions) Find(token string) ([]byte, bool, error) {
	return st.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (st *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return st.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (st *Sessions) Delete(token string) error { return st.DeleteCtx(context.Background(), token) }

// ended is how a session ends. Its row stays, without its data, until it would have expired.
const ended = "UPDATE identity_session SET ended_at = $1, data = $2 WHERE ended_at IS NULL AND "

// endSessions ends every session of a person.
func (s *Service) endSessions(ctx context.Context, tx *store.Tx, person int64) error {
	_, err := tx.Exec(ctx, ended+"person = $3", s.now.Now().UnixMicro(), []byte{}, person)
	return err
}

// Session is one of a person's sessions.
type Session struct {
	ID        string
	Address   string
	Agent     string
	CreatedAt time.Time
	SeenAt    time.Time
}

func (x *Session) fields() []any {
	return []any{&x.ID, &x.Address, &x.Agent, store.At(&x.CreatedAt), store.At(&x.SeenAt)}
}

// OwnSessions returns the sessions in which the person who asks is signed in, the one used last first.
func (s *Service) OwnSessions(ctx context.Context, by By) (all []Session, err error) {
	now := s.now.Now()
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		all, err = store.All(ctx, tx, (*Session).fields, `SELECT token, address, agent, created_at, seen_at FROM identity_session
			WHERE person = $1 AND ended_at IS NULL AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, token LIMIT 100`,
			by.person(), now.UnixMicro(), now.Add(-sessionIdle).UnixMicro())
		return err
	})
	return all, err
}

// EndOwnSession ends one of the sessions of the person who asks: errs.NotFound when they have no such session.
func (s *Service) EndOwnSession(ctx context.Context, by By, id string) error {
	return s.db.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, ended+"token = $3 AND person = $4", s.now.Now().UnixMicro(), []byte{}, id, by.person())
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "identity.no_session")
		}
		return s.Record(ctx, tx, by, SessionEnded, object(by.person()), nil)
	})
}
