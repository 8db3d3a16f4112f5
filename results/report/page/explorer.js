// The explorer of documents: one task at a time, filtered, searched, in pages, each document with a link of its own.

const pageSize = 20;

const filters = {
  all: { text: "all documents", keeps: () => true },
  wrong: { text: "wrong in the first run", keeps: (item, a) => item.runs[a]?.correct === false },
  changed: { text: "changed side between the two runs", keeps: changedSide },
  undecided: { text: "undecided in the first run", keeps: (item, a) => item.runs[a]?.undecided === true },
  missed: { text: "target error missed in the first run", keeps: (item, a) => item.runs[a]?.missed === true },
};

function runsOf(task) {
  return unique(tasksById.get(task).results.map((result) => result.run));
}

/** What is looked at: `places` are those of the documents that pass the filter, null for all of the task. */
function newView(task) {
  const [a, b = ""] = runsOf(task);
  return { task, chunks: readChunkList(task), filter: "all", a, b, query: "", page: 0, places: null, asked: 0 };
}

function sizeOf(view) {
  return view.places ? view.places.length : countOf(view.chunks);
}

/** Goes through all chunks of the task; a newer question ends an older one. */
async function findPlaces(view, say) {
  const { keeps } = filters[view.filter];
  const matches = view.query ? searchFor(view.query) : () => true;
  const asked = ++view.asked;
  const places = [];
  for (const [k, chunk] of view.chunks.entries()) {
    const { documents } = await openChunk(chunk);
    if (asked !== view.asked) return false;
    documents.forEach((item, index) => {
      if (keeps(item, view.a, view.b) && matches(item)) places.push(chunk.start + index);
    });
    if (k + 1 < view.chunks.length) say(`Reading ${k + 1} of ${view.chunks.length} chunks; ${places.length} found`);
  }
  view.places = places;
  return true;
}

async function documentsOfPage(view) {
  const from = view.page * pageSize;
  if (!view.places) return documentsBetween(view.chunks, from, from + pageSize);
  const found = [];
  for (const place of view.places.slice(from, from + pageSize)) found.push(...await documentsBetween(view.chunks, place, place + 1));
  return found;
}

// --- Controls -----------------------------------------------------------------------------------------------------

function labelled(text, control) {
  return element("label", {}, element("span", {}, text), control);
}

function pager(parts, onTurn) {
  const previous = element("button", { type: "button", on: { click: () => onTurn(-1) } }, "Previous");
  const next = element("button", { type: "button", on: { click: () => onTurn(1) } }, "Next");
  const where = element("span", { class: "status" });
  parts.push({ previous, next, where });
  return element("nav", { class: "pages", "aria-label": parts.length > 1 ? "Pages of documents, below" : "Pages of documents" }, previous, next, where);
}

function buildExplorer(tasks) {
  return {
    task: element("select", {}, ...tasks.map((task) => option(task, shortened(nameOf(task), 60)))),
    filter: element("select", {}, ...Object.entries(filters).map(([key, { text }]) => option(key, text))),
    a: element("select"), b: element("select"),
    query: element("input", { type: "search", placeholder: "Prompts, choices, answers", autocomplete: "off", spellcheck: "false" }),
    status: element("output"), title: element("h3", { class: "unseen" }), list: element("div", { class: "list" }), pagers: [],
  };
}

/** The names of the task and of its runs. */
function offerTask(controls, view) {
  const runs = runsOf(view.task).map((run) => [run, shortened(labelOf(run), 50)]);
  controls.a.replaceChildren(...runs.map(([run, text]) => option(run, text)));
  controls.b.replaceChildren(option("", "none"), ...runs.map(([run, text]) => option(run, text)));
  controls.title.replaceChildren(isolated(nameOf(view.task)));
  controls.a.closest("label").hidden = controls.b.closest("label").hidden = runs.length < 2;
}

/** The controls say what the view is, also where a link changed it. */
function showControls(controls, view) {
  for (const name of ["task", "filter", "a", "b", "query"]) {
    if (controls[name].value !== view[name]) controls[name].value = view[name];
  }
}

function showPager(controls, view) {
  const pages = Math.max(1, Math.ceil(sizeOf(view) / pageSize));
  for (const { previous, next, where } of controls.pagers) {
    previous.disabled = view.page === 0;
    next.disabled = view.page + 1 >= pages;
    where.textContent = `Page ${view.page + 1} of ${pages}`;
    where.parentElement.hidden = pages === 1;
  }
}

function statusOf(view) {
  const all = countOf(view.chunks);
  const ofTask = tasksById.get(view.task).documents;
  const kept = all < ofTask ? ` (the file holds ${all} of the task’s ${ofTask})` : "";
  return `${view.places ? `${view.places.length} of ${all}` : all} documents${kept}`;
}

// --- Doing --------------------------------------------------------------------------------------------------------

function setBusy(controls, busy) {
  controls.list.setAttribute("aria-busy", String(busy));
}

