// What the app sees of ECharts: four functions, loaded when the first chart comes into view (app/src/ui/chart.rs).
//
// A specification comes from crates/charts as {option, table: {header, rows}, cursor}. Tooltip, read-out and the
// table behind the button all show the same rows of text, so nothing is formatted twice, and text is only ever put
// into text nodes.
import { init } from "./echarts.js";
import { withFormatters } from "./formatters.js";

export { colours, watchTheme } from "./colours.js";

const TIP_GAP = 14;
const ZOOM_SETTLES_MS = 120;
const ZOOM_STEP = 0.2;
const LEAST_SPAN_PERCENT = 1;
const CHART_UPDATE_MS = 320;

/**
 * Draws `spec` (JSON text) into `element`. `report(event, a, b)` is called with
 *   "zoom", first, last      rows shown after a zoom came to rest
 *   "point", row, told       the cursor's row, -1 when it left; told is 1 when no tooltip says it: by touch or by keys
 *   "pick", row, 0           a click or Enter on a row
 */
export function mount(element, spec, report) {
  return new Drawing(element, spec, report);
}

export function update(drawing, spec) {
  drawing.update(spec);
}

export function dispose(drawing) {
  drawing.dispose();
}

class Drawing {
  constructor(element, spec, report) {
    this.element = element;
    this.report = report;
    this.row = -1;
    this.touch = false;
    this.keys = false;
    this.zoomTimer = 0;
    this.stopped = new AbortController();
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.chart = init(element, null, { renderer: "svg" });
    const first = JSON.parse(spec);
    this.firstRange = rangeOf(first);
    this.reported = null;
    this.spec = first;
    this.zoom = this.percent(this.firstRange);
    this.draw(first, {});
    this.listen();
  }

  update(text) {
    const spec = JSON.parse(text);
    const firstRange = rangeOf(spec);
    // where the page moves the window by itself, the chart follows; what the reader has chosen stays
    const chosen = [this.firstRange, this.reported].some((range) => sameRange(range, firstRange));
    const zoom = chosen && spec.table.rows.length === this.spec.table.rows.length ? this.zoomWindow() : null;
    if (!chosen) this.reported = null;
    if (zoom && spec.option.dataZoom) {
      // a redraw in another theme or with newer numbers leaves the reader where they were
      for (const one of spec.option.dataZoom) {
        delete one.startValue;
        delete one.endValue;
        Object.assign(one, zoom);
      }
    }
    this.zoom = zoom ?? this.percent(firstRange, spec);
    this.draw(spec, { replaceMerge: ["series", "legend", "title", "visualMap", "xAxis", "yAxis", "grid"] });
    this.firstRange = firstRange;
  }

  draw(spec, how) {
    this.spec = spec;
    const option = withFormatters(spec.option);
    for (const { lineStyle } of option.series ?? []) {
      // a line that takes the place of a dashed one is solid again
      if (lineStyle) lineStyle.type ??= "solid";
    }
    option.animation = !this.calm.matches;
    option.animationDuration = CHART_UPDATE_MS;
    option.animationDurationUpdate = CHART_UPDATE_MS;
    if (option.tooltip) {
      Object.assign(option.tooltip, {
        formatter: (params) => this.tip(params),
        position: beside,
        confine: true,
        showContent: !this.touch,
        // ECharts' own box only carries ours: it stands in the page before it is first shown
        backgroundColor: "transparent",
        borderWidth: 0,
        padding: 0,
        extraCssText: "box-shadow: none",
        transitionDuration: 0,
      });
    }
    this.items = spec.cursor.kind === "item" ? itemsByRow(option) : null;
    this.chart.setOption(option, how);
  }

