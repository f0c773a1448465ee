package kernel

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// namespace is the network namespace that an engine was made in. Devices are
// attached to by number, and numbers mean what the calling thread's namespace
// makes of them.
type namespace struct{ fd int }

const threadNamespace = "/proc/thread-self/ns/net"

func currentNamespace() (namespace, error) {
	fd, err := unix.Open(threadNamespace, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return namespace{-1}, fmt.Errorf("network namespace: %w", err)
	}
	return namespace{fd}, nil
}

// run calls f on a thread in the namespace. Only in a process of several
// namespaces (tests) does it have to enter it.
func (n namespace) run(f func() error) error {
	var here, there unix.Stat_t
	if err := unix.Fstat(n.fd, &there); err != nil {
		return fmt.Errorf("network namespace: %w", err)
	}
	runtime.LockOSThread()
	if err := unix.Stat(threadNamespace, &here); err == nil && here.Ino == there.Ino {
		defer runtime.UnlockOSThread()
		return f()
	}
	runtime.UnlockOSThread()
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocks: the thread ends with the goroutine
		if err := unix.Setns(n.fd, unix.CLONE_NEWNET); err != nil {
			result <- fmt.Errorf("enter network namespace: %w", err)
			return
		}
		result <- f()
	}()
	return <-result
}

func (n namespace) close() { unix.Close(n.fd) }
