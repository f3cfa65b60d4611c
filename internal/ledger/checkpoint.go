package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A checkpoint (C2SP tlog-checkpoint) is a signed note of three lines: the origin of the log, how many entries it has, and the root of their
// tree in base64.

func checkpointText(origin string, tree tlog.Tree) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, tree.N, tree.Hash)
}

func signCheckpoint(origin string, tree tlog.Tree, s note.Signer) (string, error) {
	signed, err := note.Sign(&note.Note{Text: checkpointText(origin, tree)}, s)
	return string(signed), err
}

var errNoCheckpoint = errors.New("not a checkpoint of this log")

// openCheckpoint returns the tree of a checkpoint that one of the known keys signed, and that is of the log called origin. An empty origin is
// any. Further lines, which the standard leaves to others, are refused: this log writes none.
func openCheckpoint(signed, origin string, known note.Verifiers) (tlog.Tree, error) {
	n, err := note.Open([]byte(signed), known)
	if err != nil {
		return tlog.Tree{}, err
	}
	of, tree, err := parseCheckpoint(n.Text)
	if err == nil && origin != "" && of != origin {
		err = errNoCheckpoint
	}
	return tree, err
}

func parseCheckpoint(text string) (origin string, tree tlog.Tree, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", tlog.Tree{}, errNoCheckpoint
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || tree.N < 0 || strconv.FormatInt(tree.N, 10) != lines[1] {
		return "", tlog.Tree{}, errNoCheckpoint
	}
	if tree.Hash, err = parseHash(lines[2]); err != nil {
		return "", tlog.Tree{}, errNoCheckpoint
	}
	return lines[0], tree, nil
}

// parseHash reads the one way to write a hash in base64.
func parseHash(s string) (h Hash, err error) {
	data, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(data) != tlog.HashSize || strings.ContainsAny(s, "\r\n") {
		return h, errors.New("not a hash")
	}
	copy(h[:], data)
	return h, nil
}
