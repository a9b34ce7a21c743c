package population

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// A writer makes up texts, keys and settings.
type writer struct {
	rng     *rand.Rand
	hostile bool
	taken   map[string]map[string]bool // keys by kind, as Terraform sees them
}

func newWriter(seed uint64, hostile bool) *writer {
	return &writer{rand.New(rand.NewPCG(seed, 0)), hostile, map[string]map[string]bool{}}
}

func (w *writer) chance(share float64) bool { return w.rng.Float64() < share }

// between returns a number from low to high.
func (w *writer) between(low, high int) int { return low + w.rng.IntN(high-low+1) }

func pick[T any](w *writer, from ...T) T { return from[w.rng.IntN(len(from))] }

var (
	adjectives = []string{
		"Summer", "Winter", "Golden", "Secret", "First", "Loyal", "Early", "Private", "Green", "Double", "Été",
	}
	nouns = []string{
		"sale", "gift", "club", "welcome", "raffle", "points", "friends", "box", "night", "card", "gâteau",
	}
	languages = []string{"en", "fr", "de", "es", "it", "pt-BR", "zh-Hant-TW", "es-419"}
)

// hostile texts break whoever writes HCL, Markdown or file names without care. None is blank.
var hostile = []string{
	`"`, `say "hi"`, `""`, `'`, "`", `\`, `\n`, `\\"`, `C:\new\table`, `\u0041`,
	"$", "%", "${", "%{", "}", "${var.x}", "$${var.x}", "$$${x}", "%{ if true }x%{ endif }", "%%{ x }", "${~ x ~}",
	`${"${"}`, "${jsonencode({})}", "{{ .x }}", "#{x}",
	"a\r\nb", "a\rb", "a\nb", "a\n\n\nb\n", "\ta\tb\t", " leading", "trailing ", "  both  ", "\u00a0nbsp\u00a0",
	"EOT", "<<EOT", "<<EOT\nx\nEOT", "<<-EOT\n  x\n  EOT\n", "x\nEOT\ny", "EOF", "\nEOF\n", "  EOT  ", "HTML", "<<~EOF",
	"null", "true", "false", "0", "-1", "007", "1e3", "0x1F", "3.10", "NaN", "[]", "{}", "[null]", "~",
	"for_each", "count", "each.value", "self", "var.x", "local.y", "data.x.y", "path.module", "resource", "provider",
	"import", "moved", "if", "for", "in", "terraform", "depends_on", "lifecycle", "dynamic",
	"🎉", "👩‍👩‍👧‍👦", "e\u0301te\u0301", "A\u030angstro\u0308m", "n\u0303", "\ufb01n", "Ω", "𝕏", "日本語", "ｆｕｌｌ",
	"\u202eevil\u202c", "\u200fשלום", "مرحبا 123", "\u200bzero\u200bwidth", "\u2028line", "a\u2029b", "a\ufeffb", "\ufffd",
	"a\u0001b", "\u001b[31mred\u001b[0m", "a\u0008\u0008b", "a\u007fb", "a\u0085b", "a\u000bb\u000cc",
	"<b>x</b>", "&amp; &lt; &#39;", "<!-- x -->", "]]>", "</script><script>", "/* c */", "// c", "# c", "*/", "|", "a|b",
	"[x](y)", "**x**", "---", "=", "a = b", ",", ";", ":", "a:b", "@", "!", "?", "*", "[a-z]*",
	"..", "../../etc/passwd", "a/b", `a\b`, "CON", "a.tf", "-rf", "--help", "$(x)", "%s%d%n",
	"__proto__", "id", "key", "test_x", "live_x",
}

// otherMeanings are keys that mean something else in an import or in an option.
var otherMeanings = []string{
	"id:5", "key:x", "key:id:5", "id:", "key:", "8d116ece-1738-47d9-bd9c-172411e20b8f",
	"00000000-0000-0000-0000-000000000000", "id:8d116ece-1738-47d9-bd9c-172411e20b8f", "perk:*", "*", "**", "a*", "?",
}

// sameNames are keys that become one name when a writer keeps only letters and digits.
var sameNames = []string{
	"Summer Sale", "summer sale", "SUMMER_SALE", "summer-sale", "summer.sale", "Summer  Sale", "Sümmer Sale",
	"summer/sale", "summer sale!", "(summer) sale", "summerSale", "_summer_sale_", "1 summer sale", "été", "ete", "Ete",
	"???", "!!!", "—", "日本", "中国",
}

// line is a short text.
func (w *writer) line() string {
	plain := fmt.Sprintf("%s %s %d", pick(w, adjectives...), pick(w, nouns...), w.between(1, 999))
	if !w.hostile || w.chance(0.3) {
		return plain
	}
	odd := pick(w, hostile...)
	switch w.rng.IntN(4) {
	case 0:
		return odd
	case 1:
		return odd + plain
	case 2:
		return plain + odd
	}
	return plain + odd + pick(w, hostile...) + plain
}

