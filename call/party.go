package call

import "time"

// Party is one SIP tag: what one end sends and receives.
type Party struct {
	call      *Call
	id        uint64 // names an untagged party in query
	tag       string // "" until known
	aliases   []string
	viaBranch string
	label     string
	metadata  string
	created   time.Time
	// tieBreaker of the ICE agents facing this party (RFC 8445 section 7.3.1.1).
	tieBreaker uint64
	medias     []*Media // by index of the m= line
	// peers are the parties of the offer/answer dialogue that this one is in;
	// each is subscribed to the other's media.
	peers []*Party

	final  bool   // a final SIP response came with its last answer
	blocks blocks // commands that named this party
	sdp    sdpState
	echo   echoMode
}

// media returns the media of index i (0-based), making it when new.
func (p *Party) media(i int) *Media {
	for len(p.medias) <= i {
		p.medias = append(p.medias, &Media{party: p, index: len(p.medias)})
	}
	return p.medias[i]
}

// subscribe makes two parties each other's only dialogue: both leave those
// they were in.
func (p *Party) subscribe(q *Party) {
	if len(p.peers) == 1 && p.peers[0] == q && len(q.peers) == 1 && q.peers[0] == p {
		return
	}
	p.unsubscribe()
	q.unsubscribe()
	p.peers, q.peers = []*Party{q}, []*Party{p}
}

// unsubscribe leaves the dialogue.
func (p *Party) unsubscribe() {
	for _, q := range p.peers {
		for i, x := range q.peers {
			if x == p {
				q.peers = append(q.peers[:i], q.peers[i+1:]...)
				break
			}
		}
	}
	p.peers = nil
}

// peer is the other side of the dialogue, nil when there is none.
func (p *Party) peer() *Party {
	if len(p.peers) == 0 {
		return nil
	}
	return p.peers[0]
}
