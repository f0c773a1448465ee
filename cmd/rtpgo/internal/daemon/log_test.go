package daemon

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"go.uber.org/zap"

	"rtpgo/config"
)

func TestLogLevels(t *testing.T) {
	for _, c := range []struct {
		level int
		want  []string
	}{
		{0, []string{"e"}}, {3, []string{"e"}}, {4, []string{"e", "w"}}, {5, []string{"e", "w", "i"}},
		{6, []string{"e", "w", "i"}}, {7, []string{"e", "w", "i", "d"}},
	} {
		var out bytes.Buffer
		log := newLogger(config.Log{Level: c.level, Stderr: true, NoTimestamps: true}, &out)
		log.Error("e")
		log.Warn("w")
		log.Info("i")
		log.Debug("d")
		var got []string
		for line := range strings.Lines(out.String()) {
			got = append(got, strings.Fields(line)[1])
		}
		if strings.Join(got, "") != strings.Join(c.want, "") {
			t.Errorf("level %d logs %v, want %v", c.level, got, c.want)
		}
	}
}

func TestLogLine(t *testing.T) {
	var out bytes.Buffer
	newLogger(config.Log{Level: 6, Stderr: true, NoTimestamps: true}, &out).
		Warn("command refused", zap.String("call", "abc"), zap.Error(errors.New("why")))
	if want := "warn command refused {\"call\": \"abc\", \"error\": \"why\"}\n"; out.String() != want {
		t.Errorf("line %q, want %q", out.String(), want)
	}
	t.Setenv("JOURNAL_STREAM", "8:1")
	out.Reset()
	newLogger(config.Log{Level: 6, Stderr: true}, &out).Error("no port left")
	if want := "<3> no port left\n"; out.String() != want {
		t.Errorf("line for the journal %q, want %q", out.String(), want)
	}
}
