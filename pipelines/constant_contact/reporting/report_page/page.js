// The page reads without this; it tells when it is stale, shows a mark's own label, and sorts and filters mailings.
"use strict";
// A page is opened long after it was made, also when no later run has made it anew.
const verdict = document.querySelector("[data-stale-from]");
if (verdict && Date.now() >= Date.parse(verdict.dataset.staleFrom)) {
  verdict.className = "verdict bad";
  verdict.querySelector("strong").textContent = verdict.dataset.whenStale;
}
const tip = document.getElementById("tip");
const isMark = '[role="graphics-symbol"][aria-label]';
function show(mark, x, y) {
  tip.hidden = !mark;
  if (!mark) return;
  tip.textContent = mark.getAttribute("aria-label");
  tip.style.left = Math.max(8, Math.min(x + 14, document.documentElement.clientWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = Math.max(8, y - tip.offsetHeight - 12) + "px";
}
// A finger is wider than a dot: the nearest mark of the chart within its reach counts.
function nearest(chart, x, y) {
  let best = null, least = 24;
  for (const mark of chart.querySelectorAll(isMark)) {
    const box = mark.getBoundingClientRect();
    const gap = Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
    if (gap < least) { best = mark; least = gap; }
  }
  return best;
}
function point(event) {
  const chart = event.target.closest("figure > div");
  show(chart && nearest(chart, event.clientX, event.clientY), event.clientX, event.clientY);
}
document.addEventListener("pointermove", point);
document.addEventListener("pointerdown", point);
for (const chart of document.querySelectorAll("figure > div")) {
  let at = -1;
  chart.addEventListener("keydown", (event) => {
    const marks = chart.querySelectorAll(isMark);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: marks.length - 1 }[event.key];
    if (event.key === "Escape") return show(null);
    if (next === undefined || !marks.length) return;
    event.preventDefault();
    at = Math.max(0, Math.min(next, marks.length - 1));
    const box = marks[at].getBoundingClientRect();
    show(marks[at], box.right, box.top);
  });
  chart.addEventListener("blur", () => show(null));
}

const SHOWN_FIRST = 20, WORTH_SORTING = 4;
const controls = document.querySelector(".controls");
const table = document.querySelector(".mailings");
const rows = controls ? [...table.tBodies] : [];
if (rows.length >= WORTH_SORTING) {
  const [filter, kind, order, found] = ["filter", "kind", "order", "found"].map((id) => document.getElementById(id));
  let key = "sent", down = true, all = rows.length <= SHOWN_FIRST;
  const more = document.createElement("button");
  more.className = "all";
  more.textContent = `Show all ${rows.length}`;
  const value = (row) => (key === "name" || key === "sent" ? row.dataset[key] : Number(row.dataset[key]));
  const compare = (one, other) =>
    key === "name" ? one.dataset.name.localeCompare(other.dataset.name) : value(one) < value(other) ? -1 : value(one) > value(other) ? 1 : 0;
  function draw() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = rows.filter((row) => {
      const text = row.dataset.search.toLowerCase();
      return words.every((word) => text.includes(word)) && (!kind.value || row.dataset.kind === kind.value);
    });
    rows.sort((one, other) => (down ? -1 : 1) * compare(one, other));
    table.append(...rows);
    let place = 0;
    for (const row of rows) {
      row.hidden = !fits.includes(row);
      row.classList.toggle("later", !row.hidden && !all && ++place > SHOWN_FIRST);
    }
    found.textContent = `${fits.length} of ${rows.length} mailings`;
    more.hidden = all || fits.length <= SHOWN_FIRST;
    for (const head of table.tHead.rows[0].cells) {
      if (head.dataset.key === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      down = head.dataset.key === key ? !down : head.dataset.key !== "name";
      key = order.value = head.dataset.key;
      draw();
    });
  }
  filter.addEventListener("input", draw);
  kind.addEventListener("change", draw);
  order.addEventListener("change", () => { key = order.value; down = key !== "name"; draw(); });
  more.addEventListener("click", () => { all = true; draw(); });
  table.after(more);
  controls.hidden = false;
  draw();
}
