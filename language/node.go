package spec

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// node is a YAML value with its place: what goccy's tree says, without comments, anchors and styles. Scalars stay
// text, because what a scalar is depends on the key that it is for (YAML libraries differ over 5e-4, 017 and 1_000;
// keys do not). Nodes never change once they are read: cells share them.
type node struct {
	kind    kind
	short   bool // a map that was made of a kind's name
	single  bool // made for one cell alone
	text    string
	at      place
	axis    string // "grid.lr" in the values of that axis
	entries []entry
	items   []*node
}

type entry struct {
	key   string
	at    place
	value *node
	use   *use
}

// use says what reading the cells found out about a key that was written. Copies of an entry share it.
type use struct {
	on    bool     // some cell reads it
	value bool     // as a leaf: what is below it are no keys
	kinds []string // that a section had
	off   *unused  // some cell has it without effect
}

// unused is a key without effect.
type unused struct {
	why, standard string
	changed       bool // the value is not the standard
}

// find returns the entry of a key; nil where there is none, in no map too.
func (n *node) find(key string) *entry {
	if n == nil {
		return nil
	}
	for i := range n.entries {
		if n.entries[i].key == key {
			return &n.entries[i]
		}
	}
	return nil
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

// flow writes the node within a line.
func (n *node) flow() string {
	switch n.kind {
	case null, broken:
		return "null"
	case mapping:
		parts := make([]string, len(n.entries))
		for i, e := range n.entries {
			parts[i] = string(appendText(nil, e.key)) + ": " + e.value.flow()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case sequence:
		parts := make([]string, len(n.items))
		for i, item := range n.items {
			parts[i] = item.flow()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	if n.kind == plain && looksOther(n.text) {
		return n.text
	}
	return string(appendText(nil, n.text))
}

// locate finds where a path is written, or the nearest section around it.
func (n *node) locate(path string, at place, axis string) (place, string) {
	if n == nil || path == "" {
		return at, axis
	}
	for i := len(path); i > 0; i-- { // The keys of maps may have dots.
		if i < len(path) && path[i] != '.' {
			continue
		}
		if e := n.find(path[:i]); e != nil {
			return e.value.locate(path[min(i+1, len(path)):], e.value.at, e.value.axis)
		}
	}
	return at, axis
}
