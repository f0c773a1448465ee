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
	// EventsLost counts calls of Learned and Refused that found their queue full.
	EventsLost uint64
}

// SendFailures adds up the packets that were not sent.
func (s *EngineStats) SendFailures() uint64 {
	return s.SendBusy + s.SendUnreachable + s.SendDenied + s.SendErrors
}

// StatsReporter is an Engine that keeps EngineStats.
type StatsReporter interface {
	Stats() EngineStats
}
