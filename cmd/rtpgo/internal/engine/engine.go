// Package engine chooses the packet engine: the one asked for, or the best one
// that the host permits.
package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"go.uber.org/zap"

	"rtpgo/media"
	"rtpgo/media/kernel"
	"rtpgo/media/userspace"
)

// linger is how long rtpgo explain notices packets to ports of calls that have
// ended.
const linger = 20 * time.Second

// Names that aren't those of an engine in user space.
const (
	Auto   = "auto"   // the best that the host permits
	Kernel = "kernel" // in the kernel, on top of the best one in user space
)

// Options of the engine.
type Options struct {
	// Name is Auto, Kernel or the name of an engine in user space.
	Name string
	// UserSpace keeps forwarding out of the kernel where Name is Auto,
	// KernelOnly refuses to do without it.
	UserSpace, KernelOnly bool
	// Devices are attached to by the kernel engine besides those that carry the
	// addresses, Exclude are not.
	Devices, Exclude []string
	// Workers that forward packets; 0 means one per core.
	Workers int
	// Ranges are the media ports, one for each local address.
	Ranges []userspace.PortRange
	Log    *zap.Logger
}

// addresses are those that media is received at.
func (o Options) addresses() []netip.Addr {
	var list []netip.Addr
	for _, r := range o.Ranges {
		list = append(list, r.Addr)
	}
	return list
}

// kind is an engine in user space.
type kind struct {
	name  string
	start func(Options) (media.Engine, error)
	// probe tries whether the engine can run; nil where it always can.
	probe func() error
}

// family is what there is to choose from.
type family struct {
	// userSpace are the engines in user space, the best one first.
	userSpace []kind
	// accelerate puts the kernel engine on top of one of them.
	accelerate func(lower media.Engine, o Options) (media.Engine, error)
}

var engines = family{
	userSpace: []kind{
		{
			name: "batched",
			start: func(o Options) (media.Engine, error) {
				return userspace.NewBatched(userspace.BatchedOptions{Workers: o.Workers, Ranges: o.Ranges, Linger: linger, Logger: o.Log})
			},
			probe: userspace.ProbeBatched,
		},
		{
			name: "sockets",
			start: func(o Options) (media.Engine, error) {
				return userspace.NewSockets(userspace.SocketsOptions{Workers: o.Workers, Logger: o.Log})
			},
		},
	},
	accelerate: func(lower media.Engine, o Options) (media.Engine, error) {
		return kernel.New(lower, kernel.Options{
			Addresses: o.addresses(), Devices: o.Devices, Exclude: o.Exclude, Logger: o.Log,
		})
	},
}

// Start starts an engine. The log says which one, and with Auto why not a
// better one.
func Start(o Options) (media.Engine, error) { return engines.start(o) }

func (f family) start(o Options) (media.Engine, error) {
	lower, err := f.startUserSpace(o)
	if err != nil {
		return nil, err
	}
	required := o.Name == Kernel || o.KernelOnly
	if !required && (o.Name != Auto || o.UserSpace) {
		o.Log.Info("packet engine", zap.String("engine", lower.Name()))
		return lower, nil
	}
	top, err := f.accelerate(lower, o)
	switch {
	case err == nil:
		o.Log.Info("packet engine", zap.String("engine", top.Name()), zap.String("on top of", lower.Name()))
		return top, nil
	case required:
		return nil, errors.Join(fmt.Errorf("engine %s: %w", Kernel, err), lower.Close())
	default:
		o.Log.Info("packet engine", zap.String("engine", lower.Name()), zap.String("not kernel because", err.Error()))
		return lower, nil
	}
}

// SocketPerPort tells whether an engine takes a descriptor for each open port.
func SocketPerPort(e media.Engine) bool {
	if top, ok := e.(*kernel.Engine); ok {
		e = top.Lower()
	}
	_, ok := e.(*userspace.Sockets)
	return ok
}

// startUserSpace starts the engine in user space that the options name, else
// the best one.
func (f family) startUserSpace(o Options) (media.Engine, error) {
	any := o.Name == Auto || o.Name == Kernel
	var tried []error
	for _, k := range f.userSpace {
		if !any && k.name != o.Name {
			continue
		}
		e, err := k.start(o)
		if err == nil {
			return e, nil
		}
		err = fmt.Errorf("engine %s: %w", k.name, err)
		// Another engine on the same ports would fight with whoever has them.
		if !any || errors.Is(err, userspace.ErrRangeClaimed) {
			return nil, err
		}
		o.Log.Info("packet engine not possible here", zap.Error(err))
		tried = append(tried, err)
	}
	if len(tried) == 0 {
		return nil, fmt.Errorf("there is no engine %q", o.Name)
	}
	return nil, fmt.Errorf("no packet engine can run here: %w", errors.Join(tried...))
}
