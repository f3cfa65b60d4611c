package ledgerweb

import (
	"bytes"

	"golang.org/x/mod/sumdb/tlog"

	"huying/internal/errs"
	"huying/internal/web"
)

// height of the tiles of C2SP tlog-tiles, and the number of hashes in a full one.
const (
	height = 8
	full   = 1 << height
)

// tile sends a tile of hashes, or with the level "entries" a bundle of entries. Neither ever changes: a tile that is not full yet has its width
// in its name.
func (h *pages) tile(r *web.Request) error {
	t, entries, ok := parseTile(r.PathValue("level"), r.PathValue("rest"))
	if !ok {
		return errs.New(errs.NotFound, "ledger.no_tile")
	}
	var data []byte
	var err error
	if entries {
		data, err = h.log.Entries(r.Context(), t.N, t.W)
	} else {
		data, err = h.log.Tile(r.Context(), t.L, t.N, t.W)
	}
	if err != nil {
		return err
	}
	kept := "public, max-age=31536000, immutable"
	if t.W < full {
		kept = "public, max-age=86400" // nobody asks for it for long
	}
	r.Writer().Header().Set("Cache-Control", kept)
	return r.Send("application/octet-stream", "", bytes.NewReader(data))
}

// parseTile reads "0", "x001/234" or "x001/234.p/8". Package tlog writes the height before the level, and "data" where the standard has
// "entries"; there is one way to write a tile, and any other is none.
func parseTile(level, rest string) (t tlog.Tile, entries, ok bool) {
	switch level {
	case "entries":
		level = "data"
	case "data":
		return t, false, false
	}
	t, err := tlog.ParseTilePath("tile/8/" + level + "/" + rest)
	return t, t.L < 0, err == nil
}
