"use strict";
(() => {
const D = JSON.parse(document.getElementById("data").textContent);
const rows = D.temp.values.length, cols = D.load.values.length;
const byName = Object.fromEntries(D.quantities.map(q => [q.name, q]));
const $ = id => document.getElementById(id);

// el makes an element; text is always set as text, never as HTML: names come from users.
function el(tag, attrs = {}, ...children) {
  const e = tag.startsWith("svg:") ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4)) : document.createElement(tag);
  for (const [k, v] of Object.entries(attrs)) e.setAttribute(k, v);
  e.append(...children);
  return e;
}

// rich turns _{sub} and ^{super} into elements.
function rich(s) {
  const out = [];
  for (const part of s.split(/([_^]\{[^}]*\})/)) {
    if (/^[_^]\{/.test(part)) out.push(el(part[0] === "_" ? "sub" : "sup", {}, part.slice(2, -1)));
    else if (part) out.push(part);
  }
  return out;
}
const plain = s => s.replace(/[_^]\{([^}]*)\}/g, "$1");
const minus = s => String(s).replace(/-/g, "−");
function num(v, digits = 4) {
  if (v === null) return "–";
  const a = Math.abs(v);
  if (a !== 0 && (a < 1e-3 || a >= 1e6)) return minus(v.toExponential(digits - 2));
  return minus(Number(v.toPrecision(digits)));
}
// pm writes value ± standard error, the value to the error's second digit.
function pm(q, i) {
  const m = q.mean[i], s = q.se[i];
  if (m === null) return "–";
  if (s === null || s === 0) return num(m) + (s === 0 ? " ± 0" : "");
  const a = Math.max(Math.abs(m), s);
  if (a >= 1e6 || a < 1e-3 || s < 1e-5) return num(m) + " ± " + num(s, 2);
  const d = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(s))));
  return minus(m.toFixed(d)) + " ± " + s.toFixed(d);
}
const heading = q => q.title + (q.unit ? ` (${q.unit})` : "");
const where = i => [[D.load, i % cols], [D.temp, Math.floor(i / cols)]].filter(([a]) => a.path)
  .map(([a, k]) => `${a.label} ${a.values[k]}`).join(" · ") || "the only cell";
const labelOf = i => D.labels[D.cells[i].l];
const surety = i => D.cells[i].c === null ? "" : `kept by ${Math.round(100 * D.cells[i].c)} % of resamples`;

// Maps --------------------------------------------------------------------------------------------------------------------------
function mix(colors, t) {
  const x = t * (colors.length - 1), k = Math.min(Math.floor(x), colors.length - 2), f = x - k;
  const part = (c, j) => parseInt(c.slice(1 + 2 * j, 3 + 2 * j), 16);
  return [0, 1, 2].map(j => Math.round(part(colors[k], j) * (1 - f) + part(colors[k + 1], j) * f));
}
function ink(rgb) {
  const l = rgb.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2] > 0.18 ? "#1a1a1a" : "#fff";
}
const maps = [];
let cursor = 0, selected = -1;

