package checkpoint_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"basin/checkpoint"
)

// A network's tensors are written and read again, and matched with those that a model wants, although their names
// differ.
func Example() {
	dir, err := os.MkdirTemp("", "checkpoint")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "net.safetensors")

	err = checkpoint.Write(path, &checkpoint.File{
		Tensors: []checkpoint.Tensor{
			{Name: "0.weight", Shape: []int{2, 3}, DType: checkpoint.F32, F32: []float32{1, 2, 3, 4, 5, 6}},
			{Name: "0.bias", Shape: []int{2}, DType: checkpoint.F32, F32: []float32{7, 8}},
		},
		Metadata: map[string]string{"epoch": "40"},
	})
	if err != nil {
		log.Fatal(err)
	}

	f, err := checkpoint.Read(path) // verifies the checksum
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("epoch", f.Metadata["epoch"], "finite:", f.Finite() == nil)
	mapping, err := checkpoint.Match([]checkpoint.Want{
		{Name: "fc1.weight", Shape: []int{2, 3}},
		{Name: "fc1.bias", Shape: []int{2}},
	}, f, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(mapping)
	fmt.Println(mapping.Pairs[1].Tensor.Float())
	// Output:
	// epoch 40 finite: true
	// 0.weight → fc1.weight [2 3] (by shape)
	// 0.bias → fc1.bias [2] (by shape)
	// [7 8]
}
