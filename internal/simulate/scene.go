package simulate

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"huying/internal/clock"
	"huying/internal/errs"
)

// Scene is a case that is staged, step by step, on the last days before a demonstration's day: so that somebody finds something in particular.
type Scene struct {
	Name  string `yaml:"scene"` // by which what was done in it is known
	Steps []Step `yaml:"steps"` // the first begins the case
}

// Step is what somebody does in a scene. It has one of Opens, Does, Approves and Posts.
type Step struct {
	At  Moment `yaml:"at"`
	Who string `yaml:"who"` // the login of an account of the demonstration; role@unit, for somebody without one; of Posts another system

	Opens    string `yaml:"opens"`    // a procedure
	Behalf   bool   `yaml:"behalf"`   // of Opens: for somebody who called
	Does     string `yaml:"does"`     // an action
	Approves bool   `yaml:"approves"` // what waits for it
	Posts    string `yaml:"posts"`    // a message about an order
	Lost     bool   `yaml:"lost"`     // of Posts: it did not arrive

	Number string         `yaml:"number"` // of an order that is posted
	With   map[string]any `yaml:"with"`   // what is filled in; what is left out is made up where it is asked for
	Rates  map[string]int `yaml:"rates"`  // marks, by party
}

// verbs is how many things a step does.
func (s *Step) verbs() (n int) {
	for _, does := range []bool{s.Opens != "", s.Does != "", s.Approves, s.Posts != ""} {
		if does {
			n++
		}
	}
	return n
}

// begins reports whether a step begins a case.
func (s *Step) begins() bool { return s.Opens != "" || s.Posts == "order" }

// Moment is a time of day, so many working days before or after the day of a demonstration: "-3 10:20" is on the third before.
type Moment struct {
	Days   int
	Minute int
}

var momentText = regexp.MustCompile(`^([+-]\d{1,3}) (\d\d):(\d\d)$`)

// ParseMoment reads a moment, or returns errs.Invalid.
func ParseMoment(text string) (Moment, error) {
	m := momentText.FindStringSubmatch(text)
	if m == nil {
		return Moment{}, errs.New(errs.Invalid, "simulate.moment", "text", text)
	}
	days, derr := strconv.Atoi(m[1])
	hour, herr := strconv.Atoi(m[2])
	minute, merr := strconv.Atoi(m[3])
	if derr != nil || herr != nil || merr != nil || days == 0 || hour > 23 || minute > 59 {
		return Moment{}, errs.New(errs.Invalid, "simulate.moment", "text", text)
	}
	return Moment{days, hour*60 + minute}, nil
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (m *Moment) UnmarshalYAML(read func(any) error) (err error) {
	var text string
	if err := read(&text); err != nil {
		return err
	}
	*m, err = ParseMoment(text)
	return err
}

// On is the moment beside a day, of a calendar that says which days are worked.
func (m Moment) On(day clock.Date, works func(clock.Date) bool, zone *time.Location) time.Time {
	step := 1
	if m.Days < 0 {
		step = -1
	}
	for left := m.Days; left != 0; {
		if day = day.AddDays(step); works(day) {
			left -= step
		}
	}
	return day.In(zone).Add(time.Duration(m.Minute) * time.Minute)
}

// before reports whether a moment comes before another.
func (m Moment) before(other Moment) bool {
	return m.Days < other.Days || m.Days == other.Days && m.Minute < other.Minute
}

// sceneName is what may stand in the id of a message, with the number of its step.
var sceneName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// checkScenes returns what is wrong with scenes by themselves.
func (s *Script) checkScenes() (wrong errs.List) {
	seen := map[string]bool{}
	for i := range s.Scenes {
		scene := &s.Scenes[i]
		switch {
		case !sceneName.MatchString(scene.Name):
			wrong = append(wrong, s.WrongScene(i, -1, "scene", "simulate.scene_name", "name", scene.Name))
		case seen[scene.Name]:
			wrong = append(wrong, s.WrongScene(i, -1, "scene", "simulate.scene_twice", "name", scene.Name))
		}
		seen[scene.Name] = true
		if len(scene.Steps) == 0 {
			wrong = append(wrong, s.WrongScene(i, -1, "", "simulate.scene_begins"))
		}
		for n := range scene.Steps {
			wrong = append(wrong, s.checkStep(i, n)...)
		}
	}
	return wrong
}

func (s *Script) checkStep(scene, n int) (wrong errs.List) {
	steps := s.Scenes[scene].Steps
	step := &steps[n]
	is := func(bad bool, field, key string) {
		if bad {
			wrong = append(wrong, s.WrongScene(scene, n, field, key))
		}
	}
	is(step.verbs() != 1, "", "simulate.scene_verb")
	is(step.begins() != (n == 0), "", "simulate.scene_begins")
	is(step.Who == "", "", "simulate.scene_who")
	is(step.At.Days >= 0, "at", "simulate.scene_at")
	is(n > 0 && !steps[n-1].At.before(step.At), "at", "simulate.scene_order")
	is(step.Posts == "order" && step.Number == "", "", "simulate.scene_number")
	is(step.Lost && (step.Posts != "order" || len(steps) > 1), "lost", "simulate.scene_lost")
	return wrong
}

// WrongScene is an error at a scene of the script, or at a step of it when step is not negative, or at a field of that.
func (s *Script) WrongScene(scene, step int, field, key string, kv ...any) *errs.Error {
	at := fmt.Sprintf("$.scenes[%d]", scene)
	if step >= 0 {
		at += fmt.Sprintf(".steps[%d]", step)
	}
	if field != "" {
		at += "." + field
	}
	return s.file.Wrong(at, key, kv...)
}
