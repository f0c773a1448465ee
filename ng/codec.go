package ng

import "strings"

// codecLists is the dictionary "codec".
var codecLists = section{
	where: "codec", title: "Keys of `codec`",
	intro: "Also in `flags` with the prefix `codec-`, as in `codec-strip-PCMU`. Each is a list of codecs: a name or a payload type number, or in full `name/rate/channels/bitrate/ptime/fmtp/options`. `--` stands for `=`.",
	words: []word{
		{names: []string{"strip"}, takes: "list", doc: "take out as if never offered; `all` and `full` for all", list: func(r *Request) *[]string { return &r.Codec.Strip }},
		{names: []string{"mask"}, takes: "list", doc: "as strip, but still usable towards the sender", list: func(r *Request) *[]string { return &r.Codec.Mask }},
		{names: []string{"except"}, takes: "list", doc: "keep in spite of strip or mask", list: func(r *Request) *[]string { return &r.Codec.Except }},
		{names: []string{"offer"}, takes: "list", doc: "as except, and in this order", list: func(r *Request) *[]string { return &r.Codec.Offer }},
		{names: []string{"accept"}, takes: "list", doc: "offer on, and accept even when the receiver doesn't; `any` for publish. Built so far: an answer under another payload type is translated", needs: FeatureTranscoding, list: func(r *Request) *[]string { return &r.Codec.Accept }},
		{names: []string{"consume"}, takes: "list", doc: "as mask, and engage transcoding", needs: FeatureTranscoding, list: func(r *Request) *[]string { return &r.Codec.Consume }},
		{names: []string{"ignore"}, takes: "list", doc: "leave alone", list: func(r *Request) *[]string { return &r.Codec.Ignore }},
		{names: []string{"transcode"}, takes: "list", doc: "add to the offer, transcoded where needed", needs: FeatureTranscoding, list: func(r *Request) *[]string { return &r.Codec.Transcode }},
		{names: []string{"set"}, takes: "list", doc: "options of codecs that come in by themselves", needs: FeatureTranscoding, list: func(r *Request) *[]string { return &r.Codec.Set }},
	},
}

func (d *decoder) codec(v value) {
	v.entries(func(name string, e value) {
		w := codecLists.find(name)
		if w == nil {
			d.unknown(codecLists.where, name)
			return
		}
		e.eachText(func(s string) { d.addCodec(w, s) })
	})
}

// codecFlag takes what follows "codec-" in an entry of flags.
func (d *decoder) codecFlag(s string) {
	name, codec, _ := strings.Cut(s, "-")
	if name == s {
		name, codec, _ = strings.Cut(s, " ")
	}
	w := codecLists.find(name)
	if w == nil || codec == "" {
		d.unknown(flags.where, "codec-"+s)
		return
	}
	d.addCodec(w, codec)
}

func (d *decoder) addCodec(w *word, s string) {
	if !w.needs.Built() {
		d.needs(codecLists.where+"="+w.names[0], w.needs)
	}
	to := w.list(d.r)
	*to = append(*to, strings.ReplaceAll(s, "--", "="))
}
