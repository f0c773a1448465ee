package media

import "testing"

func TestDropCausesHaveNames(t *testing.T) {
	seen := map[string]DropCause{}
	for c := range DropCauses {
		name := c.String()
		if other, ok := seen[name]; ok || name == "" || name == "unknown" {
			t.Errorf("cause %d is called %q, as is %d", c, name, other)
		}
		seen[name] = c
	}
}
