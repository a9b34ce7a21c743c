package protocol

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// textLimit is the size in bytes above which the text of a diagnostic is truncated.
const textLimit = 64 << 10

// Commands that pipelines obey. GitHub Actions obeys a line that begins with ::, and others, such
// as Azure Pipelines and TeamCity, obey ##name[ anywhere. Terraform breaks lines at blanks, so any
// word may begin a line.
var (
	commandLines = regexp.MustCompile(`(^|[\s\pZ])::`)
	commandParts = regexp.MustCompile(`##(\w*\[)`)
)

// safeText makes a text of one or more lines safe for a terminal and the log of a pipeline,
// whatever the service, a key or a name has put into it.
func safeText(text string) string {
	if len(text) > textLimit {
		text = strings.ToValidUTF8(text[:textLimit], "") + "…"
	}
	text = strings.Map(func(r rune) rune {
		if r != '\n' && merchants.IsSteering(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return commandParts.ReplaceAllString(commandLines.ReplaceAllString(text, "$1: :"), "# #$1")
}

// makeSafe makes the diagnostics of a response safe to show. Every response has the field
// Diagnostics, except the stream of a query, whose results have it.
func makeSafe(response any) {
	field := reflect.ValueOf(response).Elem().FieldByName("Diagnostics")
	if !field.IsValid() {
		return
	}
	diagnostics, _ := reflect.TypeAssert[[]*tfprotov6.Diagnostic](field)
	for _, d := range diagnostics {
		d.Summary, d.Detail = safeText(d.Summary), safeText(d.Detail)
	}
}

// notWhole matches what the framework says of a number that is not a 64-bit integer where one is
// needed. It calls that an error of the provider.
var notWhole = regexp.MustCompile(
	`\*big\.Float=([^)]+)\) (?:is not an integer|cannot be represented as a 64-bit integer)`)

// missing is the framework's summary for a required attribute that is null.
const missing = "Missing Configuration for Required Attribute"

// inOurWords rewords, once each, the user's mistakes that the framework calls errors of the
// provider.
func inOurWords(diagnostics []*tfprotov6.Diagnostic) []*tfprotov6.Diagnostic {
	var plain []*tfprotov6.Diagnostic
	for _, d := range diagnostics {
		if number := notWhole.FindStringSubmatch(d.Detail); number != nil {
			d = &tfprotov6.Diagnostic{
				Severity: d.Severity, Attribute: d.Attribute, Summary: "Not a whole number",
				Detail: number[1] + " stands where only a whole number fits, of at most 9223372036854775807.",
			}
			if slices.ContainsFunc(plain, func(said *tfprotov6.Diagnostic) bool {
				return said.Detail == d.Detail && said.Attribute.Equal(d.Attribute)
			}) {
				continue
			}
		}
		if isMissing(d) {
			d = &tfprotov6.Diagnostic{
				Severity: d.Severity, Attribute: d.Attribute, Summary: d.Summary,
				Detail: "This attribute is required: it needs a value that is not null.",
			}
		}
		plain = append(plain, located(d))
	}
	return plain
}

// located adds the path of a nested attribute to the text, because Terraform shows only the line of
// the resource.
func located(d *tfprotov6.Diagnostic) *tfprotov6.Diagnostic {
	at := AttributeText(d.Attribute)
	if !strings.ContainsAny(at, ".[") || strings.Contains(d.Summary, at) || strings.Contains(d.Detail, at) {
		return d
	}
	return &tfprotov6.Diagnostic{
		Severity: d.Severity, Attribute: d.Attribute, Summary: d.Summary, Detail: at + ": " + d.Detail,
	}
}

// AttributeText returns a path as in HCL, such as rewards[0].perk_id.
func AttributeText(at *tftypes.AttributePath) string {
	var text strings.Builder
	for _, step := range at.Steps() {
		switch step := step.(type) {
		case tftypes.AttributeName:
			if text.Len() > 0 {
				text.WriteByte('.')
			}
			text.WriteString(string(step))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&text, "[%d]", int64(step))
		case tftypes.ElementKeyString:
			fmt.Fprintf(&text, "[%q]", string(step))
		}
	}
	return text.String()
}
