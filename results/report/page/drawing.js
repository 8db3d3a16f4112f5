// What all pictures share: who has which colour and symbol, sizes, tips, and drawing again when the width changes.
// Plot draws; colours are the styles' variables, so that themes and print need no second drawing.

const symbolNames = ["circle", "square", "triangle", "diamond2", "star", "cross", "wye"];
const seriesColours = 8;
const seriesOrder = report.runs.map((run) => run.id);

function colourAt(index) {
  return `var(--series-${index % seriesColours})`;
}

/** Scales that give every series its colour and its symbol, the same in all pictures of the page. */
function seriesScales(series, order = seriesOrder) {
  const indices = series.map((name) => Math.max(0, order.indexOf(name)));
  return {
    color: { type: "ordinal", domain: series, range: indices.map(colourAt) },
    symbol: { domain: series, range: indices.map((index) => symbolNames[index % symbolNames.length]) },
  };
}

function unique(values) {
  return [...new Set(values)];
}

/** The legend, where lines cannot carry their names: symbols as well as colours. */
function legendOf(series, label, order) {
  if (series.length < 2) return null;
  const scales = seriesScales(series, order);
  return Plot.legend({
    color: scales.color,
    symbol: { ...scales.symbol, tickFormat: (name) => shortened(label(name), 40) },
    fill: "color",
  });
}

// Left margins leave at least this share of a narrow screen to the drawing.
function labelWidth(labels, width) {
  const longest = Math.max(0, ...labels.map((label) => Math.min(label.length, 40)));
  return Math.min(24 + 6.6 * longest, Math.max(96, 0.36 * width));
}

/** Options of a label that has to end with its margin, and can be read where it crosses lines. */
function labelRoom(margin) {
  return { lineWidth: margin / 12 - 1, textOverflow: "ellipsis", fill: "currentColor", stroke: "var(--paper)", strokeWidth: 4 };
}

const plotStyle = { fontFamily: "var(--sans)", fontSize: "12px", background: "transparent" };

/** The place of a drawing has its name and is an image to readers of screens; what it consists of is none of theirs. */
function plot(options) {
  const drawing = Plot.plot({ style: plotStyle, marginTop: 26, ...options });
  drawing.setAttribute("aria-hidden", "true");
  return drawing;
}

function tip(points, options) {
  return Plot.tip(points, Plot.pointer({ textPadding: 9, lineWidth: 30, lineHeight: 1.35, stroke: "var(--edge)", ...options }));
}

/** Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, or fewer of these, as there is room for their names. */
function logTicks([low, high], room) {
  const decades = d3.range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)) + 1).map((exponent) => 10 ** exponent);
  const within = (factors) => decades.flatMap((tick) => factors.map((factor) => factor * tick)).filter((tick) => tick >= low && tick <= high);
  const ticks = (high / low >= 1000 ? [[1]] : [[1, 2, 5], [1, 3], [1]]).map(within).find((some) => some.length <= room);
  if (!ticks) return within([1]).filter((tick, index, all) => index % Math.ceil(all.length / room) === 0);
  return ticks.length > 1 ? ticks : d3.ticks(low, high, 3);
}

function logAxis(values, label, width) {
  const [low, high] = d3.extent(values);
  const domain = low === high ? [low / 2, 2 * low] : [low, high];
  return { type: "log", label, grid: true, domain, ticks: logTicks(domain, Math.floor(width / 56)), tickFormat: high / low >= 1000 ? powerOfTen : "~s" };
}

function powerOfTen(value) {
  const exponent = Math.round(Math.log10(value));
  if (exponent >= 0 && exponent < 4) return String(10 ** exponent);
  return `10${[...String(exponent)].map((digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)]).join("")}`;
}

/** Moves labels down until none covers another; their points stay. */
function spreadLabels(options, lineHeight = 14, lineWidth = 90) {
  return Plot.initializer(options, (data, facets, channels, scales) => {
    const placed = (channel, scale) => Float64Array.from(channel.value, (value) => (channel.scale === undefined || channel.scale === null ? value : scale(value)));
    const x = placed(channels.x, scales.x);
    const y = placed(channels.y, scales.y);
    for (const facet of facets) {
      const order = [...facet].sort((a, b) => y[a] - y[b]);
      order.forEach((a, k) => {
        for (const b of order.slice(0, k)) {
          if (Math.abs(x[a] - x[b]) < lineWidth && y[a] < y[b] + lineHeight && y[a] > y[b] - lineHeight) y[a] = y[b] + lineHeight;
        }
      });
    }
    return { data, facets, channels: { x: { value: x }, y: { value: y } } };
  });
}

/** A choice beside a picture; draw is called with the value chosen. */
function choice(figure, label, values, onChange) {
  const select = element("select", {}, ...values.map(([value, text]) => option(value, shortened(text, 60))));
  select.addEventListener("change", () => onChange(select.value));
  const bar = element("div", { class: "toolbar choices" }, element("label", {}, `${label} `, select));
  figure.querySelector(".drawing").before(bar);
}

/** One drawing under its own heading, with a legend where it needs one of its own. `paint(width)` gives the picture. */
function panel(heading, paint, legend = null) {
  return { heading, paint, legend };
}

function showPanels(container, panels, legend) {
  container.replaceChildren();
  if (legend) container.append(legend);
  const grid = element("div", { class: panels.length > 1 ? "several" : "single" });
  container.append(grid);
  const cells = panels.map(({ heading, legend: own }) => element("div", {}, heading ? element("h4", {}, isolated(shortened(heading, 80))) : null, own));
  grid.append(...cells);  // all are there before the first is measured
  const width = Math.max(280, Math.floor(cells[0]?.clientWidth ?? 0));
  panels.forEach(({ paint }, index) => cells[index].append(paint(Math.min(width, 1000))));
}

const painters = {};  // by key of a picture: (figure, data) -> () => {panels, legend}

function startPicture(figure) {
  const data = report.pictures[figure.dataset.picture];
  const painter = painters[figure.dataset.picture];
  if (!painter || !data || data.absent) return null;
  const container = figure.querySelector(".drawing");
  let drawnAt = 0;
  const draw = () => {
    const { panels, legend } = compose();
    drawnAt = container.clientWidth;
    showPanels(container, panels, legend);
  };
  const compose = painter(figure, data, draw);
  draw();
  new ResizeObserver(settled(120, () => {
    if (container.clientWidth > 0 && Math.abs(container.clientWidth - drawnAt) > 1) draw();
  })).observe(container);
  return draw;
}

/** Pictures are drawn one after another, so that the page answers in between. The promise is kept when all are there. */
function startPictures() {
  const waiting = [...document.querySelectorAll("figure.picture[data-picture]")];
  addEventListener("beforeprint", () => waiting.splice(0).forEach(startPicture));
  return new Promise((done) => {
    const next = () => {
      const figure = waiting.shift();
      if (!figure) {
        done();
        return;
      }
      startPicture(figure);
      setTimeout(next);
    };
    setTimeout(next);
  });
}
