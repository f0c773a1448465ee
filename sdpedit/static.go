package sdpedit

// staticTypes are the payload types with fixed encodings of RFC 3551
// section 6 (tables 4 and 5).
var staticTypes = map[int]Codec{
	0:  {PT: 0, Encoding: "PCMU", ClockRate: 8000},
	3:  {PT: 3, Encoding: "GSM", ClockRate: 8000},
	4:  {PT: 4, Encoding: "G723", ClockRate: 8000},
	5:  {PT: 5, Encoding: "DVI4", ClockRate: 8000},
	6:  {PT: 6, Encoding: "DVI4", ClockRate: 16000},
	7:  {PT: 7, Encoding: "LPC", ClockRate: 8000},
	8:  {PT: 8, Encoding: "PCMA", ClockRate: 8000},
	9:  {PT: 9, Encoding: "G722", ClockRate: 8000},
	10: {PT: 10, Encoding: "L16", ClockRate: 44100, Channels: 2},
	11: {PT: 11, Encoding: "L16", ClockRate: 44100},
	12: {PT: 12, Encoding: "QCELP", ClockRate: 8000},
	13: {PT: 13, Encoding: "CN", ClockRate: 8000},
	14: {PT: 14, Encoding: "MPA", ClockRate: 90000},
	15: {PT: 15, Encoding: "G728", ClockRate: 8000},
	16: {PT: 16, Encoding: "DVI4", ClockRate: 11025},
	17: {PT: 17, Encoding: "DVI4", ClockRate: 22050},
	18: {PT: 18, Encoding: "G729", ClockRate: 8000},
	25: {PT: 25, Encoding: "CelB", ClockRate: 90000},
	26: {PT: 26, Encoding: "JPEG", ClockRate: 90000},
	28: {PT: 28, Encoding: "nv", ClockRate: 90000},
	31: {PT: 31, Encoding: "H261", ClockRate: 90000},
	32: {PT: 32, Encoding: "MPV", ClockRate: 90000},
	33: {PT: 33, Encoding: "MP2T", ClockRate: 90000},
	34: {PT: 34, Encoding: "H263", ClockRate: 90000},
}

// StaticCodec is the codec that RFC 3551 assigns to a payload type.
func StaticCodec(pt int) (Codec, bool) {
	c, ok := staticTypes[pt]
	return c, ok
}
