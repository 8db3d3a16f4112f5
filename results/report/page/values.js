// Pictures of values with their intervals: by task, forwards and backwards, against their cost, and the trade-off front.

const rowHeight = 22;
const barHeight = 9;    // of bars that share a line
const mostGroups = 8;   // of one drawing that have a line for each bar

function intervalText(bar) {
  const lines = [`${shown(bar.value)}`];
  if (known(bar.low)) lines.push(`95 % over documents: ${shownRange(bar.low, bar.high)}`);
  if (known(bar.mc_low)) lines.push(`Monte Carlo part: ${shownRange(bar.mc_low, bar.mc_high)}`);
  return lines.join("\n");
}

/** Lines of an axis, top down: a heading for each group and a line for each of its bars, or, of many groups, a line for each
    group on which its bars stand close below each other (`offset`, pixels). */
function layOut(groups) {
  const together = groups.length > mostGroups;
  const lines = [];
  const bars = [];
  const most = Math.max(...groups.map((group) => group.bars.length));
  groups.forEach((group, g) => {
    lines.push({ key: `${g}`, label: group.heading, strong: !together });
    group.bars.forEach((bar, b) => {
      const key = together ? `${g}` : `${g}.${b}`;
      if (!together) lines.push({ key, label: bar.label });
      if (known(bar.value)) bars.push({ ...bar, key, offset: together ? (b - (most - 1) / 2) * barHeight : 0 });
    });
  });
  return { lines, bars, height: together ? Math.max(rowHeight, most * barHeight + 12) : rowHeight };
}

/** Marks of bars that are equally far from the middle of their lines: such a distance is a mark's, not a bar's. */
function barMarks(bars, dy) {
  const spans = (low, high, options) => Plot.ruleY(bars.filter((bar) => known(bar[low])), { y: "key", x1: low, x2: high, dy, stroke: "series", ...options });
  return [
    spans("low", "high", { strokeWidth: 1.5 }),
    spans("mc_low", "mc_high", { strokeWidth: 7, strokeOpacity: 0.35 }),
    Plot.dot(bars, { x: "value", y: "key", dy, fill: "series", symbol: "series", r: 4.5 }),
  ];
}

function paintRows(groups, xLabel, width) {
  const { lines, bars, height } = layOut(groups);
  const marginLeft = labelWidth(lines.filter((line) => !line.strong).map((line) => line.label), width);
  const labels = (strong, options) => Plot.text(lines.filter((line) => Boolean(line.strong) === strong), {
    y: "key", frameAnchor: "left", dx: -marginLeft, text: (line) => shortened(line.label, 120), textOverflow: "ellipsis-middle", ...options,
  });
  return plot({
    width, height: 44 + height * (lines.length + 0.5), marginLeft, marginRight: 16, marginTop: 8, marginBottom: 36, insetLeft: 8, insetRight: 6,
    x: { label: xLabel, grid: true, nice: true }, y: { type: "point", domain: lines.map((line) => line.key), axis: null, padding: 0.75 },
    ...seriesScales(unique(bars.map((bar) => bar.series))),
    marks: [
      labels(true, { fontWeight: 600 }),
      labels(false, { lineWidth: marginLeft / 12 - 0.5, dx: (groups.length > mostGroups ? 0 : 10) - marginLeft }),
      d3.groups(bars, (bar) => bar.offset).map(([offset, some]) => barMarks(some, offset)),
      tip(bars, { x: "value", y: "key", title: (bar) => `${shortened(bar.title ?? bar.label, 80)}\n${intervalText(bar)}` }),
    ],
  });
}

painters.intervals = (figure, data) => () => ({
  panels: d3.groups(data.tasks, (task) => task.metric).map(([metric, tasks]) => {
    const groups = tasks.map((task) => ({
      heading: nameOf(task.task),
      bars: task.bars.map((bar) => ({ ...bar, series: bar.run, label: labelOf(bar.run), title: `${nameOf(task.task)}, ${labelOf(bar.run)}` })),
    }));
    const runs = unique(tasks.flatMap((task) => task.bars.map((bar) => bar.run)));
    // Bars that share a line cannot carry the names of their runs.
    const legend = groups.length > mostGroups ? legendOf(runs, labelOf) : null;
    return panel(metric, (width) => paintRows(groups, metric, width), legend);
  }),
});

painters.reverse_curse = (figure, data) => () => ({
  panels: unique(data.groups.map((group) => group.direction)).map((direction) => {
    const mine = data.groups.filter((group) => group.direction === direction);
    const groups = unique(mine.map((group) => group.run)).map((run) => ({
      heading: labelOf(run),
      bars: d3.sort(mine.filter((group) => group.run === run), (group) => group.reversed).map((group) => ({
        ...group, series: run, title: `${labelOf(run)}, ${direction}`, label: group.reversed ? "the other way round" : "as it was told",
      })),
    }));
    return panel(direction, (width) => paintRows(groups, data.metric, width));
  }),
});

