package media

// EngineStats is what an engine did since its start. Which of the counters an
// engine has depends on how it works.
type EngineStats struct {
	// Wakeups is how often a worker returned from waiting for packets.
	Wakeups uint64
	// Received counts packets, ReceiveCalls the system calls that brought them.
	Received, ReceiveCalls uint64
	// Sent counts packets handed to the kernel, SendCalls the system calls it
	// took, Fragmented those of them that were longer than the MTU.
	Sent, SendCalls, Fragmented uint64

	// NoPort and NoFlow count packets to ports that were no longer open, or had
	// no flow installed; TooLong those over the greatest length.
	NoPort, NoFlow, TooLong uint64
	// QueueDrops counts packets that the kernel dropped because the workers
	// didn't fetch them in time.
	QueueDrops uint64
	// ReceiveErrors counts failed calls.
	ReceiveErrors uint64

	// Packets that the kernel refused to send, which also count as DropSend of
	// their stream. SendBusy: queues or memory full; SendUnreachable: no route
	// or neighbour; SendDenied: a firewall rule; SendErrors: other reasons.
	SendBusy, SendUnreachable, SendDenied, SendErrors uint64
	// Learned counts how often a peer's endpoint was taken from a packet, by what
	// decided; Confirmed, how often it was settled with that.
	Learned, Confirmed [LearnDecisions]uint64
	// Strangers counts the first packet that was refused because of its source,
	// once per endpoint named by signalling.
	Strangers uint64
	// EventsLost counts calls of Learned, Refused and TelephoneEvents.Ended that
	// found their queue full.
	EventsLost uint64
}

// LearnDecision is why a source was taken as a peer's endpoint.
type LearnDecision uint8

const (
	LearnedAny      LearnDecision = iota // neither address nor port as signalled
	LearnedPort                          // port as signalled, another address
	LearnedAddress                       // address as signalled, another port
	LearnedExact                         // address and port as signalled
	LearnedHandover                      // media handover: a settled endpoint changed
	LearnDecisions                       // number of decisions
)

var decisionNames = [LearnDecisions]string{"neither", "port", "address", "exact", "handover"}

// String is what of the signalled endpoint the source agreed with, as metrics
// name it.
func (d LearnDecision) String() string { return decisionNames[d] }

// SendFailures adds up the packets that were not sent.
func (s *EngineStats) SendFailures() uint64 {
	return s.SendBusy + s.SendUnreachable + s.SendDenied + s.SendErrors
}

// StatsReporter is an Engine that keeps EngineStats.
type StatsReporter interface {
	Stats() EngineStats
}
