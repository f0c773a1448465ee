package call

import "strings"

// decisiveRoom bounds what an event keeps of a description.
const decisiveRoom = textRoom

// decisive picks the lines of a description that decide about the media, one
// below the other: where to send, what, in which direction, how protected. Keys
// and passwords are left out.
func decisive(sdp string) string {
	var b strings.Builder
	candidates := 0
	add := func(s string) {
		if b.Len()+len(s)+1 > decisiveRoom {
			return
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s)
	}
	flush := func() {
		if candidates > 0 {
			add("a=candidate: " + count(uint64(candidates), "candidate"))
		}
		candidates = 0
	}
	for line := range strings.SplitSeq(sdp, "\n") {
		line = strings.TrimRight(line, "\r")
		if strings.HasPrefix(line, "m=") {
			flush()
			add(clip(line))
			continue
		}
		if strings.HasPrefix(line, "c=") {
			add(clip(line))
			continue
		}
		name, value, _ := strings.Cut(strings.TrimPrefix(line, "a="), ":")
		if !strings.HasPrefix(line, "a=") {
			continue
		}
		switch strings.ToLower(name) {
		case "sendrecv", "sendonly", "recvonly", "inactive", "rtcp-mux", "rtcp-mux-only", "ice-lite",
			"rtcp", "setup", "group", "ptime":
			add(clip(line))
		case "rtpmap":
			add(clip(line))
		case "crypto":
			if f := strings.Fields(value); len(f) >= 2 {
				add(clip("a=crypto:" + f[0] + " " + f[1]))
			}
		case "fingerprint":
			hash, _, _ := strings.Cut(value, " ")
			add(clip("a=fingerprint:" + hash))
		case "ice-ufrag":
			add("a=ice-ufrag")
		case "candidate":
			candidates++
		}
	}
	flush()
	return b.String()
}

// clip bounds one line.
func clip(line string) string {
	const most = 120
	if len(line) > most {
		return line[:most-3] + "..."
	}
	return line
}
