package interfaces

import (
	"strings"
	"testing"
)

// names calls pick n times and joins the names of what it returns.
func names(n int, pick func() *Logical) string {
	var list []string
	for range n {
		list = append(list, pick().Name)
	}
	return strings.Join(list, " ")
}

func lookup(t *testing.T, s *Set, name string, f Family) func() *Logical {
	return func() *Logical {
		t.Helper()
		l, ok := s.LookupFor(name, f)
		if !ok {
			t.Fatalf("no interface %q", name)
		}
		return l
	}
}

func exhaust(t *testing.T, l *Logical) {
	t.Helper()
	for _, a := range l.Addresses(FamilyAny) {
		for a.Ports.Free() > 0 {
			mustReserve(t, a.Ports, 2)
		}
	}
}

func TestLookup(t *testing.T) {
	s := mustParse(t, "pub/203.0.113.1", "priv/192.0.2.1", "wan=pub", "uplink=wan")
	for name, want := range map[string]string{"pub": "pub", "priv": "priv", "wan": "pub", "uplink": "pub", "any": "pub"} {
		if got := lookup(t, s, name, FamilyAny)(); got.Name != want || (name != "any" && !got.Is(name)) {
			t.Errorf("%q gives %q", name, got.Name)
		}
	}
	for _, name := range []string{"", "external", "internal", "PUB", "default"} {
		if l, ok := s.Lookup(name); ok {
			t.Errorf("%q gives %q", name, l.Name)
		}
	}
	if s.Default().Name != "pub" || s.Default().Is("priv") {
		t.Error("default")
	}
}

func TestRoundRobinOfBase(t *testing.T) {
	s := mustParse(t, "pub:1/192.0.2.1;pub:1/192.0.2.2;pub:1/2001:db8::1;pub:2/192.0.2.3;pub:2/2001:db8::3;pub:3/2001:db8::4;pub:4/192.0.2.5", "wan=pub")
	if got := names(5, lookup(t, s, "pub:2", FamilyAny)); got != "pub:2 pub:2 pub:2 pub:2 pub:2" {
		t.Error("by its own name:", got)
	}
	if got := names(4, s.Default); got != "pub:1 pub:2 pub:3 pub:4" {
		t.Error("default:", got)
	}
	if got := names(4, lookup(t, s, "pub", FamilyAny)); got != "pub:1 pub:2 pub:3 pub:4" {
		t.Error("base:", got)
	}
	for f, missing := range map[Family]string{FamilyIPv4: "pub:3", FamilyIPv6: "pub:4"} {
		if got := names(8, lookup(t, s, "pub", f)); strings.Contains(got, missing) || !strings.Contains(got, "pub:1") || !strings.Contains(got, "pub:2") {
			t.Errorf("base, %v: %s", f, got)
		}
	}
	for _, name := range []string{"pub:1", "pub", "wan"} {
		if !s.All()[0].Is(name) {
			t.Errorf("pub:1 is not %q", name)
		}
	}
	exhaust(t, s.All()[1])
	if got := names(8, lookup(t, s, "wan", FamilyAny)); strings.Contains(got, "pub:2") {
		t.Error("exhausted interface chosen:", got)
	}
	for _, l := range s.All() {
		exhaust(t, l)
	}
	lookup(t, s, "pub", FamilyAny)() // still gives one, whose pool then says ErrNoPorts
}

func TestRoundRobinCalls(t *testing.T) {
	s := mustParse(t, "a/192.0.2.1", "b/192.0.2.2", "c/2001:db8::1")
	if got := names(4, func() *Logical { return s.RoundRobin(FamilyAny) }); got != "a b c a" {
		t.Error(got)
	}
	if got := names(6, func() *Logical { return s.RoundRobin(FamilyIPv4) }); strings.Contains(got, "c") {
		t.Error(got)
	}
}

func TestPick(t *testing.T) {
	s := mustParse(t, "x/2001:db8::1", "x/192.0.2.1", "x/192.0.2.2", "y/192.0.2.3")
	x, y := s.All()[0], s.All()[1]
	if x.PreferredFamily() != FamilyIPv6 || y.PreferredFamily() != FamilyIPv4 {
		t.Error("preferred family")
	}
	if got := x.Pick(FamilyAny).Local.String(); got != "2001:db8::1" {
		t.Error(got)
	}
	if y.Pick(FamilyIPv6) != nil {
		t.Error("an IPv6 address of an IPv4 interface")
	}
	for range 3 { // the first address is the primary one
		if got := x.Pick(FamilyIPv4).Local.String(); got != "192.0.2.1" {
			t.Error(got)
		}
	}
	for x.Addresses(FamilyIPv4)[0].Ports.Free() > 0 {
		mustReserve(t, x.Addresses(FamilyIPv4)[0].Ports, 2)
	}
	if got := x.Pick(FamilyIPv4).Local.String(); got != "192.0.2.2" {
		t.Error("the second address did not take over:", got)
	}
	exhaust(t, x)
	if got := x.Pick(FamilyIPv4).Local.String(); got != "192.0.2.1" {
		t.Error("exhausted:", got)
	}
}

func TestFamilyOf(t *testing.T) {
	for s, want := range map[string]Family{"192.0.2.1": FamilyIPv4, "::ffff:192.0.2.1": FamilyIPv4, "2001:db8::1": FamilyIPv6} {
		if got := FamilyOf(addrs(s)[0]); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}
