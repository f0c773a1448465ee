package call

import (
	"encoding/binary"
	"sync"

	"rtpgo/media"
	"rtpgo/sdpedit"
)

// clockTables holds the tables of clock rates in use, by what in them differs
// from the static ones: thousands of calls number their codecs alike.
var clockTables = struct {
	sync.Mutex
	m map[string]*media.ClockRates
}{m: map[string]*media.ClockRates{}}

// maxClockTables bounds them; a call with yet other numbers makes its own.
const maxClockTables = 256

// clockRates are the clock rates of the codecs in the lists, for the jitter of
// their packets; nil where the static ones say it all. Of a number that
// several codecs have the first counts.
func clockRates(lists ...[]sdpedit.Codec) *media.ClockRates {
	var set [2]uint64
	var room [64]byte
	key := room[:0]
	for _, list := range lists {
		for i := range list {
			c := &list[i]
			if bit := uint64(1) << (c.PT & 63); set[c.PT>>6&1]&bit == 0 {
				set[c.PT>>6&1] |= bit
				if uint32(c.ClockRate) != media.StaticClockRates[c.PT&0x7f] {
					key = binary.LittleEndian.AppendUint32(append(key, byte(c.PT)), uint32(c.ClockRate))
				}
			}
		}
	}
	if len(key) == 0 {
		return nil
	}
	clockTables.Lock()
	defer clockTables.Unlock()
	if t := clockTables.m[string(key)]; t != nil {
		return t
	}
	t := new(media.ClockRates)
	*t = media.StaticClockRates
	for k := key; len(k) > 0; k = k[5:] {
		t[k[0]&0x7f] = binary.LittleEndian.Uint32(k[1:])
	}
	if len(clockTables.m) < maxClockTables {
		clockTables.m[string(key)] = t
	}
	return t
}
