// Draws figures through the wasm view: loads it once, redraws on a new size or theme, and answers the pointer and the keyboard.
import { h } from './dom.js';

/** @typedef {import('./protocol.js').Figure} Figure */
/** @typedef {import('./protocol.js').Hit} Hit */
/** @typedef {import('./protocol.js').ViewModule} ViewModule */

/** @type {Promise<ViewModule> | null} */
let loading = null;

/** The view module, loaded on first use. @returns {Promise<ViewModule>} */
export function loadView() {
  loading ??= (async () => {
    const url = new URL('view/view.js', document.baseURI).href;
    /** @type {ViewModule} */
    const module = await import(url);
    await module.default();
    return module;
  })();
  // The next drawing tries again.
  loading.catch(() => (loading = null));
  return loading;
}

/** The height that suits a figure. @param {ViewModule} view @param {Figure} figure @param {number} width @param {object | null} [theme] null: the light one */
export const heightOf = (view, figure, width, theme = null) => Math.round(view.height(figure, width, theme));

/** Colours and font of the page, as the view takes them. */
export function pageTheme() {
  const style = getComputedStyle(document.documentElement);
  const get = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    dark: get('color-scheme') === 'dark' || get('--is-dark') === '1',
    font_px: 13,
    font: get('--sans'),
    ink: get('--ink'),
    paper: get('--panel'),
    muted: get('--muted'),
    grid: get('--rule'),
    accent: get('--held'),
  };
}

const tip = h('div', { class: 'tip', hidden: true, 'aria-hidden': 'true' });

/** @param {HTMLCanvasElement} canvas @param {Hit | null} hit */
function showTip(canvas, hit) {
  tip.hidden = !hit;
  if (!hit) return;
  if (!tip.isConnected) document.body.append(tip);
  tip.textContent = hit.text;
  const box = canvas.getBoundingClientRect();
  const half = tip.offsetWidth / 2;
  const x = Math.min(innerWidth - half - 6, Math.max(half + 6, box.left + hit.x));
  const above = box.top + hit.y - (hit.radius ?? 4) - tip.offsetHeight - 8;
  const y = above > 4 ? above : box.top + hit.y + (hit.radius ?? 4) + 10;
  tip.style.transform = `translate(${Math.round(x - half + scrollX)}px, ${Math.round(y + scrollY)}px)`;
}

addEventListener('keydown', (event) => {
  if (event.key === 'Escape') tip.hidden = true;
});

/** A canvas that shows one figure. */
export class FigureCanvas {
  /** @param {{onChoose?: (hit: Hit) => void, onRead?: (text: string) => void, onPoint?: (hit: Hit | null) => void}} [options] */
  constructor({ onChoose, onRead, onPoint } = {}) {
    this.canvas = h('canvas', { class: 'plot', role: 'img', tabindex: 0 }, 'The figure’s data is in its table.');
    /** @type {Figure | null} */
    this.figure = null;
    /** @type {Figure | null} */
    this.told = null;
    /** @type {import('./protocol.js').Drawn | null} */
    this.drawn = null;
    this.mark = -1;
    this.frame = 0;
    this.trouble = h('p', { class: 'figure-trouble' });
    /** The key that stands out, without the figure having to be made again. @type {string | null} */
    this.lit = null;
    /** The figure, and the width and theme, that height and words were found for. @type {{figure: Figure | null, at: string}} */
    this.laid = { figure: null, at: '' };
    this.onRead = onRead ?? (() => {});
    this.onPoint = onPoint ?? (() => {});
    this.canvas.addEventListener('pointermove', (event) => {
      const hit = this.at(event);
      this.point(hit);
      this.canvas.classList.toggle('can-choose', Boolean(onChoose && hit));
    });
    this.canvas.addEventListener('pointerleave', () => this.point(null));
    this.canvas.addEventListener('blur', () => this.point(null));
    if (onChoose) {
      this.canvas.addEventListener('click', (event) => {
        const hit = this.at(event);
        if (hit) onChoose(hit);
      });
    }
    this.canvas.addEventListener('keydown', (event) => this.key(event, onChoose));
    new ResizeObserver(() => this.redraw()).observe(this.canvas);
    document.addEventListener('dosefront:theme', () => this.redraw());
    // Paper does not wait for a frame.
    document.addEventListener('dosefront:print', () => void this.paint());
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener('change', () => this.redraw());
  }

  /** @param {Figure} figure @param {Figure} [told]  the one that the words are about */
  show(figure, told = figure) {
    this.figure = figure;
    this.told = told;
    this.redraw();
  }

  /** Makes what has this key stand out; null: nothing. @param {string | null} key */
  light(key) {
    if (key === this.lit) return;
    this.lit = key;
    this.canvas.dataset.lit = key ?? '';
    this.redraw();
  }

  /** @param {Hit | null} hit */
  point(hit) {
    showTip(this.canvas, hit);
    this.onPoint(hit);
  }

  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => void this.paint());
  }

  async paint() {
    const { figure, canvas } = this;
    const width = canvas.clientWidth;
    if (!figure || width < 40) return;
    const view = await loadView().catch((thrown) => this.complain(thrown));
    if (!view) return;
    const theme = pageTheme();
    try {
      const at = JSON.stringify([width, theme]);
      if (figure !== this.laid.figure || at !== this.laid.at) {
        canvas.style.height = `${heightOf(view, figure, width, theme)}px`;
        canvas.setAttribute('aria-label', view.summary(this.told ?? figure));
      }
      this.laid = { figure, at };
      const drawn = view.draw(canvas, this.lit === null ? figure : { ...figure, highlight: this.lit }, theme, devicePixelRatio || 1);
      this.drawn?.free?.();
      this.drawn = drawn;
      this.trouble.remove();
    } catch (thrown) {
      this.complain(thrown);
    }
    this.mark = Math.min(this.mark, (this.drawn?.count ?? 0) - 1);
  }

  /** Says in words that there is no picture. @param {any} thrown @returns {null} */
  complain(thrown) {
    this.trouble.textContent = `This figure could not be drawn: ${thrown?.message ?? thrown}`;
    this.canvas.setAttribute('aria-label', this.trouble.textContent);
    this.canvas.after(this.trouble);
    return null;
  }

  /** @param {PointerEvent | MouseEvent} event @returns {Hit | null} */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return this.drawn?.hit(event.clientX - box.left, event.clientY - box.top) ?? null;
  }

  /** Arrow keys walk through the marks, Enter chooses one. @param {KeyboardEvent} event @param {((hit: Hit) => void) | undefined} onChoose */
  key(event, onChoose) {
    const row = this.figure?.figure === 'cell_counts' ? this.figure.arms.length : 1;
    const step = { ArrowRight: 1, ArrowDown: row, ArrowLeft: -1, ArrowUp: -row }[event.key];
    const count = this.drawn?.count ?? 0;
    if (event.key === 'Enter' && onChoose) {
      const hit = this.drawn?.mark(this.mark);
      if (hit) onChoose(hit);
    } else if (step && count > 0) {
      this.mark = this.mark < 0 ? (step > 0 ? 0 : count - 1) : (this.mark + step + count) % count;
      const hit = this.drawn?.mark(this.mark) ?? null;
      this.point(hit);
      if (hit) this.onRead(hit.text);
      event.preventDefault();
    }
  }
}
