package media

import "errors"

// Transform turns a packet into another form of it: SRTP protection or its
// removal (RFC 3711). It belongs to one worker while its flow is installed:
// calls never overlap, and it needs no lock. It must not allocate.
//
// dst has at least TransformRoom octets more than src and never overlaps it.
// The result is a slice of dst (or src itself, when nothing changes). An error
// drops the packet: ErrAuth and ErrReplay are counted under their own cause.
type Transform interface {
	RTP(dst, src []byte) ([]byte, error)
	RTCP(dst, src []byte) ([]byte, error)
}

// TransformRoom is by how much a Transform may lengthen a packet: the longest
// SRTP trailer (MKI of 128, tag of 16, SRTCP index of 4 octets), rounded up.
const TransformRoom = 160

var (
	// ErrAuth says that a packet's authentication failed.
	ErrAuth = errors.New("authentication failed")
	// ErrReplay says that a packet was seen before, or is too old to tell.
	ErrReplay = errors.New("replayed packet")
)
