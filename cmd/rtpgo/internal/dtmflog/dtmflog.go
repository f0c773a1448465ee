// Package dtmflog reports telephone events to other systems, in the reference's
// forms: JSON over UDP and to syslog, and a notification to NG clients.
package dtmflog

import (
	"bytes"
	"encoding/json"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"rtpgo/call"
	"rtpgo/ng"
)

// Config says where events go; what is empty gets none.
type Config struct {
	// To is where datagrams are sent, unless the call names another place.
	To netip.AddrPort
	// Line takes the JSON as a line of text (a syslog facility).
	Line func(string) error
	// Notify takes a notification in bencode for all NG clients.
	Notify func([]byte)
	Log    *zap.Logger
}

// depth bounds the events waiting to be sent; what comes on top is lost.
const depth = 1024

// complainEvery is how often failures are logged.
const complainEvery = time.Minute

// Log sends events, on a goroutine of its own.
type Log struct {
	Config
	queue  chan call.DTMFEvent
	done   chan struct{}
	conn   *net.UDPConn
	lost   atomic.Uint64
	failed time.Time
}

// New opens a socket and starts.
func New(c Config) (*Log, error) {
	conn, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, err
	}
	l := &Log{Config: c, queue: make(chan call.DTMFEvent, depth), done: make(chan struct{}), conn: conn}
	go l.run()
	return l, nil
}

// Event takes an event; it never waits.
func (l *Log) Event(e call.DTMFEvent) {
	select {
	case l.queue <- e:
	default:
		l.lost.Add(1)
	}
}

// Close sends what is waiting and ends. Event must not be called any more.
func (l *Log) Close() {
	close(l.queue)
	<-l.done
	l.conn.Close()
}

func (l *Log) run() {
	defer close(l.done)
	for e := range l.queue {
		text := JSON(e)
		to := l.To
		if e.To.IsValid() {
			to = e.To
		}
		if to.IsValid() {
			_, err := l.conn.WriteToUDPAddrPort(text, to)
			l.complain(err, "to", to.String())
		}
		if l.Line != nil {
			l.complain(l.Line(string(text)), "to", "syslog")
		}
		if l.Notify != nil {
			l.Notify(Notification(e))
		}
	}
}

// complain logs a failure once in a while.
func (l *Log) complain(err error, key, value string) {
	if err == nil || time.Since(l.failed) < complainEvery {
		return
	}
	l.failed = time.Now()
	l.Log.Warn("DTMF events not sent", zap.String(key, value), zap.Error(err), zap.Uint64("lost", l.lost.Load()))
}

// JSON is an event as datagrams and syslog get it: the keys and their order are
// the reference's, and what Kamailio's event_route[rtpengine:dtmf-event] reads.
func JSON(e call.DTMFEvent) []byte {
	v := struct {
		CallID      string   `json:"callid"`
		SourceTag   string   `json:"source_tag"`
		SourceLabel string   `json:"source_label"`
		Tags        []string `json:"tags"`
		Type        string   `json:"type"`
		Timestamp   int64    `json:"timestamp"`
		SourceIP    string   `json:"source_ip"`
		Event       int      `json:"event"`
		Duration    int64    `json:"duration"`
		Volume      int      `json:"volume"`
	}{e.CallID, e.Tag, e.Label, append([]string{}, e.Tags...), "DTMF", e.Time.Unix(), e.Source.String(), e.Event, e.Duration.Milliseconds(), e.Volume}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil { // strings and numbers have no error
		return nil
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// Notification is an event as NG clients get it unasked.
func Notification(e call.DTMFEvent) []byte {
	tags := ng.List{}
	for _, t := range e.Tags {
		tags = append(tags, t)
	}
	data := ng.Dict{{Key: "tags", Value: tags}, {Key: "callid", Value: e.CallID}, {Key: "source_tag", Value: e.Tag}}
	if e.Label != "" {
		data = append(data, ng.Pair{Key: "source_label", Value: e.Label})
	}
	data = append(data, ng.Pair{Key: "type", Value: "DTMF"},
		ng.Pair{Key: "source_ip", Value: e.Source.String()},
		ng.Pair{Key: "timestamp", Value: e.Time.Unix()},
		ng.Pair{Key: "event", Value: int64(e.Event)},
		ng.Pair{Key: "duration", Value: e.Duration.Milliseconds()},
		ng.Pair{Key: "volume", Value: int64(e.Volume)})
	return ng.Bencode.Append(nil, ng.Dict{{Key: "notify", Value: "onDTMF"}, {Key: "data", Value: data}})
}
