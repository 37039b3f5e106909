// Tables, and what is shown of the selected cell.
function table(head, lines) {
  const words = head.map((_, k) => lines.some(l => /^[a-z]/i.test(l[k])) ? "words" : "");
  const scope = { th: { scope: "col" }, td: {} };
  const cells = (tag, line) => line.map((c, k) => el(tag, { class: words[k], ...scope[tag] }, ...rich(c)));
  return el("table", {}, el("thead", {}, el("tr", {}, ...cells("th", head))),
    el("tbody", {}, ...lines.map(l => el("tr", {}, ...cells("td", l)))));
}

function badge(i) {
  const l = labelOf(i);
  return D.phases ? el("span", { class: "badge", style: `background:${l.color};color:${l.ink}` }, l.title) : "";
}

function select(i) {
  selected = cursor = i;
  const c = D.cells[i], box = $("detail"), plots = plotsOf(i);
  const measured = D.quantities.filter(q => q.n[i]);
  const meaning = D.phases ? [labelOf(i).means, surety(i)].filter(Boolean).join(" · ") : "";
  box.replaceChildren(el("h3", {}, where(i)), badge(i), " ", el("span", { class: "note" }, meaning),
    el("p", { class: "note" }, c.n.join("; ")));
  if (measured.length) {
    const head = ["quantity", "mean ± s.e. over seeds", "n"];
    const values = table(head, measured.map(q => [q.heading, q.value[i], String(q.n[i])]));
    measured.forEach((q, k) => { values.tBodies[0].rows[k].cells[0].title = q.doc; });
    box.append(values);
  }
  box.append(...plots.map(p => plot(i, p)));
  if (!plots.length && D.plots.length) {
    box.append(el("p", { class: "note" }, !D.partial ? "No curve was measured here."
      : "The curves of so large a grid are here for highlights only: basin export --table arrays has them all."));
  }
  repaint();
}

// allCells is the table of all cells, built when first opened.
function allCells(into) {
  if (into.children.length) return;
  const phases = D.phases ? ["phase", "kept (%)"] : [];
  const head = [...D.axes.map(a => a.label), ...phases, ...D.quantities.map(q => q.heading)];
  into.append(table(head, D.cells.map((c, i) => [...D.axes.map((_, a) => valueOf(i, a)),
    ...(D.phases ? [labelOf(i).name, c.k || "–"] : []), ...D.quantities.map(q => q.value[i])])));
}
