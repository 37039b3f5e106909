package spec

import "fmt"

// kindsOf is the codec of the names of kinds, endings among them.
type kindsOf struct{ scalarOf[string] }

func kindLeaf(names []string, standard string, p *string) leaf {
	return newLeaf(kindsOf{scalarOf[string]{&text, rule{words: names}}}, p, standard)
}

func (c kindsOf) parse(n *node, fail complaint) (string, bool) {
	kind, wrong := parseKind(n, c.words)
	if wrong != "" {
		fail(n, "", wrong)
	}
	return kind, wrong == ""
}

func (c kindsOf) refuse(kind string) string { return refuseKind(kind, c.words) }

func parseKind(n *node, names []string) (kind, wrong string) {
	kind, wrong = parseString(n)
	if wrong == "" {
		wrong = refuseKind(kind, names)
	}
	return kind, wrong
}

func refuseKind(kind string, names []string) string {
	if match(names, kind) >= 0 {
		return ""
	}
	return fmt.Sprintf("unknown value %s; %s", clip(fmt.Sprintf("%q", kind)), suggest(kind, names))
}
