package settings

import (
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"rtpgo/call"
	"rtpgo/cmd/rtpgo/internal/logs"
)

// table makes the options that can be changed.
func (s *Settings) table() map[string]setting {
	t := map[string]setting{
		"max-sessions":   s.sessions(),
		"max-load":       s.number(func(l *call.Limits) *float64 { return &l.MaxLoad }),
		"max-cpu":        s.number(func(l *call.Limits) *float64 { return &l.MaxCPU }),
		"max-bandwidth":  s.bandwidth(),
		"delete-delay":   s.seconds(func(l *call.Limits) *time.Duration { return &l.DeleteDelay }),
		"timeout":        s.seconds(func(l *call.Limits) *time.Duration { return &l.Timeout }),
		"silent-timeout": s.seconds(func(l *call.Limits) *time.Duration { return &l.SilentTimeout }),
		"final-timeout":  s.seconds(func(l *call.Limits) *time.Duration { return &l.FinalTimeout }),
		"offer-timeout":  s.seconds(func(l *call.Limits) *time.Duration { return &l.OfferTimeout }),
		"control-tos":    s.controlTOS(),
		"log-level":      s.level(""),
	}
	for _, part := range logs.Parts() {
		t[partOption(part)] = s.level(part)
	}
	return t
}

// sessions is --max-sessions, where 0 refuses every call and less than 0 is no
// limit; call.Limits has it the other way round.
func (s *Settings) sessions() setting {
	return setting{
		get: func() string { return strconv.Itoa(swapLimit(s.cfg.Calls.CurrentLimits().MaxSessions)) },
		set: func(value string) error {
			n, err := strconv.Atoi(value)
			if err != nil {
				return err
			}
			if n < -1 {
				return errors.New("want a number of calls, or -1 for no limit")
			}
			s.cfg.Calls.ChangeLimits(func(l *call.Limits) { l.MaxSessions = MaxSessions(n) })
			return nil
		},
	}
}

// MaxSessions is the value of call.Limits for one of --max-sessions.
func MaxSessions(option int) int { return swapLimit(option) }

// swapLimit exchanges the meanings of 0 and less.
func swapLimit(n int) int {
	switch {
	case n < 0:
		return 0
	case n == 0:
		return -1
	default:
		return n
	}
}

// number is a limit of the host's load.
func (s *Settings) number(field func(*call.Limits) *float64) setting {
	return setting{
		get: func() string {
			l := s.cfg.Calls.CurrentLimits()
			return strconv.FormatFloat(*field(&l), 'f', -1, 64)
		},
		set: func(value string) error {
			f, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return err
			}
			s.cfg.Calls.ChangeLimits(func(l *call.Limits) { *field(l) = f })
			return nil
		},
	}
}

func (s *Settings) bandwidth() setting {
	return setting{
		get: func() string { return strconv.FormatInt(s.cfg.Calls.CurrentLimits().MaxBandwidth, 10) },
		set: func(value string) error {
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return err
			}
			s.cfg.Calls.ChangeLimits(func(l *call.Limits) { l.MaxBandwidth = n })
			return nil
		},
	}
}

// seconds is a time of call.Limits.
func (s *Settings) seconds(field func(*call.Limits) *time.Duration) setting {
	return setting{
		get: func() string {
			l := s.cfg.Calls.CurrentLimits()
			return strconv.FormatInt(int64(*field(&l)/time.Second), 10)
		},
		set: func(value string) error {
			n, err := strconv.ParseInt(value, 10, 32)
			if err != nil {
				return errors.New("so many seconds can't be counted")
			}
			if n < 0 {
				return errors.New("a time can't be negative")
			}
			s.cfg.Calls.ChangeLimits(func(l *call.Limits) { *field(l) = time.Duration(n) * time.Second })
			return nil
		},
	}
}

func (s *Settings) controlTOS() setting {
	current := new(atomic.Int32)
	current.Store(int32(s.cfg.Options.ControlTOS))
	return setting{
		get: func() string { return strconv.Itoa(int(current.Load())) },
		set: func(value string) error {
			tos, err := strconv.ParseUint(value, 10, 8)
			if err != nil {
				return err
			}
			if err := s.cfg.ControlTOS(int(tos)); err != nil {
				return err
			}
			current.Store(int32(tos))
			return nil
		},
	}
}

// level is the log level of a part, or with "" the general one.
func (s *Settings) level(part string) setting {
	return setting{
		get: func() string {
			if part == "" {
				return strconv.Itoa(s.cfg.Levels.Level(""))
			}
			return strconv.Itoa(s.cfg.Levels.Own(part))
		},
		set: func(value string) error {
			n, err := strconv.Atoi(value)
			if err != nil {
				return err
			}
			return s.cfg.Levels.Set(part, min(n, mostLevel))
		},
	}
}

// mostLevel is debug: the options take more, as the reference's, and mean the
// same.
const mostLevel = 7
