package kernel

import (
	"errors"
	"fmt"
	"math"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/features"
	"github.com/cilium/ebpf/rlimit"
	"golang.org/x/sys/unix"
)

// load puts the program and its maps into the kernel, with room for n flows.
func load(n int) (*bpfObjects, error) {
	// Before Linux 5.11 maps count as locked memory. Where this isn't
	// permitted it may not be needed either.
	_ = rlimit.RemoveMemlock()
	spec, err := loadBpf()
	if err != nil {
		return nil, err
	}
	spec.Maps[bpfMapFlows].MaxEntries = uint32(n)
	spec.Maps[bpfMapSlots].MaxEntries = uint32(n)
	spec.Maps[bpfMapGates].MaxEntries = uint32(2 * n)
	// Without a lease nothing is forwarded: see renew.
	objs := new(bpfObjects)
	if err := spec.LoadAndAssign(objs, nil); err != nil {
		return nil, explain(err)
	}
	return objs, nil
}

// forever is a lease that doesn't expire.
const forever = uint64(math.MaxUint64)

// explain turns an error of the kernel into one that says what is missing.
func explain(err error) error {
	var missing string
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		missing = "needs the capabilities CAP_BPF (CAP_SYS_ADMIN before Linux 5.8) and CAP_NET_ADMIN, in the first user namespace"
	case errors.Is(features.HaveProgramHelper(ebpf.SchedCLS, asm.FnRedirectNeigh), ebpf.ErrNotSupported):
		missing = "needs Linux 5.10 (bpf_redirect_neigh)"
	case errors.Is(err, ebpf.ErrNotSupported), errors.Is(err, unix.ENOSYS):
		missing = "needs BPF in the kernel (CONFIG_BPF_SYSCALL)"
	case errors.Is(err, unix.ENOMEM):
		missing = "needs memory (RLIMIT_MEMLOCK before Linux 5.11)"
	default:
		return err
	}
	return fmt.Errorf("%s: %w", missing, err)
}
