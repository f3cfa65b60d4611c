package casework

// Kind is what a field holds, which decides how a page asks for it.
type Kind string

const (
	TextField   Kind = "text"
	LongText    Kind = "long"
	ChoiceField Kind = "choice"
	ManyChoices Kind = "choices"
	YesNo       Kind = "yes-no"
	WholeNumber Kind = "whole"
	Decimal     Kind = "number"
	Money       Kind = "money" // in fen
	DateField   Kind = "date"
	PlaceField  Kind = "place"  // the key of a place
	UnitField   Kind = "unit"   // the key of a unit
	UnitsField  Kind = "units"  // keys of units
	PersonField Kind = "person" // a number of an account
	Photos      Kind = "photos" // SHA-256 names of files
	Files       Kind = "files"
	Table       Kind = "table" // rows of further fields
)

// formats are the formats of JSON Schema that stand for a kind, with the type they go with.
var formats = map[string]struct {
	typ  string
	kind Kind
}{
	"text":   {"string", LongText},
	"date":   {"string", DateField},
	"place":  {"string", PlaceField},
	"unit":   {"string", UnitField},
	"units":  {"array", UnitsField},
	"person": {"integer", PersonField},
	"money":  {"integer", Money},
	"photos": {"array", Photos},
	"files":  {"array", Files},
}

// promiseFormat is the format of a text that is the number of a promise.
const promiseFormat = "promise"

// builtin are the fields that every action may ask for by name.
const builtin = `{
  "note":     {"title": "说明", "x-en": "Note", "type": "string", "format": "text", "minLength": 1, "maxLength": 4000},
  "reason":   {"title": "理由", "x-en": "Reason", "type": "string", "format": "text", "minLength": 1, "maxLength": 4000},
  "answer":   {"title": "答复", "x-en": "Answer", "type": "string", "format": "text", "minLength": 1, "maxLength": 20000},
  "photo":    {"title": "照片", "x-en": "Photographs", "type": "array", "format": "photos", "minItems": 1, "maxItems": 9},
  "document": {"title": "文件", "x-en": "Documents", "type": "array", "format": "files", "minItems": 1, "maxItems": 9},
  "evidence": {"title": "佐证（照片或文件）", "x-en": "Evidence (photographs or documents)", "type": "array", "format": "files", "minItems": 1, "maxItems": 9},
  "unit":     {"title": "单位", "x-en": "Unit", "type": "string", "format": "unit"},
  "units":    {"title": "单位", "x-en": "Units", "type": "array", "format": "units", "minItems": 1, "maxItems": 30},
  "person":   {"title": "人员", "x-en": "Person", "type": "integer", "format": "person"},
  "date":     {"title": "日期", "x-en": "Date", "type": "string", "format": "date"},
  "amount":   {"title": "金额", "x-en": "Amount", "type": "integer", "format": "money", "minimum": 0}
}`
