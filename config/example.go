package config

import (
	"bytes"
	"fmt"
	"strings"
)

const exampleWidth = 88

// ExampleFile is rtpgo.conf.example: every supported option with its default.
func ExampleFile() []byte {
	var b bytes.Buffer
	b.WriteString(`# Configuration of rtpgo. An rtpengine.conf serves as well.
#
# Options that are commented out show their default. Lists are separated by ";".
# rtpgo config check FILE examines a file before it is used.

[rtpgo]
`)
	for _, group := range Groups() {
		heading := fmt.Sprintf("\n######## %s\n", group)
		for _, o := range table {
			if o.Group != group || !o.Supported() || o.CommandLine {
				continue
			}
			b.WriteString(heading)
			heading = ""
			b.WriteString("\n" + wrap(o.Doc, "# ", exampleWidth))
			if len(o.Enum) > 0 {
				b.WriteString(wrap("One of: "+strings.Join(o.Enum, ", ")+".", "# ", exampleWidth))
			}
			b.WriteString(o.exampleLine() + "\n")
			b.WriteString(exampleNotes[o.Name])
		}
	}
	b.WriteString(exampleTemplates)
	return b.Bytes()
}

// mandatory options aren't commented out in the example.
var mandatory = map[string]bool{"interface": true, "listen-ng": true}

func (o *Option) exampleLine() string {
	switch {
	case mandatory[o.Name]:
		return o.Name + " = " + o.Example
	case o.Default != "":
		return "# " + o.Name + " = " + o.Default
	default:
		return "# " + o.Name + " = " + o.Example
	}
}

// exampleNotes follow the lines of some options.
var exampleNotes = map[string]string{
	"interface": `# interface = public/203.0.113.1 ; private/192.0.2.1
# behind NAT: interface = public/192.0.2.1!203.0.113.1
`,
}

const exampleTemplates = `
# Signalling templates, used where "templates = templates" is set above.
# [templates]
# webrtc = transport-protocol=UDP/TLS/RTP/SAVPF ICE=force rtcp-mux=[offer require] generate-mid
`
