// How a generation came about: a slider over the steps shows which token was revealed when, and how sure the model was.

/** SentencePiece writes a space as U+2581, and a byte that no token has as <0x0A>. */
function pieceText(text) {
  if (text === null) return "•";
  return text.replaceAll("\u2581", " ").replace(/^<0x0A>$/, "\n");
}

/** {step, position, text, probability}, by position, of one pass; a second stage begins its positions anew. */
function passesOf(item, trace) {
  return d3.groups(trace, (row) => row[4] ?? 0).map(([, rows]) => {
    const tokens = rows.map(([step, position, text, probability]) => ({ step, position, text: pieceText(textAt(item, text)), probability }));
    return d3.sort(tokens, (token) => token.position);
  });
}

function describeStep(tokens, step, last) {
  const now = tokens.filter((token) => token.step === step);
  const said = now.slice(0, 6).map((token) => `“${shortened(token.text.trim(), 30)}” ${shown(token.probability)}`).join(", ");
  const more = now.length > 6 ? ` and ${now.length - 6} more` : "";
  return `Step ${step} of ${last}: ${now.length ? `${said}${more}` : "nothing revealed"}`;
}

function showStep(spans, tokens, step) {
  tokens.forEach((token, index) => {
    const revealed = token.step <= step;
    const span = spans[index];
    span.textContent = revealed ? token.text : "▢";
    span.classList.toggle("hidden", !revealed);
    span.classList.toggle("now", token.step === step);
    span.style.setProperty("--sure", revealed ? token.probability ?? 0 : 0);
  });
}

function passElement(tokens, title) {
  const [first, last] = d3.extent(tokens, (token) => token.step);
  const spans = tokens.map((token) => element("span", { class: "token", title: `step ${token.step}, position ${token.position}, probability ${shown(token.probability)}` }));
  const output = element("output", {});
  const slider = element("input", { type: "range", min: first, max: last, step: 1, value: last, "aria-label": title });
  const show = () => {
    const step = Number(slider.value);
    const text = describeStep(tokens, step, last);
    showStep(spans, tokens, step);
    slider.setAttribute("aria-valuetext", text);
    output.replaceChildren(isolated(text));
  };
  slider.addEventListener("input", show);
  show();
  return element("div", { class: "trace" },
    element("div", {}, element("label", {}, `${title} `, slider)),
    element("div", { class: "tokens text", dir: "auto" }, ...spans),
    element("p", { class: "status" }, output));
}

function traceElement(item, trace) {
  const passes = passesOf(item, trace).filter((tokens) => tokens.length > 0);
  const titles = passes.length > 1 ? passes.map((tokens, index) => `Steps of stage ${index + 1}`) : ["Steps"];
  return element("details", {},
    element("summary", {}, "How it was written"),
    element("p", { class: "quiet" }, "The line below a token is as long as the model was sure of it; framed are the tokens of the step."),
    ...passes.map((tokens, index) => passElement(tokens, titles[index])));
}
