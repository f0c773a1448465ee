package engine

import (
	"errors"
	"net/netip"
	"strings"

	"rtpgo/media/kernel"
)

// Possibility is an engine and whether it can run on this host.
type Possibility struct {
	Name string
	// Obstacle is why it can't; nil when it can.
	Obstacle error
	// Detail says more where it can.
	Detail string
}

// Survey tries every engine for media at these addresses, the best one first.
// It leaves nothing behind.
func Survey(addresses []netip.Addr) []Possibility {
	list := []Possibility{surveyKernel(kernel.Probe(addresses))}
	for _, k := range engines.userSpace {
		p := Possibility{Name: k.name}
		if k.probe != nil {
			p.Obstacle = k.probe()
		}
		list = append(list, p)
	}
	return list
}

// surveyKernel sums the devices up: the engine can run if it can attach to one
// of them.
func surveyKernel(devices []kernel.Result) Possibility {
	p := Possibility{Name: Kernel}
	var details, obstacles []string
	available := false
	for _, d := range devices {
		details = append(details, strings.TrimPrefix(d.String(), ": "))
		obstacles = append(obstacles, strings.TrimPrefix(d.Device+": "+d.Why, ": "))
		available = available || d.Available
	}
	if len(devices) == 0 {
		obstacles = []string{"no media address to attach to"}
	}
	if available {
		p.Detail = strings.Join(details, "; ")
	} else {
		p.Obstacle = errors.New(strings.Join(obstacles, "; "))
	}
	return p
}
