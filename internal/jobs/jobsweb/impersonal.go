package jobsweb

import (
	"regexp"
	"strings"
)

// mostShown is how many characters of an error are shown.
const mostShown = 200

// personal is what in an error may tell of a person: what is quoted, the values of a message, what is no English (a name, what somebody
// wrote), an address of mail, a long number (of a telephone, of an identity card).
var personal = regexp.MustCompile("\"[^\"]*\"?|`[^`]*`?|'[^']*'|“[^”]*”?|《[^》]*》?|map\\[.*\\]|map\\[.*|[^\\s@]+@[^\\s@]+|[^\\x00-\\x7f]+|[0-9][0-9 -]{4,}[0-9][0-9Xx]*")

// impersonal is the first line of an error without what may tell of a person, as far as a person needs it to see what is broken. The log has
// the whole.
func impersonal(text string) string {
	line, _, more := strings.Cut(text, "\n")
	line = personal.ReplaceAllString(line, "…")
	if cut := []rune(line); len(cut) > mostShown {
		line, more = string(cut[:mostShown]), true
	}
	if more {
		line += " …"
	}
	return line
}
