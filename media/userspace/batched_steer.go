package userspace

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"unsafe"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"
)

// maxAddresses is how many local addresses can be served; maxWorkers how many
// workers. Both are sizes of maps in steer.bpf.c.
const (
	maxAddresses = 64
	maxWorkers   = 256
	portWords    = 65536 / 32
	portOpen     = 1
	portMuted    = 2
)

// steering is the BPF program that brings the packets of open ports to the
// workers' sockets. It lives in the network namespace of the thread that
// attached it, and ends with the process, whose descriptors alone hold it.
type steering struct {
	objects   steerObjects
	link      *link.NetNsLink
	openPorts []uint64 // the map's memory
}

func loadSteering(sockets []int) (*steering, error) {
	spec, err := loadSteer()
	if err != nil {
		return nil, err
	}
	if err := spec.Variables[steerVarWorkerCount].Set(uint32(len(sockets))); err != nil {
		return nil, err
	}
	s := new(steering)
	if err := spec.LoadAndAssign(&s.objects, nil); err != nil {
		return nil, fmt.Errorf("load the sk_lookup program: %w", err)
	}
	if err := s.attach(sockets); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *steering) attach(sockets []int) error {
	mem, err := unix.Mmap(s.objects.OpenPorts.FD(), 0, maxAddresses*portWords*8, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map the table of open ports: %w", err)
	}
	s.openPorts = unsafe.Slice((*uint64)(unsafe.Pointer(&mem[0])), maxAddresses*portWords)
	for i, fd := range sockets {
		if err := s.objects.Workers.Put(uint32(i), uint64(fd)); err != nil {
			return fmt.Errorf("hand a socket to the sk_lookup program: %w", err)
		}
	}
	ns, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return err
	}
	defer ns.Close()
	if s.link, err = link.AttachNetNs(int(ns.Fd()), s.objects.RtpgoSteer); err != nil {
		return fmt.Errorf("attach the sk_lookup program: %w", err)
	}
	return nil
}

// addAddress starts looking at packets to a; a.slot must be set.
func (s *steering) addAddress(a *localAddress) error {
	if a.slot >= maxAddresses {
		return fmt.Errorf("more than %d local addresses", maxAddresses)
	}
	err := s.objects.Addresses.Update(&a.bytes, a.slot, ebpf.UpdateAny)
	if err != nil {
		return fmt.Errorf("steer the packets of %s: %w", a.addr, err)
	}
	return nil
}

// open steers the packets of a port to its worker.
func (s *steering) open(a *localAddress, port uint16) {
	word, shift := s.word(a, port)
	atomic.OrUint64(word, portOpen<<shift)
}

// close leaves the packets of a port to the kernel.
func (s *steering) close(a *localAddress, port uint16) {
	word, shift := s.word(a, port)
	atomic.AndUint64(word, ^uint64((portOpen|portMuted)<<shift))
}

// mute has the packets of a port dropped before they are queued.
func (s *steering) mute(a *localAddress, port uint16) {
	word, shift := s.word(a, port)
	atomic.OrUint64(word, portMuted<<shift)
}

func (s *steering) unmute(a *localAddress, port uint16) {
	word, shift := s.word(a, port)
	atomic.AndUint64(word, ^uint64(portMuted<<shift))
}

// word returns where the bits of a port are.
func (s *steering) word(a *localAddress, port uint16) (word *uint64, shift uint) {
	return &s.openPorts[a.slot*portWords+uint32(port>>5)], 2 * uint(port&31)
}

// Close detaches the program.
func (s *steering) Close() error {
	var errs []error
	if s.link != nil {
		errs = append(errs, s.link.Close())
	}
	if s.openPorts != nil {
		errs = append(errs, unix.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(&s.openPorts[0])), len(s.openPorts)*8)))
		s.openPorts = nil
	}
	return errors.Join(append(errs, s.objects.Close())...)
}
