package errortexts

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// hole stands for what a text only has when the program runs.
const hole = "…"

// madeText is a text of the code, with holes.
type madeText struct {
	form string
	// at is a file and a line.
	at string
	// diagnostic says that Terraform shows the text as a summary.
	diagnostic bool
	// copied says that an error of Go gets all of its text from elsewhere.
	copied bool
}

// diagnostics and goErrors are the functions that make one, with the position of its text among
// their arguments.
var (
	diagnostics = map[string]int{
		"AddError": 0, "AddWarning": 0, "AddAttributeError": 1, "AddAttributeWarning": 1,
		"NewErrorDiagnostic": 0, "NewWarningDiagnostic": 0,
		"NewAttributeErrorDiagnostic": 1, "NewAttributeWarningDiagnostic": 1,
		"NewFuncError": 0, "NewArgumentFuncError": 1,
	}
	goErrors = map[string]int{"errors.New": 0, "fmt.Errorf": 0}
)

// advisers are the functions that return a text which is shown below a summary that is the same for
// all, Could not …, or as an error of its own.
var advisers = []string{"adviceOn", "adviceOnStatus", "judgeAccess"}

// code is what a folder of Go files says.
type code struct {
	positions    *token.FileSet
	declarations []ast.Decl
	// values are those of the package's constants and variables.
	values map[string]ast.Expr
	// diagnostics are the functions that make a diagnostic.
	diagnostics map[string]int
}

