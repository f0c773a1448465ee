package kernel

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// The tests attach programs to devices and change routes: they run in a
// network namespace of their own, which ends with the process.
const inside = "RTPGO_TEST_NAMESPACE"

// noNamespace is why there is none.
var noNamespace = "needs root"

func TestMain(m *testing.M) {
	if os.Getenv(inside) != "" {
		noNamespace = ""
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			noNamespace = fmt.Sprintf("needs the command ip: %v %s", err, out)
		}
		os.Exit(m.Run())
	}
	if os.Geteuid() == 0 {
		c := exec.Command(os.Args[0], os.Args[1:]...)
		c.Env = append(os.Environ(), inside+"=1")
		c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
		err := c.Run()
		if c.ProcessState != nil {
			os.Exit(c.ProcessState.ExitCode())
		}
		noNamespace = fmt.Sprintf("no network namespace: %v", err)
	}
	os.Exit(m.Run())
}

// privileged skips a test that can't run here.
func privileged(t *testing.T) {
	t.Helper()
	if noNamespace != "" {
		t.Skip(noNamespace)
	}
}
