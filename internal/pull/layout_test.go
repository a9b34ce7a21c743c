package pull_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cohort-xyz/terraform-provider-cohort/internal/portable"
	"github.com/cohort-xyz/terraform-provider-cohort/internal/pull"
)

func step(name string) portable.Value { return nested(field("action", text(name))) }

// TestPull_layouts checks what is inserted, removed and moved in every layout, to the byte.
func TestPull_layouts(t *testing.T) {
	t.Parallel()
	ab := texts("a", "A", "b", "B")
	one, two, three := step("1"), step("2"), step("3")
	settings := inJSON
	for name, c := range map[string]struct {
		hcl, merchant portable.Value
		before, after string
	}{
		"a language more": {
			texts("a", "A", "c", "C"), texts("a", "A", "b", "B", "c", "C"),
			"x = {\n    a   = \"A\" # a\n    c   = \"C\"\n  }", "x = {\n    a   = \"A\" # a\n    b   = \"B\"\n" +
				"    c   = \"C\"\n  }",
		},
		"a language more, at the end": {
			texts("a", "A"), ab, "x = {\n    a = \"A\"\n  }", "x = {\n    a = \"A\"\n    b = \"B\"\n  }",
		},
		"a language more, in front": {
			texts("b", "B"), ab, "x = {\n    b = \"B\"\n  }", "x = {\n    b = \"B\"\n    a = \"A\"\n  }",
		},
		"a language more, on one line": {texts("a", "A"), ab, `x = { a = "A" }`, `x = { a = "A", b = "B" }`},
		"a language more, with colons": {texts("a", "A"), ab, `x = {a: "A"}`, `x = {a: "A", b: "B"}`},
		"a language more, quoted":      {texts("a", "A"), ab, `x = {"a" = "A" }`, `x = {"a" = "A", "b" = "B" }`},
		"a language more, with commas": {
			texts("a", "A"),
			ab,
			"x = {\n a=\"A\",\n}",
			"x = {\n a=\"A\",\n b = \"B\",\n}",
		},
		"a language more, after a heredoc": {
			texts("a", "A\n"),
			texts("a", "A\n", "b", "B"),
			"x = {\n  a = <<E\nA\nE\n}",
			"x = {\n  a = <<E\nA\nE\n  b = \"B\"\n}",
		},
		"a language more, on the last line": {
			texts("a", "A"),
			ab,
			"x = { # c\n  a = \"A\" }",
			"x = { # c\n  a = \"A\", b = \"B\" }",
		},
		"a language more, on the first line": {
			texts("a", "A"),
			ab,
			"x = { a = \"A\"\n  }",
			"x = { a = \"A\"\n    b = \"B\"\n  }",
		},
		"a language that is no name": {
			texts("a", "A"), texts("a", "A", "b c", "B"), `x = { a = "A" }`, `x = { a = "A", "b c" = "B" }`,
		},
		"the first language": {texts("a", "A"), texts("b", "B"), "x = {\n    a = \"A\"\n  }", "x = {\n    b = \"B\"\n  }"},
		"a language less": {
			ab,
			texts("b", "B"),
			"x = {\n    a = \"A\"\n    # b\n    b = \"B\"\n  }",
			"x = {\n    # b\n    b = \"B\"\n  }",
		},
		"a language less, with a comment": {
			ab, texts("b", "B"), "x = {\n    # a\n    a = \"A\" # also a\n    b = \"B\"\n" +
				"  }", "x = {\n    # a\n    # also a\n    b = \"B\"\n  }",
		},
		"a language less, on one line":  {ab, texts("a", "A"), `x = { a = "A", b = "B" }`, `x = { a = "A" }`},
		"the first less, on one line":   {ab, texts("b", "B"), `x = { a = "A", b = "B" }`, `x = { b = "B" }`},
		"a language less, comma behind": {ab, texts("a", "A"), `x = { a = "A", b = "B", }`, `x = { a = "A", }`},
		"another one, on one line":      {texts("a", "A"), texts("b", "B"), `x = { a = "A" }`, `x = { b = "B" }`},
		"two less and one more, on one line": {
			texts("a", "A", "b", "B", "c", "C"), texts("c", "C", "d", "D"),
			`x = { a = "A", b = "B", c = "C" }`, `x = { c = "C", d = "D" }`,
		},
		"the last two less, on one line": {
			texts("a", "A", "b", "B", "c", "C"),
			texts("a", "A"),
			`x = { a = "A", b = "B", c = "C" }`,
			`x = { a = "A",  }`,
		},
		"into nothing": {texts(), ab, `x = {}`, "x = {\n    a = \"A\"\n    b = \"B\"\n  }"},
		"an element more": {
			list(one), list(one, two), "x = [\n    { action = \"1\" },\n  ]", "x = [\n    { action = \"1\" },\n    {\n" +
				"      action = \"2\"\n    },\n  ]",
		},
		"an element more, without a comma": {
			list(one), list(one, two), "x = [\n    { action = \"1\" } # one\n  ]",
			"x = [\n    { action = \"1\" }, # one\n    {\n      action = \"2\"\n    }\n  ]",
		},
		"an element in front": {
			list(two), list(one, two), "x = [\n    # two\n    { action = \"2\" }\n  ]",
			"x = [\n    {\n      action = \"1\"\n    },\n    # two\n    { action = \"2\" }\n  ]",
		},
		"an element between": {
			list(one, three), list(one, two, three), "x = [\n  { action = \"1\" }, # one\n  # three\n  { action = \"3\" }\n" +
				"  ]",
			"x = [\n  { action = \"1\" }, # one\n  {\n    action = \"2\"\n  },\n  # three\n  { action = \"3\" }\n  ]",
		},
		"an element more, on one line": {
			list(one),
			list(one, two),
			`x = [{ action = "1" }]`,
			`x = [{ action = "1" }, { action = "2" }]`,
		},
		"an element in front, one line": {
			list(two),
			list(one, two),
			`x = [{ action = "2" }]`,
			`x = [{ action = "1" }, { action = "2" }]`,
		},
		"an element more, hugging": {
			list(one), list(one, two), "x = [{\n    action = \"1\"\n  }]", "x = [{\n    action = \"1\"\n  }, {\n" +
				"    action = \"2\"\n  }]",
		},
		"the first element": {list(), list(one), `x = []`, "x = [\n    {\n      action = \"1\"\n    },\n  ]"},
		"an element less": {
			list(one, two), list(two), "x = [\n    # one\n    { action = \"1\" }, # a\n    { action = \"2\" }\n  ]",
			"x = [\n    # one\n    # a\n    { action = \"2\" }\n  ]",
		},
		"the last element less": {
			list(one, two), list(one), "x = [\n    { action = \"1\" },\n    { action = \"2\" }\n" +
				"  ]", "x = [\n    { action = \"1\" },\n  ]",
		},
		"an element less, on one line": {
			list(one, two),
			list(one),
			`x = [{ action = "1" }, { action = "2" }]`,
			`x = [{ action = "1" }]`,
		},
		"the first less, of a line": {
			list(one, two),
			list(two),
			`x = [{ action = "1" }, { action = "2" }]`,
			`x = [{ action = "2" }]`,
		},
		"the only element less, keeps list": {list(one), list(), `x = [{ action = "1" }]`, `x = []`},
		"moved": {
			list(one, two, three), list(three, one, two), "x = [\n    { action = \"1\" }, # one\n    { action = \"2\" },\n" +
				"    # three\n    { action = \"3\" } # iii\n  ]",
			"x = [\n    # three\n    { action = \"3\" }, # iii\n    { action = \"1\" }, # one\n    { action = \"2\" },\n  ]",
		},
		"moved to the end": {
			list(one, two, three), list(two, three, one), "x = [\n    { action = \"1\" },\n    { action = \"2\" },\n" +
				"    { action = \"3\" }\n  ]",
			"x = [\n    { action = \"2\" },\n    { action = \"3\" },\n    { action = \"1\" }\n  ]",
		},
		"moved on one line": {
			list(one, two, three), list(three, one, two), `x = [{ action = "1" }, { action = "2" }, { action = "3" }]`,
			`x = [{ action = "3" }, { action = "1" }, { action = "2" }]`,
		},
		"JSON": {
			settings(nested(field("a", number(1)), field("b", text("B")))), settings(
				nested(field("a", number(2)), field("c d", list(number(-1), boolean(true)))),
			),
			"x = jsonencode({\n    a = 1\n    b = \"B\"\n  })", "x = jsonencode({\n    a = 2\n    \"c d\" = [\n      -1,\n" +
				"      true,\n    ]\n  })",
		},
		"JSON in a text": {
			settings(nested(field("a", number(1)))),
			settings(nested(field("a", text("${x}")))),
			`x = "{\"a\": 1}"`,
			`x = "{\"a\":\"$${x}\"}"`,
		},
		"JSON in a heredoc": {
			settings(nested(field("a", number(1)))),
			settings(nested(field("a", number(2)))),
			"x = <<-E\n    {\n      \"a\": 1\n    }\n  E",
			"x = <<-E\n    {\n      \"a\": 2\n    }\n  E",
		},
		"JSON that changes shape": {
			settings(nested(field("a", number(1)))),
			settings(list(number(1))),
			"x = jsonencode({ a = 1 })",
			"x = jsonencode([1])",
		},
		"a list becomes a number": {
			settings(nested(field("a", list(number(1), number(2))))),
			settings(nested(field("a", number(5)))),
			"x = jsonencode({ a = [1, 2] })",
			"x = jsonencode({ a = 5 })",
		},
		"a number":  {number(1), number(-200), "x = 1 # one", "x = -200 # one"},
		"a Boolean": {boolean(true), boolean(false), "x = (true)", "x = (false)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const begin, end = "resource \"cohort_list\" \"x\" {\n  ", "\n}\n"
			for _, newline := range []string{"\n", "\r\n"} {
				if newline == "\r\n" && strings.Contains(c.before, "<<") {
					continue
				}
				in := func(s string) string { return "\ufeff" + strings.ReplaceAll(begin+s+end, "\n", newline) }
				d := newDesk(t, map[string]string{"main.tf": in(c.before)})
				report := d.pull(".", pull.Options{}, edited("cohort_list.x",
					object("list", "x", field("x", c.hcl)), object("list", "x", field("x", c.merchant))))
				if diff := cmp.Diff(in(c.after), d.read("main.tf")); diff != "" || len(report.Questions) > 0 {
					t.Errorf("(-want +got)\n%s\n%+v", diff, report.Questions)
				}
			}
		})
	}
}

