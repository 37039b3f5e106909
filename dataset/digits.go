package dataset

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
)

// digitsCSV is scikit-learn's own file, unchanged: 1,797 lines of 64 pixels of 0..16 and the label.
// digits/SOURCE.txt has its licence.
//
//go:embed digits/digits.csv.gz
var digitsCSV []byte

var digits = published{
	Kind: Kind{
		Name: "digits", About: "handwritten digits of UCI, as scikit-learn ships them",
		Source:  "https://archive.ics.uci.edu/dataset/80 (E. Alpaydin and C. Kaynak, 1998), scikit-learn's copy",
		Licence: "CC BY 4.0 (UCI); scikit-learn's copy BSD-3-Clause",
		Shape:   []int{1, 8, 8}, Classes: 10, Train: 1797,
	},
	read: readDigits,
}.kind()

// readDigits decodes the embedded digits; pixels are scaled to [0, 1].
func readDigits([]string) (train, test *Set, err error) {
	gz, err := gzip.NewReader(bytes.NewReader(digitsCSV))
	if err != nil {
		return nil, nil, err
	}
	lines, err := csv.NewReader(gz).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	var x []float32
	var y []int32
	for _, line := range lines {
		var v [65]int
		for i, field := range line {
			if v[i], err = strconv.Atoi(field); err != nil {
				return nil, nil, fmt.Errorf("digits: %w", err)
			}
		}
		for _, pixel := range v[:64] {
			x = append(x, float32(pixel)/16)
		}
		y = append(y, int32(v[64]))
	}
	return NewSet("digits", []int{1, 8, 8}, x, y, 10), nil, nil
}
