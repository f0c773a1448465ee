package media

// Outgoing is one packet that a flow decided to send: Payload, from the port
// of To, to Dest.
type Outgoing struct {
	To      *Stream
	Dest    *Endpoint
	Payload []byte
}

// Batch collects what a worker is going to send. It belongs to one worker.
//
// Payloads lie in the buffers that packets were received into, or in the
// batch's own memory: both have to stay as they are until Flush.
type Batch struct {
	out      []Outgoing
	send     func([]Outgoing)
	notifier *Notifier
	plain    arena // unprotected packets
	sealed   arena // protected packets
}

// NewBatch makes a batch of up to size packets. send takes them all when the
// batch is full or flushed; it keeps neither the slice nor the payloads, and
// reports failures with Stream.SendFailed. mem is where transformed packets
// are written (mmap'ed by engines that hand it to the kernel); it must hold a
// few packets of the greatest length. notifier delivers Flow.Learned and
// Flow.Refused; nil drops them.
func NewBatch(size int, mem []byte, notifier *Notifier, send func([]Outgoing)) *Batch {
	half := len(mem) / 2
	return &Batch{
		out:      make([]Outgoing, 0, size),
		send:     send,
		notifier: notifier,
		plain:    arena{mem: mem[:half:half]},
		sealed:   arena{mem: mem[half:]},
	}
}

// Len is the number of packets waiting.
func (b *Batch) Len() int { return len(b.out) }

// Flush sends what is waiting. Buffers of received packets may be reused
// afterwards.
func (b *Batch) Flush() {
	b.flush()
	b.plain.used = 0
}

// flush leaves the unprotected packet in work alone.
func (b *Batch) flush() {
	if len(b.out) > 0 {
		b.send(b.out)
		clear(b.out)
		b.out = b.out[:0]
	}
	b.sealed.used = 0
}

func (b *Batch) put(to *Stream, dest *Endpoint, payload []byte) {
	if len(b.out) == cap(b.out) {
		b.flush()
	}
	b.out = append(b.out, Outgoing{to, dest, payload})
}

func (b *Batch) notify(n notice) {
	if b.notifier != nil {
		b.notifier.put(n)
	}
}

// unprotectInto returns room for the plain form of a packet of n octets.
func (b *Batch) unprotectInto(n int) []byte {
	if !b.plain.fits(n + TransformRoom) {
		b.Flush()
	}
	return b.plain.take(n + TransformRoom)
}

// protectInto returns room for the protected form of a packet of n octets.
func (b *Batch) protectInto(n int) []byte {
	if !b.sealed.fits(n + TransformRoom) {
		b.flush()
	}
	return b.sealed.take(n + TransformRoom)
}

// arena hands out pieces of memory until it is reset.
type arena struct {
	mem  []byte
	used int
}

func (a *arena) fits(n int) bool { return a.used+n <= len(a.mem) }

// take returns nil when there is no room even in an empty arena.
func (a *arena) take(n int) []byte {
	if !a.fits(n) {
		return nil
	}
	p := a.mem[a.used : a.used+n : a.used+n]
	a.used += (n + 63) &^ 63
	return p
}
