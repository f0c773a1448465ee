package config

import "strings"

// wrap breaks text at blanks into lines of at most width octets, the prefix
// before each included. A longer word stands alone.
func wrap(text, prefix string, width int) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch {
		case column == 0:
			b.WriteString(prefix)
			column = len(prefix)
		case column+1+len(word) > width:
			b.WriteString("\n" + prefix)
			column = len(prefix)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	b.WriteByte('\n')
	return b.String()
}
