package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// assign reads values of an option and stores the result in its field. Several
// values count for lists; otherwise the last one does. The configuration may be
// nil: then the values are only checked.
func (o *Option) assign(cfg *Config, values []string) error {
	var field any
	if cfg != nil && o.field != nil {
		field = o.field(cfg)
	}
	if o.Kind == List {
		return o.assignList(field, values)
	}
	value := ""
	if len(values) > 0 {
		value = values[len(values)-1]
	}
	switch o.Kind {
	case Bool:
		return assignBool(field, value)
	case Int, Seconds, Milliseconds:
		return o.assignInt(field, value)
	case Float:
		return o.assignFloat(field, value)
	default:
		word, err := o.word(value)
		if p, ok := field.(*string); ok && err == nil {
			*p = word
		}
		return err
	}
}

func assignBool(field any, value string) error {
	var b bool
	switch strings.ToLower(value) {
	case "true", "1", "yes", "on":
		b = true
	case "false", "0", "no", "off":
	default:
		return fmt.Errorf("%q is neither true nor false", value)
	}
	if p, ok := field.(*bool); ok {
		*p = b
	}
	return nil
}

func (o *Option) assignInt(field any, value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no whole number%s", value, o.unit())
	}
	if err := o.inRange(float64(n)); err != nil {
		return err
	}
	switch p := field.(type) {
	case *int:
		*p = int(n)
	case *int64:
		*p = n
	case *uint8:
		*p = uint8(n)
	case *uint16:
		*p = uint16(n)
	case *time.Duration:
		*p = time.Duration(n) * o.tick()
	}
	return nil
}

func (o *Option) assignFloat(field any, value string) error {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("%q is no number", value)
	}
	if err := o.inRange(f); err != nil {
		return err
	}
	if p, ok := field.(*float64); ok {
		*p = f
	}
	return nil
}

func (o *Option) assignList(field any, values []string) error {
	var list []string
	for _, value := range values {
		for item := range strings.SplitSeq(value, ";") {
			if item = strings.TrimSpace(item); item == "" {
				continue
			}
			word, err := o.word(item)
			if err != nil {
				return err
			}
			list = append(list, word)
		}
	}
	if p, ok := field.(*[]string); ok {
		*p = list
	}
	return nil
}

// word returns the canonical spelling of one of the words of Enum, or the
// string itself where any will do.
func (o *Option) word(value string) (string, error) {
	if len(o.Enum) == 0 || value == "" {
		return value, nil
	}
	for _, w := range o.Enum {
		if strings.EqualFold(w, value) {
			return w, nil
		}
	}
	return "", fmt.Errorf("%q is none of %s", value, strings.Join(o.Enum, ", "))
}

// maxSeconds keeps a number of seconds within a time.Duration.
const maxSeconds = math.MaxInt64 / int64(time.Second)

func (o *Option) inRange(n float64) error {
	if o.Max > o.Min && (n < float64(o.Min) || n > float64(o.Max)) {
		return fmt.Errorf("%v is not within %d to %d", n, o.Min, o.Max)
	}
	if (o.Kind == Seconds || o.Kind == Milliseconds) && math.Abs(n) > float64(maxSeconds) {
		return errors.New("out of range")
	}
	return nil
}

func (o *Option) tick() time.Duration {
	if o.Kind == Milliseconds {
		return time.Millisecond
	}
	return time.Second
}

func (o *Option) unit() string {
	switch o.Kind {
	case Seconds:
		return " of seconds"
	case Milliseconds:
		return " of milliseconds"
	}
	return ""
}
