package simulate

import (
	"embed"

	"huying/internal/errs"
	"huying/internal/strictyaml"
)

// Locales are this package's messages.
//
//go:embed locales/*.json
var Locales embed.FS

// Script is what of a district's cases is played: how many of each procedure, what they are about, and what people say.
type Script struct {
	Procedures map[string]Part     `yaml:"procedures"`
	Says       map[string][]string `yaml:"says"`   // what is filled in for a field of a name, anywhere
	Takes      map[string]string   `yaml:"takes"`  // the value of the case that is filled in for a number, as long as it is above none
	Scenes     []Scene             `yaml:"scenes"` // what is staged beside, in demonstrations

	file *strictyaml.File
}

// Part is the cases of one procedure.
type Part struct {
	AYear float64          `yaml:"a-year"` // cases in a year, at scale 1
	Forms []map[string]any `yaml:"forms"`  // what they are opened with; what a form leaves out is made up where the procedure asks for it
}

// Read reads a script strictly. name is how messages call the file.
func Read(name string, data []byte) (*Script, error) {
	s := &Script{}
	f, err := strictyaml.Decode(name, data, s)
	if err != nil {
		return nil, err
	}
	s.file = f
	wrong := s.checkScenes()
	for key, p := range s.Procedures {
		if p.AYear < 0 || p.AYear > mostAYear {
			wrong = append(wrong, f.Wrong("$.procedures."+key+".a-year", "simulate.a_year", "most", mostAYear))
		}
	}
	return s, wrong.Err()
}

// mostAYear bounds the cases of one procedure at scale 1.
const mostAYear = 1_000_000

// Wrong is an error at a procedure of the script.
func (s *Script) Wrong(procedure, key string, kv ...any) *errs.Error {
	return s.file.Wrong("$.procedures."+procedure, key, kv...)
}
