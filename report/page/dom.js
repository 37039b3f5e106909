const D = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);

// el makes an element; text is always set as text, never as HTML: names come from users.
function el(tag, attrs = {}, ...children) {
  const space = tag.startsWith("svg:") ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml";
  const e = document.createElementNS(space, tag.replace("svg:", ""));
  for (const [k, v] of Object.entries(attrs)) e.setAttribute(k, v);
  e.append(...children);
  return e;
}

// rich turns _{sub} and ^{super} into elements, plain drops the markup.
function rich(s) {
  return s.split(/([_^]\{[^}]*\})/).filter(Boolean)
    .map(part => /^[_^]\{/.test(part) ? el(part[0] === "_" ? "sub" : "sup", {}, part.slice(2, -1)) : part);
}
const plain = s => s.replace(/[_^]\{([^}]*)\}/g, "$1");

// Cells: the first axis runs fastest, then the second; the others choose a sheet.
const perSheet = D.rows * D.cols;
const sheetOf = i => Math.floor(i / perSheet);
const rowOf = i => Math.floor(i % perSheet / D.cols), colOf = i => i % D.cols;
const at = (sheet, row, col) => sheet * perSheet + row * D.cols + col;
// placeOf lists a cell's index on every axis.
function placeOf(i) {
  const out = [];
  for (const a of D.axes) { out.push(i % a.values.length); i = Math.floor(i / a.values.length); }
  return out;
}
const valueOf = (i, a) => D.axes[a].values[placeOf(i)[a]];
const where = i => D.axes.map((a, k) => `${a.label} ${valueOf(i, k)}`).join(" · ") || "the only cell";
const labelOf = i => D.labels[D.cells[i].l];
const surety = i => D.cells[i].k ? `kept by ${D.cells[i].k} % of resamples` : "";
let sheet = 0, cursor = 0, selected = 0;
