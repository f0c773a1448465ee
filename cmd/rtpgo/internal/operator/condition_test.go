package operator

import (
	"strings"
	"testing"

	"rtpgo/ng"
)

// party is one party with one audio media.
func party(receive, packets, lost, idle int64) ng.Dict {
	return ng.Dict{{Key: "medias", Value: ng.List{ng.Dict{
		{Key: "type", Value: "audio"}, {Key: "receive", Value: receive}, {Key: "codecs", Value: ng.List{"PCMA/8000", "PCMU/8000"}},
		{Key: "streams", Value: ng.List{
			ng.Dict{{Key: "kind", Value: "RTP"}, {Key: "in", Value: ng.Dict{{Key: "packets", Value: packets}}}, {Key: "lost", Value: lost}, {Key: "idle", Value: idle}},
			ng.Dict{{Key: "kind", Value: "RTCP"}, {Key: "in", Value: ng.Dict{{Key: "packets", Value: int64(7)}}}, {Key: "idle", Value: int64(0)}},
		}},
	}}}}
}

func answered(parties ...any) ng.Dict {
	return ng.Dict{{Key: "call-id", Value: "x"}, {Key: "state", Value: "answered"}, {Key: "age", Value: int64(42)}, {Key: "parties", Value: ng.List(parties)}}
}

func TestCondition(t *testing.T) {
	for want, c := range map[string]ng.Dict{
		"offered":  {{Key: "state", Value: "offered"}},
		"deleted":  {{Key: "state", Value: "deleted"}},
		"up":       answered(party(1, 10, 0, 0), party(1, 10, 0, 1)),
		"held":     answered(party(0, 10, 0, 30), party(0, 10, 0, 30)),
		"no media": answered(party(1, 0, 0, -1), party(1, 0, 0, -1)),
		"one-way":  answered(party(1, 10, 0, 0), party(1, 0, 0, -1)),
		"silent":   answered(party(1, 10, 0, 60), party(1, 10, 0, 11)),
	} {
		if got := condition(c); got != want {
			t.Errorf("condition %q, want %q, of %v", got, want, c)
		}
	}
	if got := condition(answered(party(1, 10, 0, 0), party(0, 0, 0, -1))); got != "up" {
		t.Errorf("one party only listens: %q", got)
	}
}

func TestTable(t *testing.T) {
	s := status{
		daemon: ng.Dict{{Key: "version", Value: "1.2.3"}, {Key: "engine", Value: ng.Dict{{Key: "name", Value: "kernel"}, {Key: "on top of", Value: "sockets"}}}, {Key: "live calls", Value: int64(1)}, {Key: "uptime", Value: int64(93907)}, {Key: "draining", Value: int64(1)}},
		calls:  []ng.Dict{answered(party(1, 900, 100, 0), party(1, 1000, 0, 0))},
	}
	var out strings.Builder
	if err := s.table(&out); err != nil {
		t.Fatal(err)
	}
	want := "rtpgo 1.2.3, engine kernel on top of sockets, up 26:05:07, 1 call\n" +
		"draining: no new calls are taken\n" +
		"CALL-ID  AGE   PARTIES  MEDIA  CODECS  PACKETS   LOSS  STATE\n" +
		"x        0:42  2        audio  PCMA    900/1000  5.0%  up\n"
	if out.String() != want {
		t.Errorf("table:\n%s\nwant:\n%s", out.String(), want)
	}
}
