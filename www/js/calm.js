// Drawing that gives way to work: a page that redraws at every event would take a core from the workers.

/** Share of the time that drawing may take while events keep coming. */
const SHARE = 0.05;

/**
 * A function that does `work` soon, and again only after `least` milliseconds and long enough for `work` to take a small share of the
 * time. However often it is called meanwhile, `work` is done once more at the end.
 * @param {() => void | Promise<void>} work @param {number} least
 */
export function calmly(work, least) {
  let timer = 0;
  let next = 0;
  return () => {
    if (timer) return;
    timer = setTimeout(async () => {
      const begun = performance.now();
      try {
        await work();
      } finally {
        timer = 0;
        next = performance.now() + Math.max(least, (performance.now() - begun) / SHARE);
      }
    }, Math.max(0, next - performance.now()));
  };
}