// shippedTexts returns the texts of all errors and diagnostics that the shipped code makes.
func shippedTexts(t *testing.T) []madeText {
	t.Helper()
	var texts []madeText
	if err := filepath.WalkDir(filepath.Join(repository, "internal"), func(
		folder string, entry fs.DirEntry, err error,
	) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if slices.Contains([]string{"proof", "tools", "testdata"}, entry.Name()) {
			return filepath.SkipDir
		}
		read, err := readFolder(folder)
		texts = append(texts, read...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return texts
}

func readFolder(folder string) ([]madeText, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	c := code{positions: token.NewFileSet(), values: map[string]ast.Expr{}, diagnostics: maps.Clone(diagnostics)}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(c.positions, filepath.Join(folder, file.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		c.add(parsed)
	}
	return c.texts(), nil
}

func (c *code) add(file *ast.File) {
	c.declarations = append(c.declarations, file.Decls...)
	for _, declaration := range file.Decls {
		values, _ := declaration.(*ast.GenDecl)
		if values == nil {
			continue
		}
		for _, spec := range values.Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok && len(spec.Names) == len(spec.Values) {
				for i, name := range spec.Names {
					c.values[name.Name] = spec.Values[i]
				}
			}
		}
	}
}

// texts finds all texts. A function that hands one of its own parameters on as a summary makes
// diagnostics too, so the search goes on until it finds no more such functions.
func (c *code) texts() []madeText {
	var made []madeText
	for before := 0; before < len(c.diagnostics); {
		before, made = len(c.diagnostics), nil
		for _, declaration := range c.declarations {
			function, _ := declaration.(*ast.FuncDecl)
			ast.Inspect(declaration, func(node ast.Node) bool {
				made = append(made, c.textsOf(function, node)...)
				return true
			})
		}
	}
	return made
}

// textsOf returns the texts that a node of a function makes; several if a variable has several
// values.
func (c *code) textsOf(function *ast.FuncDecl, node ast.Node) []madeText {
	var text ast.Expr
	made := madeText{diagnostic: true}
	switch node := node.(type) {
	case *ast.CallExpr:
		text, made.diagnostic = argumentOf(node, c.diagnostics), true
		if text == nil {
			text, made.diagnostic = argumentOf(node, goErrors), false
			made.copied = text != nil && qualified(node) == "errors.New"
		}
	case *ast.CompositeLit:
		text = summaryOf(node)
	case *ast.ReturnStmt:
		if function != nil && slices.Contains(advisers, function.Name.Name) {
			text = node.Results[0]
		}
	}
	if text == nil || c.handsOn(function, text) {
		return nil
	}
	made.at = c.position(node)
	var all []madeText
	for _, form := range c.forms(function, text, nil) {
		if _, advises := node.(*ast.ReturnStmt); advises {
			if form = firstSentence(form); form == hole || form == "" {
				continue
			}
		}
		one := made
		one.form, one.copied = form, made.copied && form == hole
		all = append(all, one)
	}
	return all
}

func (c *code) position(node ast.Node) string {
	at := c.positions.Position(node.Pos())
	name, err := filepath.Rel(repository, at.Filename)
	if err != nil {
		name = at.Filename
	}
	return fmt.Sprintf("%s:%d", filepath.ToSlash(name), at.Line)
}

// argumentOf returns the argument of a call that has the text, or nil.
func argumentOf(call *ast.CallExpr, known map[string]int) ast.Expr {
	at, makes := known[qualified(call)]
	if !makes {
		at, makes = known[lastName(call.Fun)]
	}
	if !makes || at >= len(call.Args) {
		return nil
	}
	return call.Args[at]
}

// qualified returns the name of what a call calls, with the name before it.
func qualified(call *ast.CallExpr) string {
	if selector, ok := call.Fun.(*ast.SelectorExpr); ok {
		return lastName(selector.X) + "." + selector.Sel.Name
	}
	return lastName(call.Fun)
}

func lastName(expression ast.Expr) string {
	switch expression := expression.(type) {
	case *ast.Ident:
		return expression.Name
	case *ast.SelectorExpr:
		return expression.Sel.Name
	default:
		return ""
	}
}

// summaryOf returns the summary of a literal diagnostic. In a list, the literal has no type.
func summaryOf(literal *ast.CompositeLit) ast.Expr {
	if literal.Type != nil && lastName(literal.Type) != "Diagnostic" {
		return nil
	}
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok && lastName(pair.Key) == "Summary" {
			return pair.Value
		}
	}
	return nil
}

// handsOn reports whether a summary is that of another diagnostic, or a parameter of the function.
// The function then makes diagnostics.
func (c *code) handsOn(function *ast.FuncDecl, text ast.Expr) bool {
	if selector, ok := text.(*ast.SelectorExpr); ok {
		return selector.Sel.Name == "Summary"
	}
	if function == nil {
		return false
	}
	at := 0
	for _, field := range function.Type.Params.List {
		for _, parameter := range field.Names {
			if parameter.Name == lastName(text) {
				c.diagnostics[function.Name.Name] = at
				return true
			}
			at++
		}
	}
	return false
}

// verb matches a verb of a format.
var verb = regexp.MustCompile(`%(?:\[\d+\])?[-+# 0]*[\d*]*(?:\.\d+)?[a-zA-Z]`)

// forms returns the texts that an expression may have. seen are the variables on the way.
func (c *code) forms(function *ast.FuncDecl, expression ast.Expr, seen []string) []string {
	switch expression := expression.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(expression.Value); err == nil && expression.Kind == token.STRING {
			return []string{joined(strings.ReplaceAll(verb.ReplaceAllString(text, hole), "%%", "%"))}
		}
	case *ast.BinaryExpr:
		var all []string
		for _, left := range c.forms(function, expression.X, seen) {
			for _, right := range c.forms(function, expression.Y, seen) {
				all = append(all, joined(left+right))
			}
		}
		return all
	case *ast.CallExpr:
		if qualified(expression) == "fmt.Sprintf" {
			return c.forms(function, expression.Args[0], seen)
		}
	case *ast.Ident:
		if slices.Contains(seen, expression.Name) {
			break
		}
		seen = append(slices.Clone(seen), expression.Name)
		var all []string
		for _, value := range assigned(function, expression.Name) {
			all = append(all, c.forms(function, value, seen)...)
		}
		if value, ok := c.values[expression.Name]; ok && len(all) == 0 {
			return c.forms(nil, value, seen)
		}
		if len(all) > 0 {
			return all
		}
	}
	return []string{hole}
}

var blanks = regexp.MustCompile(`\s+`)

// joined makes adjacent holes one, and a text one line.
func joined(text string) string {
	return strings.ReplaceAll(blanks.ReplaceAllString(text, " "), hole+hole, hole)
}

// assigned returns what a function assigns to a variable.
func assigned(function *ast.FuncDecl, name string) []ast.Expr {
	if function == nil {
		return nil
	}
	var values []ast.Expr
	take := func(at int, left ast.Expr, right []ast.Expr, count int) {
		if lastName(left) == name && count == len(right) {
			values = append(values, right[at])
		}
	}
	ast.Inspect(function, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.AssignStmt:
			for i, left := range node.Lhs {
				take(i, left, node.Rhs, len(node.Lhs))
			}
		case *ast.ValueSpec:
			for i, left := range node.Names {
				take(i, left, node.Values, len(node.Names))
			}
		}
		return true
	})
	return values
}

// firstSentence ends at the first full stop.
func firstSentence(text string) string {
	if at := strings.Index(text, ". "); at >= 0 {
		return text[:at+1]
	}
	return text
}
