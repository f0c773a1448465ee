// Package heptest reads HEP for tests. It shares nothing with what writes it.
package heptest

import (
	"encoding/binary"
	"fmt"
)

// Decode reads one packet of HEP version 3 strictly and gives the values of its
// chunks by type.
func Decode(b []byte) (map[uint16][]byte, error) {
	if len(b) < 6 || string(b[:4]) != "HEP3" || int(binary.BigEndian.Uint16(b[4:])) != len(b) {
		return nil, fmt.Errorf("no HEP3 packet of %d octets: %.20q", len(b), b)
	}
	chunks := map[uint16][]byte{}
	for b = b[6:]; len(b) > 0; {
		if len(b) < 6 {
			return nil, fmt.Errorf("%d octets left", len(b))
		}
		vendor, typ, n := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:]), int(binary.BigEndian.Uint16(b[4:]))
		if vendor != 0 || n < 6 || n > len(b) || chunks[typ] != nil {
			return nil, fmt.Errorf("chunk %d of vendor %d with %d octets of %d", typ, vendor, n, len(b))
		}
		chunks[typ] = append([]byte{}, b[6:n]...)
		b = b[n:]
	}
	return chunks, nil
}
