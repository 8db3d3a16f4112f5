// One document: its prompt, its choices, and what each of the runs shown made of it.

const longText = 1500;      // characters of a text that are shown at once
const shownErrors = 1.96;   // standard errors on either side: 95 %

function letterOf(index) {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1);
}

/** A text with what was searched for marked in it. */
function marked(text, query) {
  const piece = isolated("");
  const wanted = query.toLowerCase();
  const lower = text.toLowerCase();
  let from = 0;
  // Letters whose small form has another length would put the marks elsewhere.
  if (wanted && lower.length === text.length) {
    for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
      piece.append(text.slice(from, at), element("mark", {}, text.slice(at, at + wanted.length)));
      from = at + wanted.length;
    }
  }
  piece.append(text.slice(from));
  return piece;
}

/** A text that may be of any length: the beginning, and a button for the rest. */
function lengthy(text, query) {
  if (text.length <= longText) return marked(text, query);
  const box = element("span", {}, marked(`${text.slice(0, longText)}…`, query));
  const button = element("button", { type: "button" }, `Show all ${shown(text.length)} characters`);
  button.addEventListener("click", () => box.replaceChildren(isolated(text)));
  box.append(button);
  return box;
}

function passage(name, text, query) {
  return text === null ? null : element("p", { class: "passage" }, element("b", {}, name), " ", lengthy(text, query));
}

function sign(text, kind = "") {
  return element("span", { class: `sign ${kind}` }, text);
}

function signsOf(answer) {
  const signs = [];
  if (answer.correct === true) signs.push(sign("✓ right", "good"));
  if (answer.correct === false) signs.push(sign("✗ wrong", "bad"));
  if (known(answer.value) && typeof answer.correct !== "boolean") signs.push(sign(shown(answer.value)));
  if (answer.undecided) signs.push(sign("≈ undecided"));
  if (answer.missed) signs.push(sign("± target missed"));
  return element("span", { class: "signs" }, ...signs);
}

function choiceList(item, query) {
  if (!item.choices?.some((index) => textAt(item, index) !== null)) return null;
  if (item.choices.length === 1) return passage("Target", textAt(item, item.choices[0]), query);
  const entries = item.choices.map((index, choice) => element("li", { class: choice === item.gold ? "gold" : null },
    element("b", {}, `${letterOf(choice)} `), lengthy(textAt(item, index) ?? "", query),
    choice === item.gold ? element("span", { class: "tags" }, " ✓ right answer") : null));
  return element("ol", { class: "choices" }, ...entries);
}

// --- Scores -------------------------------------------------------------------------------------------------------

function reach(answer, choice) {
  return shownErrors * (answer.errors?.[choice] ?? 0);
}

/** The axis that all scores of a document share, in nats, so that runs side by side can be compared. */
function axisOf(answers) {
  const ends = answers.flatMap((answer) => (answer.scores ?? []).flatMap((score, choice) =>
    (known(score) ? [score - reach(answer, choice), score + reach(answer, choice)] : [])));
  const [low = 0, high = 1] = d3.extent(ends);
  return d3.scaleLinear([low, high === low ? low + 1 : high], [4, 96]);
}

/** Nats are compared with one another: all have the same three decimals. */
function nats(value) {
  return known(value) ? value.toFixed(3).replace(/^-(?=.*[1-9])/, "−").replace("-", "") : "–";
}

function rangeElement(answer, choice, axis) {
  const score = answer.scores[choice];
  if (!known(score)) return element("span", {});
  const [from, to] = [score - reach(answer, choice), score + reach(answer, choice)].map(axis);
  const whisker = element("i", {});
  whisker.style.left = `${from}%`;
  whisker.style.width = `${to - from}%`;
  const point = element("b", {});
  point.style.left = `${axis(score)}%`;
  return element("span", { "aria-hidden": "true" }, whisker, point);
}

function scoreRow(item, answer, choice, axis) {
  const only = answer.scores.length === 1;
  const gold = !only && choice === item.gold;
  const picked = choice === answer.picked;
  const error = answer.errors?.[choice];
  return element("tr", { class: [gold ? "gold" : "", picked ? "picked" : ""].join(" ").trim() || null },
    element("th", { scope: "row" }, only ? "Log-likelihood" : letterOf(choice), element("span", { class: "tags" }, gold ? " ✓ right" : "", picked ? " ◆ picked" : "")),
    element("td", { class: "number", "data-value": String(answer.scores[choice]) }, nats(answer.scores[choice]), error > 0 ? ` ± ${nats(shownErrors * error)}` : ""),
    answer.any_order ? element("td", { class: "number" }, nats(answer.any_order[choice])) : null,
    element("td", { class: "range" }, rangeElement(answer, choice, axis)));
}

function scoreTable(item, answer, axis) {
  if (!answer.scores) return null;
  const heads = [answer.scores.length === 1 ? "Text" : "Choice", answer.errors?.some((error) => error > 0) ? "Nats ± 1.96 s.e." : "Nats", ...(answer.any_order ? ["Any order"] : [])];
  return element("table", { class: "scores" },
    element("thead", {}, element("tr", {}, ...heads.map((text, index) => element("th", { scope: "col", "data-type": index ? "number" : null }, text)),
      element("th", { scope: "col" }, element("span", { class: "unseen" }, "Drawn")))),
    element("tbody", {}, ...answer.scores.map((score, choice) => scoreRow(item, answer, choice, axis))));
}

// --- Answers ------------------------------------------------------------------------------------------------------

function generationElements(item, answer, query) {
  const text = textAt(item, answer.generation);
  const extracted = textAt(item, answer.extracted);
  return [
    text === null ? null : element("div", { class: "generation" }, lengthy(text, query)),
    extracted === null ? null : passage("Extracted", extracted, query),
    answer.trace?.length ? traceElement(item, answer.trace) : null,
  ];
}

function answerElement(item, run, axis, query) {
  const answer = item.runs[run];
  if (!answer) return null;
  return element("section", { class: "answer" },
    element("h5", {}, isolated(shortened(labelOf(run), 80)), signsOf(answer)),
    scoreTable(item, answer, axis),
    ...generationElements(item, answer, query));
}

function changedSide(item, a, b) {
  const [one, other] = [item.runs[a]?.correct, item.runs[b]?.correct];
  return typeof one === "boolean" && typeof other === "boolean" && one !== other;
}

/** @param runs ids of the runs shown side by side */
function documentElement(task, item, runs, query) {
  const address = `d-${task}-${item.n}`;
  const axis = axisOf(runs.map((run) => item.runs[run]).filter(Boolean));
  const changed = runs.length > 1 && changedSide(item, runs[0], runs[1]);
  const id = String(item.id);
  return element("article", { class: "document", id: address, tabindex: "-1", "aria-labelledby": `${address}-name` },
    element("header", {},
      element("h4", { id: `${address}-name` }, element("a", { href: `#${address}` }, `#${item.n}`)),
      id === String(item.n) ? null : element("span", { class: "quiet" }, isolated(shortened(id, 80))),
      changed ? element("span", { class: "signs" }, sign("⇄ changed side")) : null),
    passage("Prompt", textAt(item, item.prompt), query),
    choiceList(item, query),
    item.choices ? null : passage("Target", textAt(item, item.target), query),
    element("div", { class: "answers" }, ...runs.map((run) => answerElement(item, run, axis, query))));
}
