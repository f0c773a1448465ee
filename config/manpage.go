package config

import (
	"bytes"
	"fmt"
	"strings"
)

// ManPage is rtpgo(8) in roff.
func ManPage(version string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, ".TH RTPGO 8 \"\" \"rtpgo %s\" \"System Administration\"\n", roff(version))
	b.WriteString(manIntro)
	for _, group := range Groups() {
		heading := fmt.Sprintf(".SS %s\n", group)
		for _, o := range table {
			if o.Group != group || !o.Supported() {
				continue
			}
			b.WriteString(heading)
			heading = ""
			fmt.Fprintf(&b, ".TP\n%s\n%s", roffSynopsis(o), paragraph(o.Doc+o.defaultNote()))
		}
	}
	b.WriteString(".SH OPTIONS WITHOUT EFFECT\n")
	b.WriteString(paragraph("These options of rtpengine are accepted with a warning and do nothing."))
	for _, o := range table {
		if !o.Supported() && !o.Refused {
			fmt.Fprintf(&b, ".TP\n%s\n%s", roffSynopsis(o), paragraph(o.Doc+" Without effect: "+o.Unsupported+"."))
		}
	}
	b.WriteString(manOutro)
	return b.Bytes()
}

// roffSynopsis is the option in bold, its placeholder in italics.
func roffSynopsis(o *Option) string {
	text := `\fB` + roff(o.Flags()) + `\fR`
	if arg := o.Placeholder(); arg != "" {
		text += `=\fI` + roff(arg) + `\fR`
	}
	if o.Kind == List {
		text += " ..."
	}
	return text
}

// paragraph is running text, one sentence to a line.
func paragraph(text string) string {
	return roff(strings.ReplaceAll(text, ". ", ".\n")) + "\n"
}

var roffEscapes = strings.NewReplacer(`\`, `\e`, "-", `\-`)

// roff escapes text; a line may not begin with a control character.
func roff(text string) string {
	lines := strings.Split(roffEscapes.Replace(text), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}

const manIntro = `.SH NAME
rtpgo \- media proxy for SIP
.SH SYNOPSIS
.B rtpgo
\fB\-\-interface\fR=[\fINAME\fR/]\fIIP\fR[!\fIIP\fR] ... \fB\-\-listen\-ng\fR=[\fIIP\fR:]\fIPORT\fR ... [\fIoption\fR ...]
.br
.B rtpgo
\fIcommand\fR [\fIargument\fR ...]
.SH DESCRIPTION
Without a command rtpgo is a daemon that relays the RTP and RTCP of SIP calls between networks.
A SIP proxy controls it through the NG protocol of rtpengine; Kamailio's rtpengine module does so without changes.
It takes the options and the configuration file of rtpengine 13.1.1.6.
.PP
With a command it is the operator's tool, which talks to a running daemon;
.B rtpgo help
lists the commands, and
.B rtpgo config check
\fIFILE\fR examines a configuration file.
.SH OPTIONS
Every option can stand in the configuration file under its long name, as \fIoption\fR = \fIvalue\fR.
Options that are followed by dots can be repeated; in the file their values stand in one line, separated by semicolons.
`

const manOutro = `.SH INTERFACES
.nf
interface = public/203.0.113.1 ; private/192.0.2.1
interface = public/192.0.2.1!203.0.113.1
interface = public:1/203.0.113.1 ; public:2/203.0.113.2 ; wan=public
.fi
.PP
A request names interfaces with \fBdirection\fR; where it names none the first one is used.
The address behind the exclamation mark stands in SDP in place of the local one.
Interfaces called BASE:SUFFIX are used in turn under the name BASE.
.SH SIGNALS
.TP
.B SIGTERM
Refuse new calls, and end when no call is left or after \fBdrain\-timeout\fR.
.TP
.B SIGINT
End at once.
.SH EXIT STATUS
0 after an orderly end, 1 after an error.
.SH FILES
.TP
.I ` + DefaultFile + `
The configuration file.
.SH SEE ALSO
.BR kamailio (8)
`
