package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

var spinPid atomic.Int64

func fifo(tid, prio int) {
	param := int32(prio)
	pol := uintptr(1) // SCHED_FIFO
	if prio == 0 {
		pol = 0
	}
	syscall.RawSyscall(syscall.SYS_SCHED_SETSCHEDULER, uintptr(tid), pol, uintptr(unsafe.Pointer(&param)))
}

// isolate gives the daemon's threads a real-time priority and lets a spinner of
// nice -20 fill the rest of their CPU, so that neither other processes nor the
// idle state (and its wake-up cost in a VM) disturb the run. The scheduler moves
// other processes to the other CPU meanwhile.
func (d *daemon) isolate() (undo func()) {
	if !cfg.isolate || cfg.dcpus != "" {
		return func() {}
	}
	self, _ := os.Executable()
	c := exec.Command(self)
	c.Env = []string{fmt.Sprintf("PF_SPIN=%d", cfg.daemonCPU), "GOMAXPROCS=1"}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, _ := c.StdinPipe() // closed when this process ends, however it ends
	if err := c.Start(); err != nil {
		die("spinner: %v", err)
	}
	spinPid.Store(int64(c.Process.Pid))
	d.setPrio(2)
	return func() {
		spinPid.Store(0)
		in.Close()
		c.Process.Kill()
		c.Wait()
		d.setPrio(0)
	}
}

func spinner(cpu int) {
	setAffinity(0, cpu)
	syscall.Setpriority(syscall.PRIO_PROCESS, 0, -20)
	go func() {
		var b [1]byte
		os.Stdin.Read(b[:])
		os.Exit(0)
	}()
	runtime.LockOSThread()
	setAffinity(0, cpu)
	syscall.Setpriority(syscall.PRIO_PROCESS, 0, -20)
	end := time.Now().Add(2 * time.Minute) // never longer, whatever happens
	for time.Now().Before(end) {
		for i := 0; i < 1000; i++ {
			spinPause()
		}
	}
}

//go:noinline
func spinPause() {}

func (d *daemon) setPrio(p int) {
	for _, pid := range d.pids() {
		for _, f := range globAll(fmt.Sprintf("/proc/%d/task/*", pid)) {
			var a, tid int
			fmt.Sscanf(f, "/proc/%d/task/%d", &a, &tid)
			fifo(tid, p)
		}
	}
}
