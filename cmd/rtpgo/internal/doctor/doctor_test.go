package doctor

import (
	"errors"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

// healthy is a host on which everything is well.
func healthy() Host {
	return Host{
		Proc: fstest.MapFS{
			"sys/net/ipv4/ip_local_port_range":     {Data: []byte("41000\t60999\n")},
			"sys/net/ipv4/ip_local_reserved_ports": {Data: []byte("\n")},
			"sys/net/core/rmem_max":                {Data: []byte("4194304\n")},
			"self/status":                          {Data: []byte("Name:\trtpgo\nCapEff:\t0000008000003000\n")},
		},
		Bind:        func(netip.AddrPort) error { return nil },
		Descriptors: func() (uint64, uint64, error) { return 1024, 1 << 20, nil },
	}
}

func subject() Subject {
	return Subject{
		Addresses: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
		PortMin:   30000, PortMax: 40000,
		Listen:  []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:22222")},
		Engines: []Engine{{Name: "fast"}, {Name: "plain"}},
	}
}

func proc(host Host, path, text string) {
	host.Proc.(fstest.MapFS)[path] = &fstest.MapFile{Data: []byte(text)}
}

func TestHealthyHost(t *testing.T) {
	findings := Examine(healthy(), subject())
	if Worst(findings) != OK {
		t.Errorf("findings on a healthy host: %+v", findings)
	}
	for _, f := range findings {
		if f.Found == "" || f.Mend != "" {
			t.Errorf("%q found %q, mended by %q", f.Check, f.Found, f.Mend)
		}
	}
}

func TestFindings(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Host, *Subject)
		check  string
		level  Level
		mend   string // part of it
	}{
		"address missing": {
			func(h *Host, _ *Subject) {
				h.Bind = func(a netip.AddrPort) error {
					if a.Addr().Is6() {
						return syscall.EADDRNOTAVAIL
					}
					return nil
				}
			}, "address 2001:db8::1", Fail, "ip address add 2001:db8::1/128",
		},
		"NG port taken": {
			func(h *Host, _ *Subject) { h.Bind = taken }, "NG port 127.0.0.1:22222", Fail, "ss -ulnp 'sport = :22222'",
		},
		"NG port taken by the daemon": {
			func(h *Host, s *Subject) { h.Bind, s.Running = taken, true }, "NG port 127.0.0.1:22222", OK, "",
		},
		"port range overlaps": {
			func(h *Host, _ *Subject) {
				proc(*h, "sys/net/ipv4/ip_local_port_range", "32768 60999")
				proc(*h, "sys/net/ipv4/ip_local_reserved_ports", "8080,9000-9010\n")
			}, "media port range", Warn, "ip_local_reserved_ports=32768-40000,8080-8080,9000-9010",
		},
		"overlap half reserved": {
			func(h *Host, _ *Subject) {
				proc(*h, "sys/net/ipv4/ip_local_port_range", "32768 60999")
				proc(*h, "sys/net/ipv4/ip_local_reserved_ports", "32768-39999\n")
			}, "media port range", Warn, "ip_local_reserved_ports=32768-40000",
		},
		"overlap reserved": {
			func(h *Host, _ *Subject) {
				proc(*h, "sys/net/ipv4/ip_local_port_range", "32768 60999")
				proc(*h, "sys/net/ipv4/ip_local_reserved_ports", "30000-40000\n")
			}, "media port range", OK, "",
		},
		"range reserved in parts": {
			func(h *Host, _ *Subject) {
				proc(*h, "sys/net/ipv4/ip_local_port_range", "32768 60999")
				proc(*h, "sys/net/ipv4/ip_local_reserved_ports", "32768-36000,36001-40000\n")
			}, "media port range", Warn, "ip_local_reserved_ports=32768-40000,32768-36000,36001-40000",
		},
		"few descriptors": {
			func(h *Host, _ *Subject) {
				h.Descriptors = func() (uint64, uint64, error) { return 1024, 20000, nil }
			}, "descriptor limit", Warn, "ulimit -n 20130",
		},
		"small buffers": {
			func(h *Host, _ *Subject) { proc(*h, "sys/net/core/rmem_max", "212992\n") },
			"socket buffers", Warn, "net.core.rmem_max=4194304",
		},
		"no capabilities": {
			func(h *Host, _ *Subject) { proc(*h, "self/status", "CapEff:\t0000000000000000\n") },
			"capabilities", Warn, "setcap cap_net_admin,cap_net_raw,cap_bpf+ep",
		},
		"cap_sys_admin stands for cap_bpf": {
			func(h *Host, _ *Subject) { proc(*h, "self/status", "CapEff:\t0000000000203000\n") },
			"capabilities", OK, "",
		},
		"better engine impossible": {
			func(_ *Host, s *Subject) {
				s.Engines[0].Obstacle, s.Engines[0].Mend = errors.New("kernel 4.19 has no such thing"), "apt-get dist-upgrade"
			}, "engine fast", Warn, "apt-get dist-upgrade",
		},
		"no engine": {
			func(_ *Host, s *Subject) {
				for i := range s.Engines {
					s.Engines[i].Obstacle = errors.New("not here")
				}
			}, "engine", Fail, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, s := healthy(), subject()
			c.change(&h, &s)
			findings := Examine(h, s)
			for _, f := range findings {
				if f.Check != c.check {
					continue
				}
				if f.Level != c.level || !strings.Contains(f.Mend, c.mend) || (c.mend == "" && f.Mend != "") {
					t.Errorf("%+v, want level %v, mended by %q", f, c.level, c.mend)
				}
				if c.level != OK && f.Because == "" {
					t.Errorf("%q doesn't say what happens otherwise", f.Check)
				}
				return
			}
			t.Errorf("no finding %q in %+v", c.check, findings)
		})
	}
}

// TestUnreadableProc proves that a host that shows nothing is still examined.
func TestUnreadableProc(t *testing.T) {
	host := healthy()
	host.Proc = fstest.MapFS{}
	for _, f := range Examine(host, subject()) {
		if f.Found == "" {
			t.Errorf("%q says nothing", f.Check)
		}
	}
}

func TestThisHost(t *testing.T) {
	loopback := Subject{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, PortMin: 30000, PortMax: 30010}
	for _, f := range Examine(ThisHost(), loopback) {
		if strings.HasPrefix(f.Check, "address") && f.Level != OK {
			t.Errorf("loopback: %+v", f)
		}
	}
}

func taken(a netip.AddrPort) error {
	if a.Port() == 0 {
		return nil
	}
	return syscall.EADDRINUSE
}
