package explain

import (
	"encoding/binary"
	"math"
	"net/netip"
	"time"
)

// there tells whether a part has anything in it; without that nothing else of
// it is packed.
func there[T comparable](p *packer, v *T) bool {
	var nothing T
	some := !p.unpacking && *v != nothing
	p.bits(&some)
	return some
}

func number[T ~int | ~int64 | ~uint8 | ~uint32 | ~uint64](p *packer, v *T) {
	if p.unpacking {
		*v = T(p.uvarint())
		return
	}
	p.octets = binary.AppendUvarint(p.octets, uint64(*v))
}

func (p *packer) uvarint() uint64 {
	n, size := binary.Uvarint(p.octets)
	p.octets = p.octets[size:]
	return n
}

// counts packs numbers that are nearly always all 0.
func (p *packer) counts(list []uint64) {
	some := false
	for _, n := range list {
		some = some || n != 0
	}
	p.bits(&some)
	if some {
		for i := range list {
			number(p, &list[i])
		}
	}
}

// bits packs up to eight.
func (p *packer) bits(list ...*bool) {
	if p.unpacking {
		b := p.octets[0]
		p.octets = p.octets[1:]
		for i, v := range list {
			*v = b&(1<<i) != 0
		}
		return
	}
	b := byte(0)
	for i, v := range list {
		if *v {
			b |= 1 << i
		}
	}
	p.octets = append(p.octets, b)
}

func (p *packer) texts(list ...*string) {
	for _, v := range list {
		p.text(v)
	}
}

func (p *packer) text(v *string) {
	if p.unpacking {
		n := p.uvarint()
		*v = string(p.octets[:n])
		p.octets = p.octets[n:]
		return
	}
	p.octets = append(binary.AppendUvarint(p.octets, uint64(len(*v))), *v...)
}

func (p *packer) times(list ...*time.Time) {
	for _, v := range list {
		switch {
		case p.unpacking:
			if n := p.uvarint(); n != 0 {
				*v = time.Unix(0, int64(n))
			}
		case v.IsZero():
			p.octets = append(p.octets, 0)
		default:
			p.octets = binary.AppendUvarint(p.octets, uint64(v.UnixNano()))
		}
	}
}

func (p *packer) fraction(v *float64) {
	n := math.Float64bits(*v)
	number(p, &n)
	*v = math.Float64frombits(n)
}

func (p *packer) addr(v *netip.Addr) {
	if p.unpacking {
		n := p.uvarint()
		*v = netip.Addr{}
		_ = v.UnmarshalBinary(p.octets[:n]) // what addr has written is no error
		p.octets = p.octets[n:]
		return
	}
	var room [64]byte
	b, _ := v.AppendBinary(room[:0])
	p.octets = append(binary.AppendUvarint(p.octets, uint64(len(b))), b...)
}

func (p *packer) endpoints(list ...*netip.AddrPort) {
	for _, v := range list {
		a, port := v.Addr(), uint64(v.Port())
		p.addr(&a)
		if a.IsValid() {
			number(p, &port)
			*v = netip.AddrPortFrom(a, uint16(port))
		}
	}
}
