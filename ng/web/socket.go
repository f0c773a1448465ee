package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/zap"

	"rtpgo/ng"
)

// Times of a WebSocket connection. It has no limit of silence: pings tell
// whether the peer is still there.
const (
	pingEvery      = 30 * time.Second
	pongTimeout    = 30 * time.Second
	messageTimeout = 30 * time.Second // from a message's first frame to its last
	writeTimeout   = 30 * time.Second // for the peer to take a message
)

// socket is a WebSocket connection of one of the subprotocols.
type socket struct {
	conn    *websocket.Conn
	request *http.Request
	log     *zap.Logger
}

// speaker is what a subprotocol does with a connection.
type speaker interface {
	// take gets each message; false ends the connection.
	take(message []byte) bool
	// end comes when no more messages are taken; the connection lives on until
	// it returns.
	end()
}

// accept makes a handler for WebSocket requests. log is for few lines.
func accept(protocol string, log *zap.Logger, speak func(*socket) speaker) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Requests of pages from elsewhere are refused in here, by their origin.
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{protocol}})
		if err != nil {
			log.Warn("WebSocket request refused", zap.String("peer", r.RemoteAddr), zap.Error(err))
			return // the reason is in the answer
		}
		conn.SetReadLimit(ng.MaxStream)
		s := &socket{conn: conn, request: r, log: log}
		s.run(speak(s))
	})
}

func (s *socket) run(sp speaker) {
	s.log.Debug("WebSocket connection", zap.String("peer", s.request.RemoteAddr), zap.String("subprotocol", s.conn.Subprotocol()))
	defer s.conn.CloseNow()
	waiting := make(chan bool)
	done := make(chan struct{})
	go s.ping(waiting, done)
	// The end of the server: nothing more is taken, replies go out, the peer is told.
	goodbye := make(chan struct{})
	stop := context.AfterFunc(s.request.Context(), func() {
		defer close(goodbye)
		sp.end()
		s.conn.Close(websocket.StatusGoingAway, "the server ends")
	})
	err := s.read(sp, waiting)
	close(done)
	if !stop() {
		<-goodbye
		return
	}
	sp.end()
	s.farewell(err)
}

// read takes messages until the connection ends.
func (s *socket) read(sp speaker, waiting chan<- bool) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.request.Context()))
	defer cancel()
	for {
		waiting <- true
		_, r, err := s.conn.Reader(ctx)
		waiting <- false
		if err != nil {
			return err
		}
		late := time.AfterFunc(messageTimeout, cancel)
		message, err := io.ReadAll(r)
		late.Stop()
		if err != nil {
			return err
		}
		if !sp.take(message) {
			return nil
		}
	}
}

// ping finds peers that are gone. Pongs are noticed only by who reads: while a
// message is in work there is no ping.
func (s *socket) ping(waiting <-chan bool, done <-chan struct{}) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	reading := false
	ended := make(chan error, 1)
	busy := false
	for {
		select {
		case reading = <-waiting:
		case <-done:
			if busy {
				<-ended
			}
			return
		case <-ended:
			busy = false
		case <-tick.C:
			if !reading || busy {
				continue
			}
			busy = true
			go func() {
				ctx, cancel := context.WithTimeout(context.Background(), pongTimeout)
				defer cancel()
				err := s.conn.Ping(ctx)
				if err != nil {
					s.conn.CloseNow()
				}
				ended <- err
			}()
		}
	}
}

// farewell ends a connection that ended with err.
func (s *socket) farewell(err error) {
	status := websocket.CloseStatus(err)
	switch {
	case err == nil: // the subprotocol has seen to it
	case status == websocket.StatusNormalClosure, status == websocket.StatusGoingAway, status == websocket.StatusNoStatusRcvd, errors.Is(err, io.EOF):
		s.log.Debug("WebSocket connection ended", zap.String("peer", s.request.RemoteAddr))
	default:
		s.log.Warn("WebSocket connection closed", zap.String("peer", s.request.RemoteAddr), zap.String("reason", reason(err)))
	}
	s.conn.Close(websocket.StatusNormalClosure, "")
}

func reason(err error) string {
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return "message too large"
	}
	return strings.TrimPrefix(err.Error(), "failed to get reader: ")
}

// send sends one message. All that rtpengine sends is binary.
func (s *socket) send(message []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageBinary, message)
}
