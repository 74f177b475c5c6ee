// Named tests, run one after the other: the engines and Chromium share the machine's cores, and times are printed.

// Against a test that hangs, not against a slow machine: several times what the longest test without a limit of its own takes.
const DEFAULT_LIMIT_S = 600;
/** @type {{name: string, body: () => Promise<void>, limitS: number}[]} */
const tests = [];
const endings = [];

class Skipped extends Error {}

/** Adds a test; it fails when `body` throws or takes longer than `limitS` seconds. */
export function test(name, body, limitS = DEFAULT_LIMIT_S) {
  tests.push({ name, body, limitS });
}

/** Ends the running test without a verdict, e.g. because its data are not on this machine. */
export function skip(why) {
  throw new Skipped(why);
}

/** Adds something to be done after the last test, whatever came before. */
export function afterAll(body) {
  endings.push(body);
}

/** Prints a measured number below the test's name. */
export function tell(text) {
  console.log(`        ${text}`);
}

async function limited(body, limitS) {
  let timer;
  const late = new Promise((_, failed) => {
    timer = setTimeout(() => failed(new Error(`took longer than ${limitS} s`)), limitS * 1000);
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs every test whose name contains one of `filters` (all without filters) and ends the process. */
export async function run(filters = process.argv.slice(2)) {
  const chosen = tests.filter(({ name }) => filters.length === 0 || filters.some((f) => name.includes(f)));
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const { name, body, limitS } of chosen) {
    const started = performance.now();
    const took = () => `(${((performance.now() - started) / 1000).toFixed(1)} s)`;
    try {
      await limited(body, limitS);
      passed += 1;
      console.log(`ok      ${name} ${took()}`);
    } catch (error) {
      if (error instanceof Skipped) {
        skipped += 1;
        console.log(`skipped: ${name}: ${error.message}`);
      } else {
        failed += 1;
        console.log(`FAILED  ${name} ${took()}`);
        console.log(String(error?.stack ?? (error?.message ? JSON.stringify(error) : error)).replace(/^/gm, '        '));
      }
    }
  }
  for (const body of endings) await body().catch((error) => console.error(error));
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  // Not a plain return: a WebGPU device or a browser left behind by a failed test would keep the process alive.
  process.exit(failed > 0 ? 1 : 0);
}
