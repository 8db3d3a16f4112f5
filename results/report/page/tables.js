// Tables that can be sorted and filtered. Without scripts they are whole tables; here they get buttons.

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function rowsOf(table) {
  return [...table.tBodies].flatMap((body) => [...body.rows]);
}

function numberOf(cell) {
  const text = cell?.dataset.value ?? cell?.textContent.trim().replace("−", "-") ?? "";
  return text === "" ? NaN : Number(text);
}

/** Orders two rows by a column; cells without a number come last whichever way. */
function compareRows(a, b, column, isNumber, direction) {
  if (!isNumber) {
    const [one, other] = [a, b].map((row) => row.cells[column]?.textContent.trim() ?? "");
    return direction * collator.compare(one, other);
  }
  const [one, other] = [a, b].map((row) => numberOf(row.cells[column]));
  if (Number.isNaN(one) || Number.isNaN(other)) return Number.isNaN(one) - Number.isNaN(other);
  return direction * (one - other);
}

/** First up, then down, then as it was written. */
function sortBy(table, header, original) {
  const next = { none: "ascending", ascending: "descending", descending: "none" }[header.getAttribute("aria-sort") ?? "none"];
  for (const other of table.tHead.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
  const body = table.tBodies[0];
  const rows = [...original];
  if (next !== "none") {
    header.setAttribute("aria-sort", next);
    const direction = next === "ascending" ? 1 : -1;
    rows.sort((a, b) => compareRows(a, b, header.cellIndex, header.dataset.type === "number", direction));
  }
  body.append(...rows);
}

function addSorting(table) {
  const headers = table.tHead?.rows.length === 1 ? [...table.tHead.rows[0].cells] : [];
  if (table.tBodies.length !== 1 || rowsOf(table).some((row) => [...row.cells].some((cell) => cell.rowSpan > 1))) return;
  const original = rowsOf(table);
  for (const header of headers) {
    if (header.textContent.trim() === "") continue;
    const button = element("button", { type: "button" }, ...header.childNodes);
    button.addEventListener("click", () => sortBy(table, header, original));
    header.append(button);
  }
}

function filterRows(table, wanted, output) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = rowsOf(table);
  let left = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    left += row.hidden ? 0 : 1;
  }
  output.value = words.length ? `${left} of ${rows.length} rows` : "";
}

function titleOf(table) {
  return table.caption?.textContent.trim() || table.closest("figure")?.querySelector("figcaption")?.textContent.trim() || "table";
}

// Few rows are read faster than filtered.
const fewRows = 4;

function toolbarOf(table) {
  const output = element("output");
  const bar = element("div", { class: "toolbar" });
  if (table.caption) {
    bar.append(element("span", { class: "title", "aria-hidden": "true" }, ...[...table.caption.childNodes].map((node) => node.cloneNode(true))));
    table.caption.classList.add("unseen");
  }
  if (rowsOf(table).length > fewRows) {
    const filter = element("input", { type: "search", placeholder: "Filter rows", "aria-label": `Filter rows of ${titleOf(table)}` });
    filter.addEventListener("input", settled(80, () => filterRows(table, filter.value, output)));
    bar.append(filter);
  }
  bar.append(
    copyButton("Copy as Markdown", () => markdownOf(table), output),
    copyButton("Copy as CSV", () => csvOf(table), output),
    output);
  return bar;
}

/** Wide tables scroll by themselves, and by keyboard, while their tools stay where they are. */
function makeScrollable(table) {
  const frame = table.parentElement;
  const box = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": titleOf(table) });
  for (const name of ["tabindex", "role", "aria-label", "aria-labelledby"]) {
    if (frame.classList.contains("table")) frame.removeAttribute(name);
  }
  table.before(box);
  box.append(table);
  return box;
}

function addTableTools() {
  for (const table of document.querySelectorAll("table.data")) {
    addSorting(table);
    const box = makeScrollable(table);
    const frame = box.closest("div.table");
    frame?.classList.add("ready");
    if (frame) frame.prepend(toolbarOf(table));
    else box.before(toolbarOf(table));
  }
}
