// One setting of a model or a schedule as a control: what is typed is read by what the engine's own value is like.
import { field, h, options } from '../dom.js';

/** What a typed text means for a setting whose preset value is `like`; undefined where it cannot be read. @param {string} text @param {any} like @returns {any} */
function parse(text, like) {
  const trimmed = text.trim();
  if (Array.isArray(like)) {
    const parts = trimmed.split(/[\s,;]+/).filter(Boolean).map(Number);
    return parts.length > 0 && parts.every(Number.isFinite) ? parts : undefined;
  }
  if (like === null && trimmed === '') return null;
  if (typeof like === 'string') return trimmed;
  const value = Number(trimmed);
  return trimmed !== '' && Number.isFinite(value) ? value : undefined;
}

/** @param {any} value */
const show = (value) => (value === null ? '' : Array.isArray(value) ? value.join(', ') : String(value));

/**
 * @param {{
 *   id: string, words: {label: string, hint: string, choices?: Record<string, string>, list?: boolean}, preset: any, overrides: Record<string, any>, path: string,
 *   onChange: (overrides: Record<string, any>) => void,
 * }} options  `preset`: the engine's own value; `overrides`: dotted path -> value, for all settings that differ
 */
export function settingInput({ id, words, preset, overrides, path, onChange }) {
  const value = path in overrides ? overrides[path] : preset;
  const input = h('input', { id, test: id });
  const write = (/** @type {any} */ next) => {
    const { [path]: _old, ...rest } = overrides;
    onChange(JSON.stringify(next) === JSON.stringify(preset) ? rest : { ...rest, [path]: next });
  };
  if (typeof preset === 'boolean') {
    input.type = 'checkbox';
    input.checked = Boolean(value);
    input.addEventListener('change', () => write(input.checked));
    return checkbox(input, words.label, words.hint);
  }
  if (words.choices) {
    const select = h('select', { id, test: id, on: { change: () => write(select.value) } });
    options(select, Object.entries(words.choices).map(([choice, label]) => ({ value: choice, label })), String(value));
    return field(words.label, select, words.hint);
  }
  input.type = 'text';
  input.autocomplete = 'off';
  input.value = show(value);
  input.placeholder = preset === null ? 'off' : '';
  input.classList.toggle('differs', path in overrides);
  input.addEventListener('change', () => {
    const next = words.list && preset === null ? (input.value.trim() === '' ? null : parse(input.value, [])) : parse(input.value, preset);
    input.setAttribute('aria-invalid', String(next === undefined));
    if (next !== undefined) write(next);
  });
  return field(words.label, input, words.hint);
}

/** @param {HTMLInputElement} input @param {string} label @param {string} hint */
export function checkbox(input, label, hint) {
  input.setAttribute('aria-describedby', `${input.id}-hint`);
  return h('div', { class: 'field check' }, h('label', {}, input, ` ${label}`), h('p', { class: 'hint', id: `${input.id}-hint` }, hint));
}

/**
 * A whole number from 0 on, or from `least`; anything else is put back.
 * @param {{id: string, label: string, hint: string, least?: number, most?: number, now: () => number, onChange: (value: number) => void}} options
 */
export function wholeInput({ id, label, hint, least = 0, most = Infinity, now, onChange }) {
  const input = h('input', { type: 'number', id, min: least, max: Number.isFinite(most) ? most : null, step: 1, test: id });
  input.addEventListener('change', () => {
    const value = Number(input.value);
    if (Number.isInteger(value) && value >= least && value <= most && input.value !== '') onChange(value);
    else input.value = String(now());
  });
  // What is being typed is not overwritten by an answer of the engine that comes meanwhile.
  return { input, element: field(label, input, hint), draw: () => document.activeElement !== input && (input.value = String(now())) };
}
