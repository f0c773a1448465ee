// Package ctl speaks the protocol of rtpengine-ctl: a line of words asks, text
// answers. The answers have the form of those of rtpengine 13.1.1.6, so that
// scripts that read them go on working; what has no meaning in rtpgo is refused
// in a sentence that names it. docs/ctl.md lists the commands.
package ctl

import (
	"bufio"
	"context"
	"io"
	"strings"

	"go.uber.org/zap"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/settings"
	"rtpgo/ng"
)

// Interpreter carries out command lines. It may be used by many connections at
// once.
type Interpreter struct {
	calls    *call.Registry
	settings *settings.Settings
	log      *zap.Logger
}

// New makes an interpreter. log may be nil.
func New(calls *call.Registry, s *settings.Settings, log *zap.Logger) *Interpreter {
	if log == nil {
		log = zap.NewNop()
	}
	return &Interpreter{calls: calls, settings: s, log: log}
}

// Execute carries out one line and writes the answer. What is wrong with the
// line is told in the answer; the error is that of writing, or ctx's.
func (i *Interpreter) Execute(ctx context.Context, line string, w io.Writer) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x := &execution{Interpreter: i, Writer: bufio.NewWriterSize(w, 16<<10)}
	i.log.Info("operator's command", zap.String("line", line[:min(len(line), loggedLine)]))
	x.walk(root, strings.TrimSpace(line))
	return x.Flush()
}

// loggedLine is how much of a line is logged, in octets.
const loggedLine = 256

// execution is one line in work. Errors of writing stay in the writer until
// the end.
type execution struct {
	*Interpreter
	*bufio.Writer
}

func (x *execution) print(text ...string) {
	for _, t := range text {
		x.WriteString(t)
	}
}

// statistics is what the NG command of that name answers.
func (x *execution) statistics() ng.Dict {
	r := x.calls.HandleNG(context.Background(), &ng.Request{Command: ng.Text{Value: "statistics", Set: true}})
	return r.Dict("statistics")
}
