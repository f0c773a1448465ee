package config

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	names, letters := map[string]bool{}, map[string]string{}
	for _, o := range table {
		if names[o.Name] {
			t.Errorf("%s is there twice", o.Name)
		}
		names[o.Name] = true
		if o.Short != "" {
			if other := letters[o.Short]; other != "" {
				t.Errorf("-%s means %s and %s", o.Short, other, o.Name)
			}
			letters[o.Short] = o.Name
		}
		if o.Doc == "" || !strings.HasSuffix(o.Doc, ".") || o.Group == "" {
			t.Errorf("%s: no sentence or no group", o.Name)
		}
		if o.Supported() != (o.Since != "") {
			t.Errorf("%s: Since is for supported options", o.Name)
		}
		if o.Supported() && o.field == nil && !o.CommandLine {
			t.Errorf("%s is supported but has no field", o.Name)
		}
		if o.Supported() && !o.CommandLine && o.Default == "" && o.Example == "" {
			t.Errorf("%s has nothing to show in the example", o.Name)
		}
		if o.Default != "" && !o.CommandLine {
			c := &Config{}
			if err := o.assign(c, []string{o.Default}); err != nil {
				t.Errorf("%s: default: %v", o.Name, err)
			}
			if got := o.Text(c); o.field != nil && got != o.Default {
				t.Errorf("%s: its default %q reads %q", o.Name, o.Default, got)
			}
		}
	}
	for i, g := range Groups() {
		for _, other := range Groups()[:i] {
			if g == other {
				t.Errorf("group %q is not in one piece", g)
			}
		}
	}
}

// TestEveryOptionOfTheReference holds the table to the list of rtpengine's
// options.
func TestEveryOptionOfTheReference(t *testing.T) {
	text, err := os.ReadFile("testdata/rtpengine-options.txt")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for line := range strings.Lines(string(text)) {
		if line[0] == '#' {
			continue
		}
		count++
		f := strings.Fields(line)
		o, ok := Lookup(f[0])
		if !ok {
			t.Errorf("no option %s", f[0])
			continue
		}
		if letter := strings.TrimPrefix(f[1], "-"); o.Short != letter {
			t.Errorf("%s: letter %q, want %q", o.Name, o.Short, letter)
		}
		if (o.Kind != Bool) != (f[2] == "value") {
			t.Errorf("%s: %s, want %s", o.Name, o.TypeName(), f[2])
		}
	}
	if count < 170 {
		t.Errorf("only %d options in the list", count)
	}
}

func TestGeneratedFilesAreInStep(t *testing.T) {
	for name, want := range map[string][]byte{
		"../rtpgo.conf.example":    ExampleFile(),
		"../docs/configuration.md": Markdown(),
	} {
		got, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the table gives (%v): go generate ./config", name, err)
		}
	}
}

func TestUsageAndManPage(t *testing.T) {
	var b strings.Builder
	if err := Usage(&b); err != nil {
		t.Fatal(err)
	}
	man := string(ManPage("1.2.3"))
	for _, o := range table {
		if o.Refused {
			continue
		}
		if !strings.Contains(b.String(), o.Name) {
			t.Errorf("--help lacks %s", o.Name)
		}
		if !strings.Contains(man, strings.ReplaceAll(o.Name, "-", `\-`)) {
			t.Errorf("the manual page lacks %s", o.Name)
		}
	}
	for line := range strings.Lines(b.String()) {
		if len(line) > usageWidth+1 && !strings.HasPrefix(line, "  -") && !strings.HasPrefix(line, "Usage") {
			t.Errorf("long line in --help: %q", line)
		}
	}
	if !strings.Contains(man, `.TH RTPGO 8 "" "rtpgo 1.2.3"`) {
		t.Error("title of the manual page")
	}
	for line := range strings.Lines(man) {
		if strings.HasPrefix(line, ".") && !strings.ContainsAny(line[1:2], "TSPBIbnf") {
			t.Errorf("text taken for a request: %q", line)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	for name, want := range map[string]string{
		"log-facilty": "log-facility", "interfaces": "interface", "listen_ng": "listen-ng", "timout": "timeout",
		"prot-min": "port-min", "endpoint-leraning": "endpoint-learning",
	} {
		if got := didYouMean("", name); got != "; did you mean "+want+"?" {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, name := range []string{"frobnicate-the-whole-thing", "", strings.Repeat("x", 10000)} {
		if got := didYouMean("", name); got != "" {
			t.Errorf("%.20s: %q", name, got)
		}
	}
}