// look says how a cell is drawn on a map: its colour, the ink on it, text and mark.
function look(q, i) {
  const label = labelOf(i);
  if (!q) {
    const rgb = [0, 1, 2].map(j => parseInt(label.color.slice(1 + 2 * j, 3 + 2 * j), 16));
    const mark = label.name === "dead" ? "x" : label.name === "undefined" ? "/" : "";
    return { fill: label.color, ink: ink(rgb), text: mark ? "" : label.name, mark };
  }
  if (q.at[i] === null) return label.name === "dead" ? { fill: "#bdbdbd", ink: "#4a4a4a", text: "", mark: "x" } : { fill: "#f2f2f2", ink: "#b4b4b4", text: "", mark: "/" };
  const rgb = mix(q.colors, q.at[i]);
  return { fill: `rgb(${rgb})`, ink: ink(rgb), text: q.text[i], mark: "" };
}
function newMap(q) {
  const title = q ? heading(q) : "Phases";
  const canvas = el("canvas", { tabindex: "0", role: "application", "data-map": q ? q.name : "phases",
    "aria-label": `${plain(title)}: map of ${rows} × ${cols} cells. Arrow keys move, Enter selects.` });
  const m = { q, canvas, box: null };
  $("maps").append(el("figure", { class: q ? "map" : "map hero" }, el("figcaption", { title: plain(title) }, ...rich(q ? q.short : title)), canvas));
  canvas.addEventListener("mousemove", e => { const i = hit(m, e); if (i >= 0) { moveTo(i); tip(m, i, e.clientX, e.clientY); } else hideTip(); });
  canvas.addEventListener("mouseleave", hideTip);
  canvas.addEventListener("click", e => { const i = hit(m, e); if (i >= 0) select(i); });
  canvas.addEventListener("focus", () => { if (canvas.matches(":focus-visible")) tipAtCursor(m); });
  canvas.addEventListener("blur", hideTip);
  canvas.addEventListener("keydown", e => {
    let r = Math.floor(cursor / cols), c = cursor % cols;
    switch (e.key) {
      case "ArrowLeft": c--; break;
      case "ArrowRight": c++; break;
      case "ArrowUp": r++; break;
      case "ArrowDown": r--; break;
      case "Enter": case " ": e.preventDefault(); select(cursor); return;
      case "Escape": hideTip(); return;
      default: return;
    }
    e.preventDefault();
    if (r >= 0 && r < rows && c >= 0 && c < cols) moveTo(r * cols + c);
    tipAtCursor(m);
  });
  maps.push(m);
}
function paint(m) {
  const { canvas, q } = m, ratio = window.devicePixelRatio || 1;
  const W = canvas.clientWidth || 300, H = Math.round(W * 0.92);
  canvas.width = W * ratio; canvas.height = H * ratio; canvas.style.height = H + "px";
  const g = canvas.getContext("2d");
  g.scale(ratio, ratio);
  g.fillStyle = "#fff"; g.fillRect(0, 0, W, H);
  g.font = "11px 'Liberation Sans', Arial, sans-serif";
  const left = 22 + Math.min(48, Math.max(...D.temp.ticks.map(v => g.measureText(v).width))), right = q ? 52 : 62, top = 7, bottom = 36;
  const b = m.box = canvas.basinBox = { x: left, y: top, w: W - left - right, h: H - top - bottom };
  const cw = b.w / cols, ch = b.h / rows;
  const looks = D.cells.map((_, i) => look(q, i));
  const numbers = ch > 14 && looks.every(s => !s.text || g.measureText(s.text).width < cw - 3); // all or none
  for (let i = 0; i < rows * cols; i++) {
    const c = i % cols, r = rows - 1 - Math.floor(i / cols), s = looks[i];
    const x = b.x + c * cw, y = b.y + r * ch, x1 = Math.min(x + cw + 0.6, b.x + b.w), y1 = Math.min(y + ch + 0.6, b.y + b.h);
    g.fillStyle = s.fill; g.fillRect(x, y, x1 - x, y1 - y);
    if (s.mark && Math.min(cw, ch) > 4) {
      g.strokeStyle = s.ink; g.lineWidth = s.mark === "x" ? 1 : 0.7; g.beginPath();
      if (s.mark === "x") {
        const k = Math.min(cw, ch) * 0.22, mx = x + cw / 2, my = y + ch / 2;
        g.moveTo(mx - k, my - k); g.lineTo(mx + k, my + k); g.moveTo(mx - k, my + k); g.lineTo(mx + k, my - k);
      } else {
        g.moveTo(x, y + ch); g.lineTo(x + cw, y); g.moveTo(x, y + ch / 2); g.lineTo(x + cw / 2, y); g.moveTo(x + cw / 2, y + ch); g.lineTo(x + cw, y + ch / 2);
      }
      g.stroke();
    }
    if (s.text && numbers) {
      g.fillStyle = s.ink; g.textAlign = "center"; g.textBaseline = "middle"; g.fillText(s.text, x + cw / 2, y + ch / 2 + 0.5);
    }
  }
  const X = c => b.x + (c + 0.5) * cw, Y = r => b.y + b.h - (r + 0.5) * ch, thin = Math.max(0.5, Math.min(1.3, Math.min(cw, ch) * 0.1));
  for (const [style, width] of [["#fff", thin * 2.8], ["#1a1a1a", thin]]) {
    g.strokeStyle = style; g.lineWidth = width; g.beginPath();
    for (const line of D.boundaries) line.forEach(([c, r], k) => k ? g.lineTo(X(c), Y(r)) : g.moveTo(X(c), Y(r)));
    g.stroke();
  }
  if (!q) names(g, X, Y, cw, ch, numbers);
  const ring = (i, style, width) => { g.strokeStyle = style; g.lineWidth = width; g.strokeRect(X(i % cols) - cw / 2, Y(Math.floor(i / cols)) - ch / 2, cw, ch); };
  if (selected >= 0) { ring(selected, "#fff", 5); ring(selected, "#d6006c", 2.5); }
  if (cursor !== selected) { ring(cursor, "#fff", 3); ring(cursor, "#000", 1.2); }
  g.strokeStyle = "#1a1a1a"; g.lineWidth = 1; g.strokeRect(b.x, b.y, b.w, b.h);
  axes(g, b, cw, ch, X, Y);
  if (q) bar(g, q, b); else legend(g, b);
}
// names writes each big region's phase, and a dot on cells whose label few resamples keep.
function names(g, X, Y, cw, ch, numbers) {
  g.lineWidth = 1.2; g.strokeStyle = "#000"; g.fillStyle = "#fff";
  const size = Math.min(cw, ch) * 0.13;
  if (size > 1.2) D.cells.forEach((c, i) => {
    if (c.c === null || c.c >= D.unsure || labelOf(i).name === "dead") return;
    g.beginPath(); g.arc(X(i % cols) + (numbers ? cw * 0.3 : 0), Y(Math.floor(i / cols)) - (numbers ? ch * 0.34 : 0), size, 0, 7); g.fill(); g.stroke();
  });
  if (numbers) return;
  g.save(); g.font = "bold 16px 'Liberation Sans', Arial, sans-serif"; g.textAlign = "center"; g.textBaseline = "middle";
  for (const n of D.names) {
    const l = D.labels[n.l], w = g.measureText(l.name).width + 8;
    g.fillStyle = l.color; g.fillRect(X(n.x) - w / 2, Y(n.y) - 10, w, 20);
    g.fillStyle = l.ink; g.fillText(l.name, X(n.x), Y(n.y) + 1);
  }
  g.restore();
}
function axes(g, b, cw, ch, X, Y) {
  g.fillStyle = "#1a1a1a"; g.textAlign = "center"; g.textBaseline = "top";
  const widest = Math.max(...D.load.ticks.map(v => g.measureText(v).width));
  const ex = Math.max(1, Math.ceil((widest + 6) / cw)), ey = Math.max(1, Math.ceil(13 / ch));
  D.load.ticks.forEach((v, i) => { if (i % ex === 0) g.fillText(v, X(i), b.y + b.h + 4); });
  g.textAlign = "right"; g.textBaseline = "middle";
  D.temp.ticks.forEach((v, i) => { if (i % ey === 0) g.fillText(v, b.x - 4, Y(i), 48); });
  g.textAlign = "center"; g.textBaseline = "bottom"; g.fillStyle = "#5c5c5c";
  g.fillText(D.load.label + (D.load.log ? " (log)" : ""), b.x + b.w / 2, b.y + b.h + 35);
  g.save(); g.translate(0, b.y + b.h / 2); g.rotate(-Math.PI / 2); g.textBaseline = "top";
  g.fillText(D.temp.label + (D.temp.log ? " (log)" : "") + (rows > 1 ? "   hotter →" : ""), 0, 1, b.h); g.restore();
}
function bar(g, q, b) {
  const x = b.x + b.w + 7, w = 10, tipHeight = 7;
  const y0 = b.y + b.h - (q.below ? tipHeight : 0), y1 = b.y + (q.above ? tipHeight : 0);
  const ramp = g.createLinearGradient(0, y0, 0, y1);
  q.colors.forEach((c, i) => ramp.addColorStop(i / (q.colors.length - 1), c));
  g.fillStyle = ramp; g.strokeStyle = "#1a1a1a"; g.lineWidth = 0.8; g.beginPath();
  g.moveTo(x, y0); if (q.below) g.lineTo(x + w / 2, y0 + tipHeight); g.lineTo(x + w, y0); g.lineTo(x + w, y1);
  if (q.above) g.lineTo(x + w / 2, y1 - tipHeight);
  g.lineTo(x, y1); g.closePath(); g.fill(); g.stroke();
  g.fillStyle = "#1a1a1a"; g.textAlign = "left"; g.textBaseline = "middle";
  for (const t of q.ticks) {
    const y = y0 + (y1 - y0) * t.at;
    g.beginPath(); g.moveTo(x + w, y); g.lineTo(x + w + 3, y); g.stroke();
    g.fillText(plain(t.label.replace(/·?10\^\{(.*?)\}/, (m, e) => (m[0] === "·" ? "e" : "1e") + e)), x + w + 5, y, 32);
  }
}
function legend(g, b) {
  D.labels.forEach((l, i) => {
    const x = b.x + b.w + 7, y = b.y + i * 19;
    g.fillStyle = l.color; g.fillRect(x, y, 11, 11); g.strokeStyle = "#333"; g.lineWidth = 0.8; g.strokeRect(x, y, 11, 11);
    g.fillStyle = "#1a1a1a"; g.textAlign = "left"; g.textBaseline = "middle"; g.fillText(l.name === "undefined" ? "none" : l.name, x + 15, y + 6, 42);
  });
}
function hit(m, e) {
  const rect = m.canvas.getBoundingClientRect(), b = m.box;
  const c = Math.floor((e.clientX - rect.left - b.x) / b.w * cols), r = rows - 1 - Math.floor((e.clientY - rect.top - b.y) / b.h * rows);
  return c >= 0 && c < cols && r >= 0 && r < rows ? r * cols + c : -1;
}
let queued = false;
function repaint() { if (!queued) { queued = true; requestAnimationFrame(() => { queued = false; maps.forEach(paint); }); } }
function moveTo(i) { if (i !== cursor) { cursor = i; repaint(); } }

