package report

import (
	"bytes"
	"fmt"
	"html"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"basin/results"
)

// Picture is a kind of picture that a run can be drawn as. It takes what it shows from the run's quantities; where
// they have nothing to show it draws no figure.
type Picture struct {
	Name string
	Doc  string // one sentence
	Draw func(*results.Run) ([]Figure, error)
}

// Pictures are all pictures of a report, in the order in which they are written.
var Pictures = []Picture{
	taxonomy,
	phaseDiagram,
	quantityMaps,
}

// Figure is a drawing that can be saved as SVG and PNG.
type Figure struct {
	Name          string // of its files
	Title         string // for readers who do not see it
	Width, Height vg.Length
	Draw          func(draw.Canvas)
}

// dpi of the PNG files: twice what a README shows, for sharp screens.
const dpi = 150

// WriteSVG draws a figure as SVG, with its title for screen readers.
func (f Figure) WriteSVG(w io.Writer) error {
	canvas := vgsvg.NewWith(vgsvg.UseWH(f.Width, f.Height))
	f.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return err
	}
	head, rest, ok := bytes.Cut(b.Bytes(), []byte("<svg "))
	if !ok {
		return fmt.Errorf("report: %s: gonum wrote no <svg>", f.Name)
	}
	tag, body, _ := bytes.Cut(rest, []byte(">"))
	const background = `<rect width="100%" height="100%" fill="#ffffff"/>`
	_, err := fmt.Fprintf(w, "%s<svg role=\"img\" %s>\n<title>%s</title>\n%s%s", head, tag, html.EscapeString(f.Title),
		background, body)
	return err
}

// WritePNG draws a figure as PNG.
func (f Figure) WritePNG(w io.Writer) error {
	canvas := vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(white))
	f.Draw(draw.New(canvas))
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
	return err
}
