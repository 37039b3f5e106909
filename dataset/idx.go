package dataset

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

var idxFiles = []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
	"t10k-labels-idx1-ubyte"}

var mnist = published{
	Kind: Kind{
		Name: "mnist", About: "handwritten digits",
		Source:  "http://yann.lecun.com/exdb/mnist (Y. LeCun, C. Cortes and C. J. C. Burges)",
		Licence: "CC BY-SA 3.0, as commonly stated",
		Shape:   []int{1, 28, 28}, Classes: 10, Train: 60000, Test: 10000,
	},
	files: idxFiles, folders: []string{"mnist", "MNIST/raw"}, read: readIDX,
}.kind()

var fashionMNIST = published{
	Kind: Kind{
		Name: "fashion-mnist", About: "pictures of clothes",
		Source:  "https://github.com/zalandoresearch/fashion-mnist (Zalando SE, 2017)",
		Licence: "MIT",
		Shape:   []int{1, 28, 28}, Classes: 10, Train: 60000, Test: 10000,
	},
	files: idxFiles, folders: []string{"fashion-mnist", "FashionMNIST/raw"}, debian: "dataset-fashion-mnist",
	read: readIDX,
}.kind()

// decodeIDX reads the IDX format of MNIST, for unsigned bytes: a magic number 0 0 8 rank, one big-endian uint32
// a dimension, the values. limit is the most bytes that r can hold. r must end with the values.
func decodeIDX(r io.Reader, limit int64) (shape []int, values []byte, err error) {
	var magic [4]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, nil, err
	}
	if rank := magic[3]; magic[0] != 0 || magic[1] != 0 || magic[2] != 8 || rank < 1 || rank > 4 {
		return nil, nil, fmt.Errorf("not an IDX file of unsigned bytes: it starts with % x instead of 00 00 08 and a "+
			"rank of 1 to 4", magic)
	}
	dims := make([]uint32, magic[3])
	if err := binary.Read(r, binary.BigEndian, dims); err != nil {
		return nil, nil, err
	}
	n := int64(1)
	for _, d := range dims {
		if d != 0 && n > math.MaxInt64/int64(d) {
			return nil, nil, fmt.Errorf("the header's dimensions %d are absurd", dims)
		}
		n *= int64(d)
		shape = append(shape, int(d))
	}
	values, err = readAll(r, n, limit)
	return shape, values, err
}

// readIDX reads an image file and a label file for each of training and test, in the order of the known set's
// files.
func readIDX(paths []string) (train, test *Set, err error) {
	if train, err = readIDXPair(paths[0], paths[1]); err != nil {
		return nil, nil, err
	}
	test, err = readIDXPair(paths[2], paths[3])
	return train, test, err
}

func readIDXPair(images, labels string) (*Set, error) {
	var input []int
	var x []float32
	var y []int32
	err := withFile(images, func(r io.Reader, limit int64) error {
		shape, values, err := decodeIDX(r, limit)
		if err != nil {
			return err
		}
		if len(shape) != 3 {
			return fmt.Errorf("the header says shape %v, images have [count, height, width]", shape)
		}
		input = []int{1, shape[1], shape[2]}
		x = unit(values)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = withFile(labels, func(r io.Reader, limit int64) error {
		shape, values, err := decodeIDX(r, limit)
		if err != nil {
			return err
		}
		if len(shape) != 1 {
			return fmt.Errorf("the header says shape %v, labels have [count]", shape)
		}
		if len(values)*input[1]*input[2] != len(x) {
			return fmt.Errorf("%d labels, but %s holds %d images", len(values), images, len(x)/max(1, input[1]*input[2]))
		}
		for _, class := range values {
			y = append(y, int32(class))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(x) == 0 {
		return nil, fmt.Errorf("%s: it holds no images", images)
	}
	return NewSet("", input, x, y, 0), nil
}

// unit scales bytes to [0, 1].
func unit(values []byte) []float32 {
	x := make([]float32, len(values))
	for i, v := range values {
		x[i] = float32(v) / 255
	}
	return x
}
