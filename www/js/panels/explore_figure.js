// A figure of the exploration: asked for when it is in sight and its question or its data have changed, and linked with the others.
import { h, say } from '../dom.js';
import { isGone } from '../explore_actions.js';
import { keyKind, keysOf, shownTab } from '../explore_figures.js';
import { errorInfo } from '../failure.js';
import { figureCard } from '../figure.js';

/** @typedef {import('../main.js').Page} Page */
/** @typedef {import('../store.js').State} State */
/** @typedef {import('../explore_figures.js').Shown} Shown */
/** @typedef {import('../protocol.js').FigureQuery} FigureQuery */
/** What has to have come before it can be asked for. @typedef {(question: any) => import('../protocol.js').ExploredPart[]} Parts */

// An embedding that moves is drawn this often at most.
const GAP_MS = 150;

/**
 * What one place of the page asks the exploration for: again when the question or what is known changes, one at a time, and only
 * while its tab is shown. The answer to an older question is dropped.
 * @template Answer
 * @param {Page} page
 * @param {{
 *   tab: import('../store.js').ExploreChoices["tab"], parts: Parts,
 *   question: (shown: Shown) => any, ask: (question: any) => Promise<Answer>,
 *   onAnswer: (answer: Answer, question: any, shown: Shown) => void, onFailure: (thrown: any) => void,
 *   onState: (state: {wanted: boolean, stale: boolean, answered: boolean}) => void,
 * }} options
 */
export function follows({ store }, { tab, parts, question, ask, onAnswer, onFailure, onState }) {
  let answeredFor = '';
  let answeredDesign = -1;
  let asking = false;
  let timer = 0;

  async function follow() {
    const { explore } = store.state;
    const shown = explore.overview ? { choices: explore.choices, overview: explore.overview } : null;
    const asked = shown && shownTab(store.state) === tab ? question(shown) : null;
    const came = asked ? parts(asked).map((part) => explore.known[part]) : [];
    const known = came.every((times) => times > 0);
    const key = asked && JSON.stringify([asked, explore.started, came]);
    const answered = answeredDesign === explore.design;
    onState({ wanted: Boolean(asked), stale: Boolean(asked) && key !== answeredFor && !known, answered });
    if (!shown || !asked || !known || key === answeredFor || asking || timer) return;
    asking = true;
    try {
      const answer = await ask(asked);
      if (explore.started === store.state.explore.started) {
        [answeredFor, answeredDesign] = [key, explore.design];
        onAnswer(answer, asked, shown);
      }
    } catch (thrown) {
      answeredFor = key;
      if (!isGone(thrown)) onFailure(thrown);
    }
    asking = false;
    timer = setTimeout(() => {
      timer = 0;
      void follow();
    }, GAP_MS);
    onState({ wanted: true, stale: false, answered: answeredDesign === store.state.explore.design });
  }
  store.subscribe(['explore', 'design'], () => void follow());
}

/**
 * @param {Page} page
 * @param {{
 *   name: string, title: string, sentence: string, use?: string, tab: import('../store.js').ExploreChoices["tab"], parts: Parts,
 *   query: (shown: Shown) => FigureQuery | null, extra?: HTMLElement | null,
 *   heading?: (figure: import('../protocol.js').Figure) => string,
 * }} options  `heading`: of what is shown; else the figure's own title
 */
export function exploreFigure(page, { name, title, sentence, use, tab, parts, query, extra = null, heading = (figure) => figure.title || title }) {
  const { store, explore } = page;
  /** @type {FigureQuery | null} */
  let asked = null;
  /** @type {Set<string>} */
  let keys = new Set();
  const trouble = h('p', { class: 'figure-trouble', hidden: true });

  /** @param {import('../protocol.js').Hit | null} hit */
  function kindOf(hit) {
    const { overview } = store.state.explore;
    return hit?.key && asked && overview ? keyKind(asked, hit.key, overview) : null;
  }
  const card = figureCard({
    name, title, sentence, use, extra,
    onPoint: (hit) => {
      const [kind, key] = [kindOf(hit), hit?.key ?? null];
      explore.point({ cell_type: kind === 'cell_type' ? key : null, gene: kind === 'gene' ? key : null, from: name });
    },
    onChoose: (hit) => {
      const kind = kindOf(hit);
      if (kind === 'cell_type') explore.only(hit.key ?? null);
      if (kind === 'gene') explore.choose({ gene: hit.key ?? '' });
    },
  });
  card.element.append(trouble);

  follows(page, {
    tab, parts, question: query,
    ask: (question) => page.engines.engine.send('figure', [question]),
    onAnswer: (figure, question) => {
      asked = question;
      keys = keysOf(figure);
      trouble.hidden = true;
      card.show(figure, undefined, heading(figure));
      light(store.state);
    },
    onFailure: (thrown) => {
      const { message, hint } = errorInfo(thrown);
      trouble.hidden = false;
      say(trouble, `${message.replace(/\.?$/, '.')} ${hint}`);
    },
    onState: ({ wanted, stale, answered }) => {
      card.element.hidden = !wanted || !(answered || !trouble.hidden);
      card.element.classList.toggle('stale', stale);
    },
  });

  /** What is pointed at in another figure stands out here. @param {State} state */
  function light({ pointed }) {
    const key = pointed.from === name ? null : [pointed.cell_type, pointed.gene].find((one) => one !== null && keys.has(one));
    card.light(key ?? null);
  }
  store.subscribe(['pointed'], light);
  return card.element;
}