// Tooltip -----------------------------------------------------------------------------------------------------------------------
function tip(m, i, x, y) {
  const lines = [where(i)];
  if (m.q) lines.push(`${plain(m.q.title)}: ${pm(m.q, i)}${m.q.unit && m.q.mean[i] !== null ? " " + m.q.unit : ""}  (n = ${m.q.n[i]})`);
  lines.push(`${labelOf(i).name === "undefined" || labelOf(i).name === "dead" ? "" : "phase "}${labelOf(i).name}${D.cells[i].c === null ? "" : ", " + surety(i)}`);
  if (D.cells[i].r) lines.push(D.cells[i].r);
  const t = $("tip");
  t.textContent = lines.join("\n"); t.hidden = false;
  t.style.left = Math.max(4, Math.min(x + 14, innerWidth - t.offsetWidth - 8)) + "px";
  t.style.top = (y + 18 + t.offsetHeight > innerHeight ? Math.max(4, y - 12 - t.offsetHeight) : y + 18) + "px";
}
function tipAtCursor(m) {
  const rect = m.canvas.getBoundingClientRect(), b = m.box;
  tip(m, cursor, rect.left + b.x + (cursor % cols + 0.5) * b.w / cols, rect.top + b.y + b.h - (Math.floor(cursor / cols) + 0.5) * b.h / rows);
}
function hideTip() { $("tip").hidden = true; }

