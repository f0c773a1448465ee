package config

import (
	"fmt"
	"io"
	"strings"
)

const (
	usageIndent = "          "
	usageWidth  = 88
)

// Usage prints the daemon's options by group (--help).
func Usage(w io.Writer) error {
	var b strings.Builder
	b.WriteString("Usage: rtpgo --interface=[NAME/]IP[!IP] ... --listen-ng=[IP:]PORT ... [OPTION ...]\n\n")
	b.WriteString("Relays the media of SIP calls; controlled through rtpengine's NG protocol.\n")
	b.WriteString("Every option can stand in the configuration file under its long name.\n")
	for _, group := range Groups() {
		heading := "\n" + group + ":\n"
		for _, o := range table {
			if o.Group != group || !o.Supported() {
				continue
			}
			b.WriteString(heading)
			heading = ""
			b.WriteString("  " + o.synopsis() + "\n")
			b.WriteString(wrap(o.Doc+o.defaultNote(), usageIndent, usageWidth))
		}
	}
	b.WriteString("\nAccepted with a warning, without effect (docs/configuration.md says why):\n")
	var names []string
	for _, o := range table {
		if !o.Supported() && !o.Refused {
			names = append(names, o.Name)
		}
	}
	b.WriteString(wrap(strings.Join(names, ", "), "  ", usageWidth))
	_, err := io.WriteString(w, b.String())
	return err
}

// synopsis is "-o, --timeout=SECS".
func (o *Option) synopsis() string {
	if arg := o.Placeholder(); arg != "" {
		text := o.Flags() + "=" + arg
		if o.Kind == List {
			text += " ..."
		}
		return text
	}
	return o.Flags()
}

// defaultNote is " Default: 60." or nothing.
func (o *Option) defaultNote() string {
	if o.Default == "" || o.Kind == Bool {
		return ""
	}
	return fmt.Sprintf(" Default: %s.", o.Default)
}
