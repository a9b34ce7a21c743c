// Command starts prints a pattern of the tests that start Terraform, for -skip of go test -race.
// With -plain it prints a pattern for -run of go test without -race: those tests, and the tests
// that run only a sample under the race detector. It contains only this search; the makefile calls
// it.
//
// Tests that start Terraform prove what happens in Terraform and in the provider's binary. The race
// detector does not see either, and makes them several times slower. Sampled tests try a fraction
// of their cases under the race detector. Nobody keeps a list: a test starts Terraform if it
// mentions, directly or through other functions of its package, one of the few functions that start
// Terraform. It is sampled if it mentions the function sampled in the same way.
package main

import (
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// starters are the functions of other packages that start Terraform, by import path.
var starters = map[string][]string{
	"github.com/hashicorp/terraform-plugin-testing/helper/resource":                {"Test", "ParallelTest", "UnitTest"},
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest": {"New", "CLI", "FewerStarts"},
	"github.com/cohort-xyz/terraform-provider-cohort/internal/tools/terraformcli":  {"Find"},
}

func main() {
	plain := flag.Bool("plain", false, "also print the tests that are sampled under the race detector")
	flag.Parse()
	targets := []string{start}
	if *plain {
		targets = append(targets, sample)
	}
	pattern, _, err := find("internal", targets...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "starts:", err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, pattern)
}

// find returns a pattern of the tests below a folder that reach one of the targets, and the folders
// with such tests.
func find(root string, targets ...string) (pattern string, folders []string, err error) {
	starting, others := map[string]bool{}, map[string]string{}
	err = filepath.WalkDir(root, func(folder string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		mentions, err := read(folder)
		if err != nil {
			return err
		}
		reached := reaching(mentions, targets)
		some := false
		for name := range mentions {
			switch {
			case !strings.HasPrefix(name, "Test") || name == "TestMain":
			case reached[name]:
				starting[name], some = true, true
			default:
				others[name] = folder
			}
		}
		if some {
			folders = append(folders, "./"+filepath.ToSlash(folder))
		}
		return nil
	})
	for name := range starting {
		if folder, both := others[name]; both {
			err = errors.Join(err, fmt.Errorf("%s starts Terraform in one package and does not in %s: give one of them "+
				"another name", name, folder))
		}
	}
	if err == nil && len(starting) == 0 {
		err = fmt.Errorf("no test below %s starts Terraform", root)
	}
	return "^(" + strings.Join(slices.Sorted(maps.Keys(starting)), "|") + ")$", folders, err
}

// What tests may reach. A function that calls a starter mentions start; sample is the name of a
// function.
const (
	start  = "start Terraform"
	sample = "sampled"
)

// read returns the names that each function, method, variable and type in the tests of a folder
// mentions.
func read(folder string) (map[string][]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		return nil, err
	}
	mentions := map[string][]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		imported := map[string][]string{}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			local := path[strings.LastIndex(path, "/")+1:]
			if spec.Name != nil {
				local = spec.Name.Name
			}
			imported[local] = starters[path]
		}
		for _, declared := range file.Decls {
			switch declared := declared.(type) {
			case *ast.FuncDecl:
				name := declared.Name.Name
				if declared.Recv != nil {
					name = "." + name
				}
				local := declaredIn(declared)
				others := slices.DeleteFunc(mentioned(declared.Body, imported), func(mention string) bool { return local[mention] })
				mentions[name] = append(mentions[name], others...)
			case *ast.GenDecl:
				for _, spec := range declared.Specs {
					if values, ok := spec.(*ast.ValueSpec); ok {
						for _, name := range values.Names {
							mentions[name.Name] = append(mentions[name.Name], mentioned(values, imported)...)
						}
					}
				}
			}
		}
	}
	return mentions, nil
}

// declaredIn returns the names of a function's parameters and variables. They may shadow functions.
func declaredIn(function *ast.FuncDecl) map[string]bool {
	local := map[string]bool{}
	add := func(names ...ast.Expr) {
		for _, name := range names {
			if name, ok := name.(*ast.Ident); ok {
				local[name.Name] = true
			}
		}
	}
	ast.Inspect(function, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.AssignStmt:
			if node.Tok == token.DEFINE {
				add(node.Lhs...)
			}
		case *ast.RangeStmt:
			if node.Tok == token.DEFINE {
				add(node.Key, node.Value)
			}
		case *ast.Field:
			for _, name := range node.Names {
				add(name)
			}
		}
		return true
	})
	return local
}

// mentioned returns the names in a piece of code. Names of fields and methods begin with a dot. If
// a starter is among them, start is too.
func mentioned(code ast.Node, imported map[string][]string) []string {
	var names []string
	ast.Inspect(code, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			names = append(names, "."+node.Sel.Name)
			if of, ok := node.X.(*ast.Ident); ok && slices.Contains(imported[of.Name], node.Sel.Name) {
				names = append(names, start)
			}
			names = append(names, mentioned(node.X, imported)...)
			return false
		case *ast.KeyValueExpr:
			names = append(names, mentioned(node.Value, imported)...)
			return false
		case *ast.StructType:
			return false
		case *ast.Ident:
			names = append(names, node.Name)
		}
		return true
	})
	return names
}

// reaching returns the names that reach one of the targets.
func reaching(mentions map[string][]string, targets []string) map[string]bool {
	reached := map[string]bool{}
	for _, target := range targets {
		reached[target] = true
	}
	for again := true; again; {
		again = false
		for name, all := range mentions {
			if !reached[name] && slices.ContainsFunc(all,
				func(mentioned string) bool { return mentioned != name && reached[mentioned] }) {
				reached[name], again = true, true
			}
		}
	}
	return reached
}
