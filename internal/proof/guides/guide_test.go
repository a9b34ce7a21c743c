package guides

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block is a block of code in a guide.
type block struct {
	// line is the line of the guide in which the block begins, and heading the heading above it.
	line    int
	heading string
	// file is the file whose content the block is; "" for other blocks.
	file     string
	content  string
	commands []command
	// pipeline says that the content is a workflow, or a part of one.
	pipeline bool
}

// command is a command and what a guide shows of its output.
type command struct {
	line  int
	text  string
	shown []string
}

// fails reports whether the guide shows that the command fails.
func (c command) fails() bool { return strings.Contains(strings.Join(c.shown, "\n"), "Error:") }

// staysOpen reports whether the command keeps its terminal busy.
func (c command) staysOpen() bool {
	return strings.HasPrefix(c.text, "terraform-provider-cohort sandbox") && !strings.HasSuffix(c.text, "&")
}

// needs is the oldest Terraform that has the command; "" for any that the provider supports.
func (c command) needs() string {
	switch {
	case strings.HasPrefix(c.text, "terraform query"):
		return "1.14"
	case strings.Contains(c.text, "-minimal-refresh"):
		return "1.17"
	}
	return ""
}

// leftOut stands for text that a guide leaves out.
const leftOut = "…"

var fileName = regexp.MustCompile("`([A-Za-z0-9_./-]+\\.(?:tf|hcl|tfvars))`")

// read returns the blocks of a guide.
func read(guide string) ([]block, error) {
	var blocks []block
	var problems []error
	var paragraph, before, mark, heading string
	var content []string
	start := 0
	for i, line := range strings.Split(guide, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && start == 0:
			start, mark, content = i+1, fence, nil
			before += paragraph
		case isFence:
			b := block{line: start, heading: heading, content: strings.Join(content, "\n") + "\n"}
			switch mark {
			case "console":
				b.commands = commands(start+1, content)
			case "terraform":
				names := fileName.FindAllStringSubmatch(before, -1)
				if len(names) == 0 {
					problems = append(problems, fmt.Errorf("line %d: the paragraph before the block names no file", start))
					break
				}
				b.file = names[len(names)-1][1]
			case "yaml":
				b.pipeline = true
			default:
				problems = append(problems, fmt.Errorf("line %d: nothing runs a block that is marked %q", start, mark))
			}
			blocks = append(blocks, b)
			start, paragraph, before = 0, "", ""
		case start == 0 && strings.HasPrefix(strings.TrimSpace(line), "```"):
			problems = append(problems, fmt.Errorf("line %d: a fence is indented, so nothing runs the block", i+1))
		case start > 0:
			content = append(content, line)
		case strings.TrimSpace(line) == "":
			before, paragraph = paragraph, ""
		default:
			if title := strings.TrimLeft(line, "#"); title != line {
				heading = strings.TrimSpace(title)
			}
			paragraph, before = paragraph+line+"\n", ""
		}
	}
	if start > 0 {
		problems = append(problems, fmt.Errorf("line %d: the block does not end", start))
	}
	return blocks, errors.Join(problems...)
}

// commands reads a block with commands; its first line is that of the guide. A command goes on
// after a backslash.
func commands(first int, lines []string) []command {
	var all []command
	for i, line := range lines {
		text, isCommand := strings.CutPrefix(line, "$ ")
		last := len(all) - 1
		switch {
		case isCommand:
			all = append(all, command{line: first + i, text: text})
		case last < 0:
			all = append(all, command{line: first + i, text: "false # the block does not begin with a command"})
		case strings.HasSuffix(all[last].text, "\\"):
			all[last].text += "\n" + line
		default:
			all[last].shown = append(all[last].shown, line)
		}
	}
	return all
}

// missing returns the first shown line that the output does not have where it should be; "" if
// there is none. Empty lines do not count.
func missing(shown []string, output string) string {
	var printed []string
	for line := range strings.Lines(output) {
		if strings.TrimSpace(line) != "" {
			printed = append(printed, strings.TrimRight(line, " \r\n"))
		}
	}
	skipping := false
	for _, line := range shown {
		line = strings.TrimRight(line, " ")
		if line == "" {
			continue
		}
		if line == leftOut {
			skipping = true
			continue
		}
		at := 0
		for skipping && at < len(printed) && !like(line, printed[at]) {
			at++
		}
		if at >= len(printed) || !like(line, printed[at]) {
			return line
		}
		printed, skipping = printed[at+1:], false
	}
	return ""
}

// like reports whether a shown line is a printed one, with any text for each "…".
func like(shown, printed string) bool {
	parts := strings.Split(shown, leftOut)
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(printed)
}

// blocksOf returns the blocks of a guide.
func blocksOf(t *testing.T, guide string) []block {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, "docs", "guides", guide+".md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := read(string(content))
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}
