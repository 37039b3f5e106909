// The page.
$("lead").textContent = D.lead;
$("marks").textContent = D.marks;
if (D.phases) newMap(null);
D.quantities.filter(q => q.main).forEach(newMap);
$("maps").append($("hint"));
if (!maps.length) $("hint").hidden = true;

// A selector for each axis beyond the second.
D.axes.slice(2).forEach((a, k) => {
  const choice = el("select", { "data-axis": a.label }, ...a.values.map((v, i) => el("option", { value: i }, v)));
  choice.addEventListener("change", chooseSheet);
  $("sheets").append(el("label", {}, a.label + " ", choice));
});
function chooseSheet() {
  const choices = [...$("sheets").querySelectorAll("select")];
  sheet = choices.reduceRight((n, s, k) => n * D.axes[k + 2].values.length + s.selectedIndex, 0);
  select(at(sheet, rowOf(selected), colOf(selected)));
}
// show selects a cell, on its sheet.
function show(i) {
  sheet = sheetOf(i);
  $("sheets").querySelectorAll("select").forEach((s, k) => { s.selectedIndex = placeOf(i)[k + 2]; });
  select(i);
}

for (const h of D.highlights) {
  const card = el("button", { class: "card", type: "button" },
    el("div", { class: "why" }, h.why.join(" · ")),
    el("div", { class: "where" }, where(h.cell), " ", badge(h.cell)),
    el("div", { class: "plots" }, ...plotsOf(h.cell).slice(0, 2).map(p => plot(h.cell, p, true))));
  card.addEventListener("click", () => { show(h.cell); $("detail").scrollIntoView({ block: "nearest" }); });
  $("highlights").append(card);
}
if (!D.highlights.length) $("highlights").append(el("p", { class: "note" }, "No cell stands out yet."));
for (const t of D.tables) {
  const made = table(t.head, t.lines);
  const swatch = c => el("span", { class: "swatch", style: `background:${c}` });
  (t.color || []).forEach((c, i) => made.tBodies[0].rows[i].cells[0].prepend(swatch(c)));
  $("tables").append(el("div", {}, el("h2", {}, ...rich(t.title)), made));
}
$("all").addEventListener("toggle", () => allCells($("all").querySelector(".scroll")));
show(D.highlights.length ? D.highlights[0].cell : 0);
new ResizeObserver(repaint).observe($("maps"));
window.basinRepaint = () => { // for tests
  const start = performance.now();
  maps.forEach(paint);
  return performance.now() - start;
};
repaint();
