// Package app puts the parts together: it opens the database and brings it up to date, loads the district pack, wires the parts that
// do not know one another, and serves their pages. loops.go says who answers whose call.
package app

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"huying/internal/calendar"
	"huying/internal/casework"
	"huying/internal/casework/caseapi"
	"huying/internal/clock"
	"huying/internal/edge/orders"
	"huying/internal/errs"
	"huying/internal/files"
	"huying/internal/i18n"
	"huying/internal/identity"
	"huying/internal/jobs"
	"huying/internal/ledger"
	"huying/internal/notice"
	"huying/internal/pack"
	"huying/internal/places"
	"huying/internal/promise"
	"huying/internal/search"
	"huying/internal/store"
	"huying/internal/vault"
	"huying/internal/web"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schemas are the parts of the database, in the order in which they are brought up to date.
var Schemas = []store.Schema{
	{Name: "app", FS: migrations}, jobs.Schema, places.Schema, calendar.Schema, identity.Schema, files.Schema, promise.Schema,
	ledger.Schema, vault.Schema, search.Schema, notice.Schema, casework.Schema, orders.Schema,
}

// App is a running district.
type App struct {
	cfg      Config
	db       *store.DB
	business clock.Business
	pack     *pack.Pack
	report   promise.Read // of the pack
	texts    *i18n.Catalogue
	roles    []identity.DistrictRole // that texts name
	demo     bool

	procedures map[string]*casework.Procedure // of the pack
	held       atomic.Pointer[inForce]        // what holds, in the end by the database
	taking     sync.Mutex                     // held by who changes it

	queue    *jobs.Queue
	places   *places.Store
	calendar *calendar.Store
	ids      *identity.Service
	files    *files.Store
	register *promise.Register
	ledger   *ledger.Log
	vault    *vault.Vault
	search   *search.Index
	notices  *notice.Service
	cases    *casework.Service
	events   *caseapi.Events
	orders   *orders.Service
	peers    *demoPeers   // of a demonstration; nil: there are none
	toPeers  *http.Client // of a drill; nil: over the network
	site     *web.Server

	sweptAt   atomic.Pointer[time.Time] // when this server last found all that was missed, by the machine's clock
	recounted atomic.Int64              // the calendar under which what falls due was worked out last
}

// passwordCost is what the hash of a password costs. Tests, which sign hundreds of people in, make it little.
var passwordCost = identity.DefaultParams

// Open brings the parts up: the database is migrated, the pack checked and applied, its report kept, and, for a demonstration, the year
// played. It fails with the pack's findings, or with what stands in the way; what was done by then stays done, in whole batches, and the
// next start goes on from there.
func Open(ctx context.Context, cfg Config) (a *App, err error) {
	cfg.fill()
	a = &App{cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if err := a.readPack(); err != nil {
		return a, err
	}
	if a.report, err = ReadReport(a.pack, cfg.PackName); err != nil {
		return a, err
	}
	if a.procedures, err = ReadProcedures(a.pack, cfg.PackName, clock.DateOf(clock.Business{}.Now(), a.pack.Location)); err != nil {
		return a, err
	}
	if err := a.startWith(a.pack); err != nil {
		return a, err
	}
	if err := orders.CheckLinks(cfg.Peers); err != nil {
		return a, err
	}
	if err := a.openDatabase(ctx); err != nil {
		return a, err
	}
	if err := a.openParts(ctx); err != nil {
		return a, err
	}
	if err := a.applyPack(ctx); err != nil {
		return a, err
	}
	a.answer()
	if a.demo {
		if err := a.demonstrate(ctx); err != nil {
			return a, err
		}
	}
	return a, a.openSite()
}

// readPack reads the pack, its report and procedures excepted, and with it the names that pages ask for.
func (a *App) readPack() (err error) {
	if a.texts, err = i18n.New(Messages()...); err != nil {
		return err
	}
	if a.pack, err = pack.Load(a.cfg.Pack, a.cfg.PackName); err != nil {
		return err
	}
	a.roles = districtRoles(a.pack)
	a.texts.Name(roleTexts(a.roles))
	return nil
}

// openDatabase opens and migrates the database, and sets its clock: a demonstration's stays on its day.
func (a *App) openDatabase(ctx context.Context) (err error) {
	if a.db, err = store.Open(ctx, a.cfg.Database, clock.Business{}); err != nil {
		return err
	}
	if err := a.db.Migrate(ctx, Schemas...); err != nil {
		return err
	}
	marked, used, err := a.kindOf(ctx)
	switch {
	case err != nil:
		return err
	case a.cfg.Demo && used && !marked:
		return errs.New(errs.Conflict, "app.not_a_demonstration")
	case (a.cfg.Demo || marked) && a.pack.Demonstration == nil:
		return errs.New(errs.Invalid, "app.no_demonstration", "pack", a.pack.Key)
	}
	if a.demo = a.cfg.Demo || marked; a.demo {
		a.business = demoClock(a.pack, a.cfg.DemoDate)
		a.db = a.db.WithClock(a.business)
	}
	return nil
}

// kindOf reports whether the database was marked as a demonstration, and whether anything stands in it at all.
func (a *App) kindOf(ctx context.Context) (marked, used bool, err error) {
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		if marked, err = isDone(ctx, tx, stepDemonstration); err != nil {
			return err
		}
		return tx.Scan(ctx, "SELECT EXISTS (SELECT 1 FROM promise_document) OR EXISTS (SELECT 1 FROM identity_account)", nil, &used)
	})
	return marked, used, err
}

func (a *App) openParts(ctx context.Context) (err error) {
	zone := a.pack.Location
	a.queue = jobs.New(a.db, a.cfg.Security)
	if a.places, err = places.Open(ctx, a.db, zone); err != nil {
		return err
	}
	a.places.Tell(a.queue)
	hours, err := hoursOf(a.pack)
	if err != nil {
		return err
	}
	if a.calendar, err = calendar.Open(ctx, a.db, hours); err != nil {
		return err
	}
	a.ids = identity.New(a.db, zone, a.cfg.Security, identity.TreesOf(a.places), identity.WithParams(passwordCost))
	if a.files, err = files.Open(a.cfg.Files, a.cfg.Security); err != nil {
		return err
	}
	a.register = promise.New(a.db, zone, a.calendar, rulesOf(a.pack), units{a.places})
	a.register.Tell(a.queue)
	if a.db.Engine == store.Postgres { // SQLite is for one server
		a.register.Learn(a.followIn)
	}
	return a.openCases(ctx)
}

// applyPack brings the trees to what the pack states and keeps its report, once.
func (a *App) applyPack(ctx context.Context) error {
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		_, err := a.install(ctx, tx, a.pack, a.procedures, heldIn(a.pack), a.pack.Name.ZH)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", a.cfg.PackName, err)
	}
	if a.demo {
		return nil // a demonstration keeps the report together with its review
	}
	return a.keepReport(ctx, promise.Author{Name: a.pack.Name.ZH}, andNothing)
}

// Serve answers on ln until ctx ends, and runs what follows from what is done there.
func (a *App) Serve(ctx context.Context, ln net.Listener) error {
	stop := a.run(ctx)
	defer stop()
	return a.site.Serve(ctx, ln)
}

// Close closes the database.
func (a *App) Close() error {
	if a.db == nil {
		return nil
	}
	return a.db.Close()
}

// Demonstration returns the accounts of a demonstration and their password, or nothing.
func (a *App) Demonstration() *pack.Demonstration {
	if !a.demo {
		return nil
	}
	return a.pack.Demonstration
}

// Texts are the messages of every part.
func (a *App) Texts() *i18n.Catalogue { return a.texts }
