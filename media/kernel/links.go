package kernel

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// device is a network device.
type device struct {
	index    int
	name     string
	mtu      int
	hardware uint16 // ARPHRD_...
	up       bool
}

func (d *device) loopback() bool { return d.hardware == unix.ARPHRD_LOOPBACK }

// layer2 tells whether frames of the device begin with an Ethernet header;
// an error when neither program fits.
func (d *device) layer2() (bool, error) {
	switch d.hardware {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return true, nil
	case unix.ARPHRD_NONE, unix.ARPHRD_RAWIP:
		return false, nil
	}
	return false, fmt.Errorf("no program for link layer type %d", d.hardware)
}

// topology is what devices there are and which address lives where.
type topology struct {
	devices   map[int]*device
	addresses map[netip.Addr][]int // device indexes
	loopback  int
}

// readTopology asks the kernel for devices and addresses.
func readTopology(n *netlink) (*topology, error) {
	t := &topology{devices: map[int]*device{}, addresses: map[netip.Addr][]int{}}
	err := n.request(unix.RTM_GETLINK, unix.NLM_F_DUMP, make([]byte, unix.SizeofIfInfomsg), func(kind uint16, b []byte) {
		if kind == unix.RTM_NEWLINK && len(b) >= unix.SizeofIfInfomsg {
			d := parseLink(b)
			t.devices[d.index] = d
			if d.loopback() {
				t.loopback = d.index
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	err = n.request(unix.RTM_GETADDR, unix.NLM_F_DUMP, make([]byte, unix.SizeofIfAddrmsg), func(kind uint16, b []byte) {
		if kind != unix.RTM_NEWADDR || len(b) < unix.SizeofIfAddrmsg {
			return
		}
		index := int(binary.NativeEndian.Uint32(b[4:]))
		var address, local []byte
		eachAttribute(b[unix.SizeofIfAddrmsg:], func(kind uint16, v []byte) {
			switch kind {
			case unix.IFA_ADDRESS:
				address = v
			case unix.IFA_LOCAL: // differs from IFA_ADDRESS on point-to-point links
				local = v
			}
		})
		if local == nil {
			local = address
		}
		if a, ok := netip.AddrFromSlice(local); ok {
			t.addresses[a] = append(t.addresses[a], index)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	return t, nil
}

func parseLink(b []byte) *device {
	d := &device{
		hardware: binary.NativeEndian.Uint16(b[2:]),
		index:    int(binary.NativeEndian.Uint32(b[4:])),
		up:       binary.NativeEndian.Uint32(b[8:])&unix.IFF_UP != 0,
	}
	eachAttribute(b[unix.SizeofIfInfomsg:], func(kind uint16, v []byte) {
		switch kind {
		case unix.IFLA_IFNAME:
			d.name = text(v)
		case unix.IFLA_MTU:
			d.mtu = int(uint32Of(v))
		}
	})
	return d
}

// of returns the devices that carry a local address.
func (t *topology) of(a netip.Addr) []int {
	a = a.Unmap().WithZone("")
	if a.Is4() && a.IsLoopback() && t.loopback != 0 {
		return []int{t.loopback} // all of 127.0.0.0/8 lives there
	}
	return t.addresses[a]
}

func (t *topology) name(index int) string {
	if d := t.devices[index]; d != nil {
		return d.name
	}
	return fmt.Sprintf("device %d", index)
}
