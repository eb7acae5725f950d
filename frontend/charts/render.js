// Runs inside the server's script engine (crates/charts, feature `render`): no DOM, no timers, no eval.
// The engine calls `renderSvg` once a picture and `setAdvances` once at start.
import "./engine.js";
import { init, setPlatformAPI } from "./echarts.js";
import { withFormatters } from "./formatters.js";

/** Advance widths in em by character, of the two weights that the pictures use. */
let advances = { regular: {}, bold: {} };
const BOLD = /\b(bold|[6-9]00)\b/;
const SIZE = /([\d.]+)px/;
/** For a character that the font lacks. ECharts takes the width of one, 国, for the height of a line. */
const UNKNOWN_EM = 1;

globalThis.setAdvances = (json) => {
  advances = JSON.parse(json);
};

// Without a canvas ECharts guesses widths, which makes labels overlap in Cyrillic.
setPlatformAPI({
  createCanvas: () => null,
  measureText(text, font = "12px") {
    const table = BOLD.test(font) ? advances.bold : advances.regular;
    const size = Number(SIZE.exec(font)?.[1] ?? 12);
    let em = 0;
    for (const character of text ?? "") em += table[character] ?? UNKNOWN_EM;
    return { width: em * size };
  },
});

/** SVG text of one option (JSON text), in CSS pixels. */
globalThis.renderSvg = (json, width, height) => {
  const option = withFormatters(JSON.parse(json));
  option.animation = false;
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
};

/** One named formatter on one value: lets a test compare it with Rust's. */
globalThis.formatted = (name, value, json) => withFormatters({ formatter: name, texts: JSON.parse(json) }).formatter(value);
