// Command starts prints a pattern of the tests below a folder that start Terraform, for -run and
// -skip of go test. With -walks it prints a pattern of the tests that try a sample of their cases,
// with -concurrent one of the tests that start goroutines. The makefile calls it.
//
// Tests that start Terraform prove what happens in Terraform and in the provider's binary. The race
// detector does not see either, and makes them several times slower. Nobody keeps a list: a test
// starts Terraform if it mentions, directly or through other functions of its package, one of the
// few functions that start Terraform. In the same way a test walks if it mentions package sample,
// and is concurrent if it mentions a go statement, a WaitGroup or synctest.
package main

import (
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

// What tests may reach.
const (
	start      = "start Terraform"
	walk       = "ask for a sample"
	concurrent = "start goroutines"
)

// targets are the names of other packages with which tests reach these, by import path.
var targets = map[string]map[string]string{
	"github.com/hashicorp/terraform-plugin-testing/helper/resource": {
		"Test": start, "ParallelTest": start, "UnitTest": start,
	},
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/terraformtest": {
		"New": start, "CLI": start, "FewerStarts": start, "Supports": start,
	},
	"github.com/cohort-xyz/terraform-provider-cohort/internal/tools/terraformcli": {"Find": start},
	"github.com/cohort-xyz/terraform-provider-cohort/internal/proof/sample": {
		"Of": walk, "Seeds": walk, "Case": walk,
	},
	"sync":             {"WaitGroup": concurrent},
	"testing/synctest": {"Test": concurrent},
}

func main() {
	walks := flag.Bool("walks", false, "print the tests that try a sample of their cases")
	goroutines := flag.Bool("concurrent", false, "print the tests that start goroutines")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: starts [-walks | -concurrent] FOLDER")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	target := start
	switch {
	case *walks:
		target = walk
	case *goroutines:
		target = concurrent
	}
	pattern, _, err := find(flag.Arg(0), target)
	if err != nil {
		fmt.Fprintln(os.Stderr, "starts:", err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, pattern)
}

// find returns a pattern of the tests below a folder that reach a target, and the folders with such
// tests.
func find(root, target string) (pattern string, folders []string, err error) {
	found := map[string]bool{}
	err = filepath.WalkDir(root, func(folder string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		mentions, err := read(folder)
		if err != nil {
			return err
		}
		some := false
		for name := range reaching(mentions, target) {
			if strings.HasPrefix(name, "Test") && name != "TestMain" {
				found[name], some = true, true
			}
		}
		if some {
			folders = append(folders, "./"+filepath.ToSlash(folder))
		}
		return nil
	})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("no test below %s does %s", root, target)
	}
	return "^(" + strings.Join(slices.Sorted(maps.Keys(found)), "|") + ")$", folders, err
}

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
		imported := map[string]map[string]string{}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			local := path[strings.LastIndex(path, "/")+1:]
			if spec.Name != nil {
				local = spec.Name.Name
			}
			imported[local] = targets[path]
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

// mentioned returns the names in a piece of code, and the targets in it. Names of fields and
// methods begin with a dot.
func mentioned(code ast.Node, imported map[string]map[string]string) []string {
	var names []string
	ast.Inspect(code, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			names = append(names, "."+node.Sel.Name)
			if of, ok := node.X.(*ast.Ident); ok && imported[of.Name][node.Sel.Name] != "" {
				names = append(names, imported[of.Name][node.Sel.Name])
			}
			names = append(names, mentioned(node.X, imported)...)
			return false
		case *ast.GoStmt:
			names = append(names, concurrent)
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

// reaching returns the names that reach a target, and the target itself.
func reaching(mentions map[string][]string, target string) map[string]bool {
	reached := map[string]bool{target: true}
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