// Curves and spectra ------------------------------------------------------------------------------------------------------------
const ORANGE = "#a64600", BLUE = "#1f65ab";
function ticksOf(lo, hi, count) {
  const raw = (hi - lo) / count, p = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].map(k => k * p).find(s => s >= raw);
  const out = [];
  for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * step; k++) out.push(Number((k * step).toPrecision(12)));
  return out;
}
// plot draws lines {x, y, color, width, dash} with a linear x axis and a linear or logarithmic y axis.
function plot(lines, o) {
  const W = o.width || 370, H = o.height || 170, L = 46, R = 14, T = o.title ? 22 : 8, B = 34;
  const svg = el("svg:svg", { class: "plot", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": o.label });
  const finite = (xs, keep) => xs.filter(v => v !== null && (!keep || keep(v)));
  const ys = finite(lines.flatMap(l => l.y), o.log ? v => v > 0 : null), xs = finite(lines.flatMap(l => l.x));
  if (!ys.length) return svg;
  let x0 = xs.reduce((a, b) => Math.min(a, b)), x1 = xs.reduce((a, b) => Math.max(a, b));
  let y0 = ys.reduce((a, b) => Math.min(a, b)), y1 = ys.reduce((a, b) => Math.max(a, b));
  if (x0 === x1) { x0 -= 0.5; x1 += 0.5; }
  if (o.log) { y0 = Math.max(y0, y1 * 1e-6); y0 = Math.log10(y0); y1 = Math.log10(y1) + 0.2; }
  else if (o.zero) { y0 = Math.min(0, y0); y1 = y1 === y0 ? y0 + 1 : y1 + 0.06 * (y1 - y0); }
  if (y1 - y0 < 1e-12) { y0 -= 0.5; y1 += 0.5; }
  const X = v => L + (v - x0) / (x1 - x0) * (W - L - R), Y = v => H - B - (v - y0) / (y1 - y0) * (H - T - B);
  const text = (x, y, s, a = {}) => svg.append(el("svg:text", { x, y, "text-anchor": "middle", ...a }, s));
  const ytick = o.log ? ticksOf(Math.ceil(y0), Math.floor(y1), 4).filter(Number.isInteger) : ticksOf(y0, y1, 4);
  for (const t of ytick) {
    svg.append(el("svg:line", { x1: L, x2: W - R, y1: Y(t), y2: Y(t), stroke: "#e6e6e6" }));
    text(L - 5, Y(t) + 4, o.log ? "1e" + minus(t) : num(t), { "text-anchor": "end" });
  }
  for (const t of ticksOf(x0, x1, W < 250 ? 3 : 5)) {
    svg.append(el("svg:line", { x1: X(t), x2: X(t), y1: H - B, y2: H - B + 4, stroke: "#333" }));
    text(X(t), H - B + 15, num(t));
  }
  svg.append(el("svg:rect", { x: L, y: T, width: W - L - R, height: H - T - B, fill: "none", stroke: "#333" }));
  text((L + W - R) / 2, H - 3, o.x);
  if (o.title) text(L, 14, o.title, { "text-anchor": "start", "font-weight": "600" });
  for (const l of lines) {
    let d = "", pen = false;
    l.x.forEach((v, k) => {
      let y = l.y[k];
      if (v === null || y === null || o.log && y <= 0) { pen = false; return; }
      if (o.log) y = Math.max(Math.log10(y), y0);
      d += `${pen ? "L" : "M"}${X(v).toFixed(1)} ${Y(y).toFixed(1)}`; pen = true;
    });
    svg.append(el("svg:path", { d, fill: "none", stroke: l.color, "stroke-width": l.width, "stroke-dasharray": l.dash || "none", "stroke-linejoin": "round", opacity: l.opacity || 1 }));
    if (l.points) l.x.forEach((v, k) => { if (v !== null && l.y[k] !== null) svg.append(el("svg:circle", { cx: X(v).toFixed(1), cy: Y(l.y[k]).toFixed(1), r: 2, fill: l.color })); });
  }
  return svg;
}
// curveLines are all pairs of a cell: the first drawn full, the others thin.
function curveLines(i, column) {
  const out = [];
  for (const [q, color, dash] of [["curve_line", ORANGE, "5 3"], ["curve_bezier", BLUE, ""]]) {
    (D.cells[i].a || []).filter(a => a.q === q).forEach((a, k) => {
      const c = a.n.indexOf(column);
      if (c > 0) out.push({ x: a.d[0], y: a.d[c], color, dash, width: k ? 1 : 2, opacity: k ? 0.35 : 1, points: !k && a.d[0].length <= 25 });
    });
  }
  return out;
}
// seedLines are all seeds of a cell: the first drawn full, the others thin.
function seedLines(i, quantity) {
  return (D.cells[i].a || []).filter(a => a.q === quantity).map((a, k) => ({ x: a.d[0], y: a.d[1], color: "#3b2a6b", width: k ? 1 : 1.6, opacity: k ? 0.3 : 1 }));
}
function curveKey(i) {
  const has = q => (D.cells[i].a || []).some(a => a.q === q), s = el("span", { class: "note" });
  if (has("curve_bezier")) s.append(el("span", { style: `color:${BLUE}` }, "━ Bézier curve  "));
  if (has("curve_line")) s.append(el("span", { style: `color:${ORANGE}` }, "╍ straight line"));
  return s;
}

// Detail ------------------------------------------------------------------------------------------------------------------------
function badge(i) {
  const l = labelOf(i);
  return el("span", { class: "badge", style: `background:${l.color};color:${l.ink}` }, l.name === "undefined" ? "no phase" : l.name === "dead" ? "dead" : "phase " + l.name);
}
function select(i) {
  selected = cursor = i;
  const c = D.cells[i], box = $("detail");
  box.replaceChildren(el("h3", {}, where(i)), badge(i), " ", el("span", { class: "note" }, [labelOf(i).name === "undefined" ? "" : labelOf(i).means, surety(i)].filter(Boolean).join(" · ")));
  const notes = [];
  if (c.r) notes.push(c.r);
  if (c.s) notes.push(`from one pair or seed, spread unknown: ${c.s.join(", ")}`);
  const [planned, seen, dead, diverged, failed] = c.k;
  notes.push(`${seen} of ${Math.max(planned, seen)} seeds` + [[dead, "dead"], [diverged, "diverged"], [failed, "failed"]].filter(([n]) => n).map(([n, w]) => `, ${n} ${w}`).join(""));
  box.append(el("p", { class: "note" }, notes.join("; ")));
  const body = el("tbody");
  for (const q of D.quantities) if (q.n[i]) body.append(el("tr", {}, el("td", {}, ...rich(heading(q))), el("td", {}, pm(q, i)), el("td", {}, String(q.n[i]))));
  if (body.children.length) box.append(el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "quantity"), el("th", { scope: "col" }, "mean ± s.e. over seeds"), el("th", { scope: "col" }, "n"))), body));
  const error = curveLines(i, "error"), loss = curveLines(i, "loss"), density = seedLines(i, "density");
  if (error.length || loss.length) box.append(curveKey(i));
  if (error.length) box.append(plot(error, { x: "t along the curve", title: "Training error (%)", label: "training error along the curves", zero: true }));
  if (loss.length) box.append(plot(loss, { x: "t along the curve", title: "Training loss", label: "training loss along the curves", zero: true }));
  if (density.length) box.append(plot(density, { x: "eigenvalue λ", title: "Hessian spectral density (log)", label: "spectral density of the Hessian", log: true }));
  const epochs = seedLines(i, "epoch_loss");
  if (epochs.length) box.append(plot(epochs, { x: "epoch", title: "Loss during training (log)", label: "loss of each epoch of training", log: true }));
  if (!error.length && !loss.length && !density.length && !epochs.length) {
    box.append(el("p", { class: "note" }, D.arraysOf === "telling" ? "Curves and spectra of so large a grid are kept for the telling cells only; basin export has them all." : "No curve or spectrum was measured here."));
  }
  repaint();
}

