// Light or dark: the system's choice unless the person has made one. Runs before the first paint.
const KEY = 'dosefront-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

/** @typedef {"auto" | "light" | "dark"} Theme */

/** @returns {Theme} */
export function savedTheme() {
  // Reading can be forbidden, for example in a sandboxed frame.
  try {
    const saved = localStorage.getItem(KEY);
    return saved === 'light' || saved === 'dark' ? saved : 'auto';
  } catch {
    return 'auto';
  }
}

/** @param {Theme} theme */
export function applyTheme(theme) {
  const shown = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
  document.documentElement.dataset.theme = shown;
  try {
    if (theme === 'auto') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // The choice then holds for this visit.
  }
  document.dispatchEvent(new CustomEvent('dosefront:theme'));
}

/** The theme after the shown one. @param {Theme} theme @returns {Theme} */
export function nextTheme(theme) {
  const shown = document.documentElement.dataset.theme;
  if (theme === 'auto') return shown === 'dark' ? 'light' : 'dark';
  return 'auto';
}

dark.addEventListener('change', () => applyTheme(savedTheme()));
applyTheme(savedTheme());
