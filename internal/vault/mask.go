package vault

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Kind is what sort of personal data a value is, by which it is shown in part.
type Kind string

const (
	Name    Kind = "name"
	Phone   Kind = "phone"
	IDCard  Kind = "id"
	Address Kind = "address"
	Email   Kind = "email"
)

// hidden stands for what is not shown at all: it does not tell how long it is.
const hidden = "****"

// Mask shows as much of a value as somebody needs who knows it already, and who may not see it. What it does not recognise it hides
// altogether, and an empty value stays empty.
func Mask(kind Kind, value string) string {
	value = strings.TrimSpace(strings.ToValidUTF8(value, ""))
	if value == "" {
		return ""
	}
	switch kind {
	case Name:
		return MaskName(value)
	case Phone:
		return MaskPhone(value)
	case IDCard:
		return MaskIDCard(value)
	case Address:
		return MaskAddress(value)
	case Email:
		return MaskEmail(value)
	}
	return hidden
}

// MaskName keeps the first character of a Chinese name, with a star for each other one up to three: 张三丰 is 张**. Of a name in letters it
// keeps the first: John Smith is J***. A name of one character is hidden.
func MaskName(name string) string {
	first, rest := firstCharacter(strings.TrimSpace(strings.ToValidUTF8(name, "")))
	switch n := count(rest); {
	case first == "":
		return ""
	case n == 0:
		return "*"
	case isIdeograph(first):
		return first + strings.Repeat("*", min(n, 3))
	default:
		return first + "***"
	}
}

// firstCharacter cuts off the first character as people see it: a letter with the marks on it.
func firstCharacter(s string) (first, rest string) {
	for i, r := range s {
		if i > 0 && !isMark(r) {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func count(s string) (n int) {
	for _, r := range s {
		if !isMark(r) {
			n++
		}
	}
	return n
}

func isMark(r rune) bool { return unicode.In(r, unicode.M, unicode.Cf) }

func isIdeograph(s string) bool {
	for _, r := range s {
		return unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Yi)
	}
	return false
}

var (
	phonePunctuation = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "–", "", "—", "")
	countryCode      = regexp.MustCompile(`^(?:\+|00)86`)
	mobile           = regexp.MustCompile(`^(?:86)?(1\d{2})\d{4}(\d{4})$`)
	landline         = regexp.MustCompile(`^(0(?:10|2\d|[3-9]\d{2}))\d{4,5}(\d{3})$`)
	longNumber       = regexp.MustCompile(`^\+?\d{4,}(\d{3})$`)
)

// MaskPhone shows 138****5678 of a mobile number, the area code and the last three digits of a landline (0756-****888), and the last
// three of another number of seven digits or more.
func MaskPhone(phone string) string {
	digits := phonePunctuation.Replace(norm.NFKC.String(strings.ToValidUTF8(phone, "")))
	digits = countryCode.ReplaceAllString(digits, "")
	if m := mobile.FindStringSubmatch(digits); m != nil {
		return m[1] + hidden + m[2]
	}
	if m := landline.FindStringSubmatch(digits); m != nil {
		return m[1] + "-" + hidden + m[2]
	}
	if m := longNumber.FindStringSubmatch(digits); m != nil {
		return hidden + m[1]
	}
	return hidden
}

var document = regexp.MustCompile(`^[0-9A-Za-z]{6,20}$`)

// MaskIDCard shows the first and the last character of an identity number, a passport or a permit: neither where somebody is from nor
// when they were born.
func MaskIDCard(number string) string {
	n := strings.TrimSpace(norm.NFKC.String(strings.ToValidUTF8(number, "")))
	if !document.MatchString(n) {
		return hidden
	}
	return n[:1] + strings.Repeat("*", len(n)-2) + n[len(n)-1:]
}

// levels end the part of an address that may be shown, from near to far: the community or village, the town, the district, the city.
// 小区, 园区 and 新村 name a block of houses and are none of them.
var levels = []*regexp.Regexp{
	regexp.MustCompile(`^.*?(?:社区|居委会|居民委员会|村委会|村民委员会|[^新小]村)`),
	regexp.MustCompile(`^.*?(?:街道|镇|乡)`),
	regexp.MustCompile(`^.*?(?:[^小园社]区|县|旗)`),
	regexp.MustCompile(`^.*?(?:市|自治州|盟)`),
}

// MaskAddress shows an address down to the community (社区, 村), or to the nearest level above it that is named. Where a number comes first,
// what is before it counts.
func MaskAddress(address string) string {
	a := strings.TrimSpace(strings.ToValidUTF8(address, ""))
	if a == "" {
		return ""
	}
	named := a
	if i := strings.IndexFunc(a, unicode.IsNumber); i >= 0 {
		named = a[:i]
	}
	for _, level := range levels {
		if shown := level.FindString(named); shown != "" {
			return shown + hidden
		}
	}
	return hidden
}

// MaskEmail shows the first character and the domain of an address.
func MaskEmail(email string) string {
	name, domain, ok := strings.Cut(strings.TrimSpace(strings.ToValidUTF8(email, "")), "@")
	first, _ := firstCharacter(name)
	if !ok || first == "" || domain == "" || strings.Contains(domain, "@") {
		return hidden
	}
	return first + "***@" + domain
}