// --- Quality against cost -----------------------------------------------------------------------------------------

const costs = { rows: "rows computed", tokens: "tokens computed", forwards: "model calls", seconds: "seconds" };

function paintCost(points, cost, metric, width) {
  const ends = d3.groups(points, (point) => point.task).map(([, some]) => d3.greatest(some, (point) => point[cost]));
  const named = ends.length > 1 && ends.length <= mostGroups;
  const marginRight = named ? labelWidth(ends.map((point) => nameOf(point.task)), width) : 16;
  return plot({
    width, height: Math.max(260, Math.min(420, 0.66 * width)), marginLeft: 48, marginRight, marginBottom: 40,
    inset: 6, x: logAxis(points.map((point) => point[cost]), costs[cost], width - marginRight), y: { label: metric, grid: true, nice: true },
    ...seriesScales(unique(points.map((point) => point.run))),
    marks: [
      Plot.line(d3.sort(points, (point) => point[cost]), { x: cost, y: "value", z: "task", stroke: "var(--line)", strokeWidth: 1.5 }),
      Plot.ruleX(points.filter((point) => known(point.low)), { x: cost, y1: "low", y2: "high", stroke: "run", strokeWidth: 1.5 }),
      Plot.dot(points, { x: cost, y: "value", fill: "run", symbol: "run", r: 4.5 }),
      named ? Plot.text(ends, spreadLabels({ x: cost, y: "value", text: (point) => nameOf(point.task), textAnchor: "start", dx: 9, ...labelRoom(marginRight) })) : null,
      tip(points, { x: cost, y: "value", title: (point) => `${nameOf(point.task)}, ${labelOf(point.run)}\n${intervalText(point)}\n${shown(point[cost])} ${costs[cost]}` }),
    ],
  });
}

painters.cost = (figure, data, redraw) => {
  const usable = Object.keys(costs).filter((key) => data.points.some((point) => point[key] > 0));
  let cost = usable[0];
  choice(figure, "Cost in", usable.map((key) => [key, costs[key]]), (value) => {
    cost = value;
    redraw();
  });
  return () => {
    const points = data.points.filter((point) => point[cost] > 0 && known(point.value));
    return {
      legend: legendOf(unique(points.map((point) => point.run)), labelOf),
      panels: unique(points.map((point) => point.metric)).map((metric) =>
        panel(metric, (width) => paintCost(points.filter((point) => point.metric === metric), cost, metric, width))),
    };
  };
};

// --- Trade-off front ----------------------------------------------------------------------------------------------

/** A sweep's points are joined in order of cost; those on the front are filled and named. */
function paintTradeoff(data, points, series, width) {
  const front = d3.sort(points.filter((point) => point.front), (point) => point.x);
  const references = points.filter((point) => point.arm === true);
  return plot({
    width, height: Math.max(280, Math.min(460, 0.6 * width)), marginLeft: 52, marginRight: 72, marginBottom: 40,
    inset: 6, x: logAxis(points.map((point) => point.x), data.x_title, width - 124), y: { label: data.y_title, grid: true, nice: true },
    ...seriesScales(series, series),
    marks: [
      Plot.line(d3.sort(points, (point) => point.x), { x: "x", y: "y", z: "series", stroke: "series", strokeOpacity: 0.35 }),
      Plot.line(front, { x: "x", y: "y", stroke: "currentColor", strokeWidth: 1.25, strokeDasharray: "5 3" }),
      references.length ? Plot.ruleY(references, { y: "y", stroke: "var(--quiet)", strokeDasharray: "2 3" }) : null,
      Plot.ruleX(points.filter((point) => known(point.low)), { x: "x", y1: "low", y2: "high", stroke: "series", strokeWidth: 1.25 }),
      Plot.dot(points.filter((point) => !point.front), { x: "x", y: "y", stroke: "series", fill: "var(--paper)", symbol: "series", r: 4 }),
      Plot.dot(front, { x: "x", y: "y", fill: "series", symbol: "series", r: 5 }),
      Plot.text(front, spreadLabels({ x: "x", y: "y", text: (point) => point.label, textAnchor: "start", dx: 9, dy: 10, ...labelRoom(112) })),
      tip(points, { x: "x", y: "y", title: (point) => `${point.label}${point.front ? ", on the front" : ""}\n${intervalText({ ...point, value: point.y })}\n${data.x_title}: ${shown(point.x)}` }),
    ].filter(Boolean),
  });
}

painters.tradeoff = (figure, data) => () => {
  const reference = data.arm ? [{ ...data.arm, arm: true, curve: data.arm.label ?? "autoregressive" }] : [];
  const points = [...data.points, ...reference].filter((point) => point.x > 0 && known(point.y))
    .map((point) => ({ ...point, series: point.curve ?? point.run ?? "" }));
  const series = unique(points.map((point) => point.series));
  return {
    legend: legendOf(series, (name) => runsById.get(name)?.label ?? name, series),
    panels: [panel(null, (width) => paintTradeoff(data, points, series, width))],
  };
};
