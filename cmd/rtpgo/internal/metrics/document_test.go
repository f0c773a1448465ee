package metrics

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/metrics.md anew")

const document = "../../../../docs/metrics.md"

// docs/metrics.md is the tables in words; -update writes it.
func TestDocumentIsInStep(t *testing.T) {
	want := Document()
	if *update {
		if err := os.WriteFile(document, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(document)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s isn't what the tables say (%v): run go test ./cmd/rtpgo/internal/metrics -update", document, err)
	}
}

func TestFamiliesAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range families {
		ours, theirs := strings.HasPrefix(f.name, "rtpgo_"), strings.HasPrefix(f.name, "rtpengine_")
		switch {
		case seen[f.name]:
			t.Errorf("%s is there twice", f.name)
		case !ours && !theirs:
			t.Errorf("%s: its name says neither rtpgo nor rtpengine", f.name)
		case ours && (f.kind == counter) != strings.HasSuffix(f.name, "_total"):
			t.Errorf("%s is a %s", f.name, f.kind)
		case !strings.HasSuffix(f.help, "."), strings.Contains(f.help, "|"):
			t.Errorf("%s: help %q", f.name, f.help)
		}
		seen[f.name] = true
	}
}
