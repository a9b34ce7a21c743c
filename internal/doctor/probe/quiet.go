package probe

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/contract"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/doctor/likeness"
)

// What a message of the service must not carry into a report.
var (
	quotedForm  = regexp.MustCompile("\"[^\"]*\"|“[^”]*”|«[^»]*»|`[^`]*`|'[^']*'|‘[^’]*’")
	addressForm = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://\S+|\S+@\S+\.\S+|www\.\S+`)
	keyForm     = regexp.MustCompile(`(?i)\b(test|live)_\S+|\bbearer\s+\S+`)
	idForm      = regexp.MustCompile(
		`\b[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b[A-Za-z0-9_-]*\d[A-Za-z0-9_-]{7,}\b`)
	digitsForm = regexp.MustCompile(`\d+`)
	markForm   = regexp.MustCompile(probeMark + `-[A-Za-z0-9]+-\d+`)
	// madeForm is how the names begin that a probe gives. A person may begin a name with tf-probe-,
	// too.
	madeForm = regexp.MustCompile(`^` + probeMark + `-[0-9a-f]{8}-\d+`)
	nameForm = regexp.MustCompile(`^[\w .-]{1,80}$`)
)

// quoteLimit is how much of a message is quoted.
const quoteLimit = 200

// quote says what the service answered: status, code, and the message without the texts of anybody.
// Unless all objects of the merchant are known, it leaves out the message.
func (p *prober) quote(r reply) string {
	if r.status == 0 {
		return ""
	}
	text := fmt.Sprintf("The service answered %d", r.status)
	if r.refusal.code != "" {
		text += " " + r.refusal.code
	}
	if len(r.refusal.messages) > 0 && p.listed {
		if message := p.quiet(r.refusal.messages[0]); message != "" {
			text += ": " + message
		}
	}
	return strings.TrimSuffix(text, ".") + "."
}

// quiet takes out of a message what is of the merchant.
func (p *prober) quiet(message string) string {
	message = p.hide(keyForm.ReplaceAllString(message, "…"))
	for _, form := range []*regexp.Regexp{quotedForm, addressForm, idForm, digitsForm} {
		message = form.ReplaceAllString(message, "…")
	}
	message = wordOfMessage.ReplaceAllStringFunc(message, p.plainWord)
	message = strings.Join(strings.FieldsFunc(message, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	if runes := []rune(message); len(runes) > quoteLimit {
		message = string(runes[:quoteLimit]) + "…"
	}
	return message
}

// wordOfMessage is a word of a message. Those of a merchant can be in any language.
var wordOfMessage = regexp.MustCompile(`[\pL\pM_-]+`)

// plainWord returns a word of a message if the contract or a message about a property may have it.
// Any other word may be of the merchant.
func (p *prober) plainWord(word string) string {
	for _, part := range likeness.Words(word) {
		if !p.vocabulary[part] {
			return "…"
		}
	}
	return word
}

// vocabularyOf are the words of the contract, and those of messages about requests, as
// [likeness.Words] returns them.
func vocabularyOf(c *contract.Contract) map[string]bool {
	known := map[string]bool{}
	texts := strings.Fields(messageWords)
	for _, f := range c.Assumptions() {
		for _, text := range []string{f.Kind, f.Operation, f.Property, f.Word} {
			texts = append(texts, wordOfMessage.FindAllString(text, -1)...)
		}
	}
	for _, text := range texts {
		for _, word := range likeness.Words(text) {
			known[word] = true
		}
	}
	return known
}

// messageWords are the words of which validators make their messages.
const messageWords = `a about above already an and another any archived are array as at available be been before
	begin belongs below blank body boolean but by can cannot change changed character characters clear
	code conflict contain contains create created current date delete deleted does duplicate either
	email empty end ended error exactly exist existing exists expected failed field fields for format
	forbidden found from given greater has have header id identifier in input integer invalid is it item
	items json key language least length less limit list live long longer lower match matching maximum
	may method minimum missing more most must name needed needs new no non none not null number numeric
	object of on one only or other out own parameter path patch permission please positive post property
	properties provided published put read refer reference references refers refused request required
	resource resources same set shorter should size some state status string supported taken text than
	that the them there these this time timestamp to too true false type unarchive undefined unique
	unknown unprocessable unsupported update url uri use used user uuid valid validation value values
	was with within without word wrong zero`

// hider replaces the texts of objects that are not ours.
type hider struct {
	// texts is how many there were when it was made.
	texts int
	long  *strings.Replacer
	short *regexp.Regexp
}

// hide replaces the texts of objects that are not ours, the longest first. Very short ones are
// replaced where they are words.
func (p *prober) hide(message string) string {
	if p.hider.long == nil || p.hider.texts != len(p.private) {
		p.hider = newHider(p.private)
	}
	message = p.hider.long.Replace(message)
	if p.hider.short != nil {
		message = p.hider.short.ReplaceAllString(message, "$1…$3")
	}
	return message
}

// newHider prepares the replacement of texts.
func newHider(private map[string]bool) hider {
	texts := sortedNames(private)
	slices.SortStableFunc(texts, func(a, b string) int { return len(b) - len(a) })
	var long, short []string
	for _, text := range texts {
		if len([]rune(text)) < 3 {
			short = append(short, regexp.QuoteMeta(text))
			continue
		}
		quoted := strconv.Quote(text)
		for _, form := range unique([]string{
			text, quoted[1 : len(quoted)-1], html.EscapeString(text),
			strings.ToLower(text),
		}) {
			long = append(long, form, "…")
		}
	}
	h := hider{texts: len(private), long: strings.NewReplacer(long...)}
	if len(short) > 0 {
		h.short = regexp.MustCompile(`(^|[^\pL\pN])(` + strings.Join(short, "|") + `)($|[^\pL\pN])`)
	}
	return h
}

// markIn returns the mark of an object of a probe in a text, such as tf-probe-a1b2-7.
func markIn(text string) string { return markForm.FindString(text) }

// markOfRun reports whether a text is of a run; "" means of any.
func markOfRun(text, run string) bool {
	return run == "" || strings.HasPrefix(text, probeMark+"-"+run+"-")
}

// safeName is the name of an object of a probe. Of a text that a probe did not write, only the
// beginning stays.
func safeName(text string) string {
	if mark := markIn(text); mark != "" && nameForm.MatchString(text) {
		return text
	}
	return probeMark + "-…"
}
