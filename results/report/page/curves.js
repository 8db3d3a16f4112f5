// Pictures of curves and clouds: perplexity by period, the bound against the likelihood, scaling fits.

// --- Perplexity by period -----------------------------------------------------------------------------------------

const periodViews = {
  perplexity: { label: "perplexity", value: "perplexity", low: "low", high: "high" },
  change: { label: "change from the reference period", value: "change", low: "change_low", high: "change_high" },
};

/** Every how many-th period has its name below the axis. */
function namedPeriods(periods, width) {
  const room = Math.max(2, Math.floor(width / (8 * Math.max(4, ...periods.map((period) => Math.min(period.length, 12))))));
  const every = Math.ceil(periods.length / room);
  return periods.filter((period, index) => index % every === 0);
}

function paintPeriods(points, view, width) {
  const { value, low, high, label } = periodViews[view];
  const periods = unique(points.map((point) => point.period)).sort(collator.compare);
  const drawn = points.filter((point) => known(point[value]));
  const banded = drawn.filter((point) => known(point[low]));
  const ends = d3.groups(drawn, (point) => point.run).map(([, some]) => some.at(-1));
  const marginRight = labelWidth(ends.map((point) => labelOf(point.run)), 0.7 * width);
  return plot({
    width, height: Math.max(260, Math.min(400, 0.5 * width)), marginLeft: 48, marginRight, marginBottom: 40,
    x: { type: "point", domain: periods, label: "period", tickFormat: (period) => shortened(period, 12), ticks: namedPeriods(periods, width - marginRight - 48) },
    y: { label, grid: true, nice: true, tickFormat: view === "change" ? "+.0%" : undefined },
    ...seriesScales(unique(points.map((point) => point.run))),
    marks: [
      view === "change" ? Plot.ruleY([0], { stroke: "var(--quiet)" }) : null,
      Plot.areaY(banded, { x: "period", y1: low, y2: high, fill: "run", fillOpacity: 0.16 }),
      Plot.line(drawn, { x: "period", y: value, stroke: "run", strokeWidth: 1.75 }),
      Plot.dot(drawn, { x: "period", y: value, fill: "run", symbol: "run", r: 3.5 }),
      Plot.text(ends, spreadLabels({ x: "period", y: value, text: (point) => labelOf(point.run), textAnchor: "start", dx: 9, ...labelRoom(marginRight) })),
      tip(drawn, { x: "period", y: value, title: (point) => `${point.period}, ${labelOf(point.run)}\n${intervalText({ value: point[value], low: point[low], high: point[high] })}` }),
    ].filter(Boolean),
  });
}

painters.periods = (figure, data, redraw) => {
  const points = data.lines.flatMap((line) => line.points.map((point) => ({ ...point, run: line.run })));
  let view = "perplexity";
  if (points.some((point) => known(point.change))) {
    choice(figure, "Show", Object.entries(periodViews).map(([key, { label }]) => [key, label]), (value) => {
      view = value;
      redraw();
    });
  }
  return () => ({ panels: [panel(null, (width) => paintPeriods(points, view, width))] });
};

// --- The bound against the likelihood -----------------------------------------------------------------------------

const crowd = 500;  // marks from which on they are small and let others through

function paintOrders(series, width) {
  const points = series.points.filter((point) => known(point.elbo) && known(point.any_order));
  const [low, high] = d3.extent(points.flatMap((point) => [point.elbo, point.any_order]));
  const middle = (low + high) / 2;
  const size = Math.min(width, 520);
  const scales = seriesScales([series.run]);
  const colour = scales.color.range[0];
  const crowded = points.length > crowd;
  return plot({
    width: size, height: size, marginLeft: 48, marginBottom: 40, marginRight: 20,
    x: { label: "bound (nats)", grid: true, domain: [low, high], nice: true },
    y: { label: "any-order log-likelihood (nats)", grid: true, domain: [low, high], nice: true },
    marks: [
      Plot.link([0], { x1: low, y1: low, x2: high, y2: high, stroke: "var(--quiet)", strokeDasharray: "4 3" }),
      Plot.text(["bound = likelihood"], { x: middle, y: middle, textAnchor: "start", dx: 12, dy: 12, fill: "var(--quiet)" }),
      Plot.dot(points, { x: "elbo", y: "any_order", stroke: colour, strokeOpacity: crowded ? 0.5 : 0.9, symbol: scales.symbol.range[0], r: crowded ? 2.25 : 3.5 }),
      tip(points, { x: "elbo", y: "any_order", title: (point) => `#${point.doc}\nbound ${shown(point.elbo)}\nany-order ${shown(point.any_order)}\nhidden ${shown(point.any_order - point.elbo)} nats` }),
    ],
  });
}

