package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

const metadataKey = "__metadata__"

// entry is a tensor's line in the header.
type entry struct {
	name    string
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// appendHeader renders a header, the metadata first and sorted, then the tensors in the order given: one content has
// one sequence of bytes.
func appendHeader(b []byte, metadata map[string]string, entries []entry) []byte {
	b = append(b, '{')
	first := true
	add := func(key string, value any) {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(appendJSON(b, key), ':'), appendJSON(nil, value)...)
	}
	if len(metadata) > 0 {
		add(metadataKey, metadata) // encoding/json sorts the keys
	}
	for _, e := range entries {
		if e.Shape == nil {
			e.Shape = []int{}
		}
		add(e.name, e)
	}
	return append(b, '}')
}

func appendJSON(b []byte, v any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // strings and integers always encode
	}
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

// padHeader appends spaces until the data that follows starts at a multiple of eight, the header's length included.
func padHeader(header []byte) []byte {
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	return header
}

// parseHeader reads a header strictly: no name twice, no key that the format does not have, and nothing but white
// space after the closing brace.
func parseHeader(b []byte) (metadata map[string]string, entries []entry, err error) {
	if !utf8.Valid(b) {
		return nil, nil, errors.New("the header is not UTF-8")
	}
	seen := map[string]bool{}
	err = eachMember(json.NewDecoder(bytes.NewReader(b)), func(dec *json.Decoder, name string) error {
		if seen[name] {
			return fmt.Errorf("tensor %q occurs twice", name)
		}
		seen[name] = true
		if name == metadataKey {
			metadata, err = parseMetadata(dec)
			return err
		}
		e, err := parseEntry(dec, name)
		entries = append(entries, e)
		return err
	})
	return metadata, entries, err
}

// eachMember reads one JSON object, to the end of its input, calling f for each key to decode the value.
func eachMember(dec *json.Decoder, f func(dec *json.Decoder, key string) error) error {
	if token, err := dec.Token(); err != nil {
		return err
	} else if token != json.Delim('{') {
		return fmt.Errorf("expected an object, found %v", token)
	}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		if err := f(dec, token.(string)); err != nil { // keys of objects are strings
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one JSON object")
	}
	return nil
}

func parseMetadata(dec *json.Decoder) (map[string]string, error) {
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return nil, err
	}
	metadata := map[string]string{}
	err := eachMember(json.NewDecoder(bytes.NewReader(raw)), func(dec *json.Decoder, key string) error {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		value, isString := token.(string)
		if _, twice := metadata[key]; twice || !isString {
			return fmt.Errorf("metadata %q is not a string, or occurs twice", key)
		}
		metadata[key] = value
		return nil
	})
	return metadata, err
}

func parseEntry(dec *json.Decoder, name string) (e entry, err error) {
	e.name = name
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return e, err
	}
	var keys []string
	var offsets []int64
	err = eachMember(json.NewDecoder(bytes.NewReader(raw)), func(dec *json.Decoder, key string) error {
		keys = append(keys, key)
		switch key {
		case "dtype":
			return dec.Decode(&e.DType)
		case "shape":
			return dec.Decode(&e.Shape)
		case "data_offsets":
			return dec.Decode(&offsets)
		}
		return fmt.Errorf("key %q is not known", key)
	})
	if err != nil {
		return e, fmt.Errorf("tensor %q: %w", name, err)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, []string{"data_offsets", "dtype", "shape"}) || len(offsets) != 2 || e.Shape == nil {
		return e, fmt.Errorf("tensor %q: needs one dtype, one shape and two data_offsets", name)
	}
	e.Offsets = [2]int64(offsets)
	return e, nil
}
