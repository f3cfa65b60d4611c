package pack

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"huying/internal/strictyaml"
)

// Roles are the roles that a demonstration's account may have. They are those of package identity, which this one does not know: app's
// test holds the two against each other.
var Roles = []string{"supervisor", "leader", "head", "clerk", "sysadmin", "secadmin", "auditadmin"}

// minPassword and minDistinct are what accounts ask of a password.
const (
	minPassword = 10
	minDistinct = 5
	maxName     = 60
)

var (
	keyText     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	hotlineText = regexp.MustCompile(`^\+?[0-9][0-9 -]{2,19}$`)
	loginText   = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,63}$`)
	periodText  = regexp.MustCompile(`^(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]):[0-5][0-9]$`)
)

// checkMain checks what pack.yaml says by itself.
func (c *checker) checkMain(m *mainFile) {
	if !keyText.MatchString(m.Pack) {
		c.wrong(c.main, "$.pack", "pack.bad_key", "key", m.Pack)
	}
	c.checkName(c.main, "$.name", m.Name.ZH)
	zone, err := time.LoadLocation(m.Zone)
	if err != nil || m.Zone == "" || m.Zone == "Local" {
		c.wrong(c.main, "$.zone", "pack.bad_zone", "zone", m.Zone)
	}
	c.zone = zone
	if m.Hotline != "" && !hotlineText.MatchString(m.Hotline) {
		c.wrong(c.main, "$.hotline", "pack.bad_hotline", "text", m.Hotline)
	}
	c.checkHours(m.Hours)
	c.checkReport(&m.Report)
	c.checkFolder(m.Report.File)
	if m.Supervision != nil {
		c.checkSupervision(m.Supervision)
	}
	if m.Demonstration != nil {
		c.checkDemonstration(m.Demonstration)
	}
}

// checkName holds that a name is there and can be shown on one line.
func (c *checker) checkName(f *strictyaml.File, at, name string) {
	switch {
	case strings.TrimSpace(name) == "":
		c.wrong(f, at, "pack.no_name")
	case utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, unicode.IsControl):
		c.wrong(f, at, "pack.bad_name", "limit", maxName)
	}
}

// checkDay holds that a day is a date, and returns whether it is.
func (c *checker) checkDay(f *strictyaml.File, at string, d Day) bool {
	if d.bad != "" {
		c.wrong(f, at, "pack.bad_date", "date", d.bad)
	}
	return d.bad == ""
}

// checkHours holds that each stretch ends after it begins and begins after the one before.
func (c *checker) checkHours(hours []string) {
	if len(hours) == 0 {
		c.wrong(c.main, "$.hours", "pack.no_hours")
	}
	before := ""
	for i, h := range hours {
		at := fmt.Sprintf("$.hours[%d]", i)
		from, to, _ := strings.Cut(h, "-")
		switch {
		case !periodText.MatchString(h):
			c.wrong(c.main, at, "pack.bad_hours", "hours", h)
		case to <= from: // hh:mm sorts as text
			c.wrong(c.main, at, "pack.hours_end_first", "hours", h)
		case from < before:
			c.wrong(c.main, at, "pack.hours_overlap", "hours", h)
		}
		before = to
	}
}

// checkReport holds that the report says where it is from, and that its file is there.
func (c *checker) checkReport(r *Report) {
	if r.Title == "" || r.By == "" || r.Source == "" {
		c.wrong(c.main, "$.report", "pack.no_provenance")
	}
	if r.Year < 1949 || r.Year > 2200 {
		c.wrong(c.main, "$.report.year", "pack.bad_year", "year", r.Year)
	}
	if c.checkDay(c.main, "$.report.date", r.Date) && r.Date.IsZero() {
		c.wrong(c.main, "$.report.date", "pack.no_report_date")
	}
	if !fs.ValidPath(r.File) || strings.Contains(r.File, "/") || r.File == "." {
		c.wrong(c.main, "$.report.file", "pack.bad_report_file", "file", r.File)
		return
	}
	data, err := c.read(r.File, MaxReport)
	switch {
	case err != nil:
		c.wrong(c.main, "$.report.file", "pack.report_unreadable", "why", err)
	case len(data) == 0:
		c.wrong(c.main, "$.report.file", "pack.report_empty", "file", r.File)
	}
	c.report = data
}

// checkSupervision holds that red is further than yellow, and that a report can fall due in each month.
func (c *checker) checkSupervision(s *Supervision) {
	const lights = "$.supervision.lights"
	if s.ReportDay < 1 || s.ReportDay > 28 {
		c.wrong(c.main, "$.supervision.report-day", "pack.bad_report_day", "day", s.ReportDay)
	}
	l := s.Lights
	if l.NodeSoon < 0 || l.NodeSoon > 250 {
		c.wrong(c.main, lights+".node-soon", "pack.bad_node_soon", "n", l.NodeSoon)
	}
	if l.BehindYellow < 0 || l.BehindRed <= l.BehindYellow || l.BehindRed > 100 {
		c.wrong(c.main, lights+".behind-red", "pack.bad_behind", "yellow", l.BehindYellow, "red", l.BehindRed)
	}
	if l.MissedYellow < 1 || l.MissedRed <= l.MissedYellow {
		c.wrong(c.main, lights+".missed-red", "pack.bad_missed", "yellow", l.MissedYellow, "red", l.MissedRed)
	}
}

// checkDemonstration checks the accounts but for their units, which units.yaml knows.
func (c *checker) checkDemonstration(d *Demonstration) {
	if c.checkDay(c.main, "$.demonstration.date", d.Date) && d.Date.IsZero() {
		c.wrong(c.main, "$.demonstration", "pack.no_demo_date")
	}
	if len(d.Accounts) > MaxAccounts {
		c.wrong(c.main, "$.demonstration.accounts", "pack.too_many", "limit", MaxAccounts, "n", len(d.Accounts))
		return
	}
	distinct := map[rune]bool{}
	for _, r := range d.Password {
		distinct[r] = true
	}
	if len(d.Accounts) > 0 && (utf8.RuneCountInString(d.Password) < minPassword || len(distinct) < minDistinct) {
		c.wrong(c.main, "$.demonstration.password", "pack.weak_password", "least", minPassword)
	}
	seen := map[string]bool{}
	for i, a := range d.Accounts {
		at := fmt.Sprintf("$.demonstration.accounts[%d]", i)
		switch {
		case !loginText.MatchString(a.Login):
			c.wrong(c.main, at+".login", "pack.bad_login", "login", a.Login)
		case seen[a.Login]:
			c.wrong(c.main, at+".login", "pack.duplicate_login", "login", a.Login)
		case strings.Contains(strings.ToLower(d.Password), a.Login):
			c.wrong(c.main, at+".login", "pack.password_has_login", "login", a.Login)
		}
		seen[a.Login] = true
		c.checkName(c.main, at+".name", a.Name.ZH)
		if known := slices.Concat(Roles, c.ownRoles); !slices.Contains(known, a.Role) {
			c.wrong(c.main, at+".role", "pack.unknown_role", "role", a.Role, "known", strings.Join(known, ", "))
		}
	}
}
