package kernel

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"sync"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

// Mode is how the program is attached to a device.
type Mode string

const (
	// Auto takes TCX, where the kernel has it, else Clsact.
	Auto Mode = "auto"
	// TCX attaches by a BPF link (Linux 6.6): the kernel detaches the program
	// when the process ends, however it ends.
	TCX Mode = "tcx"
	// Clsact adds a filter to the device's clsact qdisc (tc-bpf(8)). It stays
	// behind when the process is killed: it then forwards nothing any more
	// (see renew), and the next rtpgo to start removes it.
	Clsact Mode = "clsact"
)

// attachment is the program on one device, or why it isn't there.
type attachment struct {
	device *device
	mode   Mode
	err    error
	detach func()
}

// attachments keeps the program on the devices where media arrives: those that
// carry an address media is received at, those named by option, and loopback,
// by which packets of this host's own programs come.
type attachments struct {
	objs      *bpfObjects
	nl        *netlink
	ns        namespace
	mode      Mode
	name      string // of clsact filters
	extra     []string
	excluded  []string
	mu        sync.Mutex
	wanted    map[netip.Addr]struct{}
	on        map[int]*attachment
	top       *topology
	problem   error // the topology couldn't be read
	onChanged func(*attachment)
}

// want adds an address; it tells whether that was new.
func (a *attachments) want(addr netip.Addr) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	addr = addr.Unmap().WithZone("")
	if _, ok := a.wanted[addr]; ok {
		return false
	}
	a.wanted[addr] = struct{}{}
	return true
}

// update looks at devices and addresses afresh, attaches where something new is
// wanted and forgets devices that are gone.
func (a *attachments) update() {
	top, err := readTopology(a.nl)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.problem = err; err != nil {
		return
	}
	a.top = top
	for index, at := range a.on {
		if d := top.devices[index]; d == nil || d.name != at.device.name {
			a.drop(index)
		}
	}
	for _, index := range a.targets() {
		if at := a.on[index]; at == nil || at.err != nil {
			a.attach(top.devices[index], at)
		}
	}
}

// targets are the devices to attach to.
func (a *attachments) targets() (list []int) {
	add := func(index int) {
		if index != 0 && !slices.Contains(list, index) && !slices.Contains(a.excluded, a.top.name(index)) {
			list = append(list, index)
		}
	}
	for addr := range a.wanted {
		for _, index := range a.top.of(addr) {
			add(index)
		}
	}
	for index, d := range a.top.devices {
		if slices.Contains(a.extra, d.name) {
			add(index)
		}
	}
	if len(list) > 0 {
		add(a.top.loopback)
	}
	sort.Ints(list)
	return list
}

func (a *attachments) attach(d *device, before *attachment) {
	at := &attachment{device: d}
	at.err = a.ns.run(func() error { return a.tryModes(at) })
	a.on[d.index] = at
	if before == nil || at.err == nil || before.err.Error() != at.err.Error() {
		a.onChanged(at)
	}
}

func (a *attachments) tryModes(at *attachment) error {
	l2, err := at.device.layer2()
	if err != nil {
		return err
	}
	prog := a.objs.RtpgoForwardL3
	if l2 {
		prog = a.objs.RtpgoForward
	}
	var tcxErr error
	if a.mode != Clsact {
		var l link.Link
		l, tcxErr = link.AttachTCX(link.TCXOptions{Interface: at.device.index, Program: prog, Attach: ebpf.AttachTCXIngress})
		if tcxErr == nil {
			at.mode, at.detach = TCX, func() { l.Close() }
			return nil
		}
		if a.mode == TCX {
			return explainTCX(tcxErr)
		}
	}
	f, err := addFilter(a.nl, at.device.index, prog, a.name)
	if err != nil {
		return fmt.Errorf("neither tcx (%v) nor clsact: %w", explainTCX(tcxErr), err)
	}
	at.mode, at.detach = Clsact, func() { f.remove(a.nl) }
	return nil
}

func explainTCX(err error) error {
	if errors.Is(err, ebpf.ErrNotSupported) {
		return errors.New("tcx needs Linux 6.6")
	}
	return err
}

func (a *attachments) drop(index int) {
	at := a.on[index]
	delete(a.on, index)
	if at.detach != nil {
		at.detach()
	}
}

// covers tells why packets to a local address don't meet the program; nil if
// they do.
func (a *attachments) covers(addr netip.Addr) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.problem != nil {
		return a.problem
	}
	devices := a.top.of(addr)
	if len(devices) == 0 {
		return fmt.Errorf("no device carries %s", addr)
	}
	var why error
	for _, index := range devices {
		at := a.on[index]
		switch {
		case at == nil:
			why = fmt.Errorf("%s is left to user space", a.top.name(index))
		case at.err == nil:
			return nil
		default:
			why = fmt.Errorf("%s: %w", at.device.name, at.err)
		}
	}
	return why
}

func (a *attachments) topology() (*topology, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.top, a.problem
}

// lent tells whether a filter needs the lease to be renewed.
func (a *attachments) lent() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, at := range a.on {
		if at.mode == Clsact {
			return true
		}
	}
	return false
}

func (a *attachments) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for index := range a.on {
		a.drop(index)
	}
}
