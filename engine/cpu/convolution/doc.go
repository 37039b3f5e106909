// Package convolution runs the three convolutions of [graph.Geometry] as implicit matrix products: forward y =
// conv(x, w), input dx = conv-input(dy, w), and weight dw = conv-weight(x, dy).
//
// Images have their channels last, x [n, h, w, c] and y [n, oh, ow, o]; weights stay in PyTorch's layout [o,
// c/groups, kh, kw] and are packed and unpacked here. A spatial rank of 1 is an image of height 1. There is no
// matrix of patches, and no multiplication with padding. Forward and input: pixels of the result that overlap the
// same taps of the kernel make a class; the rows of its matrix product are pixels, its columns are channels, and
// the sum runs over segments of pixels that are neighbours in memory. Weight: for each tap, rows are the channels
// of x, columns those of dy, and the sum runs over the pixels that the tap overlaps. An element of y or dx is one
// chain of fused multiply-adds over the pixels that its taps overlap, in memory order, and their channels: its
// bits depend only on its operands. An element of dw is a sum of such chains over fixed chunks of images, which
// depend only on the geometry.
package convolution
