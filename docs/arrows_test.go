// Package docs_test holds the code to what the documents say.
package docs_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "rtpgo"

// row is one line of the import table of architecture.md.
type row struct{ ours, outside []string }

// TestImportArrows fails when a package imports what its row in
// architecture.md doesn't name.
func TestImportArrows(t *testing.T) {
	rules := importTable(t)
	seen := map[string]bool{}
	for file, imports := range sourceImports(t) {
		folder, _, nested := strings.Cut(file, "/")
		if !nested {
			t.Errorf("%s: no package belongs into the top folder", file)
			continue
		}
		if folder == "docs" || folder == "e2e" || folder == "testdata" {
			continue // tests, which see everything from outside
		}
		rule, ok := rules[folder]
		if !ok {
			t.Errorf("%s: folder %q isn't in the table of architecture.md", file, folder)
			continue
		}
		seen[folder] = true
		for _, path := range imports {
			if !rule.allows(folder, path) {
				t.Errorf("%s imports %s, which its row in architecture.md doesn't allow", file, path)
			}
		}
	}
	for folder := range rules {
		if !seen[folder] {
			t.Logf("no source yet in %s", folder)
		}
	}
}

// TestArrowsPointDown fails when the table itself has a cycle.
func TestArrowsPointDown(t *testing.T) {
	rules := importTable(t)
	var visit func(folder string, path []string)
	visit = func(folder string, path []string) {
		if slices.Contains(path, folder) {
			t.Fatalf("a cycle in the table: %v", append(path, folder))
		}
		for _, next := range rules[folder].ours {
			visit(next, append(slices.Clone(path), folder))
		}
	}
	for folder := range rules {
		visit(folder, nil)
	}
}

// TestRuleAllows keeps the judge itself honest.
func TestRuleAllows(t *testing.T) {
	rule := row{ours: []string{"ng"}, outside: []string{"zap", "x/sys"}}
	for path, want := range map[string]bool{
		"net/netip":               true,
		module + "/call/inner":    true,
		module + "/ng/udp":        true,
		module + "/media":         false,
		"go.uber.org/zap":         true,
		"go.uber.org/zap/zapcore": true,
		"golang.org/x/sys/unix":   true,
		"golang.org/x/net/ipv4":   false,
		"github.com/zapper/x":     false,
	} {
		if got := rule.allows("call", path); got != want {
			t.Errorf("allows(%q) = %v, want %v", path, got, want)
		}
	}
}

func (r row) allows(folder, path string) bool {
	if inner, ok := strings.CutPrefix(path, module+"/"); ok {
		to, _, _ := strings.Cut(inner, "/")
		return to == folder || slices.Contains(r.ours, to)
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return true // the standard library
	}
	return slices.ContainsFunc(r.outside, func(name string) bool {
		return strings.Contains("/"+path+"/", "/"+name+"/")
	})
}

// importTable reads the table with the header "folder | may import".
func importTable(t *testing.T) map[string]row {
	text, err := os.ReadFile("architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]row{}
	inside := false
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		switch {
		case strings.HasPrefix(line, "| folder | may import |"):
			inside = true
		case len(cells) != 5:
			inside = false
		case inside && !strings.Contains(cells[1], "---"):
			rules[strings.TrimSpace(cells[1])] = row{strings.Fields(cells[2]), strings.Fields(cells[3])}
		}
	}
	if len(rules) == 0 {
		t.Fatal("architecture.md has no import table")
	}
	return rules
}

// sourceImports lists the imports of every Go file that isn't a test, by path
// from the top of the module. Nested modules (tools) are left out.
func sourceImports(t *testing.T) map[string][]string {
	files := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			name := entry.Name()
			_, nested := os.Stat(filepath.Join(path, "go.mod"))
			if path != ".." && (strings.HasPrefix(name, ".") || nested == nil) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		var imports []string
		for _, spec := range parsed.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imports = append(imports, name)
		}
		rel, err := filepath.Rel("..", path)
		files[filepath.ToSlash(rel)] = imports
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
