// The sentences of the list of runs.

export const RUNS = {
  lead: 'Every run of this browser, the newest first: what differs from the one before, and what came out. Results come back without training.',
  empty: 'No run yet. Explorations, predictions, fronts and playground runs are listed here when they begin or end.',
  name: 'Your own name for this run; empty for the usual one. Named runs stay longest when the list is full.',
  again: 'Brings its results back to the steps above, without training.',
  rerun: 'Runs it with the engine of now. What this engine has kept of it is not done twice.',
  save: 'The run file with its results, as a .dosefront.json file to keep or to send.',
  compare: 'Choose two runs to see what differs, side by side.',
  drop: 'Deletes this run. Parts that other runs share stay.',
  busy: 'It is being computed: cancel it first.',
  waits: 'Something is being trained.',
  opens: 'Data are being opened.',
  forbidden: 'This browser does not let the page keep anything, as in some private windows. Everything works, and is kept until the page is closed: save what matters to you.',
  blocked: 'Another tab has a different version of this page open and holds what is kept. Close the other tab and reload this one; until then runs are kept until the page is closed.',
  full: 'The browser has no more room for this page: what comes now is lost when the page is closed.',
  fullHint: 'Save the runs that matter to you (Save, in the list below). Then make room: delete runs that you no longer need, or press the button. It drops trained networks and genes of the oldest runs, one run after the other until there is room; their results stay in the list.',
  room: 'Drop networks and genes of the oldest runs',
  roomHint: 'Figures of single predictions and the dose slider of these runs are gone then; running them again brings them back.',
  damaged: 'cannot be read and is left out of the list. The others are whole.',
  clear: 'Clear everything',
  clearHint: 'Removes all runs with their results and networks, your choice of theme, and the copy of this page for use without a network.',
  clearHeld: 'What is in progress, in any tab, goes on and keeps its finished parts.',
  other: 'Made by another version of the engine: its numbers are shown as they were and cannot be added to. Run it again to compare.',
  opened: 'Opened from a saved file: shown as it was saved.',
  unsummed: 'The page was closed in the moment it finished. Its results are whole; they are summed up here as soon as its data are open.',
  light: 'Its networks and genes were dropped to make room; its results are whole.',
  kept: 'These are the kept results of',
  read: 'They are shown as they were: what needs the network, such as a slider, is there only with its data open in the engine that made it.',
};

const MINUTE = 60_000;
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** When something was, by a clock that may have been set since. @param {number} at @param {number} [now] */
export function whenWords(at, now = Date.now()) {
  if (!Number.isFinite(at) || at <= 0 || at > 8.64e15) return 'at an unknown time';
  const ago = now - at;
  if (ago < -MINUTE) return `${full.format(at)} by a clock that was ahead`;
  if (ago < MINUTE) return 'just now';
  if (ago < 60 * MINUTE) return `${Math.floor(ago / MINUTE)} min ago`;
  return new Date(at).toDateString() === new Date(now).toDateString() ? `today, ${hour.format(at)}` : full.format(at);
}

/** @type {Record<string, string>} */
export const PHASES = { running: 'under way', finished: '', cancelled: 'cancelled', failed: 'stopped by an error', unfinished: 'not finished' };
