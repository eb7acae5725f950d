// Functions that a specification, being JSON, can only name: `"formatter": "@short"`. The browser and the server's
// renderer replace the names by the same code here, so a picture and the page read alike. crates/charts (numbers.rs)
// writes the same forms for labels and tables; a test of its feature `render` holds the two together.
//
// The root key `texts` of an option carries the language: {decimal, thousand, million, billion}.

const MINUS = "\u2212";

/** A tick: 0, 250, 1.5K, 15K, 1.25M. */
function short(value, texts) {
  const size = Math.abs(value);
  const [unit, word] = size >= 1e9 ? [1e9, texts.billion] : size >= 1e6 ? [1e6, texts.million] : size >= 1e3 ? [1e3, texts.thousand] : [1, ""];
  return sign(value) + plain(size / unit, texts) + word;
}

/** A share as a tick: 12%, 2.5%. */
function percent(value, texts) {
  return sign(value) + plain(Math.abs(value) * 100, texts) + texts.percent;
}

/** A lift or change as a tick: +15%, 0%, −15%. */
function change(value, texts) {
  return (value > 0 ? "+" : "") + percent(value, texts);
}

function sign(value) {
  return value < 0 ? MINUS : "";
}

/** At most two decimals, none that are zero. */
function plain(value, texts) {
  return String(Math.round(value * 100) / 100).replace(".", texts.decimal);
}

const NAMED = { "@short": short, "@percent": percent, "@change": change };

/** Replaces every named formatter of `option` in place and returns it. Data rows are not looked into. */
export function withFormatters(option) {
  const texts = option.texts;
  delete option.texts;
  const visit = (node) => {
    for (const [key, value] of Object.entries(node)) {
      if (key === "formatter" && typeof value === "string" && value.startsWith("@")) {
        const named = NAMED[value];
        if (!named) throw new Error(`no formatter is called ${value}`);
        node[key] = (tick) => named(typeof tick === "object" ? tick.value : tick, texts);
      } else if (key !== "data" && value !== null && typeof value === "object") {
        visit(value);
      }
    }
  };
  visit(option);
  return option;
}
