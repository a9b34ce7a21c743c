package planreview

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Cover makes the fingerprint cover the configuration of a root and of its local modules, if the
// plan has effects that its JSON does not determine. Comments, white space and the order of files
// do not count. Modules from a registry are covered by the version that the configuration names.
func (p *Plan) Cover(root string) error {
	digests := map[string]bool{}
	if err := cover(filepath.Clean(root), map[string]bool{}, digests); err != nil {
		return err
	}
	if len(digests) == 0 {
		return fmt.Errorf("%s has no configuration: name the directory in which the plan was made", root)
	}
	var all []string
	for digest := range digests {
		all = append(all, digest)
	}
	slices.Sort(all)
	p.configuration = strings.Join(all, " ")
	return nil
}

// extensions are those of the files that Terraform or OpenTofu reads.
var extensions = []string{".tf", ".tofu", ".tf.json", ".tofu.json"}

// cover adds the digests of the files of a module and of the local modules that it calls.
func cover(folder string, seen, digests map[string]bool) error {
	if seen[folder] {
		return nil
	}
	seen[folder] = true
	files, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, file := range files {
		isConfiguration := func(extension string) bool { return strings.HasSuffix(file.Name(), extension) }
		if file.IsDir() || !slices.ContainsFunc(extensions, isConfiguration) {
			continue
		}
		name := filepath.Join(folder, file.Name())
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(significant(name, content))
		digests[hex.EncodeToString(sum[:])] = true
		for _, source := range localModules(name, content) {
			if err := cover(filepath.Join(folder, filepath.FromSlash(source)), seen, digests); err != nil {
				return err
			}
		}
	}
	return nil
}

func isJSON(name string) bool { return strings.HasSuffix(name, ".json") }

// significant is what Terraform reads of a file.
func significant(name string, content []byte) []byte {
	if isJSON(name) {
		return content
	}
	tokens, problems := hclsyntax.LexConfig(content, name, hcl.InitialPos)
	if problems.HasErrors() {
		return content
	}
	var kept bytes.Buffer
	for _, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenEOF:
		case hclsyntax.TokenComment:
		default:
			fmt.Fprintf(&kept, "%q\n", token.Bytes)
		}
	}
	return kept.Bytes()
}

// localModules are the sources of the modules in other directories that a file calls.
func localModules(name string, content []byte) []string {
	parser := hclparse.NewParser()
	file, _ := parser.ParseHCL(content, name)
	if isJSON(name) {
		file, _ = parser.ParseJSON(content, name)
	}
	if file == nil {
		return nil
	}
	found, _, _ := file.Body.PartialContent(&hcl.BodySchema{
		Blocks: []hcl.BlockHeaderSchema{{Type: "module", LabelNames: []string{"name"}}},
	})
	if found == nil {
		return nil
	}
	var sources []string
	for _, block := range found.Blocks {
		arguments, _, _ := block.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "source"}}})
		if arguments == nil || arguments.Attributes["source"] == nil {
			continue
		}
		value, problems := arguments.Attributes["source"].Expr.Value(nil)
		if problems.HasErrors() || value.IsNull() || value.Type() != cty.String {
			continue
		}
		if source := value.AsString(); strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../") {
			sources = append(sources, source)
		}
	}
	return sources
}
