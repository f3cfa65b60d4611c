// Package situationweb shows what situation puts together: the front page, and a year in one picture (一图读懂).
package situationweb

import (
	"context"
	"embed"

	"huying/internal/i18n"
	"huying/internal/situation"
	"huying/internal/web"
)

// Locales are this package's texts.
//
//go:embed locales/*.json
var Locales embed.FS

// Source gives the figures; app fills them in from the capabilities.
type Source interface {
	// Picture is the picture of a year, in a language; year 0 is the latest. It returns errs.NotFound when nothing was promised for it.
	Picture(ctx context.Context, lang i18n.Lang, year int) (situation.Picture, error)
	// Front is what the front page shows beside it.
	Front(ctx context.Context, lang i18n.Lang) (situation.Front, error)
}

// Routes are the pages over src.
func Routes(src Source) []web.Route { return nil }

// Nav is the part of the navigation that leads here.
var Nav = []web.NavItem{
	{Key: "home", Href: "/", Text: "situationweb.home", Need: web.Everyone},
	{Key: "picture", Href: "/picture", Text: "situationweb.picture", Need: web.Everyone},
}
