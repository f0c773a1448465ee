package sdpedit

import (
	"strconv"
	"strings"
)

// readFormats fills Codecs from the m= line. A type may be listed twice.
func (m *Media) readFormats() {
	m.Codecs = make([]Codec, 0, len(m.Formats))
	for _, f := range m.Formats {
		pt, err := strconv.Atoi(f)
		if err != nil || pt < 0 || pt > 127 {
			continue
		}
		c, ok := StaticCodec(pt)
		if !ok {
			c = Codec{PT: pt}
		}
		m.Codecs = append(m.Codecs, c)
	}
}

func (m *Media) codecAttribute(a Attribute) {
	pts, value, _ := strings.Cut(a.Value, " ")
	rest := strings.TrimLeft(value, " ")
	if a.Name == "rtcp-fb" && pts == "*" {
		m.FeedbackAll = append(m.FeedbackAll, rest)
		return
	}
	pt, err := strconv.Atoi(pts)
	if err != nil {
		return
	}
	for i := range m.Codecs {
		c := &m.Codecs[i]
		if c.PT != pt {
			continue
		}
		switch a.Name {
		case "rtpmap":
			c.readRTPMap(rest)
		case "fmtp":
			c.Fmtp, c.HasFmtp = value, true // passes with its blanks
		case "rtcp-fb":
			c.Feedback = append(c.Feedback, rest)
		}
	}
}

func (c *Codec) readRTPMap(v string) {
	name, rate, ok := strings.Cut(strings.TrimSpace(v), "/")
	if !ok || name == "" {
		return
	}
	rates, channels, more := strings.Cut(rate, "/")
	c.Encoding, c.ClockRate, c.Channels = name, atoi(rates), 0
	if more {
		c.Channels = atoi(channels)
	}
}

// RTPMap is the value of a=rtpmap behind the payload type: "opus/48000/2".
func (c *Codec) RTPMap() string { return string(c.appendRTPMap(nil)) }

func (c *Codec) appendRTPMap(b []byte) []byte {
	b = append(append(b, c.Encoding...), '/')
	b = strconv.AppendInt(b, int64(c.ClockRate), 10)
	if c.Channels > 1 {
		b = strconv.AppendInt(append(b, '/'), int64(c.Channels), 10)
	}
	return b
}

// Is tells whether the codec has this encoding name (case doesn't matter,
// RFC 8866 section 6.6).
func (c *Codec) Is(encoding string) bool { return strings.EqualFold(c.Encoding, encoding) }

// Same tells whether two codecs are the same encoding, clock rate and number
// of channels.
func (c *Codec) Same(o *Codec) bool {
	return c.ClockRate == o.ClockRate && max(c.Channels, 1) == max(o.Channels, 1) && c.Is(o.Encoding)
}
