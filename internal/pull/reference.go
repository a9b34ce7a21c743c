package pull

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
)

var errID = errors.New("refers to another object")

// reference writes a reference to another object: an expression if the object is in the same
// module and of a kind that comes first, so that no cycle can come of it; else a key if it is by
// key.
func (w *walk) reference(a at, r portable.Reference) (string, error) {
	target := w.target(r)
	if target != nil && isBefore(target.Kind, w.resource.Kind) {
		if local, ok := w.local(a, target); ok {
			return local + "." + r.By, nil
		}
	}
	if r.By != "id" && r.Held != "" {
		return quote(r.Held), nil
	}
	return "", errID
}

// target is the resource of the object of a reference, or nil.
func (w *walk) target(r portable.Reference) *planreview.Resource {
	found := w.addresses[r.Held]
	if r.By != "id" {
		found = nil
		for _, kind := range r.Kinds {
			if found == nil {
				found = w.addresses[objectName(kind, r.Held)]
			}
		}
	}
	if found == nil || found.After == nil {
		return nil
	}
	return found
}

// local is the address of a resource in the module of a place, if it is there.
func (w *walk) local(a at, r *planreview.Resource) (string, bool) {
	local, inside := strings.CutPrefix(r.Address, w.spot.prefixes[a.depth])
	return local, inside && !strings.HasPrefix(local, "module.")
}

func isBefore(a, b portable.Kind) bool {
	for _, k := range portable.Kinds() {
		if k.Name == b.Name {
			return false
		}
		if k.Name == a.Name {
			return true
		}
	}
	return false
}

// suggest says how to write the references of a value; "" if it has none.
func (w *walk) suggest(a at, v *portable.Value) string {
	if v == nil {
		return ""
	}
	var all []string
	v.References(func(r portable.Reference) {
		text := ""
		switch target := w.target(r); {
		case target == nil && r.Target != nil:
			text = fmt.Sprintf("%s is not in this plan: export --only %[1]s writes it.", r.Target)
		case target == nil:
		default:
			if local, ok := w.local(a, target); ok {
				text = "Write " + local + "." + r.By + "."
			} else {
				text = fmt.Sprintf("%s is %s.", r, target.Address)
			}
		}
		if text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	})
	return strings.Join(all, " ")
}

func (w *walk) askReferences(a at, merchant *portable.Value, err error) {
	w.ask(a, merchant, err.Error(), w.suggest(a, merchant))
}

// given is where the value of a variable comes from.
type given struct {
	at at
	// editable says that it is a literal for one attribute alone.
	editable bool
	advice   string
}

// variable finds where the value of a variable comes from, if an expression is just that variable.
func (w *walk) variable(a at) (g given, isVariable bool) {
	traversal, is := bare(a.expr).(*hclsyntax.ScopeTraversalExpr)
	if !is || traversal.Traversal.RootName() != "var" || len(traversal.Traversal) != 2 {
		return given{}, false
	}
	step, is := traversal.Traversal[1].(hcl.TraverseAttr)
	if !is {
		return given{}, false
	}
	m, name := w.spot.modules[a.depth], step.Name
	if a.depth == 0 {
		g.advice = "Its value is given " + w.tree.root.valueOf(name) + "."
		return g, true
	}
	call := w.spot.chain[a.depth-1]
	argument, found := call.item(name)
	if !found {
		g.advice = "Its value is given " + m.defaultOf(name) + "."
		return g, true
	}
	next := at{a.path, argument.file, argument.expr, 0, call, a.depth - 1}
	if further, again := w.variable(next); again {
		g = further
	} else {
		g = given{
			at: next, editable: isLiteral(argument.expr, false),
			advice: fmt.Sprintf("Its value is given at %s:%d.", argument.file.name, argument.line()),
		}
	}
	g.editable = g.editable && m.uses(name) == 1
	return g, true
}

// defaultOf says where the default of a variable is.
func (m *module) defaultOf(name string) string {
	if v := m.variables[name]; v != nil {
		if i, found := v.item("default"); found {
			return fmt.Sprintf("by the default at %s:%d", i.file.name, i.line())
		}
	}
	return "on the command line or by TF_VAR_" + name
}

// valueOf says where the value of a variable of the root comes from, as far as files tell.
func (m *module) valueOf(name string) string {
	var files []string
	for _, pattern := range []string{"terraform.tfvars", "terraform.tfvars.json", "*.auto.tfvars*"} {
		found, _ := filepath.Glob(filepath.Join(m.directory, pattern)) // In the order of names.
		files = append(files, found...)
	}
	for _, path := range slices.Backward(files) {
		content, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		parsed, problems := hclsyntax.ParseConfig(content, path, hcl.InitialPos)
		if problems.HasErrors() || strings.HasSuffix(path, ".json") {
			if strings.Contains(string(content), quote(name)) {
				return "in " + filepath.ToSlash(path)
			}
			continue
		}
		if body, is := parsed.Body.(*hclsyntax.Body); is && body.Attributes[name] != nil {
			return fmt.Sprintf("at %s:%d", filepath.ToSlash(path), body.Attributes[name].Range().Start.Line)
		}
	}
	return m.defaultOf(name)
}

// uses counts the expressions of a module with a variable.
func (m *module) uses(name string) int {
	count := len(m.inJSON)
	for _, f := range m.files {
		for _, b := range f.body.Blocks {
			if b.Type == "variable" && len(b.Labels) == 1 && b.Labels[0] == name {
				continue
			}
			_ = hclsyntax.VisitAll(b.Body, func(node hclsyntax.Node) hcl.Diagnostics {
				if e, is := node.(*hclsyntax.ScopeTraversalExpr); is && e.Traversal.RootName() == "var" && len(e.Traversal) > 1 {
					if step, is := e.Traversal[1].(hcl.TraverseAttr); is && step.Name == name {
						count++
					}
				}
				return nil
			})
		}
	}
	return count
}
