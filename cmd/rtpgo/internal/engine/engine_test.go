package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/zap"

	"rtpgo/media"
	"rtpgo/media/kernel"
	"rtpgo/media/memory"
	"rtpgo/media/userspace"
)

var errDenied = errors.New("operation not permitted")

// named is an engine that knows whether it was closed.
type named struct {
	media.Engine
	name   string
	closed *bool
}

func (n named) Name() string { return n.name }

func (n named) Close() error {
	*n.closed = true
	return n.Engine.Close()
}

// fakes is a family with a "b" better than "s"; the errors keep engines from
// starting. closed tells whether the engine in user space was closed again.
func fakes(k, b, s error) (f family, closed *bool) {
	closed = new(bool)
	user := func(name string, err error) kind {
		return kind{name: name, start: func(Options) (media.Engine, error) {
			if err != nil {
				return nil, err
			}
			return named{memory.New(), name, closed}, nil
		}}
	}
	return family{
		userSpace: []kind{user("b", b), user("s", s)},
		accelerate: func(lower media.Engine, _ Options) (media.Engine, error) {
			if k != nil {
				return nil, k
			}
			return named{lower, "kernel on " + lower.Name(), closed}, nil
		},
	}, closed
}

func TestChoice(t *testing.T) {
	claimed := fmt.Errorf("range 30000-40000: %w", userspace.ErrRangeClaimed)
	for name, c := range map[string]struct {
		k, b, s error // why they can't start
		options Options
		want    string // the engine, or part of the error
		closed  bool
	}{
		"the best":                        {options: Options{Name: Auto}, want: "kernel on b"},
		"the next one below":              {b: errDenied, options: Options{Name: Auto}, want: "kernel on s"},
		"without the kernel":              {k: errDenied, options: Options{Name: Auto}, want: "b"},
		"the least":                       {k: errDenied, b: errDenied, options: Options{Name: Auto}, want: "s"},
		"user space by request":           {options: Options{Name: Auto, UserSpace: true}, want: "b"},
		"one by name":                     {options: Options{Name: "s"}, want: "s"},
		"the kernel by name":              {options: Options{Name: Kernel}, want: "kernel on b"},
		"the kernel by name, impossible":  {k: errDenied, options: Options{Name: Kernel}, want: "engine kernel: operation not permitted", closed: true},
		"nothing but the kernel":          {k: errDenied, options: Options{Name: Auto, KernelOnly: true}, want: "engine kernel: operation not permitted", closed: true},
		"one by name, impossible":         {b: errDenied, options: Options{Name: "b"}, want: "engine b: operation not permitted"},
		"unknown":                         {options: Options{Name: "x"}, want: `no engine "x"`},
		"none":                            {b: errDenied, s: errDenied, options: Options{Name: Auto}, want: "no packet engine can run here: engine b: operation not permitted"},
		"ports that another daemon holds": {b: claimed, options: Options{Name: Auto}, want: "engine b: range 30000-40000"},
	} {
		t.Run(name, func(t *testing.T) {
			f, closed := fakes(c.k, c.b, c.s)
			c.options.Log = zap.NewNop()
			engine, err := f.start(c.options)
			switch {
			case err != nil && !strings.Contains(err.Error(), c.want):
				t.Errorf("error %v, want %s", err, c.want)
			case err == nil && engine.Name() != c.want:
				t.Errorf("engine %s, want %s", engine.Name(), c.want)
			}
			if *closed != c.closed {
				t.Errorf("the engine in user space was closed: %v", *closed)
			}
		})
	}
}

func TestSurveyNamesEveryEngine(t *testing.T) {
	list := Survey([]netip.Addr{netip.MustParseAddr("127.0.0.1")})
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
		t.Logf("%s: %v %s", p.Name, p.Obstacle, p.Detail)
	}
	if strings.Join(names, " ") != "kernel batched sockets" {
		t.Errorf("engines %v", names)
	}
	if last := list[len(list)-1]; last.Obstacle != nil {
		t.Errorf("sockets can't run: %v", last.Obstacle)
	}
}

func TestSurveyOfKernel(t *testing.T) {
	eth0 := kernel.Result{Device: "eth0", Available: true, Mode: kernel.TCX}
	eth1 := kernel.Result{Device: "eth1", Why: "no room"}
	if p := surveyKernel([]kernel.Result{eth0, eth1}); p.Obstacle != nil || !strings.Contains(p.Detail, "eth1: user space (no room)") {
		t.Errorf("one device of two: %+v", p)
	}
	if p := surveyKernel([]kernel.Result{{Why: "operation not permitted"}}); p.Obstacle == nil || p.Obstacle.Error() != "operation not permitted" {
		t.Errorf("no device: %+v", p)
	}
}

func TestSocketPerPort(t *testing.T) {
	sockets, err := userspace.NewSockets(userspace.SocketsOptions{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer sockets.Close()
	if !SocketPerPort(sockets) || SocketPerPort(memory.New()) {
		t.Error("only sockets takes a descriptor for each port")
	}
}

func TestStatus(t *testing.T) {
	sockets, err := userspace.NewSockets(userspace.SocketsOptions{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer sockets.Close()
	if text := fmt.Sprint(Status(sockets)); !strings.Contains(text, "sockets") || !strings.Contains(text, "user space") {
		t.Errorf("status of sockets: %s", text)
	}
	all := counters(media.EngineStats{
		Wakeups: 1, Received: 1, ReceiveCalls: 1, Sent: 1, SendCalls: 1, Fragmented: 1, NoPort: 1, NoFlow: 1, TooLong: 1,
		QueueDrops: 1, ReceiveErrors: 1, SendBusy: 1, SendUnreachable: 1, SendDenied: 1, SendErrors: 1, EventsLost: 1,
		Learned: [media.LearnDecisions]uint64{1}, Confirmed: [media.LearnDecisions]uint64{1}, Strangers: 1,
	})
	if want := reflect.TypeFor[media.EngineStats]().NumField(); len(all) != want {
		t.Errorf("%d counters of %d are shown", len(all), want)
	}
}
