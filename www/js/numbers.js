// Numbers as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 18868 -> "18,868". @param {number} value */
export const count = (value) => whole.format(value);

/** "1 cell", "12 cells". @param {number} value @param {string} noun @param {string} [plural] */
export const plural = (value, noun, plural = `${noun}s`) => `${count(value)} ${value === 1 ? noun : plural}`;

/** Three significant digits, without exponents where they can be avoided; a dash for what is not defined. @param {number | null | undefined} value */
export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replace('e+', 'e').replace('-', '−');
  const digits = size >= 100 ? 1 : size >= 10 ? 2 : 3;
  const text = Number.isInteger(value) ? whole.format(value) : value.toFixed(digits);
  return text.replace('-', '−');
}

/** A share as "93.4 %" (thin no-break space). @param {number | null | undefined} value */
export const percent = (value) => (value === null || value === undefined || !Number.isFinite(value) ? '–' : `${(100 * value).toFixed(1).replace('-', '−')}\u202f%`);

/** 1234567 -> "1.2 MB". @param {number} bytes */
export function bytes(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** 75 -> "1 min 15 s". @param {number} seconds */
export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const all = Math.round(seconds);
  const minutes = Math.floor(all / 60);
  return minutes < 60 ? `${minutes} min ${String(all % 60).padStart(2, '0')} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The largest seed, as people read it: beyond it JavaScript cannot tell a whole number from the next. */
export const LARGEST_WHOLE = count(Number.MAX_SAFE_INTEGER);

/**
 * Reads "1, 2, 19193"; null where it is not a list of whole numbers up to {@link LARGEST_WHOLE}.
 * @param {string} text @returns {number[] | null}
 */
export function wholeNumbers(text) {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  if (parts.length === 0 || !parts.every((part) => /^\d+$/.test(part) && Number.isSafeInteger(Number(part)))) return null;
  return [...new Set(parts.map(Number))];
}
