package portable

import (
	"html"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// TestMarkdownText checks that a hostile text shows as it is, and nothing else.
func TestMarkdownText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                         "",
		"Été, 50% off (now)!":      "Été, 50% off (now)!",
		"@team":                    "&#64;&#8203;team",
		"see #1":                   "see &#35;&#8203;1",
		"[l](https://e.example)":   "&#91;l&#93;(https&#58;//e.example)",
		"WWW.e.example":            "WWW&#46;e.example",
		"`a`|b":                    "&#96;a&#96;&#124;b",
		"<b>&amp;":                 "&#60;b&#62;&#38;amp;",
		"*a* _b_ ~c~ \\d":          "&#42;a&#42; &#95;b&#95; &#126;c&#126; &#92;d",
		"a\n\n# b\r\x1b[31m\u202e": "a  &#35;&#8203; b  &#91;31m ",
		"\xff":                     "\uFFFD",
	} {
		got := MarkdownText(text)
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
		shown := strings.ReplaceAll(html.UnescapeString(got), "\u200B", "")
		if shown != text && strings.IndexFunc(text, merchants.IsSteering) < 0 && utf8.ValidString(text) {
			t.Errorf("%q shows as %q", text, shown)
		}
	}
}

func TestMarkdownCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "a|`@b`": "<code>a&#124;&#96;&#64;b&#96;</code>"} {
		if got := MarkdownCode(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
