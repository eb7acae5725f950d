// node run.cjs LEFT_OUT EXPORT...: hands the exported test functions to wasm-bindgen-test and exits with its verdict
"use strict";

const [leftOut, ...names] = process.argv.slice(2);

// the test context prints its own lines through this one, and takes what the tests print through the console;
// both must be in place before the program is loaded
globalThis.__wbgtest_og_console_log = console.log.bind(console);
const listeners = {};
for (const level of ["debug", "log", "info", "warn", "error"]) {
  console[level] = (...args) => listeners[level]?.(args);
}
globalThis.__wbg_test_invoke = (test) => test();

const tests = require("./tests.js");
for (const level of ["debug", "log", "info", "warn", "error"]) {
  listeners[level] = tests[`__wbgtest_console_${level}`];
}

async function run() {
  const context = new tests.WasmBindgenTestContext(false);
  context.filtered_count(Number(leftOut));
  return context.run(names.map((name) => tests.__wasm[name]));
}

run().then(
  (passed) => process.exit(passed ? 0 : 1),
  (error) => {
    process.stderr.write(`${error?.stack ?? error}\n`);
    process.exit(1);
  },
);
