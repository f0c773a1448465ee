package interfaces

import "time"

// restQueue holds released ports in the order in which they become usable
// again; since all rest equally long, that is the order of release.
type restQueue struct {
	items []resting
	head  int
}

type resting struct {
	port  uint16
	until time.Duration // since the pool was made
}

func (q *restQueue) len() int { return len(q.items) - q.head }

func (q *restQueue) push(port uint16, until time.Duration) {
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	} else if len(q.items) == cap(q.items) && q.head >= len(q.items)/2 {
		n := copy(q.items, q.items[q.head:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, resting{port, until})
}

// pop takes the port that has rested longest.
func (q *restQueue) pop() (uint16, bool) {
	if q.len() == 0 {
		return 0, false
	}
	port := q.items[q.head].port
	q.head++
	return port, true
}

// popUntil takes the port that has rested longest if its time has come.
func (q *restQueue) popUntil(now time.Duration) (uint16, bool) {
	if q.len() == 0 || q.items[q.head].until > now {
		return 0, false
	}
	return q.pop()
}
