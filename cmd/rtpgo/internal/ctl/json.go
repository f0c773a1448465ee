package ctl

import (
	"encoding/json"
	"strconv"

	"rtpgo/ng"
)

// jsonStats prints the statistics on one line without its end, as the
// reference. Bencode has no fractions, so the NG reply carries them as text;
// here they are numbers.
func (x *execution) jsonStats(string) {
	x.Write(appendJSON(nil, "", x.statistics()))
}

// words are the keys whose values are text though they may look like numbers.
var words = map[string]bool{"proxy": true, "name": true, "address": true}

func appendJSON(b []byte, key string, v any) []byte {
	switch v := v.(type) {
	case ng.Dict:
		b = append(b, '{')
		for i, p := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(strconv.AppendQuote(b, p.Key), ':')
			b = appendJSON(b, p.Key, p.Value)
		}
		return append(b, '}')
	case ng.List:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, key, e)
		}
		return append(b, ']')
	case string:
		if _, err := strconv.ParseFloat(v, 64); err == nil && !words[key] {
			return append(b, v...)
		}
	}
	text, err := json.Marshal(v)
	if err != nil { // no type of ng's is refused
		return append(b, "null"...)
	}
	return append(b, text...)
}
