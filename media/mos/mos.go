// Package mos estimates how a listener would rate a call, as a mean opinion
// score (ITU-T P.800.1), from what is known of its packets: loss, jitter and
// delay.
package mos

import (
	"math"
	"time"
)

// Formula is how a score is computed.
type Formula uint8

const (
	// G107 is the E-model of ITU-T G.107 with the default values of its table
	// 2, simplified and corrected for G.711 as published by Assem, Malone,
	// Dunne and O'Sullivan, "Monitoring VoIP call quality using improved
	// simplified E-model" (ICNC 2013).
	G107 Formula = iota
	// G1072 is the fullband E-model of ITU-T G.107.2 for fullband codecs, G107
	// for all others.
	G1072
	// Legacy is the formula that is common among monitoring tools: an
	// effective latency lowers R by a broken line, each percent of loss by 2.5.
	Legacy
)

// Input is what a score depends on.
type Input struct {
	// RTT is the time from one end to the other and back; 0 where only
	// listening is rated.
	RTT time.Duration
	// Jitter is the interarrival jitter (RFC 3550 section 6.4.1).
	Jitter time.Duration
	// Loss is the share of packets lost, in percent.
	Loss float64
	// Fullband tells that the codec carries audio up to 20 kHz.
	Fullband bool
}

// Score returns a score from 1 to 4.5.
func (f Formula) Score(in Input) float64 {
	in.Loss = min(max(in.Loss, 0), 100)
	switch {
	case f == Legacy:
		return ofRating(legacy(&in))
	case f == G1072 && in.Fullband:
		return ofRating(fullband(&in))
	}
	return ofRating(simplified(&in))
}

// ofRating turns the transmission rating R into a score (G.107 annex B).
func ofRating(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	}
	return max(1, 1+0.035*r+7e-6*r*(r-60)*(100-r))
}

// ms is the delay from mouth to ear in milliseconds: half of the way there and
// back, and a jitter buffer that holds what the jitter asks for.
func (in *Input) ms() float64 {
	return float64(in.RTT)/2e6 + float64(in.Jitter)/1e6
}

// r0 is R where nothing but the default values of G.107 impairs the call.
const r0 = 93.2

// simplified computes R for G107: a parabola in the loss, less the delay
// impairment Id as two straight lines (Cole and Rosenbluth, "Voice over IP
// performance monitoring", 2001).
func simplified(in *Input) float64 {
	const a, b, c = 0.18, -27.90, 1126.62 // of G.711
	// The parabola has its lowest point where -b/2a is reached, at 15.7 % of
	// loss. Beyond, where nobody has measured, R goes down by the slope that it
	// has on the way from there to total loss.
	const bottom = -b / (2 * a)
	x := r0 - in.Loss
	r := a*max(x, bottom)*max(x, bottom) + b*max(x, bottom) + c
	if x < bottom {
		r *= (100 - in.Loss) / (100 - (r0 - bottom))
	}
	d := in.ms()
	return r - 0.024*d - 0.11*max(0, d-177.3)
}

// fullband computes R of G.107.2, whose scale ends at 148, and brings it to the
// scale of G.107. The delay impairment is Idd of G.107 (7-27), without echo.
//
// G.113 has no planning values for Opus: these are ours, by which the scores
// agree with rtpengine's.
func fullband(in *Input) float64 {
	const top, ie, bpl = 148.0, 12.0, 4.6
	r := top - (ie + (132-ie)*in.Loss/(in.Loss+bpl))
	scale := top / 100
	if d := in.ms(); d > 100 {
		x := math.Log2(d / 100)
		r -= scale * 25 * (sixth(x) - 3*sixth(x/3) + 2)
	}
	return r / scale
}

func sixth(x float64) float64 { return math.Pow(1+math.Pow(x, 6), 1.0/6) }

// legacy computes R for Legacy. The whole round-trip time counts as latency,
// the jitter twice, and 10 ms for codecs.
func legacy(in *Input) float64 {
	latency := float64(in.RTT)/1e6 + 2*float64(in.Jitter)/1e6 + 10
	r := r0 - latency/40
	if latency >= 160 {
		r = r0 - (latency-120)/10
	}
	return r - 2.5*in.Loss
}
