// Maps of the grid, on canvases.
const maps = [];
const FONT = "11px 'Liberation Sans', Arial, sans-serif", INK = "#1a1a1a", GREY = "#5c5c5c";
const DEAD = { fill: "#bdbdbd", ink: "#4a4a4a", mark: "x" }, EMPTY = { fill: "#f2f2f2", ink: "#b4b4b4", mark: "/" };

// look says how a cell is drawn: its colour, the ink on it, text and mark. Without a quantity it is that of its
// phase.
function look(q, i) {
  const l = labelOf(i);
  if (!q) return { fill: l.color, ink: l.ink, text: l.mark ? "" : l.name, mark: l.mark };
  if (q.at[i] < 0) return l.mark === "x" ? DEAD : EMPTY;
  const p = D.palettes[q.bar.palette];
  return { fill: p.colors[q.at[i]], ink: p.inks[q.at[i]], text: q.text[i] };
}

function newMap(q) {
  const title = q ? q.heading : "Phases";
  const canvas = el("canvas", { tabindex: "0", role: "application", "data-map": q ? q.name : "phases",
    "aria-label": `${plain(title)}: map of ${D.rows} × ${D.cols} cells. Arrow keys move, Enter selects.` });
  const m = { q, canvas, box: null };
  const caption = el("figcaption", { title: q ? q.doc : plain(title) }, ...rich(title));
  $("maps").append(el("figure", { class: q ? "map" : "map hero" }, caption, canvas));
  canvas.addEventListener("mousemove", e => {
    const i = hit(m, e);
    if (i < 0) return hideTip();
    moveTo(i);
    tip(m, i, e.clientX, e.clientY);
  });
  canvas.addEventListener("mouseleave", hideTip);
  canvas.addEventListener("click", e => { const i = hit(m, e); if (i >= 0) select(i); });
  canvas.addEventListener("focus", () => { if (canvas.matches(":focus-visible")) tipAtCursor(m); });
  canvas.addEventListener("blur", hideTip);
  canvas.addEventListener("keydown", e => {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };
    const [dr, dc] = steps[e.key] || [0, 0];
    if (dr || dc) {
      const r = rowOf(cursor) + dr, c = colOf(cursor) + dc;
      if (r >= 0 && r < D.rows && c >= 0 && c < D.cols) moveTo(at(sheet, r, c));
      tipAtCursor(m);
    } else if (e.key === "Enter" || e.key === " ") select(cursor);
    else if (e.key === "Escape") hideTip();
    else return;
    e.preventDefault();
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
  g.font = FONT;
  const wide = texts => Math.max(0, ...texts.map(s => g.measureText(plain(s)).width));
  const [ax, ay] = D.axes, left = ay ? 24 + wide(ay.ticks.map(t => t.label)) : 8, bottom = ax ? 36 : 8;
  const right = 24 + (q ? wide(q.bar.ticks.map(t => t.label)) : wide(D.labels.map(l => l.name)));
  const b = m.box = canvas.basinBox = { x: left, y: 7, w: W - left - right, h: H - 7 - bottom };
  const cw = b.w / D.cols, ch = b.h / D.rows, X = c => b.x + (c + 0.5) * cw, Y = r => b.y + b.h - (r + 0.5) * ch;
  const first = at(sheet, 0, 0), looks = Array.from({ length: perSheet }, (_, i) => look(q, first + i));
  const numbers = ch > 14 && looks.every(s => !s.text || g.measureText(s.text).width < cw - 3); // all or none
  looks.forEach((s, i) => cell(g, s, X(colOf(i)), Y(rowOf(i)), cw, ch, b, numbers));
  const thin = Math.max(0.5, Math.min(1.3, Math.min(cw, ch) * 0.1));
  for (const [style, width] of [["#fff", thin * 2.8], [INK, thin]]) {
    g.strokeStyle = style; g.lineWidth = width; g.beginPath();
    for (const line of D.boundaries[sheet]) {
      line.forEach(([c, r], k) => k ? g.lineTo(X(c), Y(r)) : g.moveTo(X(c), Y(r)));
    }
    g.stroke();
  }
  if (!q) names(g, X, Y, cw, ch, numbers);
  const ring = (i, style, width) => {
    if (sheetOf(i) !== sheet) return;
    g.strokeStyle = style; g.lineWidth = width; g.strokeRect(X(colOf(i)) - cw / 2, Y(rowOf(i)) - ch / 2, cw, ch);
  };
  ring(selected, "#fff", 5); ring(selected, "#d6006c", 2.5);
  if (cursor !== selected) { ring(cursor, "#fff", 3); ring(cursor, "#000", 1.2); }
  g.strokeStyle = INK; g.lineWidth = 1; g.strokeRect(b.x, b.y, b.w, b.h);
  if (ax) axis(g, ax, b, cw, X, false);
  if (ay) axis(g, ay, b, ch, Y, true);
  if (q) bar(g, q.bar, b); else legend(g, b);
}

// cell fills a cell around its middle, with its mark or text. A hair of overlap hides seams; the next cell paints
// over it.
function cell(g, s, x, y, cw, ch, b, numbers) {
  const small = Math.min(cw, ch), k = small * 0.22, w = cw / 2, h = ch / 2;
  g.fillStyle = s.fill;
  g.fillRect(x - w, y - h, Math.min(cw + 0.6, b.x + b.w - x + w), Math.min(ch + 0.6, b.y + b.h - y + h));
  if (s.mark && small > 4) {
    g.strokeStyle = s.ink; g.lineWidth = s.mark === "x" ? 1 : 0.7; g.beginPath();
    const cross = [[-k, -k, k, k], [-k, k, k, -k]], hatch = [[-w, h, w, -h], [-w, 0, 0, -h], [0, h, w, 0]];
    for (const [x0, y0, x1, y1] of s.mark === "x" ? cross : hatch) {
      g.moveTo(x + x0, y + y0); g.lineTo(x + x1, y + y1);
    }
    g.stroke();
  }
  if (s.text && numbers) {
    g.fillStyle = s.ink; g.textAlign = "center"; g.textBaseline = "middle";
    g.fillText(s.text, x, y + 0.5);
  }
}

// names writes the names of big regions where cells have none, and marks cells whose label is unsure.
function names(g, X, Y, cw, ch, numbers) {
  const r = Math.min(cw, ch) * 0.13;
  if (r > 1.2) D.cells.slice(at(sheet, 0, 0), at(sheet + 1, 0, 0)).forEach((c, i) => {
    if (!c.u) return;
    g.beginPath(); g.arc(X(colOf(i)) + (numbers ? cw * 0.3 : 0), Y(rowOf(i)) - (numbers ? ch * 0.34 : 0), r, 0, 7);
    g.fillStyle = "#fff"; g.fill(); g.strokeStyle = "#000"; g.lineWidth = 1.2; g.stroke();
  });
  if (numbers) return;
  g.save();
  g.font = "bold 16px 'Liberation Sans', Arial, sans-serif"; g.textAlign = "center"; g.textBaseline = "middle";
  for (const n of D.names[sheet]) {
    const l = D.labels[n.l], w = g.measureText(l.name).width + 8;
    g.fillStyle = l.color; g.fillRect(X(n.x) - w / 2, Y(n.y) - 10, w, 20);
    g.fillStyle = l.ink; g.fillText(l.name, X(n.x), Y(n.y) + 1);
  }
  g.restore();
}

// fit cuts a text to a width.
function fit(g, s, width) {
  if (g.measureText(s).width <= width) return s;
  while (s && g.measureText(s + "…").width > width) s = s.slice(0, -1);
  return s + "…";
}

// axis labels as many ticks as have room, and writes the title beyond them.
function axis(g, a, b, size, place, upward) {
  const room = upward ? 13 : Math.max(...a.ticks.map(t => g.measureText(plain(t.label)).width)) + 8;
  const gaps = a.ticks.slice(1).map((t, i) => (t.at - a.ticks[i].at) * size);
  const every = Math.max(1, Math.ceil(room / Math.min(room, ...gaps)));
  g.fillStyle = INK; g.textAlign = upward ? "right" : "center"; g.textBaseline = upward ? "middle" : "top";
  a.ticks.forEach((t, i) => {
    if (i % every) return;
    const [x, y] = upward ? [b.x - 4, place(t.at)] : [place(t.at), b.y + b.h + 4];
    g.fillText(plain(t.label), x, y);
  });
  g.save(); g.fillStyle = GREY; g.textAlign = "center"; g.textBaseline = "top";
  if (upward) { g.translate(1, b.y + b.h / 2); g.rotate(-Math.PI / 2); g.fillText(fit(g, a.title, b.h), 0, 0); }
  else g.fillText(fit(g, a.title, b.w + 30), b.x + b.w / 2, b.y + b.h + 22);
  g.restore();
}

// bar draws a colour bar beside a box, with pointed ends where values lie beyond it.
function bar(g, s, b) {
  const x = b.x + b.w + 7, w = 10, tip = 7, colors = D.palettes[s.palette].colors;
  const y0 = b.y + b.h - (s.below ? tip : 0), y1 = b.y + (s.above ? tip : 0);
  const ramp = g.createLinearGradient(0, y0, 0, y1);
  for (let i = 0; i < colors.length; i += 15) ramp.addColorStop(i / (colors.length - 1), colors[i]);
  g.fillStyle = ramp; g.strokeStyle = INK; g.lineWidth = 0.8; g.beginPath();
  g.moveTo(x, y0); if (s.below) g.lineTo(x + w / 2, y0 + tip); g.lineTo(x + w, y0); g.lineTo(x + w, y1);
  if (s.above) g.lineTo(x + w / 2, y1 - tip);
  g.lineTo(x, y1); g.closePath(); g.fill(); g.stroke();
  g.fillStyle = INK; g.textAlign = "left"; g.textBaseline = "middle";
  for (const t of s.ticks) {
    const y = y0 + (y1 - y0) * t.at;
    g.beginPath(); g.moveTo(x + w, y); g.lineTo(x + w + 3, y); g.stroke();
    g.fillText(plain(t.label), x + w + 5, y);
  }
}
function legend(g, b) {
  D.labels.forEach((l, i) => {
    const x = b.x + b.w + 7, y = b.y + i * 19;
    g.fillStyle = l.color; g.fillRect(x, y, 11, 11);
    g.strokeStyle = "#333"; g.lineWidth = 0.8; g.strokeRect(x, y, 11, 11);
    g.fillStyle = INK; g.textAlign = "left"; g.textBaseline = "middle"; g.fillText(l.name, x + 15, y + 6);
  });
}

function hit(m, e) {
  const rect = m.canvas.getBoundingClientRect(), b = m.box;
  const c = Math.floor((e.clientX - rect.left - b.x) / b.w * D.cols);
  const r = D.rows - 1 - Math.floor((e.clientY - rect.top - b.y) / b.h * D.rows);
  return c >= 0 && c < D.cols && r >= 0 && r < D.rows ? at(sheet, r, c) : -1;
}
let queued = false;
function repaint() {
  if (queued) return;
  queued = true;
  requestAnimationFrame(() => { queued = false; maps.forEach(paint); });
}
function moveTo(i) { if (i !== cursor) { cursor = i; repaint(); } }

function tip(m, i, x, y) {
  const lines = [where(i)], q = m.q, unit = q && q.unit && q.n[i] ? " " + q.unit : "";
  if (q) lines.push(`${plain(q.title)}: ${q.value[i]}${unit}  (n = ${q.n[i]})`);
  if (D.phases) lines.push([labelOf(i).title, surety(i)].filter(Boolean).join(", "));
  lines.push(...D.cells[i].n.slice(0, -1));
  const t = $("tip");
  t.textContent = lines.join("\n"); t.hidden = false;
  t.style.left = Math.max(4, Math.min(x + 14, innerWidth - t.offsetWidth - 8)) + "px";
  t.style.top = (y + 18 + t.offsetHeight > innerHeight ? Math.max(4, y - 12 - t.offsetHeight) : y + 18) + "px";
}
function tipAtCursor(m) {
  const rect = m.canvas.getBoundingClientRect(), b = m.box;
  const x = b.x + (colOf(cursor) + 0.5) * b.w / D.cols, y = b.y + b.h - (rowOf(cursor) + 0.5) * b.h / D.rows;
  tip(m, cursor, rect.left + x, rect.top + y);
}
function hideTip() { $("tip").hidden = true; }
