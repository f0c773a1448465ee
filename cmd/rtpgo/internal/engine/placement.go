package engine

import (
	"net"
	"net/netip"

	"rtpgo/media"
	"rtpgo/media/kernel"
)

// Placement says what forwards the packets that arrive at a local address.
type Placement struct {
	Address netip.Addr
	Device  string // network device that carries it, "" if none
	Engine  string
	Why     string // why not the kernel, "" where it does or wasn't asked for
}

// Placements tells for each address what forwards what arrives there.
func Placements(e media.Engine, addresses []netip.Addr) []Placement {
	on := devices()
	top, _ := e.(*kernel.Engine)
	results := make(map[string]kernel.Result)
	if top != nil {
		for _, r := range top.Devices() {
			results[r.Device] = r
		}
	}
	var list []Placement
	for _, a := range addresses {
		p := Placement{Address: a, Device: on.device(a), Engine: e.Name()}
		if top != nil {
			r, attached := results[p.Device]
			switch {
			case attached && r.Available:
				p.Engine = Kernel + ", " + string(r.Mode)
			case attached:
				p.Engine, p.Why = top.Lower().Name(), r.Why
			default:
				p.Engine, p.Why = top.Lower().Name(), "not attached to the device"
			}
		}
		list = append(list, p)
	}
	return list
}

// carriers finds network devices by the addresses they carry.
type carriers map[netip.Prefix]string

func (c carriers) device(a netip.Addr) string {
	a = a.WithZone("")
	for prefix, name := range c {
		if prefix.Addr() == a || a.IsLoopback() && prefix.Contains(a) {
			return name
		}
	}
	return ""
}

func devices() carriers {
	found := make(carriers)
	list, err := net.Interfaces()
	if err != nil {
		return found
	}
	for _, device := range list {
		addresses, err := device.Addrs()
		if err != nil {
			continue // it went away meanwhile
		}
		for _, a := range addresses {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil {
				found[prefix] = device.Name
			}
		}
	}
	return found
}
