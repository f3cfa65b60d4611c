package app

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"huying/internal/clock"
	"huying/internal/drill"
	"huying/internal/errs"
	"huying/internal/identity"
	"huying/internal/ledger"
	"huying/internal/promise"
	"huying/internal/store"
)

// prepared is a database in which the people of a drill have their accounts, to be copied for each play of it.
type prepared struct {
	dsn      string
	accounts map[string]int64
	tokens   map[string]string
}

// drillSystem is a district in which a drill is played.
type drillSystem struct {
	*prepared
	app   *App
	hand  *clock.Hand
	peers *drillPeers
	front http.Handler
	stage *DrillStage
	dsn   string
	files string
}

// Open implements drill.Stage.
func (s *DrillStage) Open(ctx context.Context, d *drill.Drill, changed map[string][]byte) (drill.System, error) {
	procedures, err := s.with(changed)
	if err != nil {
		return nil, err
	}
	y, err := s.open(ctx, d)
	if err != nil {
		return nil, err
	}
	y.app.procedures = procedures
	if err := y.begin(ctx); err != nil {
		return nil, errors.Join(err, y.Close())
	}
	return y, nil
}

// open opens a district with the people of a drill: a copy of one that was prepared, or, where databases cannot be copied, a new one.
func (s *DrillStage) open(ctx context.Context, d *drill.Drill) (*drillSystem, error) {
	if s.lite == nil {
		return s.fill(ctx, d)
	}
	base, err := s.prepared[d]()
	if err != nil {
		return nil, err
	}
	dsn, err := s.lite.copied(base.dsn)
	if err != nil {
		return nil, err
	}
	y, err := s.system(ctx, dsn, d.Begins(s.read.pack.Location), peersOf(d, s.cfg.Security))
	if err == nil {
		y.prepared = base
	}
	return y, err
}

// makeBase makes a database with the units, places, roles and procedures of the pack, and nobody.
func (s *DrillStage) makeBase() (dsn string, err error) {
	ctx := context.Background()
	if dsn, err = s.scratch.fresh(ctx); err != nil {
		return "", err
	}
	y, err := s.system(ctx, dsn, s.read.pack.Report.Date.In(s.read.pack.Location), peersOf(nil, s.cfg.Security))
	if err != nil {
		return "", err
	}
	return dsn, errors.Join(y.apply(ctx), y.leave())
}

// prepare makes the database of a drill.
func (s *DrillStage) prepare(d *drill.Drill) (*prepared, error) {
	ctx := context.Background()
	base, err := s.base()
	if err != nil {
		return nil, err
	}
	dsn, err := s.lite.copied(base)
	if err != nil {
		return nil, err
	}
	y, err := s.system(ctx, dsn, d.Begins(s.read.pack.Location), peersOf(d, s.cfg.Security))
	if err != nil {
		return nil, err
	}
	y.prepared = &prepared{dsn: dsn}
	return y.prepared, errors.Join(y.people(ctx, d), y.leave())
}

// fill makes a district with its people from nothing.
func (s *DrillStage) fill(ctx context.Context, d *drill.Drill) (*drillSystem, error) {
	dsn, err := s.scratch.fresh(ctx)
	if err != nil {
		return nil, err
	}
	y, err := s.system(ctx, dsn, d.Begins(s.read.pack.Location), peersOf(d, s.cfg.Security))
	if err != nil {
		return nil, err
	}
	y.prepared = &prepared{dsn: dsn}
	err = y.apply(ctx)
	if err == nil {
		err = y.people(ctx, d)
	}
	if err != nil {
		return nil, errors.Join(err, y.Close())
	}
	return y, nil
}

// system opens the parts of a district over a database, on a clock that stands at a time, with the other systems that it is connected to.
func (s *DrillStage) system(ctx context.Context, dsn string, at time.Time, peers *drillPeers) (y *drillSystem, err error) {
	y = &drillSystem{stage: s, dsn: dsn, hand: clock.NewHand(at), peers: peers}
	if y.files, err = os.MkdirTemp(s.dir, "files-"); err != nil {
		return nil, err
	}
	cfg := s.cfg
	cfg.Files, cfg.Peers = filepath.Join(y.files, "files"), peers.links()
	a := &App{cfg: cfg, pack: s.read.pack, texts: s.read.texts, report: s.read.report, procedures: s.procedures, business: y.hand.Business(), toPeers: &http.Client{Transport: peers}}
	a.held.Store(s.read.held.Load())
	y.app = a
	if a.db, err = s.scratch.open(ctx, dsn, a.business); err == nil {
		if err = a.db.Migrate(ctx, Schemas...); err == nil {
			err = a.openParts(ctx)
		}
	}
	if err != nil {
		return nil, errors.Join(err, y.Close())
	}
	return y, nil
}

