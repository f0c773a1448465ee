package userspace

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/features"
	"golang.org/x/sys/unix"
)

// UnavailableError says why the batched engine can't run here.
type UnavailableError struct {
	// Missing is what would have to be there, for the operator.
	Missing string
	// Err is what was tried and failed.
	Err error
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("the batched engine needs %s: %v", e.Missing, e.Err)
}

func (e *UnavailableError) Unwrap() error { return e.Err }

// ProbeBatched tries whether the batched engine can run in the network
// namespace of the calling thread; the error, an *UnavailableError, says why if
// it can't. It leaves nothing behind.
func ProbeBatched() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	e := newBatched(nil)
	defer e.free()
	return e.openSockets(1)
}

// unavailable explains an error of a system call that the engine can't do
// without.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	u := &UnavailableError{Err: err}
	var verifier *ebpf.VerifierError
	switch {
	case errors.As(err, &verifier) && len(verifier.Log) > 0:
		u.Missing = "a kernel whose verifier takes the sk_lookup program"
	case errors.Is(features.HaveProgramType(ebpf.SkLookup), ebpf.ErrNotSupported):
		u.Missing = "Linux 5.9 or later with CONFIG_BPF_SYSCALL (sk_lookup)"
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		u.Missing = missingCapabilities()
	case errors.Is(err, ebpf.ErrNotSupported):
		u.Missing = "a kernel with sk_lookup, sockmap and mappable arrays"
	case errors.Is(err, unix.ENOMEM), errors.Is(err, unix.ENOBUFS):
		u.Missing = "more memory (RLIMIT_MEMLOCK counts BPF maps before Linux 5.11)"
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		u.Missing = "more file descriptors"
	case errors.Is(err, unix.E2BIG):
		u.Missing = "fewer programs like it in this network namespace (64 sk_lookup programs are the kernel's limit)"
	default:
		u.Missing = "sk_lookup and raw sockets"
	}
	return u
}

// missingCapabilities names what a thread that got EPERM hasn't got.
func missingCapabilities() string {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return "CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW"
	}
	have := func(c uint) bool { return data[c/32].Effective>>(c%32)&1 != 0 }
	var missing []string
	if !have(unix.CAP_BPF) && !have(unix.CAP_SYS_ADMIN) {
		missing = append(missing, "CAP_BPF")
	}
	if !have(unix.CAP_NET_ADMIN) {
		missing = append(missing, "CAP_NET_ADMIN")
	}
	if !have(unix.CAP_NET_RAW) {
		missing = append(missing, "CAP_NET_RAW")
	}
	if len(missing) == 0 {
		return "permission for bpf(2) and raw sockets (a user namespace, seccomp, a security module or RLIMIT_MEMLOCK forbids it)"
	}
	return strings.Join(missing, ", ")
}
