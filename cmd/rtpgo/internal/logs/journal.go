package logs

import (
	"encoding/binary"
	"errors"
	"log/syslog"
	"net"
	"slices"
	"strconv"
	"strings"

	"go.uber.org/zap/zapcore"
	"golang.org/x/sys/unix"
)

// journalSocket is where systemd's journal takes entries; a variable for tests.
var journalSocket = "/run/systemd/journal/socket"

// journal logs by systemd's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL):
// the fields of a line become fields of the entry, under their names in capital
// letters behind "RTPGO_".
type journal struct {
	conn *net.UnixConn
	name string // of this program
}

func dialJournal(name string) (*journal, error) {
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: journalSocket, Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	return &journal{conn, name}, nil
}

func (j *journal) write(e zapcore.Entry, fields []zapcore.Field) error {
	values := zapcore.NewMapObjectEncoder()
	for i := range fields {
		fields[i].AddTo(values)
	}
	keys := make([]string, 0, len(values.Fields))
	for k := range values.Fields {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b := j.begin(severity(e.Level), e.Message)
	if e.LoggerName != "" {
		b = appendField(b, "RTPGO_PART", e.LoggerName)
	}
	if e.Stack != "" {
		b = appendField(b, "RTPGO_STACK", e.Stack)
	}
	for _, k := range keys {
		b = appendField(b, journalName(k), plainText(values.Fields[k]))
	}
	return j.send(b, severity(e.Level), e.Message)
}

// facility sends a line to a facility of syslog.
func (j *journal) facility(p syslog.Priority, line string) error {
	b := appendField(j.begin(syslog.LOG_INFO, line), "SYSLOG_FACILITY", strconv.Itoa(int(p>>3)))
	return j.send(b, syslog.LOG_INFO, line)
}

func (j *journal) begin(severity syslog.Priority, message string) []byte {
	b := appendField(nil, "MESSAGE", message)
	b = appendField(b, "PRIORITY", strconv.Itoa(int(severity)))
	return appendField(b, "SYSLOG_IDENTIFIER", j.name)
}

// send sends an entry; of one that is too large for a datagram the message.
func (j *journal) send(entry []byte, severity syslog.Priority, message string) error {
	_, err := j.conn.Write(entry)
	if errors.Is(err, unix.EMSGSIZE) {
		_, err = j.conn.Write(j.begin(severity, message[:min(len(message), 8<<10)]))
	}
	return err
}

// appendField adds a field in the form for one line, or for any value.
func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	if strings.Contains(value, "\n") {
		b = append(b, '\n')
		b = binary.LittleEndian.AppendUint64(b, uint64(len(value)))
	} else {
		b = append(b, '=')
	}
	return append(append(b, value...), '\n')
}

// journalName is a field's name as the journal takes it.
func journalName(key string) string {
	return "RTPGO_" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, key)
}