// apply brings the database to what the pack states, and keeps its report to be reviewed.
func (y *drillSystem) apply(ctx context.Context) error {
	a := y.app
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		_, err := a.install(ctx, tx, a.pack, a.procedures, heldIn(a.pack), a.pack.Name.ZH)
		return err
	})
	if err != nil {
		return err
	}
	return a.keepReport(ctx, promise.Author{Name: a.pack.Name.ZH}, andNothing)
}

// drillPassword is that of everybody in a drill. Nobody signs in with it: they show tokens.
const drillPassword = "a drill is played with tokens"

// everSince is when the people of a drill got their posts.
var everSince = clock.Date{Year: 2016, Month: 1, Day: 1}

// people gives those who act in a drill their accounts, posts and tokens.
func (y *drillSystem) people(ctx context.Context, d *drill.Drill) error {
	a := y.app
	cheap := identity.New(a.db, a.pack.Location, a.cfg.Security, identity.TreesOf(a.places), identity.WithParams(identity.Params{Memory: 64, Passes: 1, Threads: 1}))
	y.accounts, y.tokens = map[string]int64{}, map[string]string{}
	for _, x := range d.People {
		if !x.Value.Account {
			continue
		}
		spec := identity.Spec{Login: "drill-" + x.Key, Name: x.Value.Called(x.Key), Password: drillPassword}
		for _, p := range x.Value.Posts {
			spec.Grants = append(spec.Grants, identity.Grant{Role: identity.Role(p.Role), Unit: p.Unit, Place: p.Place, From: everSince})
			if spec.Unit == "" {
				spec.Unit = p.Unit
			}
		}
		var id int64
		err := a.db.Write(ctx, func(tx *store.Tx) (err error) { id, _, err = cheap.EnsureAccount(ctx, tx, spec); return err })
		if err != nil {
			return fmt.Errorf("%s, %s: %w", d.File(), x.Key, err)
		}
		y.accounts[x.Key] = id
		token := identity.TokenSpec{Person: id, Name: "drill", Scopes: identity.Scopes, Days: identity.MostTokenDays}
		if _, y.tokens[x.Key], err = a.ids.CreateToken(ctx, identity.Console(), token); err != nil {
			return err
		}
	}
	return nil
}

// begin makes the procedures of the play hold and opens the front.
func (y *drillSystem) begin(ctx context.Context) error {
	a := y.app
	err := a.db.Write(ctx, func(tx *store.Tx) error { _, err := a.loadProcedures(ctx, tx, a.pack.Name.ZH); return err })
	if err != nil {
		return err
	}
	a.answer()
	if err := a.openSite(); err != nil {
		return err
	}
	y.front = a.site.Handler()
	return y.Settle(ctx)
}

// Token implements drill.System.
func (y *drillSystem) Token(person string) string { return y.tokens[person] }

// Account implements drill.System.
func (y *drillSystem) Account(person string) int64 { return y.accounts[person] }

// Zone implements drill.System.
func (y *drillSystem) Zone() *time.Location { return y.app.pack.Location }

// At implements drill.System. The clock stops wherever something falls due on the way, and, where there are promises, when a day begins;
// a moment after it what follows is done.
func (y *drillSystem) At(ctx context.Context, t time.Time) error {
	for last := int64(0); ; {
		next, err := y.nextStop(ctx)
		if err != nil {
			return err
		}
		if !next.Valid || next.Int64 <= last || !time.UnixMicro(next.Int64).Before(t) {
			break
		}
		last = next.Int64
		y.hand.Set(time.UnixMicro(last).Add(time.Microsecond))
		if err := y.Settle(ctx); err != nil {
			return err
		}
	}
	y.hand.Set(t)
	return y.Settle(ctx)
}

