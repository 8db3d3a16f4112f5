// What all scripts of the page share: the report's data, elements, numbers as text.
// Texts of benchmarks and models reach the page as text nodes and attributes only, never as markup.

const report = JSON.parse(document.getElementById("report-data").textContent);
const runsById = new Map(report.runs.map((run) => [run.id, run]));
const tasksById = new Map(report.tasks.map((task) => [task.id, task]));

/** element("button", {type: "button"}, "Copy"): attributes that are null or false are left out, `on` holds listeners. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") Object.entries(value).forEach(([event, listener]) => made.addEventListener(event, listener));
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function option(value, text) {
  return element("option", { value }, text);
}

/** A text of unknown direction, which must not turn what stands around it. */
function isolated(text) {
  return element("span", { class: "text", dir: "auto" }, text);
}

function shortened(text, characters) {
  const all = Array.from(text.slice(0, 2 * characters + 2));
  return all.length > characters ? `${all.slice(0, characters - 1).join("")}…` : text;
}

function labelOf(run) {
  return runsById.get(run)?.label ?? run;
}

function nameOf(task) {
  return tasksById.get(task)?.name ?? task;
}

/** Four significant digits, grouped above 9999; a true minus; a dash for what is not known. */
function shown(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(2).replace("-", "−");
  const decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  const text = Math.abs(value).toLocaleString("en", { maximumFractionDigits: decimals });
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

function shownRange(low, high) {
  return `${shown(low)} to ${shown(high)}`;
}

function known(value) {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** Runs a function once things have been quiet for a while. */
function settled(milliseconds, action) {
  let waiting = 0;
  return (...values) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => action(...values), milliseconds);
  };
}
