package browser

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Problems are the errors that the page had so far: exceptions, errors on the
// console, and what the browser itself reports, such as violations of the
// content security policy and resources that don't load.
func (c *Chromium) Problems() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.problems)
}

// problem says what went wrong if an event tells of an error.
func problem(m message) string {
	switch m.Method {
	case "Runtime.exceptionThrown":
		var p struct {
			ExceptionDetails struct {
				Text      string
				Exception struct{ Description string }
			}
		}
		json.Unmarshal(m.Params, &p)
		return "exception: " + p.ExceptionDetails.Text + " " + p.ExceptionDetails.Exception.Description
	case "Runtime.consoleAPICalled":
		var p struct {
			Type string
			Args []struct{ Value, Description any }
		}
		json.Unmarshal(m.Params, &p)
		if p.Type == "error" || p.Type == "warning" || p.Type == "assert" {
			return fmt.Sprint("console: ", p.Args)
		}
	case "Log.entryAdded":
		var p struct {
			Entry struct{ Source, Level, Text, URL string }
		}
		json.Unmarshal(m.Params, &p)
		if p.Entry.Level == "error" || p.Entry.Level == "warning" {
			return p.Entry.Source + ": " + p.Entry.Text + " " + p.Entry.URL
		}
	}
	return ""
}
