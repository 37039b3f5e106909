package dataset

import (
	"fmt"
	"io"
)

const cifarPixels = 3 * 32 * 32

const krizhevsky = "https://www.cs.toronto.edu/~kriz/cifar.html (A. Krizhevsky, 2009)"

var cifar10 = published{
	Kind: Kind{
		Name: "cifar10", About: "coloured pictures of 10 kinds of things, binary version",
		Source: krizhevsky, Licence: "none stated; its author asks for a citation",
		Shape: []int{3, 32, 32}, Classes: 10, Train: 50000, Test: 10000,
	},
	files: []string{
		"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin",
		"test_batch.bin",
	},
	folders: []string{"cifar-10-batches-bin", "cifar10", "cifar10/cifar-10-batches-bin", "."}, read: readCIFAR10,
}.kind()

var cifar100 = published{
	Kind: Kind{
		Name: "cifar100", About: "coloured pictures of 100 kinds of things, binary version, fine labels",
		Source: krizhevsky, Licence: "none stated; its author asks for a citation",
		Shape: []int{3, 32, 32}, Classes: 100, Train: 50000, Test: 10000,
	},
	files:   []string{"train.bin", "test.bin"},
	folders: []string{"cifar-100-binary", "cifar100", "cifar100/cifar-100-binary", "."}, read: readCIFAR100,
}.kind()

// readCIFAR10 reads the binary version of CIFAR-10: records of a label and 3×32×32 pixels, the last file for
// testing.
func readCIFAR10(paths []string) (train, test *Set, err error) {
	return readCIFAR(paths, 1, 10)
}

// readCIFAR100 reads the binary version of CIFAR-100: records of a coarse label, a fine label and 3×32×32
// pixels. The fine one is used.
func readCIFAR100(paths []string) (train, test *Set, err error) {
	return readCIFAR(paths, 2, 100)
}

func readCIFAR(paths []string, labels, classes int) (train, test *Set, err error) {
	files := make([][]byte, len(paths))
	for i, path := range paths {
		if files[i], err = readCIFARFile(path, labels, classes); err != nil {
			return nil, nil, err
		}
	}
	last := len(paths) - 1
	for i, path := range paths[1:last] {
		// The format has no checksum and no count: only their unequal lengths show that a file was cut between two
		// records.
		if have, want := len(files[i+1]), len(files[0]); have != want {
			return nil, nil, fmt.Errorf("%s: %d bytes, but %s has %d, and they must be equally long; get the shorter "+
				"file again", path, have, paths[0], want)
		}
	}
	return newCIFAR(files[:last], labels), newCIFAR(files[last:], labels), nil
}

// readCIFARFile returns the bytes of a file, known to be whole records with labels in range.
func readCIFARFile(path string, labels, classes int) (b []byte, err error) {
	record := labels + cifarPixels
	err = withFile(path, func(r io.Reader, _ int64) error {
		if b, err = io.ReadAll(r); err != nil {
			return err
		}
		if len(b) == 0 || len(b)%record != 0 {
			return fmt.Errorf("%d bytes is no whole number of records of %d bytes: the file is cut off, or not the "+
				"binary version of the set", len(b), record)
		}
		for i := 0; i < len(b); i += record {
			if y := b[i+labels-1]; int(y) >= classes {
				return fmt.Errorf("label %d of image %d is outside 0…%d: the file is damaged, or of another set", y,
					i/record, classes-1)
			}
		}
		return nil
	})
	return b, err
}

func newCIFAR(files [][]byte, labels int) *Set {
	record, n := labels+cifarPixels, 0
	for _, b := range files {
		n += len(b) / record
	}
	x, y := make([]float32, 0, n*cifarPixels), make([]int32, 0, n)
	for _, b := range files {
		for ; len(b) > 0; b = b[record:] {
			y = append(y, int32(b[labels-1]))
			x = append(x, unit(b[labels:record])...)
		}
	}
	return NewSet("", []int{3, 32, 32}, x, y, 0)
}
