// Package engine chooses the packet engine: the one asked for, or the best one
// that the host permits.
package engine

import (
	"errors"
	"fmt"

	"go.uber.org/zap"

	"rtpgo/media"
	"rtpgo/media/userspace"
)

// Auto asks for the best engine that the host permits.
const Auto = "auto"

// Options of the engine.
type Options struct {
	// Name is Auto or the name of an engine.
	Name string
	// UserSpace keeps forwarding out of the kernel when Name is Auto.
	UserSpace bool
	// KernelOnly refuses every engine that doesn't forward in the kernel.
	KernelOnly bool
	// Workers that forward packets; 0 means one per core.
	Workers int
	// Ranges are the media ports.
	Ranges []userspace.PortRange
	Log    *zap.Logger
}

// kind is one of the engines.
type kind struct {
	name string
	// kernel marks engines that forward in the kernel.
	kernel bool
	start  func(Options) (media.Engine, error)
	// probe tries whether the engine can run; nil where it always can.
	probe func() error
}

// kinds are the engines, the best one first.
var kinds = []kind{
	{
		name: "batched",
		start: func(o Options) (media.Engine, error) {
			return userspace.NewBatched(userspace.BatchedOptions{Workers: o.Workers, Ranges: o.Ranges, Logger: o.Log})
		},
		probe: userspace.ProbeBatched,
	},
	{
		name: "sockets",
		start: func(o Options) (media.Engine, error) {
			return userspace.NewSockets(userspace.SocketsOptions{Workers: o.Workers, Logger: o.Log})
		},
	},
}

// Start starts an engine. With Auto the log says which one, and why not a
// better one.
func Start(o Options) (media.Engine, error) { return start(kinds, o) }

func start(kinds []kind, o Options) (media.Engine, error) {
	if o.Name == "" {
		o.Name = Auto
	}
	var tried []error
	for _, k := range kinds {
		if !o.admits(k) {
			continue
		}
		engine, err := k.start(o)
		if err == nil {
			o.Log.Info("packet engine", zap.String("engine", engine.Name()))
			return engine, nil
		}
		// Another engine on the same ports would fight with whoever has them.
		if o.Name != Auto || errors.Is(err, userspace.ErrRangeClaimed) {
			return nil, fmt.Errorf("engine %s: %w", k.name, err)
		}
		o.Log.Info("packet engine not possible here", zap.String("engine", k.name), zap.Error(err))
		tried = append(tried, fmt.Errorf("%s: %w", k.name, err))
	}
	switch {
	case len(tried) > 0:
		return nil, fmt.Errorf("no packet engine can run here: %w", errors.Join(tried...))
	case o.Name != Auto:
		return nil, fmt.Errorf("there is no engine %q", o.Name)
	default:
		return nil, errors.New("no packet engine is left to choose from: no-fallback asks for the kernel engine")
	}
}

// admits tells whether the options leave an engine to choose.
func (o Options) admits(k kind) bool {
	if o.Name != Auto {
		return o.Name == k.name
	}
	return !(o.UserSpace && k.kernel) && !(o.KernelOnly && !k.kernel)
}

// Possibility is an engine and why it can't run on this host.
type Possibility struct {
	Name     string
	Obstacle error // nil when it can run
}

// Survey tries every engine, the best one first. It leaves nothing behind.
func Survey() []Possibility {
	var list []Possibility
	for _, k := range kinds {
		p := Possibility{Name: k.name}
		if k.probe != nil {
			p.Obstacle = k.probe()
		}
		list = append(list, p)
	}
	return list
}