painters.orders = (figure, data, redraw) => {
  let chosen = 0;
  const names = data.tasks.map((series) => {
    const some = series.of > series.shown ? ` (${series.shown} of ${series.of} questions)` : "";
    return `${nameOf(series.task)}, ${labelOf(series.run)}${some}`;
  });
  if (names.length > 1) {
    choice(figure, "Questions of", names.map((name, index) => [String(index), name]), (value) => {
      chosen = Number(value);
      redraw();
    });
  }
  return () => ({ panels: [panel(names.length > 1 ? null : names[0], (width) => paintOrders(data.tasks[chosen], width))] });
};

// --- Scaling fit --------------------------------------------------------------------------------------------------

function withFamily(data, key) {
  return data.families.flatMap((family) => (family[key] ?? []).map((point) => ({ ...point, family: family.name })));
}

/** Pieces of a curve, solid within the data and dashed beyond; neighbours share a point, so that no gap is left. */
function piecesOf(data) {
  return data.families.flatMap((family) => {
    const curve = family.curve ?? [];
    const points = [];
    for (let k = 1; k < curve.length; ++k) {
      const inside = curve[k].inside && curve[k - 1].inside;
      const goesOn = points.at(-1)?.inside === inside;
      const piece = { family: family.name, inside, z: goesOn ? points.at(-1).z : `${family.name} ${k}` };
      if (!goesOn) points.push({ ...curve[k - 1], ...piece });
      points.push({ ...curve[k], ...piece });
    }
    return points;
  });
}

function paintScaling(data, width) {
  const families = data.families.map((family) => family.name);
  const points = withFamily(data, "points").filter((point) => point.flops > 0 && point.loss > 0);
  const optima = withFamily(data, "optima").filter((point) => point.flops > 0 && point.loss > 0);
  const curve = piecesOf(data);
  const ends = d3.groups([...points, ...optima, ...curve], (point) => point.family).map(([, some]) => some.at(-1));
  const all = [...points, ...optima, ...curve];
  const marginRight = labelWidth(families, 0.6 * width);
  const line = (inside) => Plot.line(curve.filter((point) => point.inside === inside),
    { x: "flops", y: "loss", z: "z", stroke: "family", strokeWidth: 1.75, strokeDasharray: inside ? undefined : "5 4" });
  return plot({
    width, height: Math.max(300, Math.min(460, 0.6 * width)), marginLeft: 52, marginRight, marginBottom: 40,
    inset: 6, x: logAxis(all.map((point) => point.flops), "operations of training", 0.8 * width), y: { type: "log", label: `loss (${data.unit ?? "nats a token"})`, grid: true, ticks: 5, tickFormat: "~r" },
    ...seriesScales(families, families),
    marks: [
      Plot.dot(points, { x: "flops", y: "loss", stroke: "family", strokeOpacity: 0.6, symbol: "family", r: 2.5 }),
      line(true), line(false),
      Plot.ruleX(optima.filter((point) => known(point.loss_low)), { x: "flops", y1: "loss_low", y2: "loss_high", stroke: "family", strokeWidth: 1.5 }),
      Plot.dot(optima, { x: "flops", y: "loss", fill: "family", symbol: "family", r: 5 }),
      Plot.text(ends, spreadLabels({ x: "flops", y: "loss", text: (end) => end.family, textAnchor: "start", dx: 8, ...labelRoom(marginRight) })),
      tip([...points, ...optima], { x: "flops", y: "loss", title: (point) => `${point.family}\nloss ${shown(point.loss)}\n${shown(point.flops)} operations${known(point.params) ? `\n${shown(point.params)} parameters` : ""}` }),
    ],
  });
}

painters.scaling = (figure, data) => () => ({
  panels: [panel(null, (width) => paintScaling(data, width))],
});
