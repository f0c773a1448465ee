package kernel

import (
	"testing"

	"rtpgo/media"
)

// RTCP on the port of a flow in the kernel is read and forwarded in user space,
// and the flow stays where it is. RTP timestamps are known from the kernel.
func TestReportsBesideKernel(t *testing.T) {
	l := newLab(t)
	e := l.engine(Options{})
	a, b := l.established(e, "46")
	a.flow.ReadRTCP = true
	a.install()
	l.inKernel(a, b)
	a.byKernel(3, func() {
		for range 3 {
			a.passes(b)
		}
		pkt := media.AppendRTCP(nil, a.ssrc, &media.Report{NTP: 7 << 32, Packets: 3}, nil, "phone")
		a.phone.send(a.port.Local(), pkt)
		b.phone.expect(b.port.Local(), pkt)
	})
	var got []media.Report
	a.stream.FetchReports(func(r *media.Report) { got = append(got, *r) })
	if len(got) != 1 || got[0].NTP != 7<<32 || got[0].Packets != 3 || got[0].At == 0 {
		t.Errorf("read %+v", got)
	}
	v := a.stream.Snapshot()
	if q := v.IngressSSRC[0]; q.LastTimestamp != uint32(a.seq)*160 || q.Clock != 8000 {
		t.Errorf("%+v after packet %d", q, a.seq)
	}
	if !v.Kernelized || v.In.Packets != uint64(a.seq)+1 {
		t.Errorf("%+v", v)
	}
}