// TestPull_attributes checks what is inserted into a block, and removed from it.
func TestPull_attributes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		hcl, merchant fields
		before, after string
	}{
		"inserted, aligned": {
			fields{field("name", text("N")), field("reference_id", text("x"))},
			fields{field("name", text("N")), field("note", text("new")), field("reference_id", text("x"))},
			"{\n  name         = \"N\"\n  reference_id = \"x\"\n\n  lifecycle {}\n}",
			"{\n  name         = \"N\"\n  note         = \"new\"\n  reference_id = \"x\"\n\n  lifecycle {}\n}",
		},
		"inserted after a block of lines": {
			fields{field("title", texts("a", "A"))},
			fields{field("title", texts("a", "A")), field("x", number(1))},
			"{\n  title = {\n    a = \"A\"\n  } # t\n}", "{\n  title = {\n    a = \"A\"\n  } # t\n  x = 1\n}",
		},
		"inserted, nested": {
			fields{field("name", text("N"))},
			fields{
				field("name", text("N")),
				field(
					"link",
					nested(field("url", text("u")), field("n", number(1)), field("s", inJSON(nested(field("a", text("b")))))),
				),
			},
			"{\n\tname = \"N\"\n}", "{\n\tname = \"N\"\n\tlink = {\n\t\turl = \"u\"\n\t\tn   = 1\n\t\ts = jsonencode({\n" +
				"\t\t\ta = \"b\"\n\t\t})\n\t}\n}",
		},
		"inserted, of several lines": {
			fields{field("name", text("N"))},
			fields{field("name", text("N")), field("t", texts("a", "A\n  B", "b", "C\n"))},
			"{\n  name = \"N\"\n}", "{\n  name = \"N\"\n  t = {\n    a = chomp(<<EOT\nA\n  B\nEOT\n    )\n    b = <<EOT\n" +
				"C\nEOT\n  }\n}",
		},
		"into one line": {
			fields{field("name", text("N"))},
			fields{field("name", text("N")), field("x", number(1))},
			"{ name = \"N\" }",
			"{\n  name = \"N\"\n  x = 1\n}",
		},
		"several into one line": {
			fields{field("name", text("N"))},
			fields{field("name", text("N")), field("x", number(1)), field("y", number(2))},
			"{name = \"N\"}", "{\n  name = \"N\"\n  x = 1\n  y = 2\n}",
		},
		"into nothing":         {nil, fields{field("x", number(1))}, "{}", "{\n  x = 1\n}"},
		"into nothing, opened": {nil, fields{field("x", number(1))}, "{\n  # here\n}", "{\n  # here\n  x = 1\n}"},
		"removed": {
			fields{field("x", number(1)), field("y", number(1))},
			fields{field("y", number(1))},
			"{\n  # x\n  x = 1\n\n  y = 1\n}",
			"{\n  # x\n\n  y = 1\n}",
		},
		"removed, with lines": {
			fields{field("x", texts("a", "A")), field("y", number(1))},
			fields{field("y", number(1))},
			"{\n  x = {\n    a = \"A\"\n  }\n  y = 1\n}",
			"{\n  y = 1\n}",
		},
		"removed, a heredoc": {
			fields{field("x", text("A\n")), field("y", number(1))},
			fields{field("y", number(1))},
			"{\n  x = <<-E\n    A\n  E\n  y = 1\n}",
			"{\n  y = 1\n}",
		},
		"removed from a line": {fields{field("x", number(1))}, nil, "{ x = 1 }", "{  }"},
		"written out": {
			nil,
			fields{field("x", boolean(true))},
			"{\n  x = false # why\n}",
			"{\n  x = true # why\n}",
		},
		"null": {nil, fields{field("x", text("A"))}, "{\n  x = null\n}", "{\n  x = \"A\"\n}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const begin, end = "resource \"cohort_list\" \"x\" ", "\n# end"
			d := newDesk(t, map[string]string{"main.tf": begin + c.before + end})
			report := d.pull(
				".",
				pull.Options{},
				edited("cohort_list.x", object("list", "x", c.hcl...), object("list", "x", c.merchant...)),
			)
			if diff := cmp.Diff(begin+c.after+end, d.read("main.tf")); diff != "" || len(report.Questions) > 0 {
				t.Errorf("(-want +got)\n%s\n%+v", diff, report.Questions)
			}
		})
	}
}

// TestPull_lineBreaks checks that a file keeps its line breaks, and texts theirs.
func TestPull_lineBreaks(t *testing.T) {
	t.Parallel()
	d := newDesk(t, map[string]string{"main.tf": "resource \"cohort_list\" \"x\" {\r\n  n = 1\r\n}"})
	d.pull(".", pull.Options{}, edited("cohort_list.x", object("list", "x", field("n", number(1))),
		object("list", "x", field("n", number(1)), field("t", texts("a", "A\nB")))))
	want := "resource \"cohort_list\" \"x\" {\r\n  n = 1\r\n  t = {\r\n    a = \"A\\nB\"\r\n  }\r\n}"
	if diff := cmp.Diff(want, d.read("main.tf")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
