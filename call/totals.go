package call

import (
	"errors"
	"sync"
	"sync/atomic"

	"rtpgo/media"
	"rtpgo/media/dtls"
	"rtpgo/media/ice"
)

// totals count what happened since the start.
type totals struct {
	managed, regular, forced      atomic.Int64
	timeout, silent, final, offer atomic.Int64
	zeroWay, oneWay               atomic.Int64
	refused                       [refusals]atomic.Uint64
	iceSelected                   [iceTypes]atomic.Uint64 // by type of the peer's candidate
	iceFailed, iceLost, iceSwitch atomic.Uint64
	dtlsEstablished, dtlsClosed   atomic.Uint64
	dtlsFailed                    [dtlsFailures]atomic.Uint64

	mu                   sync.Mutex
	duration, durationSq float64 // seconds, of ended calls
	endedCalls           int64
}

const iceTypes = ice.Relayed + 1

func (t *totals) timedOut(why string) {
	switch why {
	case "final-timeout":
		t.final.Add(1)
	case "offer-timeout":
		t.offer.Add(1)
	case "silent-timeout":
		t.silent.Add(1)
	default:
		t.timeout.Add(1)
	}
}

// ended keeps a call's figures when it goes.
func (t *totals) ended(c *Call) {
	switch speakers := c.speakers(); {
	case speakers == 0:
		t.zeroWay.Add(1)
	case speakers == 1:
		t.oneWay.Add(1)
	}
	d := c.registry.now().Sub(c.created).Seconds()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.duration += d
	t.durationSq += d * d
	t.endedCalls++
}

// speakers is how many parties RTP came from, in whichever media: the
// reference counts its one-way calls so, without RTCP.
func (c *Call) speakers() (n int) {
	for _, p := range c.parties {
		for _, m := range p.medias {
			if m.spoke() {
				n++
				break
			}
		}
	}
	return n
}

func (m *Media) spoke() bool {
	if m.retired != nil && m.retired[rtp].in.packets > 0 {
		return true
	}
	var t media.Tally
	for _, s := range m.sets {
		for _, l := range s.locals {
			if l.streams[rtp] == nil {
				continue
			}
			if l.streams[rtp].Kernelized() {
				return true
			}
			if l.streams[rtp].Traffic(&t); t.In.Packets > 0 {
				return true
			}
		}
	}
	return false
}

// refusal is why a new call was refused.
type refusal uint8

const (
	refusedDraining refusal = iota
	refusedSessions
	refusedLoad
	refusedCPU
	refusedBandwidth
	refusals
)

var refusalNames = [refusals]string{"draining", "sessions", "load", "cpu", "bandwidth"}

// dtlsFailure is why a handshake failed.
type dtlsFailure uint8

const (
	dtlsFingerprint dtlsFailure = iota
	dtlsProfile
	dtlsTimeout
	dtlsOther
	dtlsFailures
)

var dtlsFailureNames = [dtlsFailures]string{"fingerprint", "profile", "timeout", "other"}

func dtlsFailureOf(err error) dtlsFailure {
	switch {
	case errors.Is(err, dtls.ErrFingerprint):
		return dtlsFingerprint
	case errors.Is(err, dtls.ErrProfile):
		return dtlsProfile
	case errors.Is(err, dtls.ErrTimeout):
		return dtlsTimeout
	}
	return dtlsOther
}
