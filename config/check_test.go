package config

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	r := Check(writeFile(t, "[rtpengine]\ninterface = lo/127.0.0.1!198.51.100.7 ; far/198.51.100.1\nlisten-ng = 127.0.0.1:2223\nport-min = 20000\nport-max = 20099\nredis = 127.0.0.1:6379/1\n"))
	if !r.OK() || r.Section != "rtpengine" || len(r.Interfaces) != 2 {
		t.Fatalf("%+v", r)
	}
	lo, far := r.Interfaces[0], r.Interfaces[1]
	if lo.Name != "lo" || lo.Local.String() != "127.0.0.1" || lo.Advertised.String() != "198.51.100.7" || !lo.Present {
		t.Errorf("%+v", lo)
	}
	if far.Present || far.Advertised != far.Local {
		t.Errorf("%+v", far)
	}
	var b strings.Builder
	if _, err := r.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{":6: redis isn't supported", ":2: interface \"far\": this host doesn't have", "198.51.100.7", "is in order"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

func TestCheckErrors(t *testing.T) {
	for text, want := range map[string]string{
		"[rtpgo]\nlisten-ng = 2223\n\ninterface = a/203.0.113.1!2001:db8::1\n": ":4: interface \"a/203.0.113.1!2001:db8::1\"",
		"[rtpgo]\nlisten-ng = 2223\ninterface = 203.0.113.1\nport-mn = 3\n":    ":4: unknown option",
		"[other]\n": "no section [rtpgo] or [rtpengine]",
		"":          "no section",
	} {
		r := Check(writeFile(t, text))
		var b strings.Builder
		if _, err := r.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if r.OK() || !strings.Contains(b.String(), want) || strings.Contains(b.String(), "in order") {
			t.Errorf("%q:\n%s", text, b.String())
		}
	}
	if r := Check("/nonexistent/x.conf"); r.OK() {
		t.Error("a file that isn't there is in order")
	}
	if r := CheckSection(writeFile(t, "[other]\nlisten-ng = 2223\ninterface = 127.0.0.1\n"), "other"); !r.OK() {
		t.Errorf("%v", r.Errors)
	}
}
