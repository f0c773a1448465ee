package config

import "strings"

// foreign makes rows of options that rtpengine 13.1.1.6 doesn't have, from
// "name", "name:kind" or "name=letter:kind"; a string without a kind.
func foreign(list ...string) []*Option {
	var rows []*Option
	for _, text := range list {
		text, kind, _ := strings.Cut(text, ":")
		name, short, _ := strings.Cut(text, "=")
		o := &Option{Name: name, Short: short, Kind: String, Group: "Other releases of rtpengine",
			Doc: "Of an older or newer rtpengine.", Unsupported: "rtpengine 13.1.1.6, which rtpgo follows, doesn't have it"}
		switch kind {
		case "bool":
			o.Kind = Bool
		case "int":
			o.Kind = Int
		}
		rows = append(rows, o)
	}
	return rows
}
