// Package orders exchanges orders (工单) with other systems, a city hotline (12345) or a city-management system: those that come open cases, those
// that cases send out come back as what moves them. docs/orders.md describes the exchange for those who build the other side; peers.go reads
// which systems there are.
//
// Every message is signed and carries an id. One that comes again has no second effect and gets the same answer; one of ours is sent until it
// is taken, those of one order in their order. Each day the lists of both sides are compared.
package orders

import (
	"context"
	"crypto/x509"
	"embed"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/jobs"
	"huying/internal/outbox"
	"huying/internal/places"
	"huying/internal/store"
	"huying/internal/webhook"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is the tables of orders.
var Schema = store.Schema{Name: "orders", FS: migrations}

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Link is how an installation reaches a peer of its pack.
type Link struct {
	URL    string // https, or http on this machine
	Secret string // whsec_ and 24 to 64 bytes in base64
}

// Parts are what the exchange stands on.
type Parts struct {
	DB    *store.DB
	Queue *jobs.Queue
	Cases *casework.Service
	Files *files.Store
	Trees func() *places.Trees
	Zone  *time.Location
	Clock clock.Security
	Us    string          // by which name the peers know us
	Peers *Peers          // as they are to begin with (SetPeers); nil: none
	Links map[string]Link // by the key of the peer; one without is not connected
	Plays *StandIns       // who plays the peers of a demonstration; nil: nobody does
	Roots *x509.CertPool  // authorities of the peers' certificates; nil: those of the machine
	HTTP  *http.Client    // sends messages; nil: one that follows no redirect and knows Roots
	Log   *slog.Logger    // nil is slog.Default
}

// StandIns play peers within the program. What is simulated is exchanged with them only, and so is everything with a peer that is not connected.
type StandIns struct {
	Links map[string]Link // by the key of the peer
	HTTP  *http.Client    // reaches them, and nobody else
}

// Service exchanges orders. It is safe for use by several goroutines, and several servers may work on one database.
type Service struct {
	Parts
	peers atomic.Pointer[Peers]
	wires map[string]*wire // by the key of the peer, which the pack may not have, or not yet
	plays map[string]*wire // those that lead to stand-ins
	box   *outbox.Box
}

// wire is how a peer is reached.
type wire struct {
	url    string
	key    webhook.Key
	http   *http.Client
	played bool // a stand-in is at its end
}

// link is a peer of the pack that is connected.
type link struct {
	*Peer
	*wire
}

// New returns the service over its parts. It returns errs.Invalid for a link with a wrong address or secret.
func New(p Parts) (*Service, error) {
	if p.Log == nil {
		p.Log = slog.Default()
	}
	if p.HTTP == nil {
		p.HTTP = webhook.Client(p.Roots, patience)
	}
	s := &Service{Parts: p}
	var err error
	if s.wires, err = wiresOf(p.Links, p.HTTP, false); err != nil {
		return nil, err
	}
	if p.Plays != nil {
		if s.plays, err = wiresOf(p.Plays.Links, p.Plays.HTTP, true); err != nil {
			return nil, err
		}
	}
	s.openBox()
	s.SetPeers(p.Peers)
	return s, nil
}

func wiresOf(links map[string]Link, client *http.Client, played bool) (map[string]*wire, error) {
	if err := CheckLinks(links); err != nil {
		return nil, err
	}
	wires := map[string]*wire{}
	for key, l := range links {
		secret, err := webhook.ParseKey(l.Secret)
		if err != nil {
			return nil, err
		}
		wires[key] = &wire{l.URL, secret, client, played}
	}
	return wires, nil
}

// SetPeers lets other peers hold from now on; nil are none. What waits for a peer that is taken away goes on waiting, until it comes back. A
// link to a peer that the pack does not have is no error, for a pack may come to have it: the log tells of it.
func (s *Service) SetPeers(p *Peers) {
	if p == nil {
		p = &Peers{}
	}
	s.peers.Store(p)
	s.box.Nudge()
	for _, key := range slices.Sorted(maps.Keys(s.wires)) {
		if p.byKey(key) == nil {
			s.Log.Warn("a peer is connected that the pack does not have", "peer", key)
		}
	}
}

// peer is the pack's peer of a key, or nil.
func (s *Service) peer(key string) *Peer { return s.peers.Load().byKey(key) }

// link is the peer of a key as it holds now, or its stand-in when it is not connected; nil when the pack does not have it, or there is neither.
func (s *Service) link(key string) *link { return s.linkOf(key, s.played(key)) }

// linkOf is the peer of a key, or its stand-in; nil when there is none.
func (s *Service) linkOf(key string, played bool) *link {
	wires := s.wires
	if played {
		wires = s.plays
	}
	if p, w := s.peer(key), wires[key]; p != nil && w != nil {
		return &link{p, w}
	}
	return nil
}

// played reports whether what is exchanged with a peer is exchanged with its stand-in.
func (s *Service) played(key string) bool { return s.wires[key] == nil && s.plays[key] != nil }

// Known are the peers of the pack.
func (s *Service) Known() []Peer { return s.peers.Load().All }

// Connected reports whether the installation reaches a peer, or its stand-in.
func (s *Service) Connected(key string) bool { return s.link(key) != nil }

// Played reports whether a stand-in plays a peer of the pack, so that nothing reaches another system.
func (s *Service) Played(key string) bool { return s.peer(key) != nil && s.played(key) }

func (s *Service) now() time.Time { return s.Clock.Now() }

// Way is who sent an order.
type Way string

// The ways.
const (
	In  Way = "in"  // the peer did
	Out Way = "out" // we did
)

// Order is an order as it stands between two systems.
type Order struct {
	ID         int64
	Peer       string
	Way        Way
	Number     string // given by who sent it
	Handled    string // given by who handles it
	Case       int64  // of ours; 0: they name it, and we do not know it
	Due        time.Time
	Status     Status // the last that was told by who handles it
	Outcome    casework.Outcome
	Seq        int // of that status
	Told       int // the last record of the case that was looked at
	Difference Difference
	Listed     string // the status that the other side's list has
	Changed    time.Time
	Simulated  bool // exchanged with a stand-in
}

const orderColumns = `SELECT o.id, o.peer, o.way, o.number, o.handled, o.case_id, o.due_at, o.status, o.outcome, o.seq, o.told, o.difference, o.listed,
	o.changed_at, o.simulated FROM orders_order o`

func (o *Order) fields() []any {
	return []any{&o.ID, &o.Peer, &o.Way, &o.Number, &o.Handled, store.Opt(&o.Case), store.At(&o.Due), &o.Status, &o.Outcome, &o.Seq, &o.Told,
		&o.Difference, &o.Listed, store.At(&o.Changed), &o.Simulated}
}

// begin makes an order known, once, and returns it with its row held.
func (s *Service) begin(ctx context.Context, tx *store.Tx, at exchanged, number string) (*Order, error) {
	now := s.now().UnixMicro()
	_, err := tx.Exec(ctx, `INSERT INTO orders_order (peer, way, number, simulated, made_at, changed_at) VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (peer, way, number) DO NOTHING`, at.peer, string(at.way), number, at.played, now)
	if err != nil {
		return nil, err
	}
	return s.find(ctx, tx, at, number)
}

// exchanged is between whom an order goes. A peer and its stand-in know nothing of one another's.
type exchanged struct {
	peer   string
	way    Way
	played bool
}

func (l *link) exchanged(way Way) exchanged { return exchanged{l.Key, way, l.played} }

// find returns an order with its row held, or errs.NotFound.
func (s *Service) find(ctx context.Context, tx *store.Tx, at exchanged, number string) (*Order, error) {
	o, err := store.One(ctx, tx, (*Order).fields, orderColumns+" WHERE o.peer = $1 AND o.way = $2 AND o.number = $3 AND o.simulated = $4"+tx.ForUpdate(),
		at.peer, string(at.way), number, at.played)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.New(errs.NotFound, "orders.no_order", "number", number)
	}
	return &o, err
}

