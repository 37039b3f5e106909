// Command gen writes the assembly of package kernel: for each family and each level one .s file and the Go
// declarations of its functions. Run it by `go generate ./engine/cpu/kernel`; its output depends on nothing but
// this program.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	log.SetFlags(0)
	for _, f := range []struct {
		family string
		isa    isa
		emit   func(*generator)
	}{
		{"gemm", avx2, gemm},
		{"gemm", avx512, gemm},
		{"segments", avx2, segments},
		{"segments", avx512, segments},
		{"arithmetic", avx2, arithmetic},
		{"arithmetic", avx512, arithmetic},
		{"transcendental", avx2, transcendental},
		{"transcendental", avx512, transcendental},
		{"reduce", avx2, reduce},
		{"middle", avx2, middle},
		{"middle", avx512, middle},
		{"repeat", avx2, repeat},
		{"convert", avx2, convert},
		{"transpose", avx2, transpose},
		{"gemv", avx2, gemv},
	} {
		if err := write(f.family+"_"+f.isa.String(), f.isa, f.emit); err != nil {
			log.Fatalf("gen: %s %s: %v", f.family, f.isa, err)
		}
	}
	if err := writeGo("transcendental_generic.go"); err != nil {
		log.Fatal("gen: plain Go: ", err)
	}
}

func write(name string, isa isa, emit func(*generator)) error {
	ctx := build.NewContext()
	ctx.ConstraintExpr("amd64")
	g := &generator{Context: ctx, isa: isa}
	emit(g)
	file, err := ctx.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "go generate ./engine/cpu/kernel", Pkg: "kernel"}
	asm, err := printer.NewGoAsm(cfg).Print(file)
	if err != nil {
		return err
	}
	if isa == avx2 && (bytes.Contains(asm, []byte("Y16")) || bytes.Contains(asm, []byte("X16"))) {
		return fmt.Errorf("more than the 16 registers of AVX2")
	}
	stubs, err := printer.NewStubs(cfg).Print(file)
	if err != nil {
		return err
	}
	if len(g.wrappers) > 0 {
		stubs = bytes.Replace(stubs, []byte("package kernel\n"), []byte("package kernel\n\nimport \"unsafe\"\n"), 1)
		stubs = append(stubs, "\n"+strings.Join(g.wrappers, "\n")...)
	}
	if err := os.WriteFile(name+"_amd64.s", asm, 0o644); err != nil {
		return err
	}
	return os.WriteFile(name+"_amd64.go", stubs, 0o644)
}