  listen() {
    const { chart, element } = this;
    const on = (event, act, more = {}) => element.addEventListener(event, act, { signal: this.stopped.signal, ...more });

    chart.on("updateAxisPointer", (event) => {
      if (this.keys) return;
      const axis = event.axesInfo?.find((info) => info.axisDim === this.spec.cursor.dim);
      this.moved(axis ? this.rowOf(axis.value) : -1);
    });
    chart.on("mouseover", (params) => {
      if (this.items) this.moved(rowOfItem(params.value));
    });
    chart.getZr().on("globalout", () => this.moved(-1));
    chart.getZr().on("click", () => this.row >= 0 && this.report("pick", this.row, 0));
    chart.getZr().on("dblclick", () => this.zoomTo(this.home()));
    chart.on("datazoom", (event) => {
      const { start, end, startValue, endValue } = event.batch?.[0] ?? event;
      this.zoom = start === undefined ? this.percent({ startValue, endValue }) : { start, end };
      clearTimeout(this.zoomTimer);
      this.zoomTimer = setTimeout(() => this.reportZoom(), ZOOM_SETTLES_MS);
    });

    on("pointerdown", (event) => this.pointerIs(event.pointerType === "touch"), { capture: true });
    on("pointermove", (event) => this.pointerIs(event.pointerType === "touch"), { capture: true });
    on("keydown", (event) => this.key(event));
    on("blur", () => this.leave());

    let size = "";
    this.resized = new ResizeObserver(() => {
      const now = `${element.clientWidth}x${element.clientHeight}`;
      if (now === size || element.clientWidth === 0) return;
      // the first report is the size that the chart was drawn at
      const first = size === "";
      size = now;
      if (!first) requestAnimationFrame(() => chart.isDisposed() || chart.resize());
    });
    this.resized.observe(element);
  }

  /** By touch the row above the chart tells the numbers; a finger would hide a tooltip. */
  pointerIs(touch) {
    this.keys = false;
    if (touch === this.touch) return;
    this.touch = touch;
    if (this.spec.option.tooltip) this.chart.setOption({ tooltip: { showContent: !touch } });
  }

  moved(row) {
    if (row === this.row) return;
    this.row = row;
    this.report("point", row, this.touch || this.keys ? 1 : 0);
  }

  /** Row of a value on the cursor's axis: its place on a category axis, the nearest stop on a number axis. */
  rowOf(value) {
    const { stops } = this.spec.cursor;
    if (!stops) return Number(value);
    let nearest = -1;
    for (let i = 0; i < stops.length; i += 1) {
      if (nearest < 0 || Math.abs(stops[i] - value) < Math.abs(stops[nearest] - value)) nearest = i;
    }
    return nearest;
  }

  tip(params) {
    const cells = this.spec.table.rows[this.keys ? this.row : this.rowPointedAt(params)];
    if (!cells) return "";
    const tip = document.createElement("div");
    tip.className = "chart-tip";
    const list = document.createElement("dl");
    this.spec.table.header.forEach((name, column) => {
      if (column === 0 || cells[column] === "") return;
      list.append(textElement("dt", name), textElement("dd", cells[column]));
    });
    tip.append(textElement("b", cells[0]), list);
    return tip;
  }

  rowPointedAt(params) {
    if (this.items) return rowOfItem(params.value);
    const series = [params].flat();
    // dots and marks are not one a row, lines and bars are
    const one = series.find((of) => of.seriesType !== "scatter" && of.seriesId !== "post marks") ?? series[0];
    return this.spec.cursor.stops ? this.rowOf(one.axisValue) : one.dataIndex;
  }

  key(event) {
    this.keys = true;
    const { columns } = this.spec.cursor;
    const across = this.spec.cursor.dim === "y" ? columns ?? 0 : 1;
    const down = this.spec.cursor.dim === "y" ? 1 : columns ?? 0;
    const [first, last] = this.rowsShown();
    const act = {
      ArrowLeft: () => (event.shiftKey ? this.zoomBy(-ZOOM_STEP, 1) : this.step(-across)),
      ArrowRight: () => (event.shiftKey ? this.zoomBy(ZOOM_STEP, 1) : this.step(across)),
      ArrowUp: () => this.step(-down),
      ArrowDown: () => this.step(down),
      Home: () => this.show(first),
      End: () => this.show(last),
      "+": () => this.zoomBy(0, 1 - ZOOM_STEP),
      "=": () => this.zoomBy(0, 1 - ZOOM_STEP),
      "-": () => this.zoomBy(0, 1 / (1 - ZOOM_STEP)),
      0: () => this.zoomTo(this.home()),
      Enter: () => (this.row >= 0 ? this.report("pick", this.row, 0) : false),
      Escape: () => this.leave(),
    }[event.key];
    if (act && !event.ctrlKey && !event.metaKey && !event.altKey && act() !== false) event.preventDefault();
  }

