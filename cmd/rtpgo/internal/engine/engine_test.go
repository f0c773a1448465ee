package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"

	"rtpgo/media"
	"rtpgo/media/memory"
	"rtpgo/media/userspace"
)

func fake(name string, kernel bool, err error) kind {
	return kind{name: name, kernel: kernel, start: func(Options) (media.Engine, error) {
		if err != nil {
			return nil, err
		}
		return named{memory.New(), name}, nil
	}}
}

type named struct {
	media.Engine
	name string
}

func (n named) Name() string { return n.name }

func TestChoice(t *testing.T) {
	denied := errors.New("operation not permitted")
	claimed := fmt.Errorf("range 30000-40000: %w", userspace.ErrRangeClaimed)
	for name, c := range map[string]struct {
		kinds   []kind
		options Options
		want    string // the engine, or part of the error
	}{
		"the best":                  {[]kind{fake("k", true, nil), fake("b", false, nil)}, Options{}, "k"},
		"user space by request":     {[]kind{fake("k", true, nil), fake("b", false, nil)}, Options{UserSpace: true}, "b"},
		"the next":                  {[]kind{fake("k", true, denied), fake("b", false, denied), fake("s", false, nil)}, Options{}, "s"},
		"forced":                    {[]kind{fake("k", true, nil), fake("s", false, nil)}, Options{Name: "s"}, "s"},
		"forced against user space": {[]kind{fake("k", true, nil), fake("s", false, nil)}, Options{Name: "k", UserSpace: true}, "k"},
		"forced and impossible":     {[]kind{fake("k", true, denied), fake("s", false, nil)}, Options{Name: "k"}, "engine k: operation not permitted"},
		"nothing but the kernel":    {[]kind{fake("k", true, denied), fake("s", false, nil)}, Options{KernelOnly: true}, "no packet engine can run here: k"},
		"no kernel engine":          {[]kind{fake("s", false, nil)}, Options{KernelOnly: true}, "no-fallback"},
		"unknown":                   {[]kind{fake("s", false, nil)}, Options{Name: "x"}, `no engine "x"`},
		"none":                      {[]kind{fake("b", false, denied), fake("s", false, denied)}, Options{}, "no packet engine can run here: b: operation not permitted"},
		"ports of another daemon":   {[]kind{fake("b", false, claimed), fake("s", false, nil)}, Options{}, "engine b: range 30000-40000"},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Log = zap.NewNop()
			engine, err := start(c.kinds, c.options)
			switch {
			case err != nil && !strings.Contains(err.Error(), c.want):
				t.Errorf("error %v, want %s", err, c.want)
			case err == nil && engine.Name() != c.want:
				t.Errorf("engine %s, want %s", engine.Name(), c.want)
			}
		})
	}
}

func TestSurveyNamesEveryEngine(t *testing.T) {
	for i, p := range Survey() {
		if p.Name != kinds[i].name {
			t.Errorf("possibility %d is %q", i, p.Name)
		}
		t.Logf("%s: %v", p.Name, p.Obstacle)
	}
}
