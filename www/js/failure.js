// Failures as values, for the page and the worker alike (no document here).

/** @typedef {import('./protocol.js').ErrorInfo} ErrorInfo */

/** Whatever was thrown, as {code, message, hint}. @param {any} thrown @returns {ErrorInfo} */
export function errorInfo(thrown) {
  if (thrown && typeof thrown === 'object' && typeof thrown.code === 'string' && typeof thrown.message === 'string') {
    return { code: thrown.code, message: thrown.message, hint: String(thrown.hint ?? '') };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'unexpected', message: `Something unexpected went wrong: ${message}`, hint: 'Restart the engine; if it happens again, please report it with this text.' };
}
