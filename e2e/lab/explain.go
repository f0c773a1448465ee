package lab

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Explanation is what rtpgo explain --json prints, as far as it is judged.
type Explanation struct {
	CallID    string `json:"call-id"`
	State     string `json:"state"` // live or ended
	EndReason string `json:"end-reason"`
	Verdicts  []Verdict
	Timeline  []struct{ At, Kind, Tag, Text string }
}

// Verdict is what is said about one direction of one section of a call.
type Verdict struct {
	From, To, Type, Verdict, Side, Text, Check string
	Media                                      int
	Fault                                      Truth
}

// Truth is a bool, which the NG protocol writes as a number.
type Truth bool

// UnmarshalJSON takes both spellings.
func (t *Truth) UnmarshalJSON(text []byte) error {
	*t = string(text) == "1" || string(text) == "true"
	return nil
}

// ErrNoExplain says that the relay is one that explains no calls.
var ErrNoExplain = errors.New("the relay doesn't know the command rtpgo explain")

// Explain asks why the media of a call flows or doesn't.
func (n *NG) Explain(callID string) (e Explanation, err error) {
	reply, err := n.Command(map[string]any{"command": "rtpgo explain", "call-id": callID})
	if err != nil {
		return e, err
	}
	if reply["error-reason"] == "Unrecognized command" {
		return e, ErrNoExplain
	}
	text, err := json.Marshal(reply)
	if err == nil && reply["result"] != "ok" {
		err = fmt.Errorf("explain %s: %s", callID, text)
	}
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal(text, &e)
}
