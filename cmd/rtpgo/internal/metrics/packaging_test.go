package metrics

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const (
	boardFile = "../../../../packaging/grafana/rtpgo.json"
	rulesDir  = "../../../../packaging/prometheus"
	rulesFile = rulesDir + "/rtpgo.rules.yml"
)

// TestBoardFitsItsSchema: the board is what Grafana's own schemas allow, each
// panel and query by the schema of its kind.
func TestBoardFitsItsSchema(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	raw, err := os.ReadFile(boardFile)
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 the form that every Grafana imports
	var board dashboard.Dashboard
	// No errors are an empty list of them, which isn't nil.
	if err := board.UnmarshalJSONStrict(raw); err != nil && err.Error() != "" {
		t.Error(err)
	}
	if err := board.Validate(); err != nil {
		t.Error(err)
	}
	if board.Id != nil {
		t.Error("a board to import has no id of a database")
	}
}

// panel is what the tests read of one.
type panel struct {
	ID          int
	Title, Type string
	GridPos     struct{ H, W, X, Y int }
	Targets     []struct{ Expr, RefID string }
	Datasource  struct{ UID string }
}

type board struct {
	Panels      []panel
	Annotations struct{ List []struct{ Expr string } }
}

func readBoard(t *testing.T) board {
	raw, err := os.ReadFile(boardFile)
	if err != nil {
		t.Fatal(err)
	}
	var b board
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// expressions are those of the board's panels and annotations, by title.
func (b board) expressions() map[string]string {
	all := map[string]string{}
	for _, p := range b.Panels {
		for _, q := range p.Targets {
			all[p.Title+" "+q.RefID] = q.Expr
		}
	}
	for i, a := range b.Annotations.List {
		if a.Expr != "" {
			all[fmt.Sprint("annotation ", i)] = a.Expr
		}
	}
	return all
}

func TestBoardLayout(t *testing.T) {
	b := readBoard(t)
	ids := map[int]bool{}
	var cells [400][24]string
	for _, p := range b.Panels {
		if ids[p.ID] {
			t.Errorf("%q has the id of another panel", p.Title)
		}
		ids[p.ID] = true
		if p.Type != "row" && (len(p.Targets) == 0 || p.Datasource.UID != "${datasource}") {
			t.Errorf("%q asks nothing, or not the chosen source", p.Title)
		}
		for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
			for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
				if x >= 24 || cells[y][x] != "" {
					t.Fatalf("%q lies over %q", p.Title, cells[y][min(x, 23)])
				}
				cells[y][x] = p.Title
			}
		}
	}
}

// names and labels of the metrics that an expression selects.
var (
	selected  = regexp.MustCompile(`\b((?:rtpgo|rtpengine|go|process)_[a-z0-9_]+)(?:\{([^}]*)\})?`)
	matched   = regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)`)
	grouped   = regexp.MustCompile(`\b(?:by|on|without|ignoring)\s*\(([^)]*)\)`)
	histParts = []string{"_bucket", "_count", "_sum"}
)

// unknown lists what an expression names that no scrape has.
func unknown(expr string) (missing []string) {
	labels := []string{"job", "instance", "le", "alertname"}
	for _, m := range selected.FindAllStringSubmatch(expr, -1) {
		name := m[1]
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			continue
		}
		f := find(name)
		if f == nil {
			missing = append(missing, name)
			continue
		}
		labels = append(labels, f.labels...)
		for _, l := range matched.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(append([]string{"job", "instance", "le"}, f.labels...), l[1]) {
				missing = append(missing, name+"{"+l[1]+"}")
			}
		}
	}
	for _, g := range grouped.FindAllStringSubmatch(expr, -1) {
		for l := range strings.SplitSeq(g[1], ",") {
			if l = strings.TrimSpace(l); !slices.Contains(labels, l) {
				missing = append(missing, "label "+l)
			}
		}
	}
	return missing
}

func find(name string) *family {
	for i, f := range families {
		if f.kind == histogram {
			for _, part := range histParts {
				if name == f.name+part {
					return &families[i]
				}
			}
		} else if f.name == name {
			return &families[i]
		}
	}
	return nil
}

func TestUnknownNamesAreFound(t *testing.T) {
	for expr, want := range map[string]int{
		`rate(rtpengine_packets_total{type="kernel"}[5m])`:                       0,
		`sum by (command, le) (rtpgo_ng_request_duration_seconds_bucket)`:        0,
		`rtpgo_ng_request_duration_seconds`:                                      1,
		`rtpgo_no_such_thing > 1`:                                                1,
		`sum by (colour) (rtpgo_drops_total{colour="blue", cause!="STUN"})`:      2,
		`go_goroutines{job="rtpgo"} + on (instance) rtpgo_one_way_medias{x="y"}`: 1,
	} {
		if got := unknown(expr); len(got) != want {
			t.Errorf("%s: %v, want %d", expr, got, want)
		}
	}
}

// TestBoardAndRulesNameWhatThereIs: a metric that was renamed, or a label that
// went, leaves no empty panel and no silent alert behind.
func TestBoardAndRulesNameWhatThereIs(t *testing.T) {
	all := readBoard(t).expressions()
	if len(all) < 20 {
		t.Fatalf("%d expressions on the board", len(all))
	}
	rules, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	alerts := regexp.MustCompile(`(?s)alert: (\w+)\n +expr: (.*?)\n +(?:for|labels):`).FindAllStringSubmatch(string(rules), -1)
	if len(alerts) != strings.Count(string(rules), "- alert:") {
		t.Fatalf("%d alerts found", len(alerts))
	}
	for _, a := range alerts {
		all[a[1]] = a[2]
	}
	for where, expr := range all {
		for _, what := range unknown(expr) {
			t.Errorf("%s: there is no %s", where, what)
		}
	}
}

func promtool(t *testing.T, args ...string) {
	t.Helper()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool isn't installed: .ci/install-deps")
	}
	if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestRules(t *testing.T) {
	promtool(t, "check", "rules", "--lint-fatal", rulesFile)
	promtool(t, "test", "rules", rulesDir+"/rtpgo.rules.test.yml")
}

// TestBoardExpressions: Prometheus can read every expression of the board.
func TestBoardExpressions(t *testing.T) {
	variables := strings.NewReplacer("$__rate_interval", "5m", "$job", "rtpgo", "$instance", ".*")
	type rule struct {
		Record string `json:"record"`
		Expr   string `json:"expr"`
	}
	var rules []rule
	for _, expr := range readBoard(t).expressions() {
		expr = variables.Replace(expr)
		if strings.Contains(expr, "$") {
			t.Errorf("unknown variable in %s", expr)
		}
		rules = append(rules, rule{fmt.Sprintf("board:%d", len(rules)), expr})
	}
	// JSON is YAML.
	file := filepath.Join(t.TempDir(), "board.yml")
	text, err := json.Marshal(map[string]any{"groups": []any{map[string]any{"name": "board", "rules": rules}}})
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", file)
}
