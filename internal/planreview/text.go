package planreview

import (
	"fmt"
	"html"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Text is the review for a terminal.
func (r *Review) Text() string {
	var b strings.Builder
	b.WriteString(r.Title + "\n")
	if r.Fingerprint != "" {
		b.WriteString("fingerprint " + r.Fingerprint + "\n")
	}
	for i, row := range r.Rows {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%-8s %s", row.Does, row.What())
		if row.Path != "" {
			b.WriteString(", " + merchants.Plain(row.Path))
		}
		if row.From+row.To != "" {
			fmt.Fprintf(&b, ": %s → %s", merchants.Plain(row.From), merchants.Plain(row.To))
		}
		if row.Customers != "" {
			b.WriteString("  [" + row.Customers + "]")
		}
		b.WriteString("\n")
	}
	for _, address := range r.Others {
		b.WriteString("other    " + merchants.Plain(address) + "\n")
	}
	if len(r.Missing) > 0 {
		b.WriteString("\n" + Block(r.Needed))
	}
	for _, note := range r.notes() {
		b.WriteString("\n" + merchants.Plain(note) + "\n")
	}
	return b.String()
}

// notes are sentences about the plan.
func (r *Review) notes() []string {
	var all []string
	if len(r.Missing) > 0 {
		all = append(all, "allow_live_delete does not name: "+strings.Join(r.Missing, ", "))
	}
	if len(r.Unused) > 0 {
		all = append(all, "allow_live_delete names what this plan does not delete: "+strings.Join(r.Unused, ", "))
	}
	for _, warning := range r.Warnings {
		all = append(all, "Warning: "+warning)
	}
	return all
}

// Block is the argument allow_live_delete with these names, to paste into the provider block.
// Characters that steer a terminal or begin a command of a pipeline are escaped.
func Block(names []string) string {
	var b strings.Builder
	b.WriteString("  allow_live_delete = [\n")
	for _, name := range names {
		var before rune
		b.WriteString("    ")
		for _, c := range string(hclwrite.TokensForValue(cty.StringVal(name)).Bytes()) {
			if merchants.IsSteering(c) || c == before && (c == ':' || c == '#') {
				fmt.Fprintf(&b, "\\U%08x", c)
			} else {
				b.WriteRune(c)
			}
			before = c
		}
		b.WriteString(",\n")
	}
	b.WriteString("  ]\n")
	return b.String()
}

// mostMarkdown is the size in bytes at which a table ends: a comment on a pull request has room for
// 65,536 characters.
const mostMarkdown = 50_000

// Markdown is the review for a comment on a pull request. No text of the plan becomes markup in it.
func (r *Review) Markdown() string {
	var b strings.Builder
	b.WriteString("### " + portable.MarkdownText(r.Title) + "\n")
	if r.Fingerprint != "" {
		b.WriteString("\nfingerprint `" + r.Fingerprint + "`\n")
	}
	if len(r.Rows)+len(r.Others) > 0 {
		b.WriteString("\n| | object | where | now | after | for customers |\n|---|---|---|---|---|---|\n")
	}
	for i, row := range r.Rows {
		if b.Len() > mostMarkdown {
			fmt.Fprintf(&b, "| … | %s, less consequential: see the text or --json | | | | |\n",
				portable.Count(len(r.Rows)-i, "more row"))
			break
		}
		customers := row.Customers
		if customers != "" {
			customers = "**" + portable.MarkdownText(customers) + "**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", row.Does, portable.MarkdownCode(row.What()),
			portable.MarkdownCode(row.Path), portable.MarkdownCode(row.From), portable.MarkdownCode(row.To), customers)
	}
	for _, address := range r.Others {
		if b.Len() <= mostMarkdown {
			fmt.Fprintf(&b, "| other | %s | | | | |\n", portable.MarkdownCode(address))
		}
	}
	if len(r.Missing) > 0 {
		b.WriteString("\n<pre><code>" + html.EscapeString(Block(r.Needed)) + "</code></pre>\n")
	}
	for _, note := range r.notes() {
		b.WriteString("\n" + portable.MarkdownText(note) + "\n")
	}
	return b.String()
}
