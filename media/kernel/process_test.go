package kernel

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rtpgo/media"
	"rtpgo/media/userspace"
)

// another is set, to what it is to do, in a process that a test started.
const another = "RTPGO_TEST_ANOTHER"

// TestAnother is no test: it is what another process does.
func TestAnother(t *testing.T) {
	switch os.Getenv(another) {
	case "forward":
		forwardForever(t)
	case "probe":
		for _, r := range Probe([]netip.Addr{netip.MustParseAddr("127.0.0.1")}) {
			fmt.Println("result", r)
		}
	}
}

// forwardForever is a daemon with one call, whose phones are told by the
// environment.
func forwardForever(t *testing.T) {
	lower, err := userspace.NewSockets(userspace.SocketsOptions{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(lower, Options{Mode: Mode(os.Getenv("MODE"))})
	if err != nil {
		t.Fatal(err)
	}
	var s [2]*media.Stream
	var p [2]media.Port
	for i, at := range []string{"198.18.0.1:30000", "198.18.1.1:40000"} {
		if p[i], err = e.Open(netip.MustParseAddrPort(at)); err != nil {
			t.Fatal(err)
		}
		s[i] = media.NewStream(p[i])
		s[i].SetRemote(netip.MustParseAddrPort(os.Getenv(fmt.Sprintf("PHONE%d", i))))
	}
	for i := range p {
		p[i].Install(&media.Flow{Stream: s[i], RTP: []media.Sink{{To: s[1-i]}}})
	}
	fmt.Println("ready")
	for !s[0].Kernelized() || !s[1].Kernelized() {
		time.Sleep(time.Millisecond)
	}
	fmt.Println("in the kernel")
	for range time.Tick(time.Second) {
		fmt.Println(s[0].Snapshot().In.Packets)
	}
}

// A daemon that is killed leaves nothing behind that forwards; one attached by
// links leaves nothing at all, the filter of the other is removed by the next.
func TestKilled(t *testing.T) {
	for _, mode := range []Mode{TCX, Clsact} {
		t.Run(string(mode), func(t *testing.T) {
			l := newLab(t)
			phones := [2]*phone{l.phone(l.a, "198.18.0.2"), l.phone(l.b, "198.18.1.2")}
			c := exec.Command(os.Args[0], "-test.run=^TestAnother$", "-test.v")
			c.Env = append(os.Environ(), another+"=forward", "MODE="+string(mode),
				"PHONE0="+phones[0].addr.String(), "PHONE1="+phones[1].addr.String())
			c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			defer c.Process.Kill()
			lines := bufio.NewScanner(out)
			await := func(want string) {
				t.Helper()
				for lines.Scan() {
					if lines.Text() == want {
						return
					}
				}
				t.Fatalf("the other process ended before it said %q", want)
			}
			await("ready")
			a := &side{l: l, phone: phones[0], ssrc: 1}
			locals := [2]netip.AddrPort{netip.MustParseAddrPort("198.18.0.1:30000"), netip.MustParseAddrPort("198.18.1.1:40000")}
			pass := func(from int) {
				t.Helper()
				pkt := a.rtp(160)
				phones[from].send(locals[from], pkt)
				phones[1-from].expect(locals[1-from], pkt)
			}
			pass(0)
			pass(1)
			await("in the kernel")
			pass(0)
			pass(1)
			if n, f := programs(t, "pub0"), filterNames(t, "pub0"); n+len(f) != 1 {
				t.Fatalf("%d programs, filters %v", n, f)
			}
			c.Process.Kill()
			c.Wait()
			if mode == TCX {
				if n := programs(t, "pub0"); n != 0 {
					t.Errorf("%d programs are left", n)
				}
			} else if f := filterNames(t, "pub0"); len(f) != 1 || alive(f[0]) {
				t.Errorf("filters %v", f)
			}
			// Nothing is forwarded any more, once the lease of a filter is over.
			stops := func() bool {
				phones[0].send(locals[0], a.rtp(160))
				got, _ := phones[1].receive(100 * time.Millisecond)
				return got == nil
			}
			if mode == TCX && !stops() {
				t.Error("still forwarded")
			}
			end := time.Now().Add(leaseTime + 2*time.Second)
			for !stops() {
				if time.Now().After(end) {
					t.Fatal("still forwarded")
				}
			}
			// The next one works, and leaves nothing.
			e := newTestEngine(t, Options{Mode: mode, Addresses: []netip.Addr{locals[0].Addr(), locals[1].Addr()}})
			if f := filterNames(t, "pub0"); mode == Clsact && len(f) != 1 || mode == TCX && len(f) != 0 {
				t.Errorf("filters %v", f)
			}
			l.established(e, "44")
			e.Close()
			if n, f := programs(t, "pub0"), filterNames(t, "pub0"); n != 0 || len(f) != 0 {
				t.Errorf("%d programs and filters %v are left", n, f)
			}
		})
	}
}

// What a process may do decides, and is said.
func TestCapabilities(t *testing.T) {
	privileged(t)
	for _, k := range []struct {
		name         string
		capabilities []uintptr
		want         string
	}{
		{"CAP_BPF and CAP_NET_ADMIN", []uintptr{unix.CAP_BPF, unix.CAP_NET_ADMIN}, "result lo: kernel, tcx"},
		{"CAP_NET_ADMIN", []uintptr{unix.CAP_NET_ADMIN}, "result : user space (needs the capabilities CAP_BPF"},
		{"CAP_BPF", []uintptr{unix.CAP_BPF}, "result : user space (needs the capabilities CAP_BPF"},
		{"none", nil, "result : user space (needs the capabilities CAP_BPF"},
	} {
		t.Run(k.name, func(t *testing.T) {
			binary, err := os.CreateTemp("", "rtpgo-test-")
			if err != nil {
				t.Fatal(err)
			}
			defer os.Remove(binary.Name())
			self, err := os.ReadFile("/proc/self/exe")
			if err == nil {
				_, err = binary.Write(self)
			}
			if err == nil {
				err = binary.Chmod(0o755)
			}
			if binary.Close(); err != nil {
				t.Fatal(err)
			}
			c := exec.Command(binary.Name(), "-test.run=^TestAnother$", "-test.v")
			c.Env = append(os.Environ(), another+"=probe")
			c.Dir = "/"
			c.SysProcAttr = &syscall.SysProcAttr{
				Credential:  &syscall.Credential{Uid: 65534, Gid: 65534},
				AmbientCaps: k.capabilities,
				Pdeathsig:   syscall.SIGKILL,
			}
			out, err := c.CombinedOutput()
			if err != nil || !strings.Contains(string(out), k.want) {
				t.Errorf("%v: %s\nwant %s", err, out, k.want)
			}
		})
	}
}