  step(by) {
    if (by === 0) return false;
    const [first, last] = this.rowsShown();
    const from = this.row < 0 ? (by > 0 ? first - by : last - by) : this.row;
    return this.show(Math.min(Math.max(from + by, first), last));
  }

  /** Puts the cursor on a row, as if it were pointed at. */
  show(row) {
    const item = this.items?.get(row);
    if (this.items && !item) return false;
    this.moved(row);
    if (item) {
      this.chart.dispatchAction({ type: "downplay" });
      this.chart.dispatchAction({ type: "highlight", ...item });
      this.chart.dispatchAction({ type: "showTip", ...item });
    } else {
      const { dim, stops } = this.spec.cursor;
      const at = this.chart.convertToPixel({ [`${dim}AxisIndex`]: 0 }, stops ? stops[row] : row);
      if (!Number.isFinite(at)) return true;
      const { width, height } = { width: this.chart.getWidth(), height: this.chart.getHeight() };
      this.chart.dispatchAction({ type: "showTip", x: dim === "x" ? at : width / 2, y: dim === "x" ? height / 3 : at });
    }
    return true;
  }

  leave() {
    this.chart.dispatchAction({ type: "hideTip" });
    this.chart.dispatchAction({ type: "updateAxisPointer", currTrigger: "leave" });
    if (this.items) this.chart.dispatchAction({ type: "downplay" });
    this.moved(-1);
  }

  /** A range of rows in percent. */
  percent(range, spec = this.spec) {
    const last = Math.max(1, spec.table.rows.length - 1);
    return range && { start: (range.startValue / last) * 100, end: (range.endValue / last) * 100 };
  }

  /** Percent of the history in view; null without a brush. */
  /** Where a double click leads: what the page calls `home`, else what was shown at first. */
  home() {
    const home = this.spec.option.dataZoom?.[0].home;
    return home ? { startValue: home[0], endValue: home[1] } : this.firstRange;
  }

  zoomWindow() {
    return this.spec.option.dataZoom ? this.zoom : null;
  }

  rowsShown() {
    const last = this.spec.table.rows.length - 1;
    const zoom = this.zoomWindow();
    return zoom ? [Math.round((zoom.start / 100) * last), Math.round((zoom.end / 100) * last)] : [0, last];
  }

  zoomTo(zoom) {
    if (!zoom) return false;
    this.chart.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, ...zoom });
    return true;
  }

  /** Moves the window by a share of its width, or scales it around its end. */
  zoomBy(shift, scale) {
    const zoom = this.zoomWindow();
    if (!zoom) return false;
    const span = Math.min(100, Math.max(LEAST_SPAN_PERCENT, (zoom.end - zoom.start) * scale));
    const end = Math.min(100, Math.max(span, zoom.end + shift * span));
    return this.zoomTo({ start: end - span, end });
  }

  reportZoom() {
    if (this.chart.isDisposed()) return;
    const [first, last] = this.rowsShown();
    this.reported = { startValue: first, endValue: last };
    this.report("zoom", first, last);
  }

  dispose() {
    clearTimeout(this.zoomTimer);
    this.stopped.abort();
    this.resized.disconnect();
    this.chart.dispose();
  }
}

/** The part of the history that a specification shows at first. */
function sameRange(a, b) {
  return a?.startValue === b?.startValue && a?.endValue === b?.endValue;
}

function rangeOf(spec) {
  const zoom = spec.option.dataZoom?.[0];
  return zoom ? { startValue: zoom.startValue, endValue: zoom.endValue } : null;
}

/** Beside the point, above it where there is room, never on it. */
function beside(point, _params, _dom, _rect, size) {
  const [width, height] = size.contentSize;
  const right = point[0] + TIP_GAP;
  const left = right + width > size.viewSize[0] ? point[0] - TIP_GAP - width : right;
  return [Math.max(0, left), Math.max(0, Math.min(point[1] - height - TIP_GAP, size.viewSize[1] - height))];
}

function textElement(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

/** Cells of a heat map carry their row as the last number. */
function rowOfItem(value) {
  return Array.isArray(value) ? value[value.length - 1] : -1;
}

function itemsByRow(option) {
  const items = new Map();
  option.series.forEach((series, seriesIndex) => {
    series.data.forEach((datum, dataIndex) => items.set(rowOfItem(datum.value ?? datum), { seriesIndex, dataIndex }));
  });
  return items;
}
