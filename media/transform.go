package media

import "errors"

// Transform turns a packet into another form of it: SRTP protection or its
// removal (RFC 3711). It belongs to one worker while its flow is installed:
// calls never overlap, and it needs no lock. It must not allocate.
//
// dst has at least TransformRoom octets more than src and never overlaps it.
// The result is a slice of dst (or src itself, when nothing changes). An error
// drops the packet: ErrAuth, ErrReplay and ErrKey are counted under their own
// cause.
type Transform interface {
	RTP(dst, src []byte) ([]byte, error)
	RTCP(dst, src []byte) ([]byte, error)
}

// RTCPOpener is a Transform whose packets pass as they came, because both sides
// hold the same key. OpenRTCP does what RTCP does but returns what is in the
// packet, in plain, for the reader of reports.
type RTCPOpener interface {
	OpenRTCP(dst, src []byte) (plain []byte, err error)
}

// TransformRoom is by how much a Transform may lengthen a packet: the longest
// SRTP trailer (MKI of 128, tag of 16, SRTCP index of 4 octets), rounded up.
const TransformRoom = 160

var (
	// ErrAuth says that a packet's authentication failed.
	ErrAuth = errors.New("authentication failed")
	// ErrReplay says that a packet was seen before, or is too old to tell.
	ErrReplay = errors.New("replayed packet")
	// ErrKey says that the keys aren't agreed yet.
	ErrKey = errors.New("no key yet")
)

// Unkeyed is the Transform of a side that speaks SRTP while its keys aren't
// agreed yet: nothing comes in, and nothing leaves in the clear.
type Unkeyed struct{}

// RTP refuses the packet with ErrKey.
func (Unkeyed) RTP(_, _ []byte) ([]byte, error) { return nil, ErrKey }

// RTCP refuses the packet with ErrKey.
func (Unkeyed) RTCP(_, _ []byte) ([]byte, error) { return nil, ErrKey }