// save writes what of an order changes. What was found by comparing lists is settled by the next comparison.
func (s *Service) save(ctx context.Context, tx *store.Tx, o *Order) error {
	o.Changed = s.now()
	_, err := tx.Exec(ctx, `UPDATE orders_order SET handled = $2, case_id = $3, due_at = $4, status = $5, outcome = $6, seq = $7, told = $8, difference = $9,
		listed = $10, changed_at = $11 WHERE id = $1`, o.ID, o.Handled, store.Null(o.Case), store.Micros(o.Due), string(o.Status), string(o.Outcome), o.Seq, o.Told,
		string(o.Difference), o.Listed, o.Changed.UnixMicro())
	return err
}

// asked is the record of the case that asked for an order of ours: its number is that of the case and the record.
func (o *Order) asked() int {
	n, _ := strconv.Atoi(o.Number[strings.LastIndexByte(o.Number, '-')+1:]) // we gave it
	return n
}

// Withdrawn reports whether an order of ours is needed no more, and the handler has been told.
func (o *Order) Withdrawn() bool {
	return o.Way == Out && o.Status == Ended && o.Outcome == casework.Withdrawn
}

// receipt is the order as an answer has it.
func (o *Order) receipt() Receipt {
	return Receipt{Number: o.Number, Handled: o.Handled, Status: o.Status, Outcome: o.Outcome, Seq: o.Seq}
}

// byItself is the asker of what the exchange does.
var byItself = casework.Asker{Program: true}

// forTheCaller is the asker of what the peer does for the caller whose call it took.
var forTheCaller = casework.Asker{Program: true, Caller: 1}
