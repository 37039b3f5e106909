package checkpoint

import (
	"errors"
	"strings"
)

// Basin writes two keys into a file's metadata. Each protects the other: the checksum covers the marker, and the
// marker says that there must be a checksum.
const (
	// checksumKey holds SHA-256, in hexadecimal, of the header without this key and of the data.
	checksumKey = "basin.sha256"

	// markerKey says that Basin wrote the file.
	markerKey, marker = "basin.checksum", "SHA-256"
)

const changed = `(or a program changed it but kept Basin's metadata; then remove the keys that start with "basin")`

var (
	errChecksum   = errors.New("the checksum does not match: the file is damaged " + changed)
	errNoChecksum = errors.New("written by Basin, but without a checksum: the file is damaged " + changed)
)

// writtenByBasin reports whether any key is one of Basin's: those above, or "basin", which networks have.
func writtenByBasin(metadata map[string]string) bool {
	for key := range metadata {
		if key == "basin" || strings.HasPrefix(key, "basin.") {
			return true
		}
	}
	return false
}
