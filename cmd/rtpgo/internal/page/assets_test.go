package page

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestBuiltFilesBelongToTheSources: whoever changes web has to run `make page`.
func TestBuiltFilesBelongToTheSources(t *testing.T) {
	recorded, err := os.ReadFile("web/dist/sources.sha256")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(string(recorded))
	for i, got := range []string{digest(t, "web", "node_modules", "dist"), digest(t, "web/dist", "sources.sha256")} {
		if i >= len(want) || got != want[i] {
			t.Errorf("%s changed since the page was built: run `make page` and commit web/dist", []string{"web", "web/dist"}[i])
		}
	}
}

// digest is the function of that name in vite.config.ts.
func digest(t *testing.T, dir string, leave ...string) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		switch {
		case slices.Contains(leave, name) && entry.IsDir():
			return fs.SkipDir
		case !entry.IsDir() && !slices.Contains(leave, name):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	all := sha256.New()
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(all, "%x  %s\n", sha256.Sum256(content), name)
	}
	return hex.EncodeToString(all.Sum(nil))
}

func TestNothingComesFromElsewhere(t *testing.T) {
	index, err := os.ReadFile("web/dist/index.html")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(index), "//") {
		t.Errorf("the page names another server:\n%s", index)
	}
	names := regexp.MustCompile(`(?:src|href)="\./([^"]+)"`).FindAllStringSubmatch(string(index), -1)
	if len(names) < 3 {
		t.Fatalf("the page loads %q", names)
	}
	h := assets()
	for _, name := range names {
		for _, encoding := range []string{"", "gzip"} {
			r := httptest.NewRequest("GET", "/"+name[1], nil)
			r.Header.Set("Accept-Encoding", encoding)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != 200 || w.Header().Get("Content-Type") == "" || w.Body.Len() == 0 {
				t.Errorf("%s is answered %d %q", name[1], w.Code, w.Header())
			}
			if zipped := w.Header().Get("Content-Encoding") == "gzip"; zipped && encoding == "" {
				t.Errorf("%s is compressed unasked", name[1])
			}
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/no-such-file", nil))
	if w.Code != 404 {
		t.Errorf("a file that isn't there is answered %d", w.Code)
	}
}
