// Package dtls agrees on SRTP keys with a peer by DTLS handshakes on the media
// ports themselves (DTLS-SRTP, RFC 5763 and RFC 5764), next to RTP and STUN.
//
// An [Agent] holds what all associations of a process share: the limit of
// handshakes at once and the parameters of the protocol. An [Association] is
// one per component (RTP, and RTCP where it isn't multiplexed) of one media
// towards one party. It is fed by Flow.Other and answers through Port.Send.
//
// # Who may shake hands
//
// The first ClientHello doesn't win. Whoever feeds a packet in says what its
// source is (see [Admission]): the peer that signalling or ICE names always
// has a place; a stranger, which a peer behind a NAT looks like, has one of
// [MaxStrangers] beside it, unless it is refused outright. Every source has a
// handshake of its own, and only one whose certificate has the signalled
// fingerprint yields keys. So a handshake of somebody else neither replaces
// nor delays that of the peer.
//
// Fingerprints may become known after the handshake (the answer of SIP is
// often slower than the media path): keys are held back until then.
package dtls
