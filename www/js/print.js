// On paper the page is light, whatever it is on the screen; figures are drawn anew for it.

/** The theme of the screen. @type {string | undefined} */
let before;

addEventListener('beforeprint', () => {
  before ??= document.documentElement.dataset.theme ?? 'light';
  document.documentElement.dataset.theme = 'light';
  document.dispatchEvent(new Event('dosefront:print'));
});
addEventListener('afterprint', () => {
  if (before === undefined) return;
  document.documentElement.dataset.theme = before;
  before = undefined;
  document.dispatchEvent(new Event('dosefront:theme'));
});
