package pull_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/planreview"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

// These make plans by hand.

type fields = []portable.Field

func field(name string, v portable.Value) portable.Field { return portable.Field{Name: name, Value: v} }

func text(s string) portable.Value { return portable.Value{Literal: cty.StringVal(s)} }

func texts(pairs ...string) portable.Value {
	all := map[string]cty.Value{}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = cty.StringVal(pairs[i+1])
	}
	if len(all) == 0 {
		return portable.Value{Literal: cty.MapValEmpty(cty.String)}
	}
	return portable.Value{Literal: cty.MapVal(all)}
}

func number(n int64) portable.Value { return portable.Value{Literal: cty.NumberIntVal(n)} }

func boolean(b bool) portable.Value { return portable.Value{Literal: cty.BoolVal(b)} }

func secret(s string) portable.Value {
	return portable.Value{Form: portable.Secret, Literal: cty.StringVal(s)}
}

func nested(all ...portable.Field) portable.Value {
	return portable.Value{Form: portable.Nested, Fields: all}
}

func list(all ...portable.Value) portable.Value {
	return portable.Value{Form: portable.List, Elements: all}
}

// inJSON marks a value as JSON.
func inJSON(v portable.Value) portable.Value {
	inside(&v)
	v.JSON = true
	return v
}

func inside(v *portable.Value) {
	v.InJSON = true
	for i := range v.Fields {
		inside(&v.Fields[i].Value)
	}
	for i := range v.Elements {
		inside(&v.Elements[i])
	}
}

// refers refers to an object by its id.
func refers(o *portable.Object) portable.Value {
	return portable.Value{Form: portable.Refers, Reference: portable.Reference{
		By: "id", Kinds: []string{o.Kind.Name}, Target: o, Held: o.ID,
	}}
}

func kind(name string) portable.Kind {
	for _, k := range portable.Kinds() {
		if k.Name == name {
			return k
		}
	}
	panic(name)
}

func object(kindName, key string, all ...portable.Field) *portable.Object {
	return &portable.Object{Kind: kind(kindName), Key: key, Name: key, ID: "id-of-" + key, Fields: all}
}

// edited is an object that somebody edited in the merchant.
func edited(address string, hcl, merchant *portable.Object) *planreview.Resource {
	return three(address, hcl, merchant, hcl)
}

func three(address string, hcl, merchant, record *portable.Object) *planreview.Resource {
	r := &planreview.Resource{
		Address: address, Action: planreview.Update, Before: merchant, After: hcl, Recorded: record,
	}
	for _, o := range []*portable.Object{hcl, merchant, record} {
		if o != nil {
			r.Kind, r.Key, r.Name, r.ID = o.Kind, o.Key, o.Name, o.ID
			break
		}
	}
	return r
}

// desk is a directory with files.
type desk struct {
	t   testing.TB
	dir string
}

func newDesk(t testing.TB, files map[string]string) desk {
	t.Helper()
	d := desk{t, t.TempDir()}
	for name, content := range files {
		d.write(name, content)
	}
	return d
}

func (d desk) write(name, content string) {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) read(name string) string {
	d.t.Helper()
	content, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(content)
}

// pull pulls into a root, and writes. The report names files as in the directory.
func (d desk) pull(root string, options pull.Options, resources ...*planreview.Resource) pull.Report {
	d.t.Helper()
	p, err := pull.New(filepath.Join(d.dir, root), &planreview.Plan{Resources: resources}, options)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := p.Write(); err != nil {
		d.t.Fatal(err)
	}
	relative := func(name string) string { return strings.TrimPrefix(name, filepath.ToSlash(d.dir)+"/") }
	for i := range p.Report.Edits {
		p.Report.Edits[i].File = relative(p.Report.Edits[i].File)
	}
	for i := range p.Report.Questions {
		p.Report.Questions[i].File = relative(p.Report.Questions[i].File)
		p.Report.Questions[i].Advice = strings.ReplaceAll(p.Report.Questions[i].Advice, filepath.ToSlash(d.dir)+"/", "")
		p.Report.Questions[i].Why = strings.ReplaceAll(p.Report.Questions[i].Why, filepath.ToSlash(d.dir)+"/", "")
	}
	for i := range p.Report.Files {
		p.Report.Files[i] = relative(p.Report.Files[i])
	}
	for i := range p.Report.Shared {
		p.Report.Shared[i] = relative(p.Report.Shared[i])
	}
	return p.Report
}
