package call

import (
	"sync/atomic"

	"rtpgo/interfaces"
	"rtpgo/media"
)

// measure is a counter of streams that is summed over all calls, ended ones
// included.
type measure uint8

const (
	userPackets measure = iota // received and let in, in user space
	userOctets
	kernelPackets // received in the kernel
	kernelOctets
	inErrors
	outPackets
	outOctets
	outErrors
	lostPackets
	duplicatePackets
	firstDrop // the first of media.DropCauses
	measures  = firstDrop + measure(media.DropCauses)
)

// sums are the measures of everything that one local address ever relayed.
type sums [measures]atomic.Uint64

// added is what of a stream the sums hold already. 32 bits are enough for
// differences, and a call has four of these.
type added [measures]uint32

// newSums makes the sums of each address.
func newSums(set *interfaces.Set) map[*interfaces.Address]*sums {
	m := map[*interfaces.Address]*sums{}
	if set != nil {
		for _, l := range set.All() {
			for _, a := range l.Addresses(interfaces.FamilyAny) {
				m[a] = new(sums)
			}
		}
	}
	return m
}

// account adds to the sums what a stream has counted since the last time; t is
// for its tally.
func (l *localPorts) account(i int, t *media.Tally) {
	l.streams[i].Tally(t)
	l.accountTraffic(i, t)
	// These two start again when a stream forgets a source.
	l.restart(i, lostPackets, uint64(t.Lost))
	l.restart(i, duplicatePackets, t.Duplicates)
	for cause, n := range t.Drops {
		l.grow(i, firstDrop+measure(cause), n)
	}
}

// failing tells whether packets were refused, broken or not sent since the last
// time.
func (l *localPorts) failing(i int, t *media.Tally) bool {
	return uint32(t.In.Errors) != l.added[i][inErrors] || uint32(t.Out.Errors) != l.added[i][outErrors]
}

// accountTraffic is account for packets and octets alone, of a tally that has
// them.
func (l *localPorts) accountTraffic(i int, t *media.Tally) {
	now := [lostPackets]uint64{
		userPackets: t.In.Packets - t.Kernel.Packets, userOctets: t.In.Octets - t.Kernel.Octets,
		kernelPackets: t.Kernel.Packets, kernelOctets: t.Kernel.Octets, inErrors: t.In.Errors,
		outPackets: t.Out.Packets, outOctets: t.Out.Octets, outErrors: t.Out.Errors,
	}
	for m, n := range now {
		l.grow(i, measure(m), n)
	}
}

// restart is grow for a counter that may begin again.
func (l *localPorts) restart(i int, m measure, now uint64) {
	if uint32(now) < l.added[i][m] {
		l.added[i][m] = uint32(now)
	}
	l.grow(i, m, now)
}

// grow never takes anything back: a counter read while both tiers move on may
// be ahead for a moment.
func (l *localPorts) grow(i int, m measure, now uint64) {
	if d := int32(uint32(now) - l.added[i][m]); d > 0 {
		l.added[i][m] = uint32(now)
		if l.sums != nil {
			l.sums[m].Add(uint64(d))
		}
	}
}
