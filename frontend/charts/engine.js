// What ECharts expects of any host and a bare script engine lacks. Imported first by render.js's bundle.
// Nothing is ever run later: a server-side picture is finished when `renderSvg` returns.
globalThis.setTimeout ??= () => 0;
globalThis.clearTimeout ??= () => {};
