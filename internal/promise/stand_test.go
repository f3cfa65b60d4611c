package promise

import "testing"

func TestWhatIsMetIsWhatTheReportSaid(t *testing.T) {
	for name, c := range map[string]struct {
		op        string
		direction Direction
		value     string
		met       bool
	}{
		"the figure itself keeps a plain promise":         {"=", Higher, "20", true},
		"and one of at least so many":                     {">=", Higher, "20", true},
		"but not one of more than so many":                {">", Higher, "20", false},
		"which a little more keeps":                       {">", Higher, "20.1", true},
		"too little keeps nothing":                        {"=", Higher, "19.9", false},
		"where less is better, the limit keeps it":        {"<=", Lower, "20", true},
		"but not one of less than so many":                {"<", Lower, "20", false},
		"which a little less keeps":                       {"<", Lower, "19.9", true},
		"nothing reported yet is nothing kept":            {">=", Higher, "", false},
		"a figure in words of a sheet is none and is not": {">=", Higher, "很多", false},
	} {
		st := Standing{Target: "20", Value: c.value}
		st.Direction, st.Claim.Op = c.direction, c.op
		if st.Met() != c.met {
			t.Errorf("%s: %s%s, now %q: %v", name, c.op, st.Target, c.value, st.Met())
		}
	}
}
