package interfaces

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// host is what the machine knows about addresses.
type host interface {
	// all returns the addresses of the devices that are up, those of loopback
	// devices apart.
	all() (addrs, loopback []netip.Addr, err error)
	// device returns the addresses of a device; false if there is no such device.
	device(name string) ([]netip.Addr, bool, error)
	// resolve looks a host name up.
	resolve(name string) ([]netip.Addr, error)
}

// resolveTimeout bounds a DNS lookup at start-up.
const resolveTimeout = 5 * time.Second

type system struct{}

func (system) all() (addrs, loopback []netip.Addr, err error) {
	devices, err := net.Interfaces()
	if err != nil {
		return nil, nil, err
	}
	for _, d := range devices {
		if d.Flags&net.FlagUp == 0 {
			continue
		}
		list, err := deviceAddrs(&d)
		if err != nil {
			return nil, nil, err
		}
		if d.Flags&net.FlagLoopback != 0 {
			loopback = append(loopback, list...)
		} else {
			addrs = append(addrs, list...)
		}
	}
	return addrs, loopback, nil
}

func (system) device(name string) ([]netip.Addr, bool, error) {
	d, err := net.InterfaceByName(name)
	if err != nil {
		// The error doesn't tell an unknown device from a failed enquiry; a
		// name that is no device may still be a host name.
		return nil, false, nil
	}
	addrs, err := deviceAddrs(d)
	return addrs, true, err
}

func (system) resolve(name string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(context.Background(), resolveTimeout)
	defer cancel()
	return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
}

// deviceAddrs returns the unicast addresses of a device. Link-local IPv6
// addresses are left out: a peer that reads one in SDP cannot know the link.
func deviceAddrs(d *net.Interface) ([]netip.Addr, error) {
	addrs, err := d.Addrs()
	if err != nil {
		return nil, fmt.Errorf("addresses of %s: %w", d.Name, err)
	}
	var list []netip.Addr
	for _, a := range addrs {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		addr := prefix.Addr().Unmap()
		if addr.Is6() && addr.IsLinkLocalUnicast() {
			continue
		}
		list = append(list, addr)
	}
	return list, nil
}
