// Draws the charts of the cache's pages (uPlot) from the JSON beside them, in the colours that the page has at the moment.
"use strict";
(() => {
  const HEIGHT = 208;
  const plots = new Map(); // figure -> uPlot

  const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const seconds = (value) => (value < 1 ? `${Number((value * 1000).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} s`);
  const UNITS = {
    count: { value: (v) => number.format(v), tick: (v) => compact.format(v) },
    share: { value: (v) => `${(100 * v).toFixed(1)} %`, tick: (v) => `${Math.round(100 * v)} %` },
    seconds: { value: seconds, tick: seconds },
    usd: { value: (v) => `$${v.toFixed(v < 1 ? 4 : 2)}`, tick: (v) => `$${Number(v.toPrecision(3))}` },
  };

  const told = (data, value) => (value == null ? "–" : UNITS[data.unit].value(value));

  const clock = (data, parts) => new Intl.DateTimeFormat("en-GB", { timeZone: data.zone, ...parts });
  const isByDay = (data) => data.seconds >= 86400;
  const isLong = (data) => data.at.length * data.seconds > 2 * 86400;

  function timeTicks(data) {
    const day = clock(data, { day: "numeric", month: "short" });
    const time = clock(data, { hour: "2-digit", minute: "2-digit" });
    return (_, splits) => splits.map((at) => {
      const date = new Date(at * 1000);
      return isByDay(data) || isLong(data) ? day.format(date) : time.format(date);
    });
  }

  // Bars stand on one another: each is drawn from the ground to its sum, the tallest first.
  function stacked(lines) {
    const sums = [];
    lines.reduce((below, line) => {
      const sum = line.map((value, place) => (value ?? 0) + (below ? below[place] : 0));
      sums.push(sum);
      return sum;
    }, null);
    return sums.reverse();
  }

  // What has no neighbour is no line: it is drawn as a point.
  function lonely(plot, series) {
    const values = plot.data[series];
    return values.flatMap((value, place) =>
      (value != null && values[place - 1] == null && values[place + 1] == null ? [place] : []));
  }

  function seriesOf(data, colours) {
    const bars = uPlot.paths.bars({ size: [0.82, 48], align: isByDay(data) ? 0 : 1, radius: 0.15 });
    const drawn = colours.map((colour) =>
      data.form === "stacked"
        ? { fill: colour, stroke: colour, width: 0, paths: bars, points: { show: false } }
        : { stroke: colour, width: 2, points: { show: true, size: 5, width: 0, fill: colour, filter: lonely } },
    );
    return [{}, ...(data.form === "stacked" ? drawn.reverse() : drawn)];
  }

  function scalesOf(data) {
    if (data.scale === "logarithmic") return { y: { distr: 3 } };
    if (data.unit === "share") return { y: { range: [0, 1] } };
    return { y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] } };
  }

  // On a logarithmic scale only the powers of ten have a line.
  function linesOf(data) {
    if (data.scale !== "logarithmic") return {};
    return { filter: (_, splits) => splits.map((at) => (Number.isInteger(Math.round(Math.log10(at) * 1e6) / 1e6) ? at : null)) };
  }

  function rangeOfTime(data) {
    const half = isByDay(data) ? data.seconds / 2 : 0;
    return [data.at[0] - half, data.at[data.at.length - 1] + (half || data.seconds)];
  }

  function legendOf(figure, data) {
    const values = [...figure.querySelectorAll(".legend [data-whole]")];
    const when = figure.querySelector("[data-when]");
    const stamp = clock(data, isByDay(data)
      ? { weekday: "short", day: "numeric", month: "short" }
      : { weekday: isLong(data) ? "short" : undefined, hour: "2-digit", minute: "2-digit" });
    return (plot) => {
      const place = plot.cursor.idx;
      values.forEach((value, line) => {
        value.textContent = place == null ? value.dataset.whole : told(data, data.lines[line][place]);
      });
      when.textContent = place == null ? "" : stamp.format(new Date(data.at[place] * 1000));
    };
  }

  function optionsOf(figure, plot, data) {
    const { color, borderTopColor, fontFamily } = getComputedStyle(plot);
    const colours = [...figure.querySelectorAll(".swatch")].map((swatch) => getComputedStyle(swatch).backgroundColor);
    const axis = { stroke: color, font: `11px ${fontFamily}`, ticks: { show: false } };
    return {
      width: plot.clientWidth,
      height: HEIGHT,
      padding: [8, 20, 0, 0],
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), data.zone),
      legend: { show: false },
      cursor: {
        y: false, drag: { x: false, y: false }, points: { show: data.form !== "stacked" },
        ...(isByDay(data) ? {} : { sync: { key: `cache-${data.seconds}` } }),
      },
      scales: { x: { range: rangeOfTime(data) }, ...scalesOf(data) },
      axes: [
        { ...axis, size: 28, space: 64, grid: { show: false }, values: timeTicks(data) },
        { ...axis, ...linesOf(data), size: 60, space: 40, grid: { stroke: borderTopColor, width: 1, ...linesOf(data) }, values: (_, splits) => splits.map((v) => (v == null ? "" : UNITS[data.unit].tick(v))) },
      ],
      series: seriesOf(data, colours),
      hooks: { setCursor: [legendOf(figure, data)] },
    };
  }

  function draw(figure) {
    plots.get(figure)?.destroy();
    const plot = figure.querySelector(".plot");
    const source = document.getElementById(figure.dataset.chart);
    if (!plot || !source) return;
    plot.append(document.createElement("i")); // an empty one has no width: it is not shown
    const data = JSON.parse(source.textContent);
    const lines = data.form === "stacked" ? stacked(data.lines) : data.lines;
    const options = optionsOf(figure, plot, data);
    plot.replaceChildren();
    plots.set(figure, new uPlot(options, [data.at, ...lines], plot));
    sizes.observe(figure);
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const width = target.querySelector(".plot")?.clientWidth;
      const plot = plots.get(target);
      if (plot && width && plot.width !== width) plot.setSize({ width, height: HEIGHT });
    }
  });

  function drawAll() {
    for (const [figure, plot] of plots) {
      if (figure.isConnected) continue;
      plot.destroy();
      sizes.unobserve(figure);
      plots.delete(figure);
    }
    document.querySelectorAll("[data-chart]").forEach(draw);
  }

  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  document.addEventListener("cache:refreshed", drawAll);
  drawAll();
})();
