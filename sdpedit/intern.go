package sdpedit

import "strings"

// common are strings that most descriptions hold. They are kept once, so that
// what is stored of a description doesn't keep all of its text alive.
var common = func() map[string]string {
	m := map[string]string{}
	for _, s := range []string{
		"audio", "video", "image", "text", "application", "message",
		"RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF", "udptl",
		"opus", "telephone-event", "AMR", "AMR-WB", "EVS", "iLBC", "speex", "H264", "H265", "VP8", "VP9", "AV1", "rtx", "red", "ulpfec",
		"0-15", "0-16", "annexb=no", "annexb=yes",
	} {
		m[s] = s
	}
	for _, c := range staticTypes {
		m[c.Encoding] = c.Encoding
	}
	return m
}()

// intern returns the common string of that value, s itself when there is none.
func intern(s string) string {
	if c, ok := common[s]; ok {
		return c
	}
	return s
}

// detach returns a string of that value that isn't part of a longer one.
func detach(s string) string {
	if c, ok := common[s]; ok {
		return c
	}
	return strings.Clone(s)
}

// Detached returns codecs for keeping: nothing of the description that they
// came in stays alive because of them.
func Detached(list []Codec) []Codec {
	for i := range list {
		c := &list[i]
		c.Encoding, c.Fmtp = detach(c.Encoding), detach(c.Fmtp)
		for j, f := range c.Feedback {
			c.Feedback[j] = detach(f)
		}
	}
	return list
}
