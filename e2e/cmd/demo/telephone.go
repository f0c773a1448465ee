package main

import (
	"errors"
	"fmt"

	"rtpgo/e2e/phone"
	"rtpgo/e2e/play"
)

// telephone is a party that closes its sockets.
type telephone struct{ *play.Party }

func (d *demo) telephone(at play.Side, host int, kinds []string) (telephone, error) {
	m, err := phone.New(at.Netns, at.IP(host), 0, kinds...)
	if err != nil {
		return telephone{}, err
	}
	return telephone{play.NewParty(judge{}, at, host, m)}, nil
}

func (t telephone) close() {
	t.Agent.Close()
	t.Media.Close()
}

// judge ends a call's function by a panic, as testing.T does by Goexit.
type judge struct{}

type verdict struct{ error }

// Helper is part of play.Judge.
func (judge) Helper() {}

// Fatal ends the call.
func (judge) Fatal(args ...any) { panic(verdict{errors.New(fmt.Sprint(args...))}) }

// rescue turns a verdict into an error.
func rescue(err *error) {
	switch v := recover().(type) {
	case nil:
	case verdict:
		*err = v.error
	default:
		panic(v)
	}
}
