package casework

import "time"

// Light is how near its end a clock is: red when it is over, yellow in its last quarter.
func Light(now, start, due time.Time, missed bool) string {
	switch {
	case missed || !due.IsZero() && due.Before(now):
		return "red"
	case due.IsZero():
		return "grey"
	case !now.Before(NearDue(start, due)):
		return "yellow"
	}
	return "green"
}

// Light is how a case stands: ended well, ended otherwise, or how near its next clock is to its end.
func (r Row) Light(now time.Time) string {
	switch {
	case r.Outcome == Solved:
		return "closed"
	case r.Outcome != Open:
		return "grey"
	}
	return Light(now, r.OpenedAt, r.DueAt, false)
}
