package diff

import (
	"context"
	"fmt"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

// Lines reads two merchants and says in one line for each difference how they differ.
func Lines(ctx context.Context, from, to *portable.Reader) ([]string, error) {
	first, err := portable.Read(ctx, from, nil)
	if err != nil {
		return nil, err
	}
	second, err := portable.Read(ctx, to, nil)
	if err != nil {
		return nil, err
	}
	return Compare(first, second, nil).lines(), nil
}

func (r *Report) lines() []string {
	lines := []string{}
	for _, d := range r.Differences {
		name := merchants.Plain(d.String())
		if d.OnlyIn != "" {
			lines = append(lines, name+": only in "+r.Where(d))
		}
		for _, c := range d.Changes {
			said := describe(c)
			if c.Class == Unmodeled {
				said = "a property that the provider does not know"
			}
			lines = append(lines, fmt.Sprintf("%s: %s: %s", name, merchants.Plain(c.Path), said))
		}
	}
	for _, s := range r.Skipped {
		if !s.over {
			lines = append(lines, fmt.Sprintf("%s: not compared, because %s", merchants.Plain(s.What), merchants.Plain(s.Why)))
		}
	}
	return lines
}
