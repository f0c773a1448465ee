package stream

import (
	"context"
	"net/netip"
	"sync"

	"rtpgo/ng"
)

// Bounds of what one connection keeps in memory.
const (
	maxRequests = 32        // in work or waiting to be sent their reply
	maxInWork   = 512 << 10 // bytes of these requests
	maxQueue    = 256 << 10 // bytes of replies to send, if it isn't one alone
)

// Link is how a conversation uses its connection.
type Link struct {
	Server *ng.Server
	Peer   netip.AddrPort
	// Plain is for documents without cookies.
	Plain bool
	// Write sends one message; it is called by one goroutine at a time, and
	// must not block for ever.
	Write func(message []byte) error
	// Fail closes the connection because of reason. It is called once at most.
	Fail func(reason string)
	// Strict ends the connection at a request that is no dictionary; otherwise
	// the reply says so.
	Strict bool
}

// Conversation carries out the requests of one connection, several at a time.
// Requests about one call are carried out in the order in which they came.
// Whoever doesn't read the replies isn't read from either.
type Conversation struct {
	link   Link
	ctx    context.Context
	ended  chan struct{} // closed when the writer has ended
	finish sync.Once

	mu       sync.Mutex
	changed  sync.Cond
	requests int
	inWork   int                      // bytes
	last     map[string]chan struct{} // by call-id: closed when its last request is done
	queue    [][]byte
	queued   int // bytes
	failed   bool
	closing  bool
}

// Converse starts a conversation. ctx is that of the requests.
func Converse(ctx context.Context, link Link) *Conversation {
	c := &Conversation{link: link, ctx: ctx, ended: make(chan struct{}), last: make(map[string]chan struct{})}
	c.changed.L = &c.mu
	go c.write()
	return c
}

// Take carries out a request, of which it keeps no reference. It waits while
// too much is in work or unread, and reports false when the connection has
// failed or is closing.
func (c *Conversation) Take(message []byte) bool {
	message = append([]byte(nil), message...)
	call := c.callOf(message)
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.failed && !c.closing && (c.requests >= maxRequests || c.requests > 0 && c.inWork+len(message) > maxInWork || c.queued > maxQueue) {
		c.changed.Wait()
	}
	if c.failed || c.closing {
		return false
	}
	c.requests++
	c.inWork += len(message)
	var before, done chan struct{}
	if call != "" {
		before, done = c.last[call], make(chan struct{})
		c.last[call] = done
	}
	go c.work(message, call, before, done)
	return true
}

func (c *Conversation) callOf(message []byte) string {
	if !c.link.Plain {
		_, message = ng.SplitCookie(message)
	}
	return ng.CallID(message)
}

func (c *Conversation) work(message []byte, call string, before, done chan struct{}) {
	if before != nil {
		<-before
	}
	if c.link.Plain {
		c.reply(c.link.Server.Do(c.ctx, c.link.Peer, message), message)
	} else {
		c.serve(message)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests--
	c.inWork -= len(message)
	if done != nil {
		if c.last[call] == done {
			delete(c.last, call)
		}
		close(done)
	}
	c.changed.Broadcast()
}

// serve carries out a request with a cookie. If that is in work already, by
// another connection perhaps, the answer comes later from there, and must not
// hold up anybody; without room it is dropped, and will be asked for again.
func (c *Conversation) serve(message []byte) {
	_, document := ng.SplitCookie(message)
	var mu sync.Mutex
	var reply []byte
	returned := false
	c.link.Server.Serve(c.ctx, c.link.Peer, message, func(r []byte) {
		mu.Lock()
		defer mu.Unlock()
		if returned {
			c.Send(ng.Explain(r, document))
			return
		}
		reply = append([]byte(nil), r...)
	})
	mu.Lock()
	returned = true
	mu.Unlock()
	if reply != nil {
		c.reply(reply, document)
	}
}

// reply queues a reply when there is room for it.
func (c *Conversation) reply(message, document []byte) {
	if c.link.Strict && ng.Malformed(message) {
		c.fail("malformed request")
		return
	}
	message = ng.Explain(message, document)
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.failed && !c.room(message) {
		c.changed.Wait()
	}
	c.put(message)
}

// Send queues a copy of a message, or reports false when the client is slow.
func (c *Conversation) Send(message []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.room(message) {
		return false
	}
	c.put(append([]byte(nil), message...))
	return true
}

func (c *Conversation) room(message []byte) bool {
	return c.queued == 0 || c.queued+len(message) <= maxQueue
}

func (c *Conversation) put(message []byte) {
	if c.failed {
		return
	}
	c.queue = append(c.queue, message)
	c.queued += len(message)
	c.changed.Broadcast()
}

// write sends what is queued until the conversation ends.
func (c *Conversation) write() {
	defer close(c.ended)
	for {
		c.mu.Lock()
		for len(c.queue) == 0 && !c.failed && !(c.closing && c.requests == 0) {
			c.changed.Wait()
		}
		if len(c.queue) == 0 {
			c.mu.Unlock()
			return
		}
		message := c.queue[0]
		c.queue[0] = nil
		c.queue = c.queue[1:]
		c.mu.Unlock()
		err := c.link.Write(message)
		c.mu.Lock()
		c.queued = max(0, c.queued-len(message))
		c.changed.Broadcast()
		c.mu.Unlock()
		if err != nil {
			c.fail(err.Error())
			return
		}
	}
}

// fail ends the conversation without ado.
func (c *Conversation) fail(reason string) {
	c.mu.Lock()
	c.failed = true
	c.queue, c.queued = nil, 0
	c.changed.Broadcast()
	c.mu.Unlock()
	c.finish.Do(func() { c.link.Fail(reason) })
}

// Close waits until the requests in work are answered and the replies sent, as
// far as the connection still works.
func (c *Conversation) Close() {
	c.mu.Lock()
	c.closing = true
	c.changed.Broadcast()
	for c.requests > 0 {
		c.changed.Wait()
	}
	c.mu.Unlock()
	<-c.ended
	c.finish.Do(func() {})
}
