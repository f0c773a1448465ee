package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/pflag"
)

// Load reads the command line (without the program's name) and the
// configuration file it names, else DefaultFile if that exists. The error
// names everything that is wrong, one line each.
func Load(args []string) (*Config, error) {
	flags := Flags()
	if err := flags.Parse(args); err != nil {
		return nil, explain(err)
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q: every value follows its option", flags.Arg(0))
	}
	if flags.Changed("help") || flags.Changed("version") {
		cfg := &Config{}
		return cfg, applyFlags(cfg, flags)
	}
	return LoadFlags(flags)
}

// LoadFlags is Load for flags that were parsed already: those of Flags, or a
// set to which they were added.
func LoadFlags(flags *pflag.FlagSet) (*Config, error) {
	file, err := fileOf(flags)
	if err != nil {
		return nil, err
	}
	return Parse(flags, file)
}

// applyFlags sets only what the command line says.
func applyFlags(cfg *Config, flags *pflag.FlagSet) error {
	var errs []error
	for _, o := range table {
		if values := flagValues(flags, o); values != nil {
			if err := o.assign(cfg, values); err != nil {
				errs = append(errs, fmt.Errorf("--%s: %w", o.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// fileOf reads the file that --config-file names; nil where none is to be read.
func fileOf(flags *pflag.FlagSet) (*File, error) {
	path := lastFlag(flags, "config-file")
	switch path {
	case "none":
		return nil, nil
	case "":
		if _, err := os.Stat(DefaultFile); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		path = DefaultFile
	}
	return ReadFile(path)
}

func lastFlag(flags *pflag.FlagSet, name string) string {
	o, _ := Lookup(name)
	values := flagValues(flags, o)
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// Parse makes a configuration of flags (those of Flags, or a set to which they
// were added) and a file; either may be nil. Flags win over the file.
func Parse(flags *pflag.FlagSet, file *File) (*Config, error) {
	e := evaluate(flags, file)
	if len(e.errors) > 0 {
		var list []error
		for _, p := range e.errors {
			list = append(list, p)
		}
		return nil, errors.Join(list...)
	}
	return e.cfg, nil
}

// evaluation is what came of flags and a file.
type evaluation struct {
	cfg      *Config
	errors   []Problem
	warnings []Problem
	file     *File
	section  *Section
	// line is where the file sets an option that counts.
	line map[*Option]int
}

func evaluate(flags *pflag.FlagSet, file *File) *evaluation {
	e := &evaluation{cfg: &Config{}, file: file, line: map[*Option]int{}}
	fromFile := map[*Option][]string{}
	if file != nil {
		e.errors = append(e.errors, file.Problems...)
		e.cfg.File = file.Path
		if e.section = e.pickSection(lastFlag(flags, "config-section")); e.section != nil {
			e.cfg.Section = e.section.Name
			fromFile = e.readSection()
		}
	}
	for _, o := range table {
		e.set(o, flagValues(flags, o), fromFile[o])
	}
	e.readTemplates()
	e.validate()
	for _, w := range e.warnings {
		e.cfg.Warnings = append(e.cfg.Warnings, w.Error())
	}
	return e
}

// pickSection returns the section asked for, else [rtpgo], else [rtpengine].
func (e *evaluation) pickSection(name string) *Section {
	names := []string{"rtpgo", "rtpengine"}
	if name != "" {
		names = []string{name}
	}
	for _, n := range names {
		if s := e.file.Section(n); s != nil {
			return s
		}
	}
	want := "[rtpgo] or [rtpengine]"
	if name != "" {
		want = "[" + name + "]"
	}
	e.errors = append(e.errors, Problem{File: e.file.Path, Text: "no section " + want})
	return nil
}

// readSection finds the option of each entry; of several entries of one option
// the last counts.
func (e *evaluation) readSection() map[*Option][]string {
	values := map[*Option][]string{}
	for _, entry := range e.section.Entries {
		o, ok := Lookup(entry.Key)
		if !ok {
			e.fail(entry.Line, unknownKey(entry.Key))
			continue
		}
		if o.CommandLine {
			e.fail(entry.Line, o.Name+" belongs on the command line")
			continue
		}
		if first := e.line[o]; first > 0 {
			e.warn(entry.Line, fmt.Sprintf("%s was given in line %d already; this line counts. Several values go in one line, separated by \";\"", o.Name, first))
		}
		e.line[o] = entry.Line
		values[o] = o.fileValue(entry.Value)
	}
	return values
}

func unknownKey(key string) string {
	if o, ok := lookupShort(key); ok {
		return fmt.Sprintf("unknown option %s; in a file it is called %s", shorten(key), o.Name)
	}
	return "unknown option " + shorten(key) + didYouMean("", key)
}

// set gives an option its value: that of the flags, else that of the file,
// else the default.
func (e *evaluation) set(o *Option, flag, inFile []string) {
	if o.Default != "" && o.field != nil {
		if err := o.assign(e.cfg, []string{o.Default}); err != nil {
			e.errors = append(e.errors, Problem{Text: fmt.Sprintf("default of %s: %v", o.Name, err)})
		}
	}
	// What the file says is checked even where the command line overrules it.
	if inFile != nil {
		if err := o.assign(e.cfg, inFile); err != nil {
			e.fail(e.line[o], fmt.Sprintf("%s: %v", o.Name, err))
		}
	}
	if flag != nil {
		if err := o.assign(e.cfg, flag); err != nil {
			e.errors = append(e.errors, Problem{Text: fmt.Sprintf("--%s: %v", o.Name, err)})
		}
		e.noteUnsupported(o, flag, Problem{Text: "--" + o.Name})
		delete(e.line, o)
	} else if inFile != nil {
		e.noteUnsupported(o, inFile, Problem{File: e.file.Path, Line: e.line[o], Text: o.Name})
	}
}

// noteUnsupported says so where an option does nothing. A boolean that is
// switched off asks for nothing.
func (e *evaluation) noteUnsupported(o *Option, values []string, at Problem) {
	if o.Supported() {
		return
	}
	on := new(bool)
	if o.Kind == Bool && (assignBool(on, values[len(values)-1]) != nil || !*on) {
		return
	}
	if o.Refused {
		at.Text += " isn't supported: " + o.Unsupported
		e.errors = append(e.errors, at)
		return
	}
	at.Text += " isn't supported and has no effect: " + o.Unsupported
	e.warnings = append(e.warnings, at)
}

// readTemplates takes the signalling templates from their section.
func (e *evaluation) readTemplates() {
	name := e.cfg.TemplatesSection
	if name == "" {
		return
	}
	if e.file == nil {
		e.warn(0, "templates: there is no configuration file to read them from")
		return
	}
	section := e.file.Section(name)
	o, _ := Lookup("templates")
	if section == nil {
		e.fail(e.line[o], fmt.Sprintf("templates: no section [%s]", name))
		return
	}
	e.cfg.Templates = map[string]string{}
	for _, entry := range section.Entries {
		if _, twice := e.cfg.Templates[entry.Key]; twice {
			e.warn(entry.Line, fmt.Sprintf("template %s was given before; this line counts", shorten(entry.Key)))
		}
		e.cfg.Templates[entry.Key] = unescape(entry.Value)
	}
}

func (e *evaluation) at(line int, text string) Problem {
	p := Problem{Text: text}
	if e.file != nil && line > 0 {
		p.File, p.Line = e.file.Path, line
	}
	return p
}

func (e *evaluation) fail(line int, text string) { e.errors = append(e.errors, e.at(line, text)) }
func (e *evaluation) warn(line int, text string) { e.warnings = append(e.warnings, e.at(line, text)) }
