package pull_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

// FuzzPull pulls random edits into any HCL. It never fails, and what it writes is HCL. If nothing
// is left to a person, the HCL says what the merchant has.
func FuzzPull(f *testing.F) {
	for _, body := range []string{
		"name = \"x\"\n title = { a = \"A\", \"b\": <<-E\n x\n E\n }",
		"steps = [{ a = 1 }, # c\n { a = 2, t = [{}, {}] }]",
		"x = jsonencode({ a = [1, -2, \"${local.x}\"], for = null })\ny = chomp(<<E\nx\nE\n)",
		"a = [\n # one\n {\n b = 1 # x\n },\n{ b = 2 }\n // two\n]",
		"a = ((1))\nb = { a = 1, a = 2 }\nc = [[], [1]]",
		"dynamic \"x\" {\n a = 1\n}\nlifecycle {}",
		"a = { (local.k) = 1, b = 2 }\nc = [for x in [1] : x]",
		"a = {\r\n  b = 1,\r\n}\r\nc = [<<E\nx\nE\n, 1]",
		"a = {a = 1\nb = 2\n}",
		"a = \"%{ if true }x%{ endif }\"\nb = \"$${x}\"",
		"a=1#",
		"a={\n\n#x\n}\nb=[\n//y\n]",
	} {
		f.Add("resource \"cohort_list\" \"x\" {\n"+body+"\n}\n", uint64(1))
		f.Add("resource \"cohort_list\" \"x\" {\n"+body+"\n}\n", uint64(2))
	}
	f.Add(`resource "cohort_list" "x" { a = 1 }`, uint64(3))
	f.Add(`resource "cohort_list" "x" {}`, uint64(3))
	f.Fuzz(func(t *testing.T, content string, seed uint64) {
		file, problems := hclsyntax.ParseConfig([]byte(content), "main.tf", hcl.InitialPos)
		if problems.HasErrors() {
			return
		}
		body := mirror(file)
		if body == nil {
			return
		}
		m := &meddler{rng: rand.New(rand.NewPCG(seed, 0))}
		was, is := object("list", "x", body...), object("list", "x", m.fields(body)...)
		path := filepath.Join(t.TempDir(), "main.tf")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		plan := &planreview.Plan{Resources: []*planreview.Resource{edited("cohort_list.x", was, is)}}
		p, err := pull.New(filepath.Dir(path), plan, pull.Options{})
		if err != nil {
			return // A call of a module, for example.
		}
		if err := p.Write(); err != nil {
			t.Fatal(err)
		}
		written, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, problems = hclsyntax.ParseConfig(written, "main.tf", hcl.InitialPos)
		if problems.HasErrors() {
			t.Fatalf("%s\n%s\nis now\n%s", problems, content, written)
		}
		if len(p.Report.Questions) > 0 {
			return
		}
		for _, c := range portable.Changes(is.Fields, mirror(file), portable.Reference.String) {
			t.Errorf("%s: %v in place of %v\n%s\nis now\n%s", c.Path, shown(c.To), shown(c.From), content, written)
		}
	})
}

func shown(v *portable.Value) string {
	if v == nil {
		return "nothing"
	}
	return v.Text(portable.Reference.String)
}

// mirror is what the first resource of a file says; nil if that is no list x.
func mirror(file *hcl.File) fields {
	body := file.Body.(*hclsyntax.Body)
	i := slices.IndexFunc(body.Blocks, func(b *hclsyntax.Block) bool { return b.Type == "resource" })
	if i < 0 || !slices.Equal(body.Blocks[i].Labels, []string{"cohort_list", "x"}) {
		return nil
	}
	all := fields{}
	for name, a := range body.Blocks[i].Body.Attributes {
		if v, ok := mirrored(a.Expr); ok {
			all = append(all, field(name, v))
		}
	}
	slices.SortFunc(all, byName)
	return all
}

func byName(a, b portable.Field) int {
	if a.Name < b.Name {
		return -1
	}
	return 1
}

