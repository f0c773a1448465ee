// Package settings is what an operator may change while the daemon runs: it
// shows the value of every option, those at the start and those of now, and
// lets new values take effect.
package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/logs"
	"rtpgo/config"
)

// Config is what settings act upon.
type Config struct {
	// Options as the daemon was started with.
	Options *config.Config
	Calls   *call.Registry
	Levels  *logs.Levels
	// ControlTOS sets the TOS octet of what the control protocols send.
	ControlTOS func(tos int) error
}

// Param is an option with its values, as a configuration file would give them.
type Param struct {
	Option         *config.Option
	Start, Current string
	// Changeable tells that Set accepts it.
	Changeable bool
}

// Settings of one daemon.
type Settings struct {
	cfg  Config
	live map[string]setting // by the option's name
	mu   sync.Mutex         // one change at a time
}

// setting is an option that can be changed.
type setting struct {
	get func() string
	set func(value string) error
}

// New makes the settings of a daemon.
func New(cfg Config) *Settings {
	s := &Settings{cfg: cfg}
	s.live = s.table()
	return s
}

// Params lists the options that rtpgo supports, in the order of the documents.
func (s *Settings) Params() []Param {
	var list []Param
	for _, o := range config.Options() {
		if p, ok := s.param(o); ok {
			list = append(list, p)
		}
	}
	return list
}

// Param is one of them; false for one that rtpgo doesn't support.
func (s *Settings) Param(name string) (Param, bool) {
	o, ok := config.Lookup(name)
	if !ok {
		return Param{}, false
	}
	return s.param(o)
}

func (s *Settings) param(o *config.Option) (Param, bool) {
	if !o.Supported() || o.CommandLine {
		return Param{}, false
	}
	p := Param{Option: o, Start: o.Text(s.cfg.Options)}
	if secret[o.Name] && p.Start != "" {
		p.Start = "(set)"
	}
	p.Current = p.Start
	if l, ok := s.live[o.Name]; ok {
		p.Changeable, p.Current = true, l.get()
	}
	return p, true
}

// secret are the options whose values nobody is shown.
var secret = map[string]bool{"janus-secret": true, "mysql-pass": true, "mqtt-pass": true, "redis": true, "redis-write": true}

// Changeable are the names of the options that Set accepts.
func (s *Settings) Changeable() []string {
	var names []string
	for _, o := range config.Options() {
		if _, ok := s.live[o.Name]; ok {
			names = append(names, o.Name)
		}
	}
	return names
}

// Set changes an option. Errors name it and say what is wrong.
func (s *Settings) Set(name, value string) error {
	o, known := config.Lookup(name)
	l, ok := s.live[name]
	switch {
	case ok:
	case !known:
		return fmt.Errorf("there is no option %q", name)
	case !o.Supported():
		return fmt.Errorf("%s has no effect: %s", name, o.Unsupported)
	default:
		return fmt.Errorf("%s can't be changed while the daemon runs; change the configuration and restart it", name)
	}
	if err := o.Check(value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := l.set(value); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Revert gives every option the value that it had at the start.
func (s *Settings) Revert() error {
	for _, name := range s.Changeable() {
		p, _ := s.Param(name)
		if p.Current == p.Start {
			continue
		}
		if err := s.Set(name, p.Start); err != nil {
			return err
		}
	}
	return nil
}

// Levels are the log levels.
func (s *Settings) Levels() *logs.Levels { return s.cfg.Levels }

// SetLevel changes the log level of everything; parts with a level of their
// own follow it from now on.
func (s *Settings) SetLevel(level int) error {
	if err := s.Set("log-level", strconv.Itoa(level)); err != nil {
		return err
	}
	for _, part := range logs.Parts() {
		if s.cfg.Levels.Own(part) == config.LevelUnset {
			continue
		}
		if err := s.SetPartLevel(part, config.LevelUnset); err != nil {
			return err
		}
	}
	return nil
}

// SetPartLevel changes the log level of one part.
func (s *Settings) SetPartLevel(part string, level int) error {
	if !slices.Contains(logs.Parts(), part) {
		return fmt.Errorf("nothing logs as %q; there are %s", part, strings.Join(logs.Parts(), ", "))
	}
	return s.Set(partOption(part), strconv.Itoa(level))
}

func partOption(part string) string { return "log-level-" + part }
