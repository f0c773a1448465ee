// Package homer sends what was captured to HOMER, in HEP version 3
// (github.com/sipcapture/HEP, "HEP/EEP version 3").
package homer

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// RTCP is the protocol number of RTCP as JSON.
const RTCP = 5

// Packet is one captured message.
type Packet struct {
	Source, Destination netip.AddrPort
	TCP                 bool // else UDP
	Time                time.Time
	Protocol            uint8
	// Correlation joins packets of one call: its call-id.
	Correlation string
	Payload     []byte
}

// Chunk types, all of vendor 0.
const (
	chunkFamily      = 1
	chunkTransport   = 2
	chunkSource4     = 3
	chunkTo4         = 4
	chunkSource6     = 5
	chunkTo6         = 6
	chunkSourcePort  = 7
	chunkToPort      = 8
	chunkSeconds     = 9
	chunkMicrosecond = 10
	chunkProtocol    = 11
	chunkCapture     = 12
	chunkPayload     = 15
	chunkCorrelation = 17
)

const (
	family4      = 2
	family6      = 10
	transportTCP = 6
	transportUDP = 17
	chunkHeader  = 6
	maxPacket    = 0xffff
)

// appendHEP appends a packet in HEP; what doesn't fit into one gives nil.
func appendHEP(b []byte, p *Packet, capture uint32) []byte {
	start := len(b)
	b = append(b, "HEP3\x00\x00"...)
	from, to := p.Source.Addr().Unmap(), p.Destination.Addr().Unmap()
	transport := byte(transportUDP)
	if p.TCP {
		transport = transportTCP
	}
	if (from.Is4() || !from.IsValid()) && (to.Is4() || !to.IsValid()) {
		b = append(chunk(b, chunkFamily, 1), family4)
		b = append(chunk(b, chunkTransport, 1), transport)
		b = append(chunk(b, chunkSource4, 4), four(from)...)
		b = append(chunk(b, chunkTo4, 4), four(to)...)
	} else {
		b = append(chunk(b, chunkFamily, 1), family6)
		b = append(chunk(b, chunkTransport, 1), transport)
		b = append(chunk(b, chunkSource6, 16), sixteen(from)...)
		b = append(chunk(b, chunkTo6, 16), sixteen(to)...)
	}
	b = binary.BigEndian.AppendUint16(chunk(b, chunkSourcePort, 2), p.Source.Port())
	b = binary.BigEndian.AppendUint16(chunk(b, chunkToPort, 2), p.Destination.Port())
	b = binary.BigEndian.AppendUint32(chunk(b, chunkSeconds, 4), uint32(p.Time.Unix()))
	b = binary.BigEndian.AppendUint32(chunk(b, chunkMicrosecond, 4), uint32(p.Time.Nanosecond()/1000))
	b = append(chunk(b, chunkProtocol, 1), p.Protocol)
	b = binary.BigEndian.AppendUint32(chunk(b, chunkCapture, 4), capture)
	if len(b)-start+2*chunkHeader+len(p.Correlation)+len(p.Payload) > maxPacket {
		return nil
	}
	if p.Correlation != "" {
		b = append(chunk(b, chunkCorrelation, len(p.Correlation)), p.Correlation...)
	}
	b = append(chunk(b, chunkPayload, len(p.Payload)), p.Payload...)
	binary.BigEndian.PutUint16(b[start+4:], uint16(len(b)-start))
	return b
}

// chunk appends the header of a chunk whose value has n octets.
func chunk(b []byte, typ uint16, n int) []byte {
	b = binary.BigEndian.AppendUint16(append(b, 0, 0), typ)
	return binary.BigEndian.AppendUint16(b, uint16(chunkHeader+n))
}

func four(a netip.Addr) []byte {
	if !a.Is4() {
		return make([]byte, 4)
	}
	return a.AsSlice()
}

func sixteen(a netip.Addr) []byte {
	if !a.IsValid() {
		return make([]byte, 16)
	}
	b := a.As16()
	return b[:]
}
