package pull

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
)

// file is a file with HCL.
type file struct {
	// name is the path as it is shown, and path the one without links.
	name, path string
	// shared says that the file is not in the directory of the root.
	shared  bool
	content []byte
	body    *hclsyntax.Body
	tokens  hclsyntax.Tokens
}

func (f *file) text(r hcl.Range) string { return string(f.content[r.Start.Byte:r.End.Byte]) }

// tree is a root with the modules that it calls by relative paths.
type tree struct {
	root    *module
	modules map[string]*module
	files   map[string]*file
}

// module is a directory with HCL.
type module struct {
	directory string
	resources map[string]*block
	calls     map[string]*block
	variables map[string]*block
	files     []*file
	// inJSON are the resources and module calls of JSON files, with the file of each.
	inJSON map[string]string
}

// block is a block with the blocks of override files that are merged into it.
type block struct {
	*object
	// called is the module of a module call; nil if it is not in a local directory.
	called *module
	source string
}

func readTree(root string) (*tree, error) {
	t := &tree{modules: map[string]*module{}, files: map[string]*file{}}
	info, err := os.Stat(root)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a directory", root)
	}
	if err == nil {
		t.root, err = t.module(filepath.Clean(root), nil)
	}
	return t, err
}

// module reads a directory, and the modules that it calls.
func (t *tree) module(directory string, callers []string) (*module, error) {
	resolved, err := filepath.EvalSymlinks(directory)
	if err != nil {
		return nil, err
	}
	if slices.Contains(callers, resolved) {
		return nil, fmt.Errorf("the module %s calls itself", directory)
	}
	if read := t.modules[resolved]; read != nil {
		return read, nil
	}
	m := &module{
		directory: directory, resources: map[string]*block{}, calls: map[string]*block{},
		variables: map[string]*block{}, inJSON: map[string]string{},
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	var primary, overriding []string
	for _, entry := range entries {
		name := entry.Name()
		base, isHCL := strings.CutSuffix(name, ".tf")
		isJSON := strings.HasSuffix(name, ".tf.json")
		switch {
		case !isHCL && !isJSON || strings.HasPrefix(name, ".") || entry.IsDir():
		case isJSON:
			if err := m.readJSON(filepath.Join(directory, name)); err != nil {
				return nil, err
			}
		case base == "override" || strings.HasSuffix(base, "_override"):
			overriding = append(overriding, name)
		default:
			primary = append(primary, name)
		}
	}
	for i, name := range slices.Concat(primary, overriding) {
		f, err := t.file(filepath.Join(directory, name), len(callers) > 0)
		if err != nil {
			return nil, err
		}
		m.files = append(m.files, f)
		m.add(f, i >= len(primary))
	}
	t.modules[resolved] = m
	for _, call := range m.calls {
		if err := t.follow(m, call, append(slices.Clone(callers), resolved)); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// follow reads the module of a call, if its source is a relative path.
func (t *tree) follow(m *module, call *block, callers []string) error {
	source, found := call.item("source")
	if !found {
		return nil
	}
	value, constant := constantOf(source.expr)
	if !constant || !isString(value) {
		return nil
	}
	call.source = value.AsString()
	if !strings.HasPrefix(call.source, "./") && !strings.HasPrefix(call.source, "../") {
		return nil
	}
	var err error
	call.called, err = t.module(filepath.Join(m.directory, filepath.FromSlash(call.source)), callers)
	return err
}

// file reads a file once, by whichever paths it is reached.
func (t *tree) file(name string, shared bool) (*file, error) {
	path, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if read := t.files[path]; read != nil {
		return read, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &file{name: filepath.ToSlash(name), path: path, shared: shared, content: content}
	if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		f.shared = true
	}
	if err := f.parse(); err != nil {
		return nil, err
	}
	t.files[path] = f
	return f, nil
}

func (f *file) parse() error {
	parsed, problems := hclsyntax.ParseConfig(f.content, f.name, hcl.InitialPos)
	if problems.HasErrors() {
		return fmt.Errorf("%s cannot be read: %w", f.name, problems)
	}
	body, isNative := parsed.Body.(*hclsyntax.Body)
	if !isNative {
		return errors.New(f.name + " is not HCL")
	}
	f.body = body
	f.tokens, _ = hclsyntax.LexConfig(f.content, f.name, hcl.InitialPos)
	return nil
}

// add adds the blocks of a file. Those of an override file are merged into those that are there.
func (m *module) add(f *file, overrides bool) {
	for _, b := range f.body.Blocks {
		var into map[string]*block
		name := strings.Join(b.Labels, ".")
		switch {
		case b.Type == "resource" && len(b.Labels) == 2:
			into = m.resources
		case b.Type == "module" && len(b.Labels) == 1:
			into = m.calls
		case b.Type == "variable" && len(b.Labels) == 1:
			into = m.variables
		default:
			continue
		}
		if overrides && into[name] != nil {
			into[name].override(blockOf(f, b))
		} else {
			into[name] = &block{object: blockOf(f, b)}
		}
	}
}

// readJSON finds the names of what a JSON file has.
func (m *module) readJSON(name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	parsed, problems := hcljson.Parse(content, name)
	if problems.HasErrors() {
		return fmt.Errorf("%s cannot be read: %w", name, problems)
	}
	found, _, _ := parsed.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "resource", LabelNames: []string{"type", "name"}}, {Type: "module", LabelNames: []string{"name"}},
	}})
	for _, b := range found.Blocks {
		m.inJSON[strings.Join(b.Labels, ".")] = filepath.ToSlash(name)
	}
	return nil
}

