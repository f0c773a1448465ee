package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// namePrefix starts the name of every namespace; the process id follows, so
// that what a killed run left behind can be told from what is in use.
const namePrefix = "rtpgo-e2e-"

// Netns is a named network namespace.
type Netns struct {
	Name string
}

// newNetns creates a namespace with its loopback interface up.
func newNetns(name string) (*Netns, error) {
	if err := ip("netns", "add", name); err != nil {
		return nil, err
	}
	n := &Netns{Name: name}
	if err := n.ip("link", "set", "lo", "up"); err != nil {
		return nil, errors.Join(err, n.delete())
	}
	return n, nil
}

func (n *Netns) delete() error { return ip("netns", "del", n.Name) }

// ip runs ip(8) inside the namespace.
func (n *Netns) ip(args ...string) error {
	return ip(append([]string{"-n", n.Name}, args...)...)
}

func ip(args ...string) error {
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Run runs a command inside the namespace and returns what it printed.
func (n *Netns) Run(name string, args ...string) (string, error) {
	out, err := n.Command(name, args...).CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return string(out), nil
}

// Command prepares a command to be run inside the namespace. It keeps the
// process id of the prepared command, as ip(8) replaces itself by it.
func (n *Netns) Command(name string, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", n.Name, name}, args...)...)
}

// Do calls f on a thread inside the namespace. Sockets that f opens stay in
// the namespace and may be used from anywhere; f must not start goroutines.
func (n *Netns) Do(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		own, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			done <- fmt.Errorf("own namespace: %w", err)
			return
		}
		defer unix.Close(own)
		there, err := unix.Open(filepath.Join("/run/netns", n.Name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			done <- fmt.Errorf("namespace %s: %w", n.Name, err)
			return
		}
		defer unix.Close(there)
		if err := unix.Setns(there, unix.CLONE_NEWNET); err != nil {
			done <- fmt.Errorf("enter namespace %s: %w", n.Name, err)
			return
		}
		err = f()
		// A thread that can't get back ends with its goroutine.
		if back := unix.Setns(own, unix.CLONE_NEWNET); back == nil {
			runtime.UnlockOSThread()
		}
		done <- err
	}()
	return <-done
}

// sysctl sets a value below /proc/sys/net of the namespace.
func (n *Netns) sysctl(key, value string) error {
	return n.Do(func() error {
		return os.WriteFile(filepath.Join("/proc/sys/net", key), []byte(value), 0o644)
	})
}

// UDPPorts lists the local ports of all UDP sockets of the namespace, with
// repetitions, sorted by the kernel's hash.
func (n *Netns) UDPPorts() ([]int, error) {
	var ports []int
	err := n.Do(func() error {
		for _, name := range []string{"udp", "udp6"} {
			table, err := os.ReadFile("/proc/thread-self/net/" + name)
			if err != nil {
				return err
			}
			for _, line := range strings.Split(string(table), "\n")[1:] {
				fields := strings.Fields(line)
				if len(fields) < 2 {
					continue
				}
				local := fields[1]
				port, err := strconv.ParseUint(local[strings.LastIndexByte(local, ':')+1:], 16, 16)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				ports = append(ports, int(port))
			}
		}
		return nil
	})
	return ports, err
}

// removeStale deletes the namespaces of runs whose process is gone.
func removeStale() {
	entries, err := os.ReadDir("/run/netns")
	if err != nil {
		return
	}
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), namePrefix)
		if !ours {
			continue
		}
		pid, err := strconv.Atoi(strings.SplitN(rest, "-", 2)[0])
		if err != nil || syscall.Kill(pid, 0) == nil {
			continue
		}
		// Nobody is left to be told.
		_ = (&Netns{Name: e.Name()}).delete()
	}
}
