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

// The YAML parser is recursive, and its time grows with the square of the depth and of the number of lines. Long
// lists of a grid stand on one line.
const (
	maxText  = 1 << 21 // bytes
	maxLines = 10_000
	maxDepth = 32      // brackets and braces within each other, or block indicators on one line
	maxNodes = 200_000 // copies that aliases make
)

// readYAML reads one YAML document. origin names the text, for the places. A null node stands for an empty text.
func readYAML(origin place, text []byte) (root *node, problems []problem) {
	bad := func(at place, format string, args ...any) (*node, []problem) {
		return nil, []problem{{at: at, text: fmt.Sprintf(format, args...), kind: wrongText}}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if len(text) > maxText {
		return bad(origin, "%d bytes of YAML are more than the %d that a spec may have", len(text), maxText)
	}
	if n := bytes.Count(text, []byte("\n")); n > maxLines {
		return bad(origin, "%d lines are more than the %d that a spec may have", n, maxLines)
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
	file,
		err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // Duplicates are reported with all other problems.
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

// tooDeep returns the first token that nests too deeply; nil when none does. Nesting by indentation is bounded by
// the length of its lines.
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

// nodeReader turns goccy's nodes into ours. What an alias stands for is copied, because each place is used by
// itself.
type nodeReader struct {
	origin   place
	anchors  map[string]*node
	copies   int
	problems []problem
}

func (r *nodeReader) fail(at place, format string, args ...any) {
	r.problems = append(r.problems, problem{at: at, text: fmt.Sprintf(format, args...), kind: wrongText})
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
			if c := r.copy(out); c != nil {
				return c
			}
			r.fail(at, "*%s: aliases stand for more than %d values", clip(name), maxNodes)
			break
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
		out.entries = append(out.entries, entry{k.Value, at, r.read(v.Value), &use{}})
	default:
		out.entries = append(out.entries, entry{v.Key.GetToken().Value, at, r.read(v.Value), &use{}})
	}
}

// copy copies a node and all below; nil where aliases make more than a spec may have.
func (r *nodeReader) copy(n *node) *node {
	if r.copies++; r.copies > maxNodes {
		return nil
	}
	out := *n
	out.items = make([]*node, len(n.items))
	for i, item := range n.items {
		if out.items[i] = r.copy(item); out.items[i] == nil {
			return nil
		}
	}
	out.entries = make([]entry, len(n.entries))
	for i, e := range n.entries {
		out.entries[i] = entry{e.key, e.at, r.copy(e.value), &use{}}
		if out.entries[i].value == nil {
			return nil
		}
	}
	return &out
}

// distinct reports keys that are given twice, anywhere below a node at a path, and leaves the first of them.
func (n *node) distinct(path string, report func(problem)) {
	if n.kind == mapping {
		first := make(map[string]place, len(n.entries))
		kept := n.entries[:0]
		for _, e := range n.entries {
			at, twice := first[e.key]
			if twice {
				text := "the key is given twice, first at " + at.String()
				report(problem{e.at, join(path, e.key), join(path, e.key), text, wrongKey})
				continue
			}
			first[e.key] = e.at
			kept = append(kept, e)
		}
		n.entries = kept
	}
	for _, e := range n.entries {
		e.value.distinct(join(path, e.key), report)
	}
	for _, item := range n.items {
		item.distinct(path, report)
	}
}