// spot is where a resource is declared.
type spot struct {
	block *block
	// chain are the module calls that lead to it, from the root, and modules the modules on the way:
	// one more than there are calls.
	chain   []*block
	modules []*module
	// prefixes are the addresses of the modules, with a dot; that of the root is "".
	prefixes []string
}

// find finds the block of an address. If it cannot be edited, why says why.
func (t *tree) find(address string) (found spot, why string) {
	traversal, problems := hclsyntax.ParseTraversalAbs([]byte(address), "", hcl.InitialPos)
	if problems.HasErrors() {
		return spot{}, "has an address that cannot be read"
	}
	var names []string
	var ends []int
	for _, step := range traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			names, ends = append(names, step.Name), append(ends, step.SrcRange.End.Byte)
		case hcl.TraverseAttr:
			names, ends = append(names, step.Name), append(ends, step.SrcRange.End.Byte)
		case hcl.TraverseIndex:
			ends[len(ends)-1] = step.SrcRange.End.Byte
		}
	}
	found.modules, found.prefixes = []*module{t.root}, []string{""}
	for ; len(names) > 2 && names[0] == "module"; names, ends = names[2:], ends[2:] {
		m := found.modules[len(found.modules)-1]
		call := m.calls[names[1]]
		switch {
		case call == nil && m.inJSON[names[1]] != "":
			return found, "is in a module that the JSON file " + m.inJSON[names[1]] + " calls"
		case call == nil:
			return found, "is in a module that no block calls"
		case call.called == nil:
			return found, "is in the module " + names[1] + ", which is not in a local directory"
		}
		found.chain, found.modules = append(found.chain, call), append(found.modules, call.called)
		found.prefixes = append(found.prefixes, address[:ends[1]]+".")
	}
	if len(names) != 2 {
		return found, "has an address that cannot be read"
	}
	m, name := found.modules[len(found.modules)-1], names[0]+"."+names[1]
	switch found.block = m.resources[name]; {
	case found.block != nil:
		return found, ""
	case m.inJSON[name] != "":
		return found, "is in the JSON file " + m.inJSON[name]
	default:
		return found, "has no block in " + filepath.ToSlash(m.directory)
	}
}
