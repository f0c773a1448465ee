// Package loopback runs one relay on loopback, for tests that need no
// namespaces.
package loopback

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rtpgo/ng"
)

// Relay is the daemon under test.
type Relay struct {
	Client *ng.Client
	PID    int

	t testing.TB
}

// FreeAddress is one that nobody has now, neither for UDP nor for TCP, below
// the ports that the system gives to those who name none: it must still be free
// when the relay asks for it.
func FreeAddress() string {
	for {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		datagrams, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		datagrams.Close()
		if stream, err := net.Listen("tcp", address); err == nil {
			stream.Close()
			return address
		}
	}
}

// Start starts the binary that RTPGO_BIN names, by default bin/rtpgo, and waits
// until it answers. A failed test shows its log.
func Start(t testing.TB, options ...string) *Relay {
	t.Helper()
	program := os.Getenv("RTPGO_BIN")
	if program == "" {
		program = filepath.Join("..", "..", "bin", "rtpgo")
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("no relay to test: %v", err)
	}
	address := FreeAddress()
	r := &Relay{t: t}
	log, err := os.Create(filepath.Join(t.TempDir(), "relay.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, append([]string{
		"--config-file=none", "--foreground", "--log-stderr", "--log-level=6",
		"--listen-ng=" + address, "--delete-delay=0",
	}, options...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.PID = cmd.Process.Pid
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		log.Close()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("relay:\n%s", text)
		}
	})
	if r.Client, err = ng.Dial(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Client.Close() })
	Until(t, "the relay answers", func() bool {
		_, err := r.Client.Do(t.Context(), ng.Dict{{Key: "command", Value: "ping"}})
		return err == nil
	})
	return r
}

// Do sends a request, which must be answered with ok.
func (r *Relay) Do(command string, keys ...ng.Pair) ng.Dict {
	r.t.Helper()
	reply, err := r.Client.Do(r.t.Context(), append(ng.Dict{{Key: "command", Value: command}}, keys...))
	if err != nil || reply.Text("result") != "ok" {
		r.t.Fatalf("%s: %v, %s", command, err, ng.JSON.Append(nil, reply))
	}
	return reply
}

// Until waits for a condition.
func Until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
