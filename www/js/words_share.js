// The sentences of sharing: links, saved runs, and whether they come out the same.

export const SHARE = {
  menu: 'Send this to somebody, or keep it. A link and a file hold what was done, never your cells, unless you tick the box.',
  what: 'Each step has a run of its own.',
  link: 'Opens this page with the same data set, settings and view. It holds no results: whoever opens it does the run again.',
  run: 'Settings and results in one small file. Dropped on this page it can be done again, and the page says whether it comes out the same.',
  bundle: 'The same in a zip, with trained weights, predicted cells and the details of the figures.',
  lacks: 'It would be without',
  lacksOpened: 'The file that you opened does not have them: rerun to make them.',
  lacksKept: 'They need the data of the run open, and a run whose networks are still kept: run it again to make them.',
  withData: 'With the data file',
  withDataHint: 'Only if whoever gets the file may see these cells. Without it the page asks for the file and checks that it is the same.',
  report: 'One web page to read and print: figures, tables, methods, references. The run is inside, so it can be dropped here as well.',
  methods: 'A paragraph for a Methods section, with references, written from the settings.',
  tooLong: 'This is too long for a link: mail programs and chats would cut it. Save the run and send the file instead.',
  copied: 'The link is copied.',
  copyByHand: 'The browser does not allow copying here. The text is selected: copy it with the keyboard.',
  methodsCopied: 'The paragraph is copied.',
  noResults: 'There are no results yet: what is saved is the plan alone.',
};

export const SHARED = {
  titles: { link: 'Opened from a link', run: 'A run file', report: 'A saved run', bundle: 'A bundle: a saved run with what belongs to it', lesson: 'A lesson from a file' },
  done: 'The data set is open and the form is filled in. Nothing is trained before you say so.',
  explored: 'The data set is open, and the exploration runs by itself.',
  beyond: 'The form has no place for some of its settings; doing it uses them as they are written:',
  ask: 'These results were made with a file that is not part of it. Open the file to do the run again; it stays on your machine, and the page checks that it is the same file.',
  askPlan: 'It needs a file that is not part of it. Open the file to do the run; it stays on your machine, and the page checks that it is the same file.',
  other: 'is another file, whatever its name: its SHA-256 is not the one of the run, so the run cannot be repeated with it. What you see are the stored results.',
  otherPlan: 'is another file, whatever its name: its SHA-256 is not the one of the run, so the run cannot be done with it.',
  inside: 'Its data came along in the bundle.',
  readOnly: 'What is shown now are the stored results, as they were saved. What needs more than these numbers says “rerun to see this”.',
  waits: 'Something is being trained; wait for its end, or cancel it first.',
};

/** Settings that are named before the rest is only counted. */
const NAMED = 6;

/** What of a run the form cannot show. @param {string[]} beyond */
export const beyondWords = (beyond) => `${SHARED.beyond} ${beyond.slice(0, NAMED).join('; ')}${beyond.length > NAMED ? `; and ${beyond.length - NAMED} more` : ''}.`;

export const VERDICTS = {
  identical: 'Identical',
  within_tolerance: 'The same within tolerance',
  differs: 'It differs',
  not_comparable: 'These cannot be compared',
  other_data: 'Made with other data, so this is no repetition',
};
