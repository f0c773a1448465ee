// Package srtp protects and unprotects RTP and RTCP packets (RFC 3711) with
// every suite that SDES (RFC 4568, 6188, 7714) and DTLS-SRTP (RFC 5764, 7714)
// can negotiate here.
//
// A [Protector] encrypts what goes out, an [Unprotector] checks and decrypts
// what comes in; both are a media.Transform. Neither allocates per packet:
// state grows only when a new SSRC appears, up to a limit.
//
// # Keys and state
//
// A context is made from [Params]: the suite, the master key and salt, an
// optional MKI and the session parameters of RFC 4568, section 6.3. Rollover
// counters and replay windows belong to the key, not to the flow: when
// signalling changes everything but the key, either keep the object (see
// [Params.Same]) or let the new one Inherit the state of the old. Restarting
// the counters under the same key would use its key stream twice.
//
// # Concurrency
//
// Methods may be called from any goroutine. RTP and RTCP of one context have
// separate state and do not wait for each other; the locks are private to one
// context, so that two streams never share one. They are there for what happens
// rarely: a port's RTCP handled by another worker than its RTP, a flow moving
// to another worker, Close while a packet is in work.
package srtp
