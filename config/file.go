package config

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"
)

// DefaultFile is read where no other file is named, if it exists.
const DefaultFile = "/etc/rtpgo/rtpgo.conf"

// maxFileSize bounds a configuration file, in octets.
const maxFileSize = 1 << 20

// File is a configuration file: sections of entries in the form of desktop
// files, as rtpengine reads them.
type File struct {
	Path     string
	Sections []*Section
	// Problems are lines that make no sense.
	Problems []Problem
}

// Section is one [name]; several of one name are one section.
type Section struct {
	Name    string
	Line    int
	Entries []Entry
}

// Entry is one "key = value".
type Entry struct {
	Key, Value string
	Line       int
}

// Problem is something wrong in a file or on the command line.
type Problem struct {
	// File and Line say where; both are zero for the command line and for
	// things that stand nowhere.
	File string
	Line int
	Text string
}

// Error is the text with its place before it.
func (p Problem) Error() string {
	switch {
	case p.File != "" && p.Line > 0:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
	case p.File != "":
		return p.File + ": " + p.Text
	}
	return p.Text
}

// ReadFile reads a configuration file. Lines that make no sense are noted in
// Problems; the error is for files that can't be read at all.
func ReadFile(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	if info.IsDir() || info.Size() > maxFileSize {
		return nil, fmt.Errorf("configuration file %s: not a file of at most %d octets", path, maxFileSize)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	return ParseFile(path, text), nil
}

// ParseFile reads the text of a configuration file. Comments are lines that
// begin with "#" or ";"; values reach to the end of the line.
func ParseFile(path string, text []byte) *File {
	f := &File{Path: path}
	var section *Section
	s := strings.TrimPrefix(string(text), "\ufeff")
	line := 0
	for raw := range strings.SplitSeq(s, "\n") {
		line++
		raw = strings.TrimSpace(raw)
		switch {
		case !utf8.ValidString(raw) || strings.ContainsRune(raw, 0):
			f.problem(line, "the line is not UTF-8 text")
		case raw == "" || raw[0] == '#' || raw[0] == ';':
		case raw[0] == '[':
			name, ok := strings.CutSuffix(raw[1:], "]")
			if !ok || strings.ContainsAny(name, "[]") || strings.TrimSpace(name) == "" {
				f.problem(line, fmt.Sprintf("%s is no section: want [NAME]", shorten(raw)))
				section = &Section{} // what follows belongs to no section that could be asked for
				continue
			}
			section = f.section(name, line)
		default:
			key, value, ok := strings.Cut(raw, "=")
			key = strings.TrimSpace(key)
			if !ok || key == "" {
				f.problem(line, fmt.Sprintf("%s is neither OPTION = VALUE nor a [SECTION] nor a # comment", shorten(raw)))
				continue
			}
			if section == nil {
				f.problem(line, "option before the first [SECTION]")
				section = &Section{}
			}
			section.Entries = append(section.Entries, Entry{Key: key, Value: strings.TrimSpace(value), Line: line})
		}
	}
	return f
}

// Section returns a section by name, nil if there is none.
func (f *File) Section(name string) *Section {
	for _, s := range f.Sections {
		if s.Name == name {
			return s
		}
	}
	return nil
}

func (f *File) section(name string, line int) *Section {
	if s := f.Section(name); s != nil {
		return s
	}
	s := &Section{Name: name, Line: line}
	f.Sections = append(f.Sections, s)
	return s
}

func (f *File) problem(line int, text string) {
	f.Problems = append(f.Problems, Problem{File: f.Path, Line: line, Text: text})
}

// shorten quotes text for a message.
func shorten(s string) string {
	if len(s) > 60 {
		s = s[:57] + "..."
	}
	return fmt.Sprintf("%q", s)
}
