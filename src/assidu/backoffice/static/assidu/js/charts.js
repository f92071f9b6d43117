/* Charts: <div data-chart="ID"> and a JSON description of ours in <script type="application/json" id="ID">.
   {kind: "line"|"bar"|"plane", plane: {up, across, format}, across, labels: [], marks: [{at, name}], format: {style: "currency"|"percent"|"decimal", currency, digits}, min,
    series: [{name, values, tone: 1-4, dashed, area, stack, ground, band, dots, ranges: [[low, high]|null], at: [], at_ranges: [[low, high]|null]}]}
   A "ground" only holds up what is stacked on it; "across" lays bars down; "ranges" are whiskers on bars. On a plane
   figures stand "at" places across, between "at_ranges"; its dots are called by their name where "ends" says so.
   Drawn as SVG by ECharts, in the page's colours, language and theme; the figures also stand in a table below. */
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";
  const drawn = new Map();
  const PAPER = 640;
  const FEW = 7; // bars that are each called by their name

  // A custom property holding light-dark() is resolved only when some element uses it as a colour.
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  // Asked between two charts, the style of the whole page is worked out again: once for each theme is enough.
  const colours = new Map();
  const colour = (name) => {
    if (!colours.has(name)) {
      probe.style.color = `var(--${name})`;
      colours.set(name, getComputedStyle(probe).color);
    }
    return colours.get(name);
  };
  const font = getComputedStyle(document.body).fontFamily;

  const LONG_FROM = 10000;
  // How far the axis of figures goes: what is stacked is added up.
  const reachOf = (series) => {
    const most = series.flatMap((one) => [...one.values, ...(one.ranges || []).flatMap((range) => range || [])].map((v) => Math.abs(v || 0)));
    const stacks = new Map();
    series.filter((one) => one.stack).forEach((one) => one.values.forEach((v, place) => {
      const key = `${one.stack} ${place} ${v < 0}`;
      stacks.set(key, (stacks.get(key) || 0) + Math.abs(v || 0));
    }));
    return Math.max(0, ...most, ...stacks.values());
  };
  const formatter = (format = {}) => {
    const options = { maximumFractionDigits: format.digits ?? 0, minimumFractionDigits: format.digits ?? 0 };
    if (format.style === "currency") Object.assign(options, { style: "currency", currency: format.currency || "EUR" });
    if (format.style === "percent") options.style = "percent";
    const full = new Intl.NumberFormat(language, options);
    const short = new Intl.NumberFormat(language, { ...options, notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 1 });
    const write = (style, v) => style.format(v).replace("-", "−");
    return {
      full: (v) => write(full, v),
      short: (v) => write(Math.abs(v) >= LONG_FROM ? short : full, v),
      // One way for all ticks of an axis: 9 k € beside 12 k €.
      ticks: (most) => (v) => write(most >= LONG_FROM && v !== 0 ? short : full, v),
    };
  };
  const text = (tag, className, content) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.textContent = content;
    return element;
  };

  // Two marks that stand close write away from each other.
  const sideOf = (mark, marks, place) => (marks.some((other, at) => other.at > mark.at || (other.at === mark.at && at > place)) ? "right" : "left");

  const options = (chart) => {
    const figures = formatter(chart.format);
    const soft = colour("ink-soft");
    const line = colour("line");
    const isLine = chart.kind === "line";
    // A whisker is a line between two places of the chart, with a cap on each end.
    const whiskers = (series) => (series.ranges || []).flatMap((range, place) => range === null ? [] : [range.map((end) => ({
      coord: chart.across ? [end, place] : [place, end], symbol: "rect", symbolSize: [10, 1.6], label: { show: false },
      lineStyle: { color: colour("ink"), type: "solid", width: 1.6 }, itemStyle: { color: colour("ink") },
    }))]);
    // Unseen lines through their ends: the axis has to reach as far.
    const reach = chart.series.filter((series) => (series.ranges || []).some(Boolean)).flatMap((series) => [0, 1].map((end) => ({
      type: "line", silent: true, symbol: "none", lineStyle: { width: 0 },
      data: series.ranges.flatMap((range, place) => range === null ? [] : [chart.across ? [range[end], place] : [place, range[end]]]),
    })));
    const between = (point) => {
      const range = (chart.series[point.seriesIndex].ranges || [])[point.dataIndex];
      return range ? ` (${figures.full(range[0])} – ${figures.full(range[1])})` : "";
    };
    const seen = (point) => !chart.series[point.seriesIndex].ground && point.value !== null && point.value !== undefined && (!chart.series[point.seriesIndex].stack || point.value !== 0);
    const everyName = chart.across || (!isLine && chart.labels.length <= FEW);
    const names = {
      type: "category", data: chart.labels, boundaryGap: !isLine, inverse: chart.across,
      axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
      axisLabel: { color: soft, fontSize: everyName || chart.across ? 11 : 12, hideOverlap: !everyName, interval: everyName ? 0 : "auto", width: chart.across ? 190 : undefined, overflow: chart.across ? "break" : "truncate", lineHeight: chart.across ? 13 : undefined },
    };
    const amounts = {
      type: "value", min: chart.min, splitNumber: 4,
      axisLabel: { color: soft, fontSize: 12, formatter: figures.ticks(reachOf(chart.series)), hideOverlap: true },
      splitLine: { lineStyle: { color: line } },
    };
    const marks = (chart.marks || []).map((mark, place, { length }) => ({
      xAxis: mark.at, label: { formatter: mark.name, color: soft, position: chart.across ? "start" : "end", align: length < 2 ? "center" : sideOf(mark, chart.marks, place) },
    }));
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches, animationDuration: 500,
      textStyle: { fontFamily: font },
      aria: { enabled: true },
      grid: { left: 4, right: isLine && chart.ends ? 92 : 10, top: 14, bottom: 8, containLabel: true },
      tooltip: {
        trigger: "axis",
        className: "charts-tooltip",
        confine: true,
        axisPointer: { type: isLine ? "line" : "shadow", lineStyle: { color: colour("line-strong"), type: "dashed" }, shadowStyle: { color: colour("accent-glow") } },
        formatter: (points) => {
          const box = text("div", "chart-tip", "");
          box.append(text("b", "", chart.labels[points[0].dataIndex]));
          for (const point of points) {
            if (point.seriesIndex >= chart.series.length || !seen(point)) continue;
            const row = text("div", "line", "");
            row.append(text("span", "", point.seriesName), text("b", "", figures.full(point.value) + between(point)));
            box.append(row);
          }
          return box;
        },
      },
      xAxis: chart.across ? amounts : names,
      yAxis: chart.across ? names : amounts,
      series: [...chart.series.map((series, index) => {
        const tone = colour(`chart-${series.tone || index + 1}`);
        const common = { name: series.name, data: series.values, color: tone, stack: series.stack, silent: series.ground };
        const lines = [...(index === 0 ? marks : []), ...whiskers(series)];
        if (lines.length) {
          common.markLine = { symbol: "none", silent: true, animation: false, lineStyle: { color: colour("line-strong"), type: "dashed" }, data: lines };
        }
        if (!isLine) {
          return { ...common, type: "bar", barMaxWidth: 26, itemStyle: { borderRadius: series.stack ? 0 : [5, 5, 0, 0], opacity: series.ground ? 0 : 1 }, emphasis: series.ground ? { disabled: true } : { focus: "series" } };
        }
        return {
          ...common, type: "line", smooth: series.dots || series.band || series.ground ? 0 : 0.25, showSymbol: Boolean(series.dots), symbolSize: series.dots ? 11 : 7,
          stackStrategy: series.stack ? "all" : undefined,
          lineStyle: { width: series.ground || series.band || series.dots ? 0 : series.dashed ? 2 : 2.6, type: series.dashed ? "dashed" : "solid" },
          areaStyle: series.area ? { opacity: 0.12, color: tone } : series.band ? { opacity: 0.22, color: tone } : undefined,
          endLabel: chart.ends ? { show: true, color: tone, fontWeight: 600, formatter: (p) => `${p.seriesName} ${figures.short(p.value)}` } : undefined,
        };
      }), ...reach],
    };
  };

  // Two axes of figures: curves, and dots with whiskers in both directions.
  const planeOptions = (chart) => {
    const up = formatter(chart.format);
    const over = formatter(chart.plane.format);
    const soft = colour("ink-soft");
    const line = colour("line");
    const ink = colour("ink");
    const most = Math.max(...chart.series.flatMap((series) => [...series.at, ...(series.at_ranges || []).flatMap((range) => range || [])]));
    const axis = (name, figures, most) => ({
      type: "value", name, splitNumber: 4, nameTextStyle: { color: soft, fontSize: 12 },
      axisLabel: { color: soft, fontSize: 12, formatter: figures.ticks(most), hideOverlap: true }, splitLine: { lineStyle: { color: line } },
    });
    const whisker = (ends) => ends.map((coord) => ({
      coord, symbol: "rect", symbolSize: [10, 1.6], label: { show: false }, lineStyle: { color: ink, type: "solid", width: 1.6 }, itemStyle: { color: ink },
    }));
    const whiskers = (series) => series.values.flatMap((value, place) => {
      const tall = (series.ranges || [])[place];
      const wide = (series.at_ranges || [])[place];
      return [...(tall ? [tall.map((end) => [series.at[place], end])] : []), ...(wide ? [wide.map((end) => [end, value])] : [])];
    });
    const range = (ends, figures) => (ends ? ` (${figures.full(ends[0])} – ${figures.full(ends[1])})` : "");
    return {
      animation: false,
      textStyle: { fontFamily: font },
      aria: { enabled: true },
      grid: { left: 4, right: 16, top: 30, bottom: 26, containLabel: true },
      tooltip: {
        trigger: "item", className: "charts-tooltip", confine: true,
        formatter: (point) => {
          const series = chart.series[point.seriesIndex];
          if (!series) return "";
          const box = text("div", "chart-tip", "");
          box.append(text("b", "", series.name));
          const rows = [
            [chart.plane.across, over.full(series.at[point.dataIndex]) + range((series.at_ranges || [])[point.dataIndex], over)],
            [chart.plane.up, up.full(series.values[point.dataIndex]) + range((series.ranges || [])[point.dataIndex], up)],
          ];
          for (const [name, figure] of rows) {
            const row = text("div", "line", "");
            row.append(text("span", "", name), text("b", "", figure));
            box.append(row);
          }
          return box;
        },
      },
      xAxis: { ...axis(chart.plane.across, over, most), nameLocation: "middle", nameGap: 28 },
      yAxis: { ...axis(chart.plane.up, up, reachOf(chart.series)), nameLocation: "end", nameTextStyle: { color: soft, fontSize: 12, align: "left" } },
      series: [...chart.series.map((series) => {
        const tone = colour(`chart-${series.tone}`);
        const drawn = whiskers(series).map(whisker);
        return {
          name: series.name, type: "line", color: tone, connectNulls: false, showSymbol: Boolean(series.dots), symbol: "circle", symbolSize: series.dots ? 11 : 5,
          data: series.values.map((value, place) => {
            const isRight = series.at[place] > most / 2;
            const label = { show: Boolean(series.dots && chart.ends), formatter: series.name, color: soft, fontSize: 12, position: "top", align: isRight ? "right" : "left", offset: [isRight ? -6 : 6, 0] };
            return { value: [series.at[place], value], label };
          }),
          lineStyle: { width: series.dots ? 0 : series.dashed ? 2 : 2.6, type: series.dashed ? "dashed" : "solid" },
          markLine: drawn.length ? { symbol: "none", silent: true, animation: false, data: drawn } : undefined,
        };
      }), {
        // An unseen line through the whiskers' ends: the axes have to reach as far.
        type: "line", silent: true, symbol: "none", lineStyle: { width: 0 }, data: chart.series.flatMap((series) => whiskers(series).flat()),
      }],
    };
  };
  const optionsOf = (chart) => (chart.kind === "plane" ? planeOptions(chart) : options(chart));

  const draw = (holder) => {
    const source = document.getElementById(holder.dataset.chart);
    if (!source || drawn.has(holder)) return;
    const chart = JSON.parse(source.textContent);
    // Drawn before it has a width, a chart stays 100 pixels wide: wait for the first size, then follow it.
    const watcher = new ResizeObserver(([entry]) => {
      if (!entry.contentRect.width) return;
      const known = drawn.get(holder);
      if (known) { known.instance.resize(); known.instance.setOption(optionsOf(known.chart), true); return; }
      const instance = echarts.init(holder, null, { renderer: "svg", locale: language.startsWith("fr") ? "FR" : "EN" });
      instance.setOption(optionsOf(chart));
      drawn.set(holder, { instance, chart, watcher });
    });
    watcher.observe(holder);
  };
  const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
  const redraw = () => {
    colours.clear();
    drawn.forEach(({ instance, chart }) => instance.setOption(optionsOf(chart), true));
  };

  // A page of paper is narrower than the screen, and nothing moves on it.
  const resize = (width) => drawn.forEach(({ instance }) => instance.resize(width ? { width, animation: { duration: 0 } } : undefined));
  addEventListener("beforeprint", () => resize(PAPER));
  addEventListener("afterprint", () => resize());
  document.addEventListener("assidu:theme", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.addEventListener("htmx:before:swap", () => drawn.forEach(({ instance, watcher }, holder) => {
    if (!holder.isConnected) { watcher.disconnect(); instance.dispose(); drawn.delete(holder); }
  }));
  document.addEventListener("htmx:after:swap", drawAll);
  drawAll();
})();
