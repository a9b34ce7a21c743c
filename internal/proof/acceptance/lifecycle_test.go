package acceptance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/acctest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/merchants"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/provider"
)

// TestLifecycle lives through all lives. In a real merchant each has a root module of its own, so
// that a failure is about one of them. In the sandbox they share a few, because starts of Terraform
// are most of the cost.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	if err := terraformtest.FewerStarts(workshop); err != nil {
		t.Fatal(err)
	}
	together := 1
	if own != nil {
		together = (len(lives) + 1) / 2
		t.Cleanup(func() {
			if err := nothingOf(context.WithoutCancel(t.Context()), ""); err != nil {
				t.Error(err)
			}
		})
	}
	for group := range slices.Chunk(lives, together) {
		var names []string
		for _, l := range group {
			names = append(names, l.name)
		}
		t.Run(strings.Join(names, ","), func(t *testing.T) {
			t.Parallel()
			liveThrough(t, group)
		})
	}
}

// stage is one part of a life.
type stage struct {
	attributes attributes
	// action is what the plan must do.
	action plancheck.ResourceActionType
	// before happens outside of Terraform, to the object with this id.
	before func(*merchants.Client) edit
}

// stages returns the stages of a life.
func (l life) stages() []stage {
	stages := []stage{
		{attributes: l.made, action: plancheck.ResourceActionCreate},
		{attributes: l.changed, action: plancheck.ResourceActionUpdate},
		{attributes: l.changed, action: plancheck.ResourceActionUpdate, before: l.edit},
	}
	if l.cleared != nil {
		stages = append(stages, stage{attributes: l.cleared, action: plancheck.ResourceActionUpdate})
	}
	stages = append(stages, stage{
		attributes: l.made, action: plancheck.ResourceActionCreate,
		before: func(c *merchants.Client) edit { return collections(c)[l.kind].Delete },
	})
	for _, status := range l.statuses {
		published := maps.Clone(l.made)
		published["desired_status"] = fmt.Sprintf("%q", status)
		if archives(kindOf(l)) {
			published["on_destroy"] = `"delete"`
		}
		stages = append(stages, stage{attributes: published, action: plancheck.ResourceActionUpdate})
	}
	return stages
}

// address is the address of the object in Terraform.
func (l life) address() string { return "cohort_" + l.kind + "." + l.name }

// liveThrough lives through some lives side by side, and checks that nothing is left of them. After
// each step, the test framework demands an empty plan.
func liveThrough(t *testing.T, group []life) {
	t.Helper()
	name := acctest.RandomWithPrefix("tf-acc") + "-"
	ids := map[string]merchants.ID{}
	var steps []resource.TestStep
	for at := range longest(group) {
		steps = append(steps, stepOf(t, group, at, ids))
		if at == 0 {
			for _, l := range group {
				steps = append(steps, imports(l)...)
			}
		}
	}
	for i := range steps {
		if steps[i].Config != "" {
			steps[i].Config = "provider \"cohort\" {\n  mode = \"test\"\n}\n" + strings.ReplaceAll(steps[i].Config, prefix, name)
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"cohort": func() (tfprotov6.ProviderServer, error) { return provider.NewServer("test")(), nil },
		},
		CheckDestroy: func(*terraform.State) error { return nothingOf(t.Context(), name) },
		Steps:        steps,
	})
}

// longest returns the number of stages of the longest life.
func longest(group []life) int {
	count := 0
	for _, l := range group {
		count = max(count, len(l.stages()))
	}
	return count
}

