package userspace

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"rtpgo/media"
)

// BenchmarkWork is what a worker does between its system calls, for packets of
// very many streams in no order: the memory of each has to be fetched anew.
func BenchmarkWork(b *testing.B) {
	const streams = 9000
	e := newBatched(nil)
	defer e.notifier.Close()
	a := &localAddress{addr: netip.MustParseAddr("192.0.2.1"), is4: true}
	a.bytes = a.addr.As16()
	e.table.add(a)
	port := func(n int) *batchedPort {
		p := &batchedPort{engine: e, address: a, number: uint16(n)}
		a.set(p.number, p)
		return p
	}
	peer := func(n int) netip.AddrPort {
		return netip.AddrPortFrom(netip.MustParseAddr("198.51.100.1"), uint16(n))
	}
	for n := 20000; n < 20000+4*streams; n += 4 {
		in, out := port(n), port(n+2)
		to := media.NewStream(out)
		to.SetRemote(peer(n + 2))
		from := media.NewStream(in)
		from.SetRemote(peer(n))
		in.Install(&media.Flow{Stream: from, RTP: []media.Sink{{To: to}}, Learned: func(media.LearnEvent) {}})
	}
	w := &worker{engine: e}
	rx, err := newReceiver(-1)
	if err != nil {
		b.Fatal(err)
	}
	defer rx.region.unmap()
	w.rx = rx
	if w.tx4, err = newSender(-1, false, &w.counters); err != nil {
		b.Fatal(err)
	}
	defer w.tx4.region.unmap()
	// Headers are written, but not sent.
	w.batch = media.NewBatch(batchSize, make([]byte, transformMemory), nil, func(out []media.Outgoing) {
		for i := range out {
			o := &out[i]
			if p, ok := o.To.Port().(*batchedPort); ok && !p.closed.Load() {
				w.tx4.n = i % (batchSize - 1)
				w.tx4.add(p, o.Dest, o.Payload, o.To)
			}
		}
		w.tx4.n = 0
	})
	arrive := func(i, n int) {
		m := &rx.messages[i]
		m.nameLen, m.controlLen, m.flags, m.n = unix.SizeofSockaddrInet4, 32, 0, 172
		name := rx.names[i*nameSize:]
		binary.NativeEndian.PutUint16(name, unix.AF_INET)
		binary.BigEndian.PutUint16(name[2:], uint16(n))
		copy(name[4:], []byte{198, 51, 100, 1})
		c := rx.controls[i*receiveControls:]
		binary.NativeEndian.PutUint32(c[8:], unix.SOL_IP)
		binary.NativeEndian.PutUint32(c[12:], unix.IP_ORIGDSTADDR)
		binary.BigEndian.PutUint16(c[18:], uint16(n))
		copy(c[20:], []byte{192, 0, 2, 1})
		pkt := rx.packets[i*packetStride:]
		pkt[0] = 0x80
		binary.BigEndian.PutUint32(pkt[8:], uint32(n))
	}
	for n := range streams {
		arrive(0, 20000+4*n)
		w.work(1)
	}
	for _, batch := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			b.ReportAllocs()
			for n := 0; n < b.N; n += batch {
				for i := range batch {
					arrive(i, 20000+4*rand.IntN(streams))
				}
				w.work(batch)
			}
		})
	}
}
