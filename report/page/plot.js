// Arrays of a cell: one axis gives lines, two a map. Replicas and pairs share the axes: the first is drawn full,
// the others thin.
const arraysOn = (i, p) => (D.cells[i].a || []).filter(a => a.p === p);
const plotsOf = i => D.plots.map((_, p) => p).filter(p => arraysOn(i, p).length);

function plot(i, p, small) {
  const { y, title, doc } = D.plots[p], arrays = arraysOn(i, p), most = 4;
  const head = el("div", { class: "plot-title", title: doc }, ...rich(title));
  const box = el("div", { class: "plot", "data-plot": plain(title) }, head);
  if (y === undefined) {
    box.append(...(small ? [] : [key(p)]), lines(p, arrays, small));
    return box;
  }
  arrays.slice(0, small ? 1 : most).forEach(a => box.append(surface(p, a, small)));
  if (arrays.length > most && !small) box.append(el("p", { class: "note" }, `and ${arrays.length - most} more`));
  return box;
}

// key names the quantities that share a plot.
function key(p) {
  const name = l => el("span", { style: `color:${l.color}` }, l.dash ? "╍ " : "━ ", ...rich(l.title));
  return el("div", { class: "note key" }, ...(D.plots[p].lines.length > 1 ? D.plots[p].lines.map(name) : []));
}

// ticksOf are round numbers between two.
function ticksOf(lo, hi, count) {
  const raw = (hi - lo) / count, p = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(k => k * p).find(s => s >= raw * (1 - 1e-9));
  const first = Math.ceil(lo / step - 1e-9), n = Math.floor(hi / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, n) }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}
const tickText = v => String(v).replace("e+", "e").replace(/-/g, "−");
const extent = vs => vs.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);

function lines(p, arrays, small) {
  const { log, x: xTitle, title, lines } = D.plots[p];
  const [W, H] = small ? [210, 130] : [370, 150], L = 46, R = 12, T = 6, B = 32;
  const svg = el("svg:svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": plain(title) });
  const axes = arrays.map(a => D.arrayAxes[a.x[0]]), words = axes[0].names;
  const xs = k => words ? arrays[k].d.map((_, j) => j) : axes[k].at;
  const ys = arrays.flatMap(a => a.d).filter(v => v !== null && (!log || v > 0));
  if (!ys.length) return svg;
  let [x0, x1] = extent(arrays.flatMap((_, k) => xs(k)).filter(v => v !== null)), [y0, y1] = extent(ys);
  if (log) { y0 = Math.log10(Math.max(y0, y1 * 1e-6)); y1 = Math.log10(y1) + 0.2; }
  else { if (y0 > 0 && y0 < 0.5 * y1) y0 = 0; y1 += 0.06 * (y1 - y0); }
  if (y1 - y0 < 1e-12) { y0 -= 0.5; y1 += 0.5; }
  if (x0 === x1) { x0 -= 0.5; x1 += 0.5; }
  const X = v => L + (v - x0) / (x1 - x0) * (W - L - R), Y = v => H - B - (v - y0) / (y1 - y0) * (H - T - B);
  const text = (x, y, s, a = {}) => svg.append(el("svg:text", { x, y, "text-anchor": "middle", ...a }, s));
  let yTicks = ticksOf(y0, y1, 4).map(t => [t, tickText(t)]);
  if (log && y1 - y0 >= 1) yTicks = yTicks.filter(([t]) => Number.isInteger(t)).map(([t, s]) => [t, "1e" + s]);
  else if (log) yTicks = ticksOf(10 ** y0, 10 ** y1, 3).filter(v => v > 0).map(v => [Math.log10(v), tickText(v)]);
  for (const [t, label] of yTicks) {
    svg.append(el("svg:line", { x1: L, x2: W - R, y1: Y(t), y2: Y(t), stroke: "#e6e6e6" }));
    text(L - 5, Y(t) + 4, label, { "text-anchor": "end" });
  }
  const xTicks = words ? ticksOf(x0, x1, 4).filter(t => words[t] !== undefined) : ticksOf(x0, x1, small ? 3 : 5);
  for (const t of xTicks) {
    svg.append(el("svg:line", { x1: X(t), x2: X(t), y1: H - B, y2: H - B + 4, stroke: "#333" }));
    text(X(t), H - B + 15, words ? words[t] : tickText(t));
  }
  svg.append(el("svg:rect", { x: L, y: T, width: W - L - R, height: H - T - B, fill: "none", stroke: "#333" }));
  text((L + W - R) / 2, H - 3, plain(xTitle));
  const seen = {};
  arrays.forEach((a, k) => {
    const style = lines[a.l], first = !seen[a.l], xk = xs(k);
    seen[a.l] = true;
    let d = "", pen = "M";
    a.d.forEach((v, j) => {
      if (v === null || xk[j] === null || log && v <= 0) { pen = "M"; return; }
      const cx = X(xk[j]).toFixed(1), cy = Y(log ? Math.max(Math.log10(v), y0) : v).toFixed(1);
      d += `${pen}${cx} ${cy}`; pen = "L";
      if (first && a.d.length <= 25) svg.append(el("svg:circle", { cx, cy, r: 2, fill: style.color }));
    });
    svg.append(el("svg:path", { d, fill: "none", stroke: style.color, "stroke-width": first ? 1.8 : 1,
      "stroke-dasharray": style.dash || "none", "stroke-linejoin": "round", opacity: first ? 1 : 0.35 },
    el("svg:title", {}, `${plain(style.title)}: replica ${a.of}`)));
  });
  return svg;
}

// surface draws an array with two axes as a map, the first axis upwards.
function surface(p, a, small) {
  const { x, y, title } = D.plots[p], [up, across] = a.x.map(k => D.arrayAxes[k]);
  const [W, H] = small ? [210, 150] : [370, 250], label = `${plain(title)}: replica ${a.of}`;
  const canvas = el("canvas", { width: 2 * W, height: 2 * H, role: "img", "aria-label": label });
  const g = canvas.getContext("2d"), wide = ticks => Math.max(0, ...ticks.map(t => g.measureText(t.label).width));
  const ticks = s => (s.names || s.at.map(tickText)).map((label, i) => ({ at: i, label }));
  g.scale(2, 2); g.font = FONT;
  const rows = ticks(up), cols = ticks(across), left = 20 + wide(rows);
  const b = { x: left, y: 9, w: W - left - 24 - wide(a.bar.ticks), h: H - 9 - 38 };
  const cw = b.w / cols.length, ch = b.h / rows.length;
  a.m.forEach((v, k) => {
    g.fillStyle = v < 0 ? EMPTY.fill : D.palettes[a.bar.palette].colors[v];
    g.fillRect(b.x + k % cols.length * cw, b.y + b.h - (Math.floor(k / cols.length) + 1) * ch, cw + 0.5, ch + 0.5);
  });
  g.strokeStyle = INK; g.strokeRect(b.x, b.y, b.w, b.h);
  axis(g, { ticks: cols, title: plain(x) }, b, cw, c => b.x + (c + 0.5) * cw, false);
  axis(g, { ticks: rows, title: plain(y) }, b, ch, r => b.y + b.h - (r + 0.5) * ch, true);
  bar(g, a.bar, b);
  return canvas;
}
