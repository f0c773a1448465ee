package kernel

import (
	"fmt"
	"net/netip"
	"sort"
	"strings"

	"go.uber.org/zap"

	"rtpgo/media"
)

// Result says whether the kernel forwards what arrives by a device.
type Result struct {
	Device    string
	Available bool
	// Mode is how the program is attached.
	Mode Mode
	// Why is why not, or why not in a better way; empty if there is nothing
	// to say.
	Why string
}

func (r Result) String() string {
	switch {
	case !r.Available:
		return fmt.Sprintf("%s: user space (%s)", r.Device, r.Why)
	case r.Why != "":
		return fmt.Sprintf("%s: kernel, %s (%s)", r.Device, r.Mode, r.Why)
	}
	return fmt.Sprintf("%s: kernel, %s", r.Device, r.Mode)
}

// Probe tries what New would do for these addresses, in the network namespace
// of the calling thread, and leaves nothing behind. Where not even the program
// can be loaded there is one Result, without a device.
func Probe(addresses []netip.Addr) []Result {
	e := newEngine(nil, zap.NewNop())
	defer e.free()
	if err := e.open(Options{Addresses: addresses, MaxFlows: 1, Mode: Auto}); err != nil {
		return []Result{{Why: err.Error()}}
	}
	return e.Devices()
}

// Devices tells for every device concerned whether the kernel forwards what
// arrives there.
func (e *Engine) Devices() []Result {
	e.at.mu.Lock()
	defer e.at.mu.Unlock()
	var list []Result
	for _, at := range e.at.on {
		r := Result{Device: at.device.name, Available: at.err == nil, Mode: at.mode}
		switch {
		case at.err != nil:
			r.Why = at.err.Error()
		case at.mode == Clsact && e.at.mode != Clsact:
			r.Why = "tcx needs Linux 6.6"
		}
		list = append(list, r)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Device < list[j].Device })
	for addr := range e.at.wanted {
		if e.at.top != nil && len(e.at.top.of(addr)) == 0 {
			list = append(list, Result{Why: fmt.Sprintf("no device carries %s", addr)})
		}
	}
	return list
}

// upCauses are the names of enum up_cause of forward.h.
var upCauses = [...]string{
	"none", "source", "length", "not RTP", "new SSRC", "restart", "payload type", "aggregate",
	"MTU", "checksum", "gate", "TTL", "lease", "memory",
}

// Stats is what the engine underneath did with what came up.
func (e *Engine) Stats() media.EngineStats {
	if s, ok := e.lower.(media.StatsReporter); ok {
		return s.Stats()
	}
	return media.EngineStats{}
}

// KernelStats is what the tier as a whole is doing.
type KernelStats struct {
	// Flows are in the kernel; MaxFlows would fit.
	Flows, MaxFlows int
	// Entered and Left count flows that moved into the kernel and back to user
	// space, ended ones included.
	Entered, Left uint64
	// Up counts packets of these flows that were left to user space, by cause.
	Up map[string]uint64
}

// KernelStats reads the tier's figures.
func (e *Engine) KernelStats() KernelStats {
	v := KernelStats{Flows: e.slots.used(), MaxFlows: e.slots.size(), Entered: e.entered.Load(), Left: e.left.Load(), Up: make(map[string]uint64)}
	for i, name := range upCauses {
		var perCPU []uint64
		if e.objs.Ups.Lookup(uint32(i), &perCPU) == nil {
			for _, n := range perCPU {
				v.Up[name] += n
			}
		}
	}
	return v
}

// Why tells why the flow of a port isn't in the kernel; empty if it is. The
// port is one that Open returned.
func Why(p media.Port) string {
	k, ok := p.(*port)
	if !ok {
		return "not a port of the kernel engine"
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.why == nil {
		return ""
	}
	return strings.TrimSpace(k.why.Error())
}

// FlowAt asks the engine underneath.
func (e *Engine) FlowAt(local netip.AddrPort) *media.Flow {
	if f, ok := e.lower.(media.FlowFinder); ok {
		return f.FlowAt(local)
	}
	return nil
}

// Strays asks the engine underneath.
func (e *Engine) Strays() []media.Stray {
	if s, ok := e.lower.(media.StrayReporter); ok {
		return s.Strays()
	}
	return nil
}