// html is a text of several paragraphs.
func (w *writer) html() string {
	if w.chance(0.4) {
		return "<p>" + w.line() + "</p>"
	}
	paragraphs := w.between(1, 4)
	if w.hostile && w.chance(0.05) {
		paragraphs = 40
	}
	ending := "\n"
	if w.hostile && w.chance(0.3) {
		ending = "\r\n"
	}
	var out strings.Builder
	for range paragraphs {
		fmt.Fprintf(&out, "<p class=%q>%s <strong>%s</strong> &amp; more</p>%s<ul>%s  <li>%s</li>%s</ul>%s",
			"intro", w.line(), w.line(), ending, ending, w.line(), ending, ending)
	}
	if w.chance(0.5) {
		return strings.TrimSpace(out.String())
	}
	return out.String()
}

// localized is a text in several languages.
func (w *writer) localized(codes []string, write func() string) values {
	out := values{}
	for _, code := range codes {
		out[code] = write()
	}
	return out
}

// someLanguages are from one to three languages.
func (w *writer) someLanguages() []string {
	out := make([]string, 0, 3)
	for _, n := range w.rng.Perm(len(languages))[:w.between(1, 3)] {
		out = append(out, languages[n])
	}
	return out
}

// key is a key that no other object of the kind has.
func (w *writer) key(kind string) string {
	wanted := w.line()
	switch {
	case w.hostile && w.chance(0.3):
		wanted = pick(w, sameNames...)
	case w.hostile && w.chance(0.1):
		wanted = pick(w, otherMeanings...)
	case kind == propertiesPath && !w.hostile:
		wanted = strings.ReplaceAll(strings.ToLower(wanted), " ", "_")
	case kind == cohortsPath && !w.hostile:
		wanted = strings.ReplaceAll(strings.ToLower(wanted), " ", "-")
	}
	return w.unique(kind, wanted, " ")
}

// unique appends a number to a key that is taken.
func (w *writer) unique(space, wanted, separator string) string {
	if w.taken[space] == nil {
		w.taken[space] = map[string]bool{}
	}
	taken := w.taken[space]
	out := wanted
	for n := 2; taken[asTerraformSees(out)]; n++ {
		if n == 10 { // The name is popular: counting on would take longer and longer.
			wanted += separator + fmt.Sprintf("%x", w.rng.Uint32())
		}
		out = fmt.Sprintf("%s%s%d", wanted, separator, n)
	}
	taken[asTerraformSees(out)] = true
	return out
}

// asTerraformSees composes letters and accents, as Terraform does with every text, and removes the
// blanks around it, as the service may do.
func asTerraformSees(key string) string { return strings.TrimSpace(norm.NFC.String(key)) }

// slug is a path that no other campaign has.
func (w *writer) slug() string {
	wanted := fmt.Sprintf("%s-%d", pick(w, "summer", "club", "gift", "night"), w.between(1, 9999))
	if w.hostile {
		wanted = pick(w, wanted, "-"+wanted+"-", "a--b", "null", "true", "123", "-", "for-each", "0x1f", "1e3")
	}
	return w.unique("slugs", wanted, "-")
}

// secret is a code. Its first part is in no other text.
func (w *writer) secret() string {
	out := fmt.Sprintf("SECRET-%016X", w.rng.Uint64())
	if w.hostile && w.chance(0.5) {
		out += pick(w, hostile...)
	}
	return out
}

// address is a web address.
func (w *writer) address(extension string) string {
	out := fmt.Sprintf("https://cdn.example.com/%x%s", w.rng.Uint32(), extension)
	if w.hostile {
		out = pick(w, out, "HTTPS://CDN.Example.com/A"+extension, out+"?q=${var.x}&r=%{if}", out+`?a="b"&c='d'#e`,
			out+"?a=1&b=2", "http://[::1]:8080/a"+extension, "https://münchen.example/straße"+extension,
			out+"?"+strings.Repeat("long=1&", 60))
	}
	return out
}

// moment is a time in a year, in one of the forms that the service accepts.
func (w *writer) moment(year int) string {
	day := fmt.Sprintf("%d-%02d-%02d", year, w.between(1, 12), w.between(1, 28))
	return day + pick(w, "T22:59:59.000Z", "T00:00:00Z", "T12:30:00+02:00", "T08:00:00.123456Z", "T18:00:00-05:30")
}

// settings are those of a variant that is not documented.
func (w *writer) settings() values {
	all := values{
		"till": w.chance(0.5), "days": w.between(0, 30), "ratio": float64(w.between(1, 999)) / 1000, "nothing": nil,
		"big": 9007199254740993, "label": w.line(), "zones": []any{"EU", "US", w.line()}, "empty": values{}, "none": []any{},
		"nested": values{"deep": values{"list": []any{1, true, nil, values{"x": w.line()}}}, "b": 1, "a": "é"},
	}
	out := values{}
	for _, name := range sorted(all) {
		if w.chance(0.4) {
			out[name] = all[name]
		}
	}
	if w.hostile {
		out[pick(w, hostile...)] = pick(w, hostile...)
	}
	return out
}
