package settings

import (
	"context"

	"go.uber.org/zap"

	"rtpgo/ng"
)

// rtpgo's own NG commands about options, for its operator's tool.
const (
	// ParamsCommand lists the options that rtpgo supports: name, start,
	// current, and changeable where SetCommand accepts it.
	ParamsCommand = "rtpgo params"
	// SetCommand gives the option "setting" the value "value"; without
	// "setting" every option gets the value of the start again.
	SetCommand = "rtpgo set"
)

// Handler answers the commands about options and leaves all others to next.
func (s *Settings) Handler(next ng.Handler, log *zap.Logger) ng.Handler {
	return ng.HandlerFunc(func(ctx context.Context, r *ng.Request) ng.Dict {
		switch r.Command.Value {
		case ParamsCommand:
			return s.params()
		case SetCommand:
			return s.change(r, log)
		}
		return next.HandleNG(ctx, r)
	})
}

func (s *Settings) params() ng.Dict {
	list := ng.List{}
	for _, p := range s.Params() {
		d := ng.Dict{{Key: "name", Value: p.Option.Name}, {Key: "start", Value: p.Start}, {Key: "current", Value: p.Current}}
		if p.Changeable {
			d = append(d, ng.Pair{Key: "changeable", Value: int64(1)})
		}
		list = append(list, d)
	}
	return ng.Dict{{Key: "params", Value: list}, {Key: "result", Value: "ok"}}
}

func (s *Settings) change(r *ng.Request, log *zap.Logger) ng.Dict {
	var err error
	if r.Setting.Set {
		err = s.Set(r.Setting.Value, r.Value.Value)
	} else {
		err = s.Revert()
	}
	if err != nil {
		return ng.Error(err.Error())
	}
	log.Warn("options changed by the operator", zap.String("option", r.Setting.Value), zap.String("value", r.Value.Value), zap.Stringer("peer", r.Peer))
	return ng.Dict{{Key: "result", Value: "ok"}}
}