// stepOf returns the step in which each life enters a stage. A life that has no more stages stays
// as it is. ids are those of the objects, by the names of the lives.
func stepOf(t *testing.T, group []life, at int, ids map[string]merchants.ID) resource.TestStep {
	t.Helper()
	var step resource.TestStep
	var edits []func(*merchants.Client) error
	for _, l := range group {
		stages := l.stages()
		now := stages[min(at, len(stages)-1)]
		if at >= len(stages) {
			now.action, now.before = plancheck.ResourceActionNoop, nil
		}
		step.Config += l.needs + block(l.kind, l.name, now.attributes)
		step.ConfigPlanChecks.PreApply = append(step.ConfigPlanChecks.PreApply,
			plancheck.ExpectResourceAction(l.address(), now.action))
		if now.before != nil {
			edits = append(edits, func(c *merchants.Client) error { return now.before(c)(t.Context(), ids[l.name]) })
		}
		if status := strings.Trim(now.attributes["desired_status"], `"`); status != "" {
			step.ConfigStateChecks = append(step.ConfigStateChecks, statecheck.ExpectKnownValue(
				l.address(), tfjsonpath.New("status"), knownvalue.StringExact(status)))
		}
	}
	step.Check = func(state *terraform.State) error {
		for _, l := range group {
			ids[l.name] = merchants.ID(state.RootModule().Resources[l.address()].Primary.ID)
		}
		return allOurs(t.Context())
	}
	step.PreConfig = func() {
		client, err := connect()
		if err != nil {
			t.Fatal(err)
		}
		for _, edit := range edits {
			if err := edit(client); err != nil {
				t.Fatal(err)
			}
		}
	}
	return step
}

// reformatted are attributes whose values a service may store in another form: media re-hosted,
// HTML tidied, rewards reordered. An import has nothing but that form.
var reformatted = []string{
	"image_url", "video_url", "description", "rewards", "challenge.image_url", "challenge.description",
	"store.image_url", "store.description",
}

// imports returns two steps that import an object by its id and by its key, if it has one, and
// verify every attribute. The sandbox of the tests reformats nothing.
func imports(l life) []resource.TestStep {
	var ignore []string
	if own == nil {
		ignore = reformatted
	}
	by := func(prefix, attribute string) resource.TestStep {
		return resource.TestStep{
			ResourceName: l.address(), ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: ignore,
			ImportStateIdFunc: func(state *terraform.State) (string, error) {
				return prefix + state.RootModule().Resources[l.address()].Primary.Attributes[attribute], nil
			},
		}
	}
	steps := []resource.TestStep{by("id:", "id")}
	if key := kindOf(l).Key; l.made[key] != "" {
		steps = append(steps, by("key:", key))
	}
	return steps
}

// kindOf returns the kind of a life.
func kindOf(l life) provider.Kind {
	kinds := provider.Catalog()
	return kinds[slices.IndexFunc(kinds, func(k provider.Kind) bool { return k.Name == l.kind })]
}

// allOurs checks that everything in the sandbox has a name, a key and a slug by which a sweep, and
// people, recognize it. A real merchant holds other objects too.
func allOurs(ctx context.Context) error {
	if own == nil {
		return nil
	}
	return each(ctx, func(kind string, object merchants.Head) error {
		for _, text := range []string{object.Name, object.Key, object.Slug} {
			if text != "" && !strings.HasPrefix(text, prefix) {
				return fmt.Errorf("a %s is called %q, which does not begin with %s", kind, text, prefix)
			}
		}
		return nil
	})
}

// nothingOf checks that the merchant holds no object whose name or key begins with a prefix.
func nothingOf(ctx context.Context, prefix string) error {
	var left []string
	err := each(ctx, func(kind string, object merchants.Head) error {
		if isOf(prefix, object) {
			left = append(left, fmt.Sprintf("%s %q", kind, object.Name))
		}
		return nil
	})
	if err == nil && len(left) > 0 {
		slices.Sort(left)
		err = fmt.Errorf("the merchant still holds %s", strings.Join(left, ", "))
	}
	return err
}

// each visits all objects of the merchant, until the first error.
func each(ctx context.Context, visit func(kind string, object merchants.Head) error) error {
	client, err := connect()
	if err != nil {
		return err
	}
	for kind, objects := range collections(client) {
		for object, err := range objects.Cached(ctx) {
			if err == nil {
				err = visit(kind, object)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
