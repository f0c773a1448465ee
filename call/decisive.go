package call

import (
	"strings"
	"sync"
)

// decisiveRoom bounds what an event keeps of a description.
const decisiveRoom = textRoom

// decisive picks the lines of a description that decide about the media, one
// below the other: where to send, what, in which direction, how protected. Keys
// and passwords are left out.
func decisive(sdp string) string {
	p := picks.Get().(*picked)
	defer picks.Put(p)
	p.text = p.text[:0]
	for sdp != "" {
		line := sdp
		if end := strings.IndexByte(sdp, '\n'); end >= 0 {
			line, sdp = sdp[:end], sdp[end+1:]
		} else {
			sdp = ""
		}
		p.line(strings.TrimRight(line, "\r"))
	}
	p.flush()
	return string(p.text)
}

// picks are those that nobody uses, for their memory.
var picks = sync.Pool{New: func() any { return &picked{text: make([]byte, 0, decisiveRoom)} }}

// picked are the lines so far.
type picked struct {
	text       []byte
	candidates int // since the last m= line
}

func (p *picked) line(line string) {
	if len(line) < 2 || line[1] != '=' {
		return
	}
	switch line[0] {
	case 'm':
		p.flush()
		p.add(line)
	case 'c':
		p.add(line)
	case 'a':
		p.attribute(line)
	}
}

func (p *picked) attribute(line string) {
	name, value, _ := strings.Cut(line[2:], ":")
	switch strings.ToLower(name) {
	case "sendrecv", "sendonly", "recvonly", "inactive", "rtcp-mux", "rtcp-mux-only", "ice-lite",
		"rtcp", "setup", "group", "ptime", "rtpmap":
		p.add(line)
	case "crypto":
		if f := strings.Fields(value); len(f) >= 2 {
			p.add("a=crypto:" + f[0] + " " + f[1])
		}
	case "fingerprint":
		hash, _, _ := strings.Cut(value, " ")
		p.add("a=fingerprint:" + hash)
	case "ice-ufrag":
		p.add("a=ice-ufrag")
	case "candidate":
		p.candidates++
	}
}

// flush tells how many candidates there were.
func (p *picked) flush() {
	if p.candidates > 0 {
		p.add("a=candidate: " + count(uint64(p.candidates), "candidate"))
	}
	p.candidates = 0
}

// add adds a line, if there is room for it.
func (p *picked) add(line string) {
	line = clip(line)
	if len(p.text)+len(line)+1 > decisiveRoom {
		return
	}
	if len(p.text) > 0 {
		p.text = append(p.text, '\n')
	}
	p.text = append(p.text, line...)
}

// clip bounds one line.
func clip(line string) string {
	const most = 120
	if len(line) > most {
		return line[:most-3] + "..."
	}
	return line
}
