package provider

import (
	"context"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"golang.org/x/text/unicode/norm"
)

// The function makes keys of texts by the rule by which an export names what it writes.
var _ function.Function = slugFunction{}

func newSlugFunction() function.Function { return slugFunction{} }

type slugFunction struct{}

func (slugFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "slug"
}

func (slugFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Makes a key from a text",
		MarkdownDescription: "Returns the text in lower case and without accents, with hyphens instead of everything that " +
			"is not a letter or a digit, for use as a reference id, an internal name or a slug. It is empty if the text has " +
			"no letter or digit that can be kept. It needs Terraform 1.8 or later.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "text", MarkdownDescription: "The text, such as a title."},
		},
		Return: function.StringReturn{},
	}
}

func (slugFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	if resp.Error = req.Arguments.Get(ctx, &text); resp.Error != nil {
		return
	}
	resp.Error = resp.Result.Set(ctx, Slug(text, "-"))
}

// Slug returns a text in lower-case letters and digits without accents, with a separator in place
// of everything else; "" if nothing is left.
func Slug(text, separator string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteString(separator)
			}
			b.WriteRune(r)
			gap = false
		default:
			gap = true
		}
	}
	return b.String()
}
