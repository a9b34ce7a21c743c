package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
)

// The comparison of two merchants is built on the provider, so the provider cannot import it.
var _ function.Function = (*diffFunction)(nil)

// Comparison says in lines how two merchants differ.
type Comparison func(ctx context.Context, from, to *Reader) ([]string, error)

// WithComparison sets what is behind the function diff.
func WithComparison(compare Comparison) Option {
	return func(p *cohortProvider) { p.compare = compare }
}

type diffFunction struct{ compare Comparison }

func (f *diffFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "diff"
}

func (f *diffFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Compares two merchants",
		MarkdownDescription: "Compares two merchants and returns one line for each difference, such as " +
			"`perk:welcome-10: title.fr: \"10 % offerts\" → \"10 % offert\"`. Objects are paired by their keys. Ids, times, " +
			"order and defaults do not differ, and archived objects are not compared. Of a property that the provider does " +
			"not know, it says only that it exists. It never shows a secret. It needs no network, and Terraform 1.8 or " +
			"later.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name:                "from",
				MarkdownDescription: "The first merchant: the attribute `json` of the data source `cohort_snapshot`.",
			},
			function.StringParameter{
				Name: "to",
				MarkdownDescription: "The second merchant: the same attribute, read with another provider configuration, or " +
					"the content of a file that the command `snapshot` wrote.",
			},
		},
		Return: function.ListReturn{ElementType: types.StringType},
	}
}

func (f *diffFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var texts [2]string
	resp.Error = req.Arguments.Get(ctx, &texts[0], &texts[1])
	if resp.Error != nil {
		return
	}
	var readers [2]*Reader
	for i, text := range texts {
		snapshot, err := merchants.ParseSnapshot([]byte(text))
		if err == nil {
			readers[i], err = OpenSnapshot(snapshot)
		}
		if err != nil {
			resp.Error = function.NewArgumentFuncError(int64(i), fmt.Sprintf("This text %s. Give the attribute json of the "+
				"data source cohort_snapshot.", err))
			return
		}
	}
	if f.compare == nil {
		resp.Error = function.NewFuncError("This build of the provider cannot compare merchants.")
		return
	}
	lines, err := f.compare(ctx, readers[0], readers[1])
	if err != nil {
		resp.Error = function.NewFuncError("The merchants could not be compared: " + err.Error())
		return
	}
	if lines == nil {
		lines = []string{}
	}
	resp.Error = resp.Result.Set(ctx, lines)
}
