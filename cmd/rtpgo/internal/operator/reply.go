package operator

import (
	"encoding/json"
	"io"

	"rtpgo/ng"
)

// field reads one value of a dictionary; zero where it is missing or of
// another type.
func field[T any](d ng.Dict, key string) (value T) {
	for _, p := range d {
		if p.Key == key {
			value, _ = p.Value.(T)
			return value
		}
	}
	return value
}

// dicts are the dictionaries of a list.
func dicts(d ng.Dict, key string) []ng.Dict {
	var out []ng.Dict
	for _, v := range field[ng.List](d, key) {
		if e, ok := v.(ng.Dict); ok {
			out = append(out, e)
		}
	}
	return out
}

// texts are the strings of a list.
func texts(d ng.Dict, key string) []string {
	var out []string
	for _, v := range field[ng.List](d, key) {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// writeJSON prints a value as indented JSON; dictionaries keep their order.
func writeJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(jsonValue(v))
}

// ordered is a dictionary that encodes in the order of its pairs.
type ordered ng.Dict

func (o ordered) MarshalJSON() ([]byte, error) {
	buf := []byte{'{'}
	for i, p := range o {
		if i > 0 {
			buf = append(buf, ',')
		}
		key, err := json.Marshal(p.Key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(jsonValue(p.Value))
		if err != nil {
			return nil, err
		}
		buf = append(append(append(buf, key...), ':'), value...)
	}
	return append(buf, '}'), nil
}

func jsonValue(v any) any {
	switch v := v.(type) {
	case ng.Dict:
		return ordered(v)
	case ng.List:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = jsonValue(e)
		}
		return out
	default:
		return v
	}
}