/** @returns whether nothing newer was asked for meanwhile */
async function showPage(controls, view) {
  const asked = ++view.asked;
  setBusy(controls, true);
  const documents = await documentsOfPage(view);
  if (asked !== view.asked) return false;
  const runs = [view.a, view.b].filter((run, index, all) => run && all.indexOf(run) === index);
  controls.list.replaceChildren(...documents.map((item) => documentElement(view.task, item, runs, view.query)));
  if (documents.length === 0) controls.list.append(element("p", { class: "quiet" }, "No document is like that."));
  showPager(controls, view);
  controls.status.value = statusOf(view);
  setBusy(controls, false);
  return true;
}

async function refresh(controls, view) {
  setBusy(controls, true);
  view.page = 0;
  view.places = null;
  if (view.filter !== "all" || view.query) {
    const complete = await findPlaces(view, (text) => { controls.status.value = text; });
    if (!complete) return;
  }
  await showPage(controls, view);
}

/** {task, n} of a link to a document, or null. */
function linkedDocument(hash) {
  const match = /^#d-(.+)-(\d+)$/.exec(hash);
  return match && tasksById.has(match[1]) ? { task: match[1], n: Number(match[2]) } : null;
}

function addListeners(controls, state, show) {
  for (const name of ["filter", "a", "b"]) {
    controls[name].addEventListener("change", () => {
      state.view[name] = controls[name].value;
      refresh(controls, state.view);
    });
  }
  const search = settled(200, () => {
    state.view.query = controls.query.value.trim();
    refresh(controls, state.view);
  });
  controls.query.addEventListener("input", () => {
    setBusy(controls, true);
    search();
  });
  controls.task.addEventListener("change", () => show(controls.task.value));
}

function placeExplorer(section, controls, turn) {
  const bar = element("div", { class: "toolbar", role: "search", "aria-label": "Documents" },
    labelled("Task", controls.task), labelled("Show", controls.filter), labelled("Run", controls.a), labelled("beside", controls.b),
    labelled("Search", controls.query), controls.status);
  const explorer = element("div", { class: "explorer" }, bar, pager(controls.pagers, (by) => turn(by)), controls.title, controls.list,
    pager(controls.pagers, (by) => turn(by, true)));
  const statics = [...section.querySelectorAll(".task-documents")];
  statics[0].before(explorer);
  // What was there without scripts stays until its place is taken, for print.
  controls.list.append(...statics[0].querySelectorAll(".document"));
  statics.forEach((part) => part.remove());
  controls.task.closest("label").hidden = controls.task.options.length < 2;
}

async function followLink(controls, state, open) {
  const link = linkedDocument(location.hash);
  if (!link || !state.tasks.includes(link.task)) return;
  state.isFollowing = true;
  const view = open(link.task);
  view.filter = "all";
  view.query = "";
  const place = await placeOf(view.chunks, link.n);
  if (place < 0) {
    controls.status.value = `Document ${link.n} of ${nameOf(link.task)} is not in this file`;
    return;
  }
  view.places = null;
  view.page = Math.floor(place / pageSize);
  showControls(controls, view);
  if (!await showPage(controls, view)) return;
  const article = document.getElementById(`d-${link.task}-${link.n}`);
  article?.classList.add("found");
  article?.scrollIntoView({ behavior: "instant" });
  article?.focus({ preventScroll: true });
}

function startExplorer() {
  const section = document.getElementById("documents");
  const tasks = unique([...document.querySelectorAll("script.chunk")].map((block) => block.dataset.task)).filter((task) => tasksById.has(task));
  if (!section?.querySelector(".task-documents") || tasks.length === 0) return;
  if (!("DecompressionStream" in globalThis)) {
    section.querySelector(".task-documents").before(element("p", { class: "note" }, "This browser cannot open the rest of the documents (no DecompressionStream)."));
    return;
  }
  const controls = buildExplorer(tasks);
  const state = { tasks, view: null, isFollowing: false };
  const views = new Map();
  const open = (task) => {
    if (!views.has(task)) views.set(task, newView(task));
    if (state.view) ++state.view.asked;
    state.view = views.get(task);
    offerTask(controls, state.view);
    showControls(controls, state.view);
    return state.view;
  };
  const show = (task) => refresh(controls, open(task));
  const turn = async (by, toTop = false) => {
    state.view.page += by;
    await showPage(controls, state.view);
    if (toTop) controls.list.firstElementChild?.scrollIntoView({ behavior: "instant" });
  };
  placeExplorer(section, controls, turn);
  addListeners(controls, state, show);
  addEventListener("hashchange", () => followLink(controls, state, open));
  open(tasks[0]);
  followLink(controls, state, open);
  // A link that was followed shows a page of its own.
  whenNear(section, () => { if (!state.isFollowing) refresh(controls, state.view); });
}

/** Chunks are opened when the reader comes near, not while the page is being shown. */
function whenNear(target, action) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    action();
  }, { rootMargin: "1200px" });
  observer.observe(target);
}
