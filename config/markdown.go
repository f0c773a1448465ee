package config

import (
	"bytes"
	"fmt"
	"strings"
)

// Markdown is docs/configuration.md.
func Markdown() []byte {
	var b bytes.Buffer
	b.WriteString(markdownIntro)
	b.WriteString("\n## Options\n")
	for _, group := range Groups() {
		heading := fmt.Sprintf("\n### %s\n\n| option | type | default | since | |\n|---|---|---|---|---|\n", group)
		for _, o := range table {
			if o.Group != group || !o.Supported() {
				continue
			}
			b.WriteString(heading)
			heading = ""
			doc := o.Doc
			if o.Own {
				doc += " (rtpengine doesn't have this option.)"
			}
			if o.CommandLine {
				doc += " (Command line only.)"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", code(o.synopsis()), o.TypeName(), code(o.Default), o.Since, cell(doc))
		}
	}
	b.WriteString(`
## Options without effect

These are accepted, so that a command line or a file of rtpengine serves as it is; each one given causes one warning
that names it. Those marked "refused" keep rtpgo from starting: they ask for something else than a daemon.

| option | type | default | would do | why not |
|---|---|---|---|---|
`)
	for _, o := range table {
		if o.Supported() {
			continue
		}
		why := o.Unsupported
		if o.Refused {
			why += " (refused)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", code(o.synopsis()), o.TypeName(), code(o.Default), cell(o.Doc), cell(why))
	}
	return b.Bytes()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + cell(s) + "`"
}

const markdownIntro = `# Configuration

<!-- Made by "go generate ./config" from the table of options; edit config/table*.go. -->

rtpgo takes the options of rtpengine 13.1.1.6 on the command line and in a configuration file, and a few of its own.

    rtpgo --config-file=/etc/rtpgo/rtpgo.conf            # the file that is read anyway if it exists
    rtpgo --config-file=/etc/rtpengine/rtpengine.conf    # an existing file of rtpengine
    rtpgo --config-file=none -i public/203.0.113.1 -i private/192.0.2.1 -n 127.0.0.1:2223
    rtpgo config check /etc/rtpgo/rtpgo.conf             # errors with line numbers, and the addresses that SDP would carry

## The file

* Sections are ` + "`[name]`" + ` lines. The options stand in ` + "`[rtpgo]`" + `, else in ` + "`[rtpengine]`" + `; ` + "`--config-section`" + ` names another.
  Sections that nothing asks for are passed over.
* ` + "`option = value`" + `, with the long name of the option. Booleans are ` + "`true`" + ` or ` + "`false`" + `.
  What can be given several times on the command line stands in one line, separated by ` + "`;`" + `.
* Lines that begin with ` + "`#`" + ` or ` + "`;`" + ` are comments. Behind numbers and booleans a comment may follow;
  in strings and lists everything up to the end of the line counts.
* In strings ` + "`\\s`" + `, ` + "`\\n`" + `, ` + "`\\t`" + `, ` + "`\\r`" + ` and ` + "`\\\\`" + ` stand for blank, line feed, tab, carriage return and backslash.
* The command line wins over the file. Unknown options are errors, with their line and the nearest name.

## Interfaces

| value of ` + "`interface`" + ` | means |
|---|---|
| ` + "`203.0.113.1`" + ` | an address of the interface called ` + "`default`" + ` |
| ` + "`public/203.0.113.1`" + ` | an address of the interface ` + "`public`" + `, which ` + "`direction=public`" + ` names |
| ` + "`public/192.0.2.1!203.0.113.1`" + ` | bound to the first, the second stands in SDP; both of one family |
| ` + "`public/eth0`" + ` | every address of a network device (link-local IPv6 left out) |
| ` + "`public/media.example.com`" + ` | what the name resolves to at start |
| ` + "`any`" + ` | every address of the host but those of loopback devices, or those if there is no other |
| ` + "`public:1/203.0.113.1 ; public:2/203.0.113.2`" + ` | two interfaces, used in turn where ` + "`public`" + ` is named; one without free ports is passed over |
| ` + "`wan=public`" + ` | a second name |

The first interface serves calls that name none. The first address of a family is the primary one of its interface;
further ones serve as ICE candidates, and take over when the primary has no port left.
Interfaces on one local address share its ports.

## Signalling templates

    [rtpgo]
    templates = templates

    [templates]
    webrtc = transport-protocol=UDP/TLS/RTP/SAVPF ICE=force rtcp-mux=[offer require] generate-mid
    offer = replace-origin

` + "`template=webrtc`" + ` in a request stands for the flags of that line. Templates called like a command apply to that command,
and ` + "`default`" + ` to all, without being named.
`
