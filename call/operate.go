package call

import "rtpgo/ng"

// rtpgo's own NG commands by which an operator acts on calls.
const (
	// DebugCommand makes everything about the call "call-id" be logged: "value"
	// is on or off.
	DebugCommand = "rtpgo debug"
	// TerminateCommand ends the call "call-id" at once, or with "all" every
	// call; "ended" in the reply is how many there were.
	TerminateCommand = "rtpgo terminate"
)

func (r *Registry) debug(req *ng.Request) (ng.Dict, error) {
	on := req.Value.Value == "on"
	switch {
	case !req.CallID.Set:
		return nil, errReply("No call-id in message")
	case !on && req.Value.Value != "off":
		return nil, errReply("The value is neither on nor off")
	case !r.SetDebug(req.CallID.Value, on):
		return nil, errReply("Unknown call-id")
	}
	return ng.Dict{{Key: "result", Value: "ok"}}, nil
}

func (r *Registry) terminateCommand(req *ng.Request) (ng.Dict, error) {
	n := 1
	switch {
	case allSelected(req):
		n = r.TerminateAll()
	case !req.CallID.Set:
		return nil, errReply("No call-id in message")
	case !r.Terminate(req.CallID.Value):
		return nil, errReply("Unknown call-id")
	}
	return ng.Dict{{Key: "ended", Value: int64(n)}, {Key: "result", Value: "ok"}}, nil
}
