// Package web carries NG messages and command lines over HTTP and WebSocket.
package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"time"

	"rtpgo/ng"
)

// Types of documents.
const (
	typeNG   = "application/x-rtpengine-ng"
	typeJSON = "application/json"
)

// repeatTimeout bounds the wait for a request that is in work already, asked
// for by somebody else.
const repeatTimeout = 10 * time.Second

// Post answers one NG message in the body of a POST. plain is for documents
// without cookies.
func Post(server *ng.Server, plain bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != typeNG && !(plain && kind == typeJSON) {
			wanted := typeNG
			if plain {
				wanted += " or " + typeJSON
			}
			http.Error(w, "The content type has to be "+wanted+".", http.StatusUnsupportedMediaType)
			return
		}
		message, err := io.ReadAll(http.MaxBytesReader(w, r.Body, ng.MaxStream))
		if err != nil {
			status := http.StatusBadRequest
			if errors.As(err, new(*http.MaxBytesError)) {
				status = http.StatusRequestEntityTooLarge
			}
			http.Error(w, "The body can't be read: "+err.Error(), status)
			return
		}
		// A request takes effect whole, whether its client stays or not.
		ctx := requestContext(r)
		reply, status := []byte(nil), http.StatusOK
		if plain {
			reply = ng.Explain(server.Do(ctx, peerOf(r), message), message)
		} else {
			reply, status = serve(ctx, r, server, message)
		}
		if status != http.StatusOK {
			http.Error(w, http.StatusText(status), status)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Write(reply)
	})
}

// serve carries out a message with a cookie.
func serve(ctx context.Context, r *http.Request, server *ng.Server, message []byte) (reply []byte, status int) {
	cookie, document := ng.SplitCookie(message)
	answer := make(chan []byte, 1)
	server.Serve(ctx, peerOf(r), message, func(reply []byte) {
		answer <- append([]byte(nil), ng.Explain(reply, document)...)
	})
	if cookie == nil {
		return nil, http.StatusBadRequest
	}
	late := time.NewTimer(repeatTimeout)
	defer late.Stop()
	select {
	case reply = <-answer:
		return reply, http.StatusOK
	case <-r.Context().Done():
	case <-late.C:
	}
	return nil, http.StatusServiceUnavailable
}

func peerOf(r *http.Request) netip.AddrPort {
	a, _ := netip.ParseAddrPort(r.RemoteAddr)
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
