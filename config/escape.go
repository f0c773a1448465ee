package config

import "strings"

// fileValue turns the text behind "=" into values of an option. Strings know
// the escapes \s (blank), \n, \t, \r and \\ of desktop files. Behind numbers
// and booleans a comment may follow, as rtpengine lets it.
func (o *Option) fileValue(text string) []string {
	switch o.Kind {
	case String:
		return []string{unescape(text)}
	case List:
		var list []string
		for item := range strings.SplitSeq(text, ";") {
			list = append(list, unescape(strings.TrimSpace(item)))
		}
		return list
	}
	if i := strings.IndexAny(text, "#;"); i > 0 && (text[i-1] == ' ' || text[i-1] == '\t') {
		text = strings.TrimSpace(text[:i])
	}
	return []string{text}
}

var escapes = strings.NewReplacer(`\\`, `\`, `\s`, " ", `\n`, "\n", `\t`, "\t", `\r`, "\r")

func unescape(s string) string { return escapes.Replace(s) }
