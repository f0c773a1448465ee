package interfaces

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// fakeHost stands for the machine in tests: no DNS, fixed devices.
type fakeHost struct{ lonely bool }

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func (h fakeHost) all() ([]netip.Addr, []netip.Addr, error) {
	if h.lonely {
		return nil, addrs("127.0.0.1"), nil
	}
	return addrs("192.168.1.120", "2001:db8:85a3::7334", "10.0.0.5"), addrs("127.0.0.1"), nil
}

func (fakeHost) device(name string) ([]netip.Addr, bool, error) {
	switch name {
	case "eth0":
		return addrs("192.168.1.120", "2001:db8:85a3::7334"), true, nil
	case "eth1":
		return nil, true, nil
	}
	return nil, false, nil
}

func (fakeHost) resolve(name string) ([]netip.Addr, error) {
	if name == "media.example.com" {
		return addrs("198.51.100.7", "::ffff:198.51.100.8"), nil
	}
	return nil, errors.New("no such host")
}

var testRange = PoolConfig{Min: 30000, Max: 30099}

func mustParse(t *testing.T, specs ...string) *Set {
	t.Helper()
	s, err := parse(specs, testRange, fakeHost{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// describe renders a set as "name: local>advertised local ..." lines.
func describe(s *Set) string {
	var lines []string
	for _, l := range s.All() {
		line := l.Name + ":"
		for _, a := range l.Addresses(FamilyAny) {
			line += " " + a.Local.String()
			if a.Advertised != a.Local {
				line += ">" + a.Advertised.String()
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name  string
		specs []string
		want  string
	}{
		{"bare address", []string{"203.0.113.1"}, "default: 203.0.113.1"},
		{"names and families", []string{"pub/203.0.113.1", "priv/192.0.2.1", "pub/2001:db8:4321::1", "priv/2001:db8:4322::1"},
			"pub: 203.0.113.1 2001:db8:4321::1\npriv: 192.0.2.1 2001:db8:4322::1"},
		{"list of a file", []string{"203.0.113.1 ; 2001:db8:4321::1 ; foobar/203.0.113.3;;quux/203.0.113.4;"},
			"default: 203.0.113.1 2001:db8:4321::1\nfoobar: 203.0.113.3\nquux: 203.0.113.4"},
		{"advertised", []string{"pub/10.65.76.2!192.0.2.4", "pub/2001:db8::1!2001:db8::99"},
			"pub: 10.65.76.2>192.0.2.4 2001:db8::1>2001:db8::99"},
		{"brackets", []string{"pub/[2001:db8::1]![2001:db8::99]"}, "pub: 2001:db8::1>2001:db8::99"},
		{"mapped", []string{"::ffff:203.0.113.1"}, "default: 203.0.113.1"},
		{"zone", []string{"fe80::1%eth0"}, "default: fe80::1%eth0>fe80::1"},
		{"device", []string{"ext/eth0"}, "ext: 192.168.1.120 2001:db8:85a3::7334"},
		{"device, one family advertised", []string{"ext/eth0!198.51.100.1"}, "ext: 192.168.1.120>198.51.100.1 2001:db8:85a3::7334"},
		{"any", []string{"any"}, "default: 192.168.1.120 2001:db8:85a3::7334 10.0.0.5"},
		{"host name", []string{"x/media.example.com"}, "x: 198.51.100.7 198.51.100.8"},
		{"base and suffix", []string{"pub:1/192.0.2.67", "pub:2/10.35.2.75"}, "pub:1: 192.0.2.67\npub:2: 10.35.2.75"},
		{"alias", []string{"pub1/192.0.2.67", "pub=pub1"}, "pub1: 192.0.2.67"},
		{"alias first", []string{"pub=pub1", "pub1/192.0.2.67"}, "pub1: 192.0.2.67"},
		{"twice", []string{"a/192.0.2.67", "a/192.0.2.67", "a/192.0.2.67!192.0.2.1"}, "a: 192.0.2.67 192.0.2.67>192.0.2.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := describe(mustParse(t, test.specs...)); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ spec, want string }{
		{"", "no interface given"},
		{"pub/", `interface "pub/": no address`},
		{"/192.0.2.1", "empty name"},
		{"pub/192.0.2.1!", "advertised address"},
		{"pub/192.0.2.1!2001:db8::1", "not of the family"},
		{"pub/192.0.2.1!eth0", `"eth0" is no IP address`},
		{"pub/192.0.2.1!0.0.0.0", "cannot be sent to"},
		{"pub/0.0.0.0", "every address of the host"},
		{"pub/::", "every address of the host"},
		{"pub/224.0.0.1", "multicast"},
		{"fe80::1", "needs its device"},
		{"pub/nowhere.example.com", "no host name that resolves"},
		{"pub/eth1", "no address that can be used"},
		{"pub=priv", `no interface "priv"`},
		{"=pub", "empty name"},
		{"pub=", "empty name"},
		{"a/192.0.2.1;a=a", "is taken"},
		{"b=a;a/192.0.2.1;b/192.0.2.2", "is taken"},
		{"a:1/192.0.2.1;a=a:1", "is taken"},
		{"a b/192.0.2.1", "blank inside"},
		{"a=b/192.0.2.1", `contains '='`},
		{"a/b/192.0.2.1", "is no address"},
	} {
		_, err := parse([]string{test.spec}, testRange, fakeHost{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want %q", test.spec, err, test.want)
		}
	}
}

func TestParseRefusesPortRange(t *testing.T) {
	for _, cfg := range []PoolConfig{{Min: 40000, Max: 30000}, {Min: 0, Max: 100}, {}} {
		if _, err := parse([]string{"192.0.2.1"}, cfg, fakeHost{}); err == nil {
			t.Errorf("range %d-%d accepted", cfg.Min, cfg.Max)
		}
	}
}

func TestAnyWithoutNetwork(t *testing.T) {
	s, err := parse([]string{"any"}, testRange, fakeHost{lonely: true})
	if err != nil || describe(s) != "default: 127.0.0.1" || len(s.Warnings()) != 1 {
		t.Fatal(err, s)
	}
}

func TestSystemAddressesParse(t *testing.T) {
	s, err := Parse([]string{"lo"}, testRange)
	if err != nil {
		t.Skip("no device lo:", err)
	}
	if got := s.Default().Addresses(FamilyIPv4); len(got) > 0 && !got[0].Local.IsLoopback() {
		t.Errorf("lo has %v", got[0].Local)
	}
}

func TestPoolsAreSharedByLocalAddress(t *testing.T) {
	s := mustParse(t, "a/192.0.2.1", "b/192.0.2.1!198.51.100.1", "c/192.0.2.2")
	pool := func(name string) *Pool {
		l, ok := s.Lookup(name)
		if !ok {
			t.Fatal(name)
		}
		return l.Pick(FamilyIPv4).Ports
	}
	if pool("a") != pool("b") || pool("a") == pool("c") || len(s.Pools()) != 2 {
		t.Fatal("pools are not one per local address")
	}
}

func TestDuplicateIsReported(t *testing.T) {
	s := mustParse(t, "a/192.0.2.67", "a/192.0.2.67")
	if len(s.Warnings()) != 1 || !strings.Contains(s.Warnings()[0], "given twice") {
		t.Fatal(s.Warnings())
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"203.0.113.1 ; 2001:db8:4321::1 ; foobar/203.0.113.3", "pub/10.65.76.2!192.0.2.4",
		"pub:1/eth0;pub:2/any;x=pub", "a=b", "fe80::1%eth0", "[::1]", "a/b/c!d=e", "media.example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parse([]string{text}, testRange, fakeHost{})
		if err != nil {
			return
		}
		for _, l := range s.All() {
			if got, ok := s.Lookup(l.Name); !ok || got != l {
				t.Fatalf("%q: Lookup(%q) = %v", text, l.Name, got)
			}
			list := l.Addresses(FamilyAny)
			if len(list) != len(l.Addresses(FamilyIPv4))+len(l.Addresses(FamilyIPv6)) {
				t.Fatalf("%q: addresses of %q", text, l.Name)
			}
			for _, a := range list {
				if FamilyOf(a.Local) != FamilyOf(a.Advertised) || a.Ports == nil || a.Logical != l {
					t.Fatalf("%q: %+v", text, a)
				}
			}
			if l.Pick(l.PreferredFamily()) == nil || !l.Is(l.Name) {
				t.Fatalf("%q: %q", text, l.Name)
			}
		}
		if !slices.Contains(s.All(), s.Default()) {
			t.Fatalf("%q: no default", text)
		}
	})
}
