package homer

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
)

// A HOMER server made of Kamailio: it prints what it reads out of each packet.
const kamailioConfig = `#!KAMAILIO
debug=2
log_stderror=yes
children=1
listen=udp:%s
mpath="%s"
loadmodule "pv.so"
loadmodule "xlog.so"
loadmodule "sl.so"
loadmodule "db_text.so"
loadmodule "sipcapture.so"
modparam("sipcapture", "db_url", "text://%s")
modparam("sipcapture", "capture_on", 1)
modparam("sipcapture", "hep_capture_on", 1)
modparam("sipcapture", "nonsip_hook", 1)
event_route[sipcapture:request] {
	xlog("L_NOTICE", "HEP $hep(0x00b) $hep(0x003):$hep(0x007) $hep(0x004):$hep(0x008) $hep(0x009) $hep(0x00c) $hep(0x011) $hep(0x00f)\n");
}
request_route { exit; }
`

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestKamailioReadsIt: the encoding is what others take for HEP version 3.
func TestKamailioReadsIt(t *testing.T) {
	program, err := exec.LookPath("kamailio")
	modules, _ := filepath.Glob("/usr/lib/*/kamailio/modules/sipcapture.so")
	if err != nil || len(modules) == 0 {
		t.Skip("no Kamailio with its module sipcapture")
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	address := conn.LocalAddr().String()
	conn.Close()
	dir := t.TempDir()
	config := filepath.Join(dir, "kamailio.cfg")
	text := fmt.Sprintf(kamailioConfig, address, filepath.Dir(modules[0])+"/", dir)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &lockedBuffer{}
	k := exec.Command(program, "-DD", "-E", "-f", config, "-Y", dir, "-m", "32", "-M", "8")
	k.Stdout, k.Stderr = out, out
	k.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := k.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		k.Wait()
		close(ended)
	}()
	defer func() {
		k.Process.Signal(syscall.SIGTERM)
		<-ended
		if t.Failed() {
			t.Log(out)
		}
	}()
	s := NewSender(Config{Network: "udp", Address: address, Capture: 77, Log: zap.NewNop()})
	defer s.Close()
	p := sample(1)
	p.Payload = []byte(`{ "ssrc":48059,"type":201,"report_count":0,"report_blocks":[] }`)
	want := "HEP 5 198.51.100.1:4001 192.0.2.1:30001 1795830400 77 call@host " + string(p.Payload)
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(out.String(), want) { // it listens when it has started
		s.Send(p)
		select {
		case <-ended:
			t.Fatal("Kamailio ended")
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("Kamailio doesn't print %q", want)
		}
	}
}
