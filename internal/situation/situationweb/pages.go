// Package situationweb shows what situation puts together: the front page, and a year in one picture (一图读懂).
package situationweb

import (
	"bytes"
	"context"
	"embed"
	"net/http"
	"strconv"
	"strings"
	"time"

	"huying/internal/errs"
	"huying/internal/i18n"
	"huying/internal/situation"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Nav is the part of the navigation that leads here.
var Nav = []web.NavItem{
	{Key: "home", Href: "/", Text: "situationweb.home", Need: web.Everyone, Group: web.NavPromises, Front: web.Visitors},
	{Key: "picture", Href: "/picture", Text: "situationweb.picture", Need: web.Everyone, Group: web.NavPromises, Front: web.Visitors},
}

// Source gives the figures; app fills them in from the capabilities.
type Source interface {
	// Picture is the picture of a year, in a language; year 0 is the latest. It returns errs.NotFound when nothing was promised for it.
	Picture(ctx context.Context, lang i18n.Lang, year int) (situation.Picture, error)
	// Front is what the front page shows beside it. Its Total is 0 when nothing has been entered.
	Front(ctx context.Context, lang i18n.Lang) (situation.Front, error)
}

type pages struct{ src Source }

// Routes are the pages over src.
func Routes(src Source) []web.Route {
	h := &pages{src}
	return []web.Route{
		{Pattern: "GET /{$}", Need: web.Everyone, Handle: h.home},
		{Pattern: "GET /picture", Need: web.Everyone, Handle: h.picture},
		{Pattern: "GET /picture.svg", Need: web.Everyone, Handle: h.file, Limit: 20 * time.Second},
	}
}

func (h *pages) home(r *web.Request) error {
	f, err := h.src.Front(r.Context(), r.Lang)
	if err != nil {
		return err
	}
	page := web.Page{Nav: "home", Description: r.T("situationweb.home_description")}
	if f.Total == 0 {
		return r.Render(http.StatusOK, page, emptyHome(local(f.Doors.SignIn)))
	}
	return r.Render(http.StatusOK, page, homePage(newHome(r, f)))
}

// asked is the year that a picture is asked for; 0 is the latest. What is no year has no picture.
func asked(r *web.Request) (int, error) {
	q := r.Query("year")
	if q == "" {
		return 0, nil
	}
	year, err := strconv.Atoi(q)
	if err != nil || year < 1 || year > 9999 {
		return 0, errs.New(errs.NotFound, "situationweb.no_year", "year", q)
	}
	return year, nil
}

// drawn is the picture that the request asks for, with every word that the source left to the page.
func (h *pages) drawn(r *web.Request) (situation.Picture, error) {
	year, err := asked(r)
	if err != nil {
		return situation.Picture{}, err
	}
	p, err := h.src.Picture(r.Context(), r.Lang, year)
	if errs.Is(err, errs.NotFound) && year > 0 {
		return p, errs.New(errs.NotFound, "situationweb.no_year", "year", strconv.Itoa(year))
	}
	p.Words = words(r.T, p)
	for i, t := range p.Totals {
		if t.Light == "" && t.Label == "" {
			p.Totals[i].Label = r.T("situationweb.promises_counted", "n", t.N)
		}
	}
	return p, err
}

func (h *pages) picture(r *web.Request) error {
	p, err := h.drawn(r)
	page := web.Page{Title: r.T("situationweb.picture"), Nav: "picture", Wide: true, Description: r.T("situationweb.picture_description")}
	if errs.Is(err, errs.NotFound) && r.Query("year") == "" {
		return r.Render(http.StatusOK, page, emptyPicture())
	}
	if err != nil {
		return err
	}
	var sheet strings.Builder
	if err := p.WriteSVG(&sheet, ""); err != nil {
		return err
	}
	if p.Title != "" {
		page.Title = p.Title
	}
	return r.Render(http.StatusOK, page, picturePage(pictureView{Picture: p, Sheet: sheet.String(), File: fileOf(r, p.Year)}))
}

// fileOf is the address of a year's picture as a file. It names the year, so that a link that is passed on keeps leading there.
func fileOf(r *web.Request, year int) string {
	if year == 0 {
		return "/picture.svg"
	}
	return "/picture.svg?year=" + strconv.Itoa(year)
}

func (h *pages) file(r *web.Request) error {
	p, err := h.drawn(r)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	file.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	if err := p.WriteSVG(&file, r.Address()); err != nil {
		return err
	}
	name := r.T("situationweb.file_name")
	if p.Year > 0 {
		name += " " + strconv.Itoa(p.Year)
	}
	return r.Send("image/svg+xml", name+".svg", &file)
}

// words are the picture's own words: those that the source gave, the rest in the reader's language.
func words(say func(string, ...any) string, p situation.Picture) situation.Words {
	w := p.Words
	for _, word := range []struct {
		to  *string
		key string
		n   int
	}{
		{&w.Heads, "situationweb.heads", len(p.Heads)},
		{&w.Themes, "situationweb.themes", len(p.Themes)},
		{&w.Matters, "situationweb.matters", len(p.Matters)},
		{&w.Now, "situationweb.now", 0},
		{&w.Done, "situationweb.done", 0},
		{&w.Cells, "situationweb.cells_mean", 0},
		{&w.Plan, "situationweb.plan_means", 0},
		{&w.Demo, "web.demo_data", 0},
	} {
		if *word.to == "" {
			*word.to = say(word.key, "n", word.n)
		}
	}
	if w.Lights == nil {
		w.Lights = map[string]string{}
		for _, l := range web.Lights {
			w.Lights[l] = say("web.light." + l)
		}
	}
	return w
}
