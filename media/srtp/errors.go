package srtp

import (
	"errors"
	"fmt"

	"rtpgo/media"
)

// Errors of a packet. Those that mean forgery or misuse wrap media.ErrAuth and
// media.ErrReplay, under which a worker counts the dropped packet.
var (
	// ErrAuth says that the authentication tag is not that of the packet.
	ErrAuth = media.ErrAuth
	// ErrMKI says that the packet names another master key than the one
	// negotiated (RFC 3711, section 3.4: it is discarded).
	ErrMKI = fmt.Errorf("unknown master key identifier: %w", media.ErrAuth)
	// ErrReplay says that a packet of this index was seen before.
	ErrReplay = media.ErrReplay
	// ErrTooOld says that the packet is behind the replay window.
	ErrTooOld = fmt.Errorf("behind the replay window: %w", media.ErrReplay)
	// ErrTruncated says that the packet is no RTP or RTCP, or too short to
	// hold what its header or its suite asks for.
	ErrTruncated = errors.New("not an RTP or RTCP packet, or truncated")
	// ErrShortBuffer says that the destination has no room for the result.
	ErrShortBuffer = errors.New("destination buffer too short")
	// ErrKeyExpired says that the key has protected as many packets as it may:
	// 2^48 of SRTP or 2^31 of SRTCP (RFC 3711, section 9.2).
	ErrKeyExpired = errors.New("lifetime of the master key is over")
	// ErrClosed says that the context was closed.
	ErrClosed = errors.New("SRTP context is closed")
)

// ErrParams is wrapped by every error of a constructor.
var ErrParams = errors.New("SRTP parameters")
