package ledgerweb

import (
	"context"

	"huying/internal/ledger"
	"huying/internal/web"
)

// facts are what can be said of the log in a few lines.
func facts(ctx context.Context, v view) []web.Pair {
	return []web.Pair{
		{Name: web.T(ctx, "ledgerweb.origin"), Value: hash(v.Origin)},
		{Name: web.T(ctx, "ledgerweb.size"), Value: web.Text(web.T(ctx, "ledgerweb.entries", "n", v.Size, "many", web.Int(v.Size)))},
		{Name: web.T(ctx, "ledgerweb.signed"), Value: web.Text(web.Moment(ctx, v.Signed))},
		{Name: web.T(ctx, "ledgerweb.waiting"), Value: web.Text(web.T(ctx, "ledgerweb.entries", "n", v.Waiting, "many", web.Int(v.Waiting)))},
	}
}

func keyTitle(ctx context.Context, i int, k ledger.PublicKey) string {
	since := web.Moment(ctx, k.Since)
	if i == 0 {
		return web.T(ctx, "ledgerweb.key_now", "id", k.ID, "since", since)
	}
	return web.T(ctx, "ledgerweb.key_before", "id", k.ID, "since", since)
}