// nextStop is the next timer, or the beginning of the next day when lights may turn with it.
func (y *drillSystem) nextStop(ctx context.Context) (next sql.NullInt64, err error) {
	if next, err = y.nextTimer(ctx); err != nil {
		return next, err
	}
	today := y.app.register.Today()
	board, err := y.app.register.Board(ctx, today.Year)
	if err != nil || len(board.Rows) == 0 {
		return next, err
	}
	if day := today.AddDays(1).In(y.app.pack.Location).UnixMicro(); !next.Valid || day < next.Int64 {
		next = sql.NullInt64{Int64: day, Valid: true}
	}
	return next, nil
}

// nextTimer is when the clock next has to look at a case, in microseconds.
func (y *drillSystem) nextTimer(ctx context.Context) (next sql.NullInt64, err error) {
	err = y.app.db.Read(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT MIN(at) FROM (SELECT MIN(timer_at) AS at FROM casework_case UNION ALL SELECT MIN(warn_at) FROM casework_duty) AS next", nil, &next)
	})
	return next, err
}

// Settle implements drill.System.
func (y *drillSystem) Settle(ctx context.Context) error {
	a := y.app
	for {
		if err := a.queue.Drain(ctx); err != nil {
			return err
		}
		sent := y.peers.count()
		if err := a.orders.Flush(ctx); err != nil {
			return err
		}
		n, err := a.cases.Sweep(ctx, swept)
		if err != nil {
			return err
		}
		near, err := a.cases.Remind(ctx, swept)
		if err != nil {
			return err
		}
		looked, err := a.register.Watch(ctx)
		if err != nil {
			return err
		}
		if n == 0 && near == 0 && !looked && sent == y.peers.count() {
			break
		}
	}
	if err := y.failedJob(ctx); err != nil {
		return err
	}
	if err := a.sequence(ctx); err != nil {
		return err
	}
	return a.fill(ctx)
}

// failedJob is the error of a job that did not succeed: nobody waits for its next try.
func (y *drillSystem) failedJob(ctx context.Context) error {
	var kind, why string
	err := y.app.db.Read(ctx, func(tx *store.Tx) error {
		return tx.Scan(ctx, "SELECT kind, last_error FROM jobs WHERE tries > 0 AND done_at IS NULL ORDER BY id LIMIT 1", nil, &kind, &why)
	})
	switch {
	case errs.Is(err, errs.NotFound):
		return nil
	case err != nil:
		return err
	}
	return errs.New(errs.Internal, "app.drill_job_failed", "kind", kind, "why", why)
}

// Verify implements drill.System.
func (y *drillSystem) Verify(ctx context.Context, receipt []byte) error {
	r, err := ledger.ParseReceipt(receipt)
	if err != nil {
		return err
	}
	keys, err := y.app.ledger.Keys(ctx)
	if err != nil {
		return err
	}
	vkeys := make([]string, len(keys))
	for i, k := range keys {
		vkeys[i] = k.VKey
	}
	return r.Verify(vkeys...)
}

// leave closes the district and leaves its database to be copied: closing writes what stands in the log beside the file into it.
func (y *drillSystem) leave() error { return errors.Join(y.app.Close(), os.RemoveAll(y.files)) }

// Close implements drill.System.
func (y *drillSystem) Close() error {
	return errors.Join(y.leave(), y.stage.scratch.drop(context.Background(), y.dsn))
}

// RoundTrip implements drill.System: it hands a request to the front as the server would.
func (y *drillSystem) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	in.RemoteAddr, in.RequestURI, in.Host = "127.0.0.1:1", req.URL.RequestURI(), req.URL.Host
	in.URL.Scheme, in.URL.Host = "", ""
	w := &taken{header: http.Header{}, status: http.StatusOK}
	y.front.ServeHTTP(w, in)
	return &http.Response{StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body), Request: req}, nil
}

// taken takes an answer.
type taken struct {
	header http.Header
	status int
	wrote  bool
	body   bytes.Buffer
}

func (t *taken) Header() http.Header { return t.header }

func (t *taken) WriteHeader(status int) {
	if !t.wrote && status >= http.StatusOK {
		t.status, t.wrote = status, true
	}
}

func (t *taken) Write(b []byte) (int, error) { t.wrote = true; return t.body.Write(b) }
