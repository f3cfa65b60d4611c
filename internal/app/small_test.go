package app

import (
	"log/slog"
	"path/filepath"
	"testing"
	"testing/fstest"

	"huying/internal/casework"
	"huying/internal/clock"
	"huying/internal/identity"
	"huying/internal/store"
	"huying/internal/store/storetest"
	"huying/internal/web/webtest"
)

// small is the district that an author of a pack begins with, in earnest, with the people of its lamps.
type small struct {
	*App
	t    *testing.T
	base string
	ids  map[string]int64
	seen map[string]*visitor
}

const starterDir = "../pack/starter"

// staffed are the people of a small district.
var staffed = []struct {
	login, unit, place string
	role               identity.Role
}{
	{"chief", "construction", "", identity.Head}, {"anna", "construction", "", identity.Clerk}, {"bruno", "construction", "", identity.Clerk},
	{"clara", "office", "", identity.Clerk}, {"east", "east-office", "east", "community.officer"},
	{"system", "", "", identity.SysAdmin}, {"security", "", "", identity.SecAdmin}, {"auditor", "", "", identity.AuditAdmin},
}

// districts runs f on a small district on each engine. change may change the pack before it is opened.
func districts(t *testing.T, change func(fstest.MapFS), f func(t *testing.T, s *small)) {
	t.Helper()
	open := func(database string) func(*testing.T) {
		return func(t *testing.T) {
			folder := folderAt(t, starterDir)
			if change != nil {
				change(folder)
			}
			dir := t.TempDir()
			url := database
			if url == "" {
				url = sqliteIn(dir)
			}
			a := openWith(t, Config{Database: url, Files: filepath.Join(dir, "files"), Pack: folder, PackName: "pack", Log: slog.New(slog.DiscardHandler),
				Assets: webtest.Assets()})
			s := &small{App: a, t: t, ids: map[string]int64{}, seen: map[string]*visitor{}}
			s.hire()
			s.base = serve(t, a)
			f(t, s)
		}
	}
	t.Run("sqlite", open(""))
	t.Run("postgres", func(t *testing.T) { open(storetest.PostgresURL(t))(t) })
}

func (s *small) hire() {
	s.t.Helper()
	err := s.db.Write(ctx, func(tx *store.Tx) error {
		for _, p := range staffed {
			spec := identity.Spec{Login: p.login, Name: p.login, Unit: p.unit, Password: password,
				Grants: []identity.Grant{{Role: p.role, Unit: p.unit, Place: p.place, From: clock.Date{Year: 2021, Month: 1, Day: 1}}}}
			id, _, err := s.App.ids.EnsureAccount(ctx, tx, spec)
			if err != nil {
				return err
			}
			s.ids[p.login] = id
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(s.texts.Error("en", err), err)
	}
}

// as is somebody's browser; "" is nobody's.
func (s *small) as(login string) *visitor {
	s.t.Helper()
	if s.seen[login] == nil {
		s.seen[login] = visit(s.t, s.base, login)
	}
	return s.seen[login]
}

// lamp is a case that the officer of the east opened.
func (s *small) lamp(title string) *casework.Case {
	s.t.Helper()
	actor, err := s.App.ids.Actor(ctx, s.ids["east"])
	if err != nil {
		s.t.Fatal(err)
	}
	form := casework.Data{"title": title, "place": "east", "description": "东门的路灯三天不亮了"}
	done, err := s.cases.Open(ctx, casework.Asker{Actor: actor}, "street-light", casework.OpenCase{Form: form, Channel: "web"})
	if err != nil {
		s.t.Fatal(s.texts.Error("en", err))
	}
	return done.Case
}

func (s *small) actor(login string) *identity.Actor {
	s.t.Helper()
	a, err := s.App.ids.Actor(ctx, s.ids[login])
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// to is somebody to whom a duty is handed.
func to(a *identity.Actor) *casework.Actor {
	by := casework.ActorOf(casework.Asker{Actor: a})
	return &by
}