func mirrored(e hclsyntax.Expression) (portable.Value, bool) {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return mirrored(e.Expression)
	case *hclsyntax.ObjectConsExpr:
		held := map[string]portable.Value{}
		for _, i := range e.Items {
			key, problems := i.KeyExpr.Value(nil)
			key, err := convert.Convert(key, cty.String)
			if err == nil && !problems.HasErrors() && key.IsKnown() && !key.IsNull() {
				if v, ok := mirrored(i.ValueExpr); ok {
					held[key.AsString()] = v
				} else {
					delete(held, key.AsString())
				}
			}
		}
		all := fields{}
		for name, v := range held {
			all = append(all, field(name, v))
		}
		slices.SortFunc(all, byName)
		return nested(all...), true
	case *hclsyntax.TupleConsExpr:
		var all []portable.Value
		for _, element := range e.Exprs {
			v, ok := mirrored(element)
			if !ok {
				v = text("an expression")
			}
			all = append(all, v)
		}
		return list(all...), true
	case *hclsyntax.FunctionCallExpr:
		if e.Name == "jsonencode" && len(e.Args) == 1 {
			if v, ok := mirrored(e.Args[0]); ok && v.JSON {
				return portable.Value{}, false
			} else if ok {
				return inJSON(v), true
			}
			return portable.Value{}, false
		}
	}
	value, problems := e.Value(&hcl.EvalContext{
		Functions: map[string]function.Function{"chomp": stdlib.ChompFunc, "trimspace": stdlib.TrimSpaceFunc},
	})
	switch {
	case problems.HasErrors() || !value.IsKnown():
		return portable.Value{}, false
	case value.IsNull():
		return portable.Value{}, false
	case value.Type().IsPrimitiveType():
		return portable.Value{Literal: value}, true
	default:
		return text("an expression"), true
	}
}

// meddler edits objects.
type meddler struct{ rng *rand.Rand }

func (m *meddler) fields(all fields) fields {
	edited := fields{}
	for _, f := range all {
		if m.rng.IntN(6) > 0 {
			edited = append(edited, field(f.Name, m.value(f.Value)))
		}
	}
	for m.rng.IntN(4) == 0 {
		name := []string{"new", "a", "with-dash", "for", "two words", "${x}"}[m.rng.IntN(6)]
		taken := func(f portable.Field) bool { return f.Name == name }
		if hclsyntax.ValidIdentifier(name) && !slices.ContainsFunc(slices.Concat(all, edited), taken) {
			edited = append(edited, field(name, m.fresh()))
		}
	}
	slices.SortFunc(edited, byName)
	return edited
}

func (m *meddler) fresh() portable.Value {
	switch m.rng.IntN(6) {
	case 0:
		return number(int64(m.rng.IntN(2000) - 1000))
	case 1:
		return nested(field("k", m.fresh()))
	case 2:
		return list(m.fresh())
	case 3:
		return boolean(m.rng.IntN(2) == 0)
	default:
		return text(hostile[m.rng.IntN(len(hostile))])
	}
}

func (m *meddler) value(v portable.Value) portable.Value {
	if m.rng.IntN(2) == 0 {
		return v
	}
	marked := v.InJSON || v.JSON
	var changed portable.Value
	switch {
	case m.rng.IntN(10) == 0:
		changed = m.fresh()
	case v.Form == portable.Nested:
		changed = nested(m.fields(v.Fields)...)
	case v.Form == portable.List:
		changed = list(m.elements(v.Elements)...)
	default:
		changed = m.fresh()
	}
	if marked {
		inside(&changed)
		changed.JSON = v.JSON
	}
	return changed
}

func (m *meddler) elements(all []portable.Value) []portable.Value {
	var edited []portable.Value
	for _, v := range all {
		if m.rng.IntN(5) > 0 {
			edited = append(edited, m.value(v))
		}
	}
	for m.rng.IntN(3) == 0 {
		edited = slices.Insert(edited, m.rng.IntN(len(edited)+1), m.fresh())
	}
	if m.rng.IntN(3) == 0 {
		m.rng.Shuffle(len(edited), func(i, j int) { edited[i], edited[j] = edited[j], edited[i] })
	}
	return edited
}
