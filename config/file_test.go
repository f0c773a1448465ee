package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestProblemsNameTheirLine(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"[rtpgo]\ntimout = 3\n", `2: unknown option "timout"; did you mean timeout?`},
		{"[rtpgo]\nT = 184\n", `2: unknown option "T"; in a file it is called tos`},
		{"[rtpgo]\n\ntimeout = abc\n", `3: timeout: "abc" is no whole number of seconds`},
		{"[rtpgo]\ntimeout =\n", `2: timeout: "" is no whole number`},
		{"[rtpgo]\nno-fallback =\n", "2: no-fallback:"},
		{"[rtpgo]\nno-fallback\n", `2: "no-fallback" is neither OPTION = VALUE`},
		{"[rtpgo]\nport-min = 0x7530\n", "2: port-min:"},
		{"[rtpgo]\nport-min = 40000\nport-max = 30000\n", "3: the port range 40000-30000 is reversed"},
		{"timeout = 3\n[rtpgo]\n", "1: option before the first [SECTION]"},
		{"[rtpgo\ntimeout = 3\n", `1: "[rtpgo" is no section`},
		{"[rtpgo]\nconfig-section = x\n", "2: config-section belongs on the command line"},
		{"[rtpgo]\nlisten-ng = 127.0.0.1\n", `2: listen-ng: "127.0.0.1" is no port`},
		{"[rtpgo]\ninterface = ;\n", "2: no interface given"},
		{"[rtpgo]\ntemplates = t\n", "2: templates: no section [t]"},
		{"[rtpgo]\nsoftware-id = \xff\n", "2: the line is not UTF-8"},
		{"[rtpgo]\nnftables-status = true\n", "2: nftables-status isn't supported"},
	} {
		_, err := Parse(nil, ParseFile("x.conf", []byte(test.text)))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "x.conf:") {
			t.Errorf("%q: error %v, want %q", test.text, err, test.want)
		}
	}
}

func TestFileForms(t *testing.T) {
	for name, text := range map[string]string{
		"CRLF":        "[rtpgo]\r\ninterface = 203.0.113.1\r\nlisten-ng = 2223\r\n",
		"BOM":         "\ufeff[rtpgo]\ninterface=203.0.113.1\nlisten-ng=2223\n",
		"no newline":  "[rtpgo]\ninterface = 203.0.113.1\nlisten-ng = 2223",
		"two pieces":  "[rtpgo]\ninterface = 203.0.113.1\n[x]\n[rtpgo]\nlisten-ng = 2223\n",
		"blanks":      "  [rtpgo]\n\tinterface\t=\t203.0.113.1\n  listen-ng  =  2223  \n",
		"semicolon":   "; comment\n[rtpgo]\ninterface = 203.0.113.1\nlisten-ng = 2223\n",
		"given twice": "[rtpgo]\ninterface = 192.0.2.1\ninterface = 203.0.113.1\nlisten-ng = 2223\n",
		"booleans":    "[rtpgo]\ninterface = 203.0.113.1\nlisten-ng = 2223\nsip-source = no\nforeground = 1\n",
		"empty text":  "[rtpgo]\ninterface = 203.0.113.1\nlisten-ng = 2223\npidfile =\n",
	} {
		c, err := Parse(nil, ParseFile("x.conf", []byte(text)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if fmt.Sprint(c.Interfaces, c.ListenNG, c.SIPSource) != "[203.0.113.1] [2223] false" {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestGivenTwiceIsReported(t *testing.T) {
	c, err := Parse(nil, ParseFile("x.conf", []byte("[rtpgo]\ninterface = 192.0.2.1\ninterface = 203.0.113.1\nlisten-ng = 2223\n")))
	if err != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "x.conf:3: interface was given in line 2 already") {
		t.Fatal(c, err)
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add(string(ExampleFile()))
	f.Add("[rtpengine]\ninterface = 203.0.113.1 ; a/2001:db8::1\nlisten-ng = [::1]:2223;localhost:1\ntemplates = t\n[t]\noffer = a=b\n")
	f.Add("; c\n[rtpgo]\r\ntimeout = 60 # x\nbogus = 1\n[rtpgo\nx\n=y\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := ParseFile("f", []byte(text))
		lines := strings.Count(text, "\n") + 1
		e := evaluate(nil, file)
		for _, p := range append(e.errors, e.warnings...) {
			if p.Line > lines || p.Text == "" {
				t.Fatalf("%+v of %d lines", p, lines)
			}
		}
		if len(e.errors) > 0 {
			return
		}
		c := e.cfg
		if len(c.Interfaces) == 0 || len(c.ListenNG) == 0 || c.PortMin >= c.PortMax || c.Timeout <= 0 {
			t.Fatalf("accepted: %+v", c)
		}
	})
}

func TestParseListen(t *testing.T) {
	for s, want := range map[string]string{
		"2223": "[[::]:2223]", "127.0.0.1:2223": "[127.0.0.1:2223]", "[::1]:2223": "[[::1]:2223]", "::1:2223": "[[::1]:2223]",
		"0.0.0.0:1": "[0.0.0.0:1]",
	} {
		got, err := ParseListen(s)
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", ":1", "x", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:-1", "a b:1", "[::1:1", "127.0.0.1:"} {
		if got, err := ParseListen(s); err == nil {
			t.Errorf("%s: %v", s, got)
		}
	}
}
