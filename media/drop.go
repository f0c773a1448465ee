package media

// DropCause says why a packet was not forwarded. The names are the same in
// query, metrics, logs and explain.
type DropCause uint8

const (
	DropNone      DropCause = iota
	DropNoFlow              // no flow installed yet, or no longer
	DropNotRTP              // neither RTP nor RTCP where one is due
	DropTruncated           // shorter than its header says
	DropSource              // sent by a stranger: not the confirmed source
	DropBlocked             // block media
	DropTraffic             // drop-traffic
	DropDirection           // peer said sendonly, recvonly or inactive
	DropDTMF                // block DTMF
	DropNoSink              // nowhere to send it: the other side is not known yet
	DropSend                // the kernel refused to send it
	DropSTUN                // STUN or DTLS where none is spoken
	DropAuth                // SRTP authentication failed
	DropReplay              // SRTP replay
	DropKey                 // SRTP is due, but its keys aren't agreed yet
	DropFeedback            // RTCP feedback for a peer whose profile has none
	DropCauses              // number of causes
)

var dropNames = [DropCauses]string{
	"none", "no flow", "not RTP", "truncated", "stranger", "blocked", "drop-traffic", "direction",
	"DTMF blocked", "no sink", "send failed", "STUN", "authentication", "replay", "no key", "feedback",
}

// String is the name of the cause wherever an operator reads it.
func (c DropCause) String() string {
	if c < DropCauses {
		return dropNames[c]
	}
	return "unknown"
}

// Intended tells whether a description or a command asked for it.
func (c DropCause) Intended() bool {
	switch c {
	case DropBlocked, DropTraffic, DropDirection, DropDTMF, DropFeedback:
		return true
	}
	return false
}
