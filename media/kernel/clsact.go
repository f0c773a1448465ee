package kernel

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"
)

// A filter outlives the process that added it. So that one can tell whose it
// is, it carries a name that its daemon also holds as the name of an abstract
// socket (unix(7)): the kernel frees that with the process, and abstract names
// belong to the network namespace, as the devices do.

const filterPrefix = "rtpgo-"

// Constants of linux/pkt_sched.h and linux/pkt_cls.h.
const (
	tcHandleClsact  = 0xffff0000 // TC_H_MAKE(TC_H_CLSACT, 0)
	tcParentClsact  = 0xfffffff1 // TC_H_CLSACT
	tcParentIngress = 0xfffffff2 // TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
	bpfDirectAction = 1          // TCA_BPF_FLAG_ACT_DIRECT
	tcaKind         = 1
	tcaOptions      = 2
	tcaBPFFD        = 6
	tcaBPFName      = 7
	tcaBPFFlags     = 8
	tcMsgLen        = 20
)

// claimName makes a name for the filters of this process and holds it until
// release.
func claimName() (name string, release func(), err error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, fmt.Errorf("name socket: %w", err)
	}
	var b [8]byte
	rand.Read(b[:])
	name = filterPrefix + hex.EncodeToString(b[:])
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: "@" + name}); err != nil {
		unix.Close(fd)
		return "", nil, fmt.Errorf("name socket: %w", err)
	}
	return name, func() { unix.Close(fd) }, nil
}

// alive tells whether a process holds the name.
func alive(name string) bool {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return true
	}
	defer unix.Close(fd)
	return unix.Bind(fd, &unix.SockaddrUnix{Name: "@" + name}) != nil
}

// filter is a tc filter on a device's ingress.
type filter struct {
	device int
	info   uint32 // priority and protocol
	handle uint32
	name   string
}

// tcMessage is struct tcmsg.
func tcMessage(device int, handle, parent, info uint32) []byte {
	b := make([]byte, 4, 128)
	b = binary.NativeEndian.AppendUint32(b, uint32(device))
	b = binary.NativeEndian.AppendUint32(b, handle)
	b = binary.NativeEndian.AppendUint32(b, parent)
	return binary.NativeEndian.AppendUint32(b, info)
}

// addFilter attaches a program to a device's ingress, behind what is attached
// already, and removes filters of daemons that are gone.
func addFilter(n *netlink, device int, prog *ebpf.Program, name string) (*filter, error) {
	qdisc := attribute(tcMessage(device, tcHandleClsact, tcParentClsact, 0), tcaKind, []byte("clsact\x00"))
	err := n.request(unix.RTM_NEWQDISC, unix.NLM_F_CREATE|unix.NLM_F_EXCL, qdisc, nil)
	if err != nil && err != unix.EEXIST {
		return nil, fmt.Errorf("clsact: %w", err)
	}
	old, err := filters(n, device)
	if err != nil {
		return nil, err
	}
	for _, f := range old {
		if f.name != name && !alive(f.name) {
			f.remove(n)
		}
	}
	var options []byte
	options = attribute32(options, tcaBPFFD, uint32(prog.FD()))
	options = attribute(options, tcaBPFName, append([]byte(name), 0))
	options = attribute32(options, tcaBPFFlags, bpfDirectAction)
	// Priority 0: the kernel takes one behind all others.
	info := uint32(binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL}))
	req := attribute(tcMessage(device, 0, tcParentIngress, info), tcaKind, []byte("bpf\x00"))
	req = attribute(req, tcaOptions, options)
	if err := n.request(unix.RTM_NEWTFILTER, unix.NLM_F_CREATE|unix.NLM_F_EXCL, req, nil); err != nil {
		return nil, fmt.Errorf("clsact filter: %w", err)
	}
	now, err := filters(n, device)
	if err != nil {
		return nil, err
	}
	for _, f := range now {
		if f.name == name {
			return f, nil
		}
	}
	return nil, fmt.Errorf("clsact filter %s vanished", name)
}

// filters lists rtpgo's filters on a device.
func filters(n *netlink, device int) (list []*filter, err error) {
	req := tcMessage(device, 0, tcParentIngress, 0)
	err = n.request(unix.RTM_GETTFILTER, unix.NLM_F_DUMP, req, func(_ uint16, b []byte) {
		if len(b) < tcMsgLen {
			return
		}
		f := &filter{device: device, handle: binary.NativeEndian.Uint32(b[8:]), info: binary.NativeEndian.Uint32(b[16:])}
		eachAttribute(b[tcMsgLen:], func(kind uint16, v []byte) {
			if kind != tcaOptions {
				return
			}
			eachAttribute(v, func(kind uint16, v []byte) {
				if kind == tcaBPFName {
					f.name = text(v)
				}
			})
		})
		if f.handle != 0 && strings.HasPrefix(f.name, filterPrefix) {
			list = append(list, f)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list filters: %w", err)
	}
	return list, nil
}

// remove removes the filter; the qdisc stays, others may have filters there.
func (f *filter) remove(n *netlink) {
	req := tcMessage(f.device, f.handle, tcParentIngress, f.info)
	_ = n.request(unix.RTM_DELTFILTER, 0, attribute(req, tcaKind, []byte("bpf\x00")), nil)
}