// Page --------------------------------------------------------------------------------------------------------------------------
function table(head, lines) {
  return el("table", {}, el("thead", {}, el("tr", {}, ...head.map(h => el("th", { scope: "col" }, ...rich(h))))),
    el("tbody", {}, ...lines.map(l => el("tr", {}, ...l.map(c => c instanceof Node ? el("td", {}, c) : el("td", typeof c === "string" && /^[a-z]/i.test(c) ? { class: "words" } : {}, ...rich(String(c))))))));
}
$("lead").textContent = `${rows * cols} cells: ${[D.load, D.temp].filter(a => a.path).map(a => `${a.values.length} of ${a.label} (${a.path})`).join(" × ") || "nothing swept"}.  ${minus(D.rule)}`;
newMap(null);
D.quantities.filter(q => q.panel).forEach(newMap);
$("maps").append($("hint"));
const marks = [];
if (D.labels.some(l => l.name === "dead")) marks.push("× dead: outputs do not depend on inputs.");
if (D.quantities.some(q => q.panel && q.at.some((a, i) => a === null && labelOf(i).name !== "dead"))) marks.push("Hatched: no value.");
if (D.cells.some((c, i) => c.c !== null && c.c < D.unsure && labelOf(i).name !== "dead")) marks.push(`○ Label kept by less than ${100 * D.unsure} % of resamples over seeds.`);
$("marks").textContent = marks.join(" ");
for (const t of D.telling) {
  const error = curveLines(t.cell, "error"), density = seedLines(t.cell, "density");
  const card = el("button", { class: "card", type: "button" }, el("div", { class: "why" }, t.why.join(", ")),
    el("div", { class: "where" }, where(t.cell), " ", badge(t.cell)));
  const plots = el("div", { class: "plots" });
  if (error.length) plots.append(plot(error, { width: 210, height: 150, x: "t", title: "Training error (%)", label: "training error along the curves", zero: true }));
  if (density.length) plots.append(plot(density, { width: 210, height: 150, x: "λ", title: "Spectral density", label: "spectral density of the Hessian", log: true }));
  card.append(plots);
  card.addEventListener("click", () => { select(t.cell); $("detail").scrollIntoView({ block: "nearest" }); });
  $("telling").append(card);
}
if (!D.telling.length) $("telling").append(el("p", { class: "note" }, "Nothing has been measured yet."));
const share = v => v === null ? "–" : (100 * v).toFixed(0) + " %";
$("robust").append(
  el("div", {}, el("h2", {}, "Phases"), table(["phase", "meaning", "cells", "mean test accuracy"], D.labels.map(l => [
    el("span", {}, el("span", { class: "swatch", style: `background:${l.color}` }), l.name === "undefined" ? "none" : l.name), l.means, l.cells, l.accuracy === null ? "–" : l.accuracy.toFixed(2) + " %"]))),
  el("div", {}, el("h2", {}, "Labels that change with a threshold"), table(["threshold", "value", "20 % smaller", "20 % larger"],
    D.sensitivity.map(s => [`${s.role}: ${s.quantity}`, num(s.threshold), share(s.lower), share(s.raise)]))));
if (D.correlations.length) $("robust").append(el("div", {}, el("h2", {}, "Rank correlation with test accuracy"),
  table(["quantity", "Spearman’s ρ", "cells"], D.correlations.map(c => [c.title, minus(c.rho.toFixed(3)), c.n]))));
$("all").addEventListener("toggle", () => { // built when first opened
  const into = $("all").querySelector(".scroll");
  if (into.children.length) return;
  into.append(table([D.load.label || "load", D.temp.label || "temperature", "phase", "kept (%)", ...D.quantities.map(heading)],
    D.cells.map((c, i) => [D.load.values[i % cols], D.temp.values[Math.floor(i / cols)], labelOf(i).name, c.c === null ? "–" : Math.round(100 * c.c), ...D.quantities.map(q => pm(q, i))])));
});
select(D.telling.length ? D.telling[0].cell : 0);
new ResizeObserver(repaint).observe($("maps"));
window.basinRepaint = () => { const start = performance.now(); maps.forEach(paint); return performance.now() - start; }; // for tests
repaint();
})();
