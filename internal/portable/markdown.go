package portable

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// MarkdownCode returns a text as code in Markdown, in which nothing becomes a link or a mention; ""
// stays as it is. It is one line, also in a table.
func MarkdownCode(text string) string {
	if text == "" {
		return ""
	}
	return "<code>" + escaped(text) + "</code>"
}

// references begin mentions and issues. GitHub and GitLab can look for these in rendered text,
// where &#64;team is @team, but not in code.
var references = strings.NewReplacer("&#64;", "&#64;&#8203;", "&#35;", "&#35;&#8203;")

// MarkdownText returns a text in Markdown, of which nothing is markup, a web address, a mention or
// the number of an issue. It is one line, also in a table. A space without width keeps @ and # from
// what follows them.
func MarkdownText(text string) string { return references.Replace(escaped(text)) }

// escaped replaces what can be markup by its number.
func escaped(text string) string {
	var b strings.Builder
	text = strings.ToValidUTF8(text, "\uFFFD")
	for i, c := range text {
		switch {
		case merchants.IsSteering(c):
			b.WriteByte(' ')
		case c > unicode.MaxASCII || unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune(" ,-/()'\"?!;=%", c),
			c == ':' && !strings.HasPrefix(text[i:], "://"),
			c == '.' && !strings.HasSuffix(strings.ToLower(text[:i]), "www"):
			b.WriteRune(c)
		default:
			fmt.Fprintf(&b, "&#%d;", c)
		}
	}
	return b.String()
}
