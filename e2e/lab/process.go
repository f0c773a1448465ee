package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Process is a program running in a namespace, its output going to a file.
type Process struct {
	Name    string
	PID     int
	LogFile string

	done chan struct{}
	err  error
}

// Start runs a program in the namespace until Stop, or until this process ends.
func (n *Netns) Start(logDir, label, name string, args ...string) (*Process, error) {
	log, err := os.Create(filepath.Join(logDir, label+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := n.Command(name, args...)
	cmd.Dir = logDir
	cmd.Stdout, cmd.Stderr = log, log
	// SIGTERM, as Kamailio would leave its children behind on SIGKILL.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", label, err)
	}
	p := &Process{Name: label, PID: cmd.Process.Pid, LogFile: log.Name(), done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Exited says whether the program has ended, and how.
func (p *Process) Exited() (bool, error) {
	select {
	case <-p.done:
		return true, p.err
	default:
		return false, nil
	}
}

// Wait waits for the program's own end.
func (p *Process) Wait(timeout time.Duration) error {
	select {
	case <-p.done:
		return p.err
	case <-time.After(timeout):
		return fmt.Errorf("%s still runs after %s", p.Name, timeout)
	}
}

// Stop ends the program with SIGTERM, and its process group with SIGKILL if
// it does not obey within five seconds. The exit status after SIGTERM is
// returned as an error unless it is 0.
func (p *Process) Stop() error {
	if ended, err := p.Exited(); ended {
		return fmt.Errorf("%s had ended by itself: %v", p.Name, err)
	}
	if err := syscall.Kill(p.PID, syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop %s: %w", p.Name, err)
	}
	if err := p.Wait(5 * time.Second); err == nil || isDone(p.done) {
		return err
	}
	if err := syscall.Kill(-p.PID, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill %s: %w", p.Name, err)
	}
	<-p.done
	return fmt.Errorf("%s did not end on SIGTERM", p.Name)
}

func isDone(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Descriptors counts the open file descriptors.
func (p *Process) Descriptors() (int, error) {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.PID))
	return len(entries), err
}

// Status reads one number of /proc/PID/status, such as VmRSS (kB) or Threads.
func (p *Process) Status(key string) (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			var n int
			_, err := fmt.Sscan(rest, &n)
			return n, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no %s", p.PID, key)
}

// LogTail returns the last lines of the program's output, those that hold one
// of the given words left out.
func (p *Process) LogTail(lines int, without ...string) string {
	text, err := os.ReadFile(p.LogFile)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	all = slices.DeleteFunc(all, func(line string) bool {
		return slices.ContainsFunc(without, func(w string) bool { return strings.Contains(line, w) })
	})
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return strings.Join(all, "\n")
}
