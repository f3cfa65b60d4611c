package drill

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DutyText is a duty as a drill says it: report-in construction 2021-11-22 10:06. What it leaves out is not looked at, but that a duty of
// which no status is said is due, where all that is owed is listed.
type DutyText struct {
	name        string
	n           int // 0: not said
	owner       string
	due         Moment
	stopped     bool
	status      string
	provisional bool
	claimed     string
	written     string
	wrong       bool
}

// The words for how a duty stands.
const (
	statusDue       = "due"
	statusLate      = "late" // missed, and still to be done
	statusMet       = "met"
	statusMissed    = "missed" // whether it was done later or not
	statusWithdrawn = "withdrawn"
)

var (
	dutyName   = regexp.MustCompile(`^([a-z][a-z0-9-]*)(?:#([1-9]\d?))?$`)
	dutyStates = []string{statusDue, statusLate, statusMet, statusMissed, statusWithdrawn}
)

// parseDuty reads a duty; wrong says that it is none.
func parseDuty(s string) DutyText {
	d := DutyText{written: s, wrong: true}
	words := strings.Fields(s)
	if len(words) < 2 {
		return d
	}
	m := dutyName.FindStringSubmatch(words[0])
	if m == nil {
		return d
	}
	d.name, d.owner = m[1], words[1]
	d.n, _ = strconv.Atoi(m[2]) // two digits or nothing: the pattern saw to it
	words = words[2:]
	if len(words) > 1 {
		if at, ok := parseMoment(words[0] + " " + words[1]); ok {
			d.due, words = at, words[2:]
		}
	}
	d.wrong = !d.words(words)
	return d
}

// words reads what is said of a duty behind its owner and its due time.
func (d *DutyText) words(words []string) bool {
	for len(words) > 0 {
		switch w := words[0]; {
		case w == "stopped" && d.due.IsZero():
			d.stopped = true
		case w == "provisional":
			d.provisional = true
		case w == "claimed" && len(words) > 1:
			d.claimed, words = words[1], words[1:]
		case slices.Contains(dutyStates, w) && d.status == "":
			d.status = w
		default:
			return false
		}
		words = words[1:]
	}
	return true
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler. What is wrong is said by the check, which knows the line.
//
// In a list inside of {…} the YAML library takes the colon of 17:30 for that of a key; it is put together again.
func (d *DutyText) UnmarshalYAML(read func(any) error) error {
	var parts Values
	if read(&parts) == nil && len(parts) == 1 {
		rest := fmt.Sprint(parts[0].Value)
		if len(rest) == 1 { // the minutes 05, read as a number
			rest = "0" + rest
		}
		*d = parseDuty(fmt.Sprintf("%v:%s", parts[0].Key, rest))
		return nil
	}
	var s string
	if err := read(&s); err != nil {
		return err
	}
	*d = parseDuty(s)
	return nil
}

// is reports whether a duty of a case is the one that is meant.
func (d DutyText) is(o *duty, people names, now time.Time, zone *time.Location) bool {
	switch {
	case d.name != o.Name, d.n != 0 && d.n != max(o.N, 1), d.owner != people.member(o.Owner):
		return false
	case d.stopped && !o.Due.IsZero(), !d.due.IsZero() && !d.due.in(now, zone).Equal(o.Due.Truncate(time.Minute)):
		return false
	case d.provisional && !o.Provisional, d.claimed != "" && d.claimed != people.person(o.Claimed):
		return false
	}
	return d.status == "" || d.status == o.Status || d.status == statusLate && o.late()
}

// late reports whether it was missed and is still to be done.
func (o *duty) late() bool { return o.Status == statusMissed && o.Outstanding }

// say is a duty of a case in the words of a drill.
func (o *duty) say(people names, zone *time.Location) string {
	words := []string{o.Name}
	if o.N > 0 {
		words[0] += "#" + strconv.Itoa(o.N)
	}
	words = append(words, people.member(o.Owner))
	switch {
	case !o.Due.IsZero():
		words = append(words, o.Due.In(zone).Format(minute))
	case o.Outstanding:
		words = append(words, "stopped")
	}
	switch {
	case o.late():
		words = append(words, statusLate)
	case o.Status != statusDue:
		words = append(words, o.Status)
	}
	if o.Provisional {
		words = append(words, "provisional")
	}
	if o.Claimed != 0 {
		words = append(words, "claimed", people.person(o.Claimed))
	}
	return strings.Join(words, " ")
}

// names are the people of a play by the ids of their accounts.
type names map[int64]string

func (n names) person(id int64) string {
	if name, ok := n[id]; ok {
		return name
	}
	return "person:" + strconv.FormatInt(id, 10)
}

// member is a member of a party in the words of a drill: the key of a unit, the name of a person, caller, or caller#2.
func (n names) member(m string) string {
	kind, rest, _ := strings.Cut(m, ":")
	switch {
	case kind == "unit":
		return rest
	case m == "caller:1":
		return "caller"
	case kind == "caller":
		return "caller#" + rest
	case kind == "person":
		if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
			return n.person(id)
		}
	}
	return m
}

func (n names) members(list []string) []string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = n.member(m)
	}
	return out
}
