package spec

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The YAML parser is recursive, and its time grows with the square of the depth and of the length. No spec is near these bounds.
const (
	maxText  = 1 << 19 // bytes
	maxDepth = 32      // brackets and braces within each other, or block indicators on one line
)

// node is a YAML value with its place: what goccy's tree says, without comments, anchors and styles. Scalars stay text, because what
// a scalar is depends on the field that it is for (YAML libraries differ over 5e-4, 017 and 1_000; fields do not).
type node struct {
	kind    kind
	text    string
	at      place
	entries []entry
	items   []*node
}

type entry struct {
	key   string
	at    place
	value *node
}

type kind int

const (
	null kind = iota
	plain
	quoted
	mapping
	sequence
	broken // already reported; decoding it is silent
)

// describe says what was found, for messages.
func (n *node) describe() string {
	switch n.kind {
	case null:
		return "nothing"
	case mapping:
		return "a map"
	case sequence:
		return "a list"
	}
	return clip(fmt.Sprintf("%q", n.text))
}

// clip shortens what a message quotes.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// readYAML reads one YAML document. origin names the text, for the places. A null node stands for an empty text.
func readYAML(origin place, text []byte) (root *node, problems []problem) {
	bad := func(at place, format string, args ...any) (*node, []problem) {
		return nil, []problem{{at: at, text: fmt.Sprintf(format, args...)}}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if len(text) > maxText {
		return bad(origin, "%d bytes of YAML are more than the %d that a spec may have", len(text), maxText)
	}
	if !utf8.Valid(text) {
		return bad(origin, "the text is not UTF-8")
	}
	// The YAML parser is not ours; a bug in it must not take down a session.
	defer func() {
		if r := recover(); r != nil {
			root, problems = bad(origin, "the YAML cannot be read: %v", r)
		}
	}()
	tokens := lexer.Tokenize(string(text))
	if t := tooDeep(tokens); t != nil {
		return bad(origin.of(t), "nested more than %d deep; a spec is not", maxDepth)
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // Duplicates are reported with all other problems.
	if err != nil {
		var syntax yaml.Error
		if errors.As(err, &syntax) && syntax.GetToken() != nil {
			return bad(origin.of(syntax.GetToken()), "not valid YAML: %s", syntax.GetMessage())
		}
		return bad(origin, "not valid YAML: %v", err)
	}
	r := nodeReader{origin: origin, anchors: map[string]*node{}}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			return bad(origin.of(doc.Body.GetToken()), "a second document begins; a spec is one document")
		}
		root = r.read(doc.Body)
	}
	if root == nil {
		root = &node{kind: null, at: origin}
	}
	return root, r.problems
}

// tooDeep returns the first token that nests too deeply; nil when none does. Nesting by indentation is bounded by the length of its lines.
func tooDeep(tokens token.Tokens) *token.Token {
	depth, line, indicators := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, indicators = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			indicators++
		}
		if depth > maxDepth || indicators > maxDepth {
			return t
		}
	}
	return nil
}

// nodeReader turns goccy's nodes into ours. An aliased node is shared, not copied, so aliases of aliases cost nothing.
type nodeReader struct {
	origin   place
	anchors  map[string]*node
	problems []problem
}

func (r *nodeReader) fail(at place, format string, args ...any) {
	r.problems = append(r.problems, problem{at: at, text: fmt.Sprintf(format, args...)})
}

func (r *nodeReader) read(n ast.Node) *node {
	if n == nil {
		return &node{kind: null, at: r.origin}
	}
	at := r.origin.of(n.GetToken())
	switch n := n.(type) {
	case *ast.NullNode:
		return &node{kind: null, at: at}
	case *ast.StringNode:
		switch n.Token.Type {
		case token.SingleQuoteType, token.DoubleQuoteType:
			return &node{kind: quoted, text: n.Value, at: at}
		}
		return &node{kind: plain, text: n.Value, at: at}
	case *ast.LiteralNode:
		return &node{kind: quoted, text: n.Value.Value, at: at}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return &node{kind: plain, text: n.GetToken().Value, at: at}
	case *ast.MappingNode:
		out := &node{kind: mapping, at: at}
		for _, v := range n.Values {
			r.entry(out, v)
		}
		if len(out.entries) > 0 && !n.IsFlowStyle {
			out.at = out.entries[0].at // goccy gives the place of the first colon.
		}
		return out
	case *ast.MappingValueNode:
		out := &node{kind: mapping, at: at}
		r.entry(out, n)
		return out
	case *ast.SequenceNode:
		out := &node{kind: sequence, at: at}
		for _, v := range n.Values {
			out.items = append(out.items, r.read(v))
		}
		return out
	case *ast.AnchorNode:
		out := r.read(n.Value)
		r.anchors[n.Name.GetToken().Value] = out
		return out
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		if out, ok := r.anchors[name]; ok {
			return out
		}
		r.fail(at, "*%s: no anchor &%s stands before it", clip(name), clip(name))
	case *ast.TagNode:
		r.fail(at, "%s: YAML tags are not used in a spec; remove it", clip(n.GetToken().Value))
	default:
		r.fail(at, "%s is not used in a spec", n.Type())
	}
	return &node{kind: broken, at: at}
}

func (r *nodeReader) entry(out *node, v *ast.MappingValueNode) {
	at := r.origin.of(v.Key.GetToken())
	switch k := v.Key.(type) {
	case *ast.MergeKeyNode:
		r.fail(at, "merge keys (<<) are not used in a spec; write the keys out")
	case *ast.MappingKeyNode:
		r.fail(at, "complex keys (?) are not used in a spec")
	case *ast.StringNode:
		out.entries = append(out.entries, entry{key: k.Value, at: at, value: r.read(v.Value)})
	default:
		out.entries = append(out.entries, entry{key: v.Key.GetToken().Value, at: at, value: r.read(v.Value)})
	}
}
