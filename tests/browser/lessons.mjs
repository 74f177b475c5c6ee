// Lessons: each from start to end by clicks, every question answered wrong once and right once; and a lesson that a teacher makes.
import { readFile } from 'node:fs/promises';
import { openSite, withSite } from '../lib/site.mjs';
import { afterAll, tell, test } from '../lib/runner.mjs';
import { LESSONS } from '../../www/js/lessons/index.js';
import { at, drawn, drop, expect, graveViolations, inScheme, until } from './page.mjs';

// All lessons in one visit, as a class would take them: what one has trained is there for the next.
let visit;
const visited = () => (visit ??= openSite());
afterAll(async () => (await visit?.catch(() => null))?.close());

const state = (page) => at(page, 'lesson-state').innerText();
const verdict = (page) => at(page, 'lesson-verdict').getAttribute('data-right');
const title = (page) => at(page, 'lesson-step').innerText();

async function start(page, id) {
  await at(page, 'lessons').click();
  await at(page, `lesson-start-${id}`).click();
  await until(page, `the lesson ${id}`, async () => (await page.evaluate(() => document.body.dataset.lesson)) === id, { limitS: 20 });
}

async function taskDone(page, { limitS = 240 } = {}) {
  await until(page, `“${await title(page)}” to be done`, async () => /Done/.test(await state(page)) && !/Not/.test(await state(page)), { limitS });
}

/** Presses “Check”, and says whether the answer was right. */
async function check(page) {
  const tries = async () => Number((await at(page, 'lesson-verdict').getAttribute('data-tries')) ?? 0);
  const before = await tries();
  await at(page, 'lesson-check').click();
  await until(page, 'a verdict', async () => (await tries()) === before + 1, { limitS: 10 });
  expect((await at(page, 'lesson-verdict').innerText()).length > 20, 'the verdict says why');
  return (await verdict(page)) === 'true';
}

/** Answers a choice by trying: which one is right only the page knows. Every other one has to be wrong, with a hint. */
async function answerChoice(page) {
  const radios = at(page, 'lesson-question').locator('input[type=radio]');
  const n = await radios.count();
  expect(n >= 2, 'there is something to choose from');
  const verdicts = [];
  for (let i = 0; i < n; i++) {
    await radios.nth(i).check();
    verdicts.push(await check(page));
  }
  const right = verdicts.flatMap((each, i) => (each ? [i] : []));
  expect(right.length >= 1 && right.length < n, `${await title(page)}: ${right.length} of ${n} answers are right`);
  await radios.nth(right[0]).check();
  expect(await check(page), 'what was right once is right again');
}

/** A wrong number, then the right one, which the test reads from the page by itself. */
async function answerNumber(page, truth) {
  await at(page, 'lesson-number').fill('987654');
  expect(!(await check(page)), 'a wrong number is wrong');
  await at(page, 'lesson-number').fill(String(truth));
  expect(await check(page), `${await title(page)}: ${truth} should be right, but: ${await at(page, 'lesson-verdict').innerText()}`);
}

/** Rows of a figure's table, as objects. */
async function tableOf(page, figure) {
  const toggle = at(page, figure).getByRole('button', { name: /show as a table/ });
  if ((await toggle.getAttribute('aria-pressed')) !== 'true') await toggle.click();
  await until(page, 'the table', async () => (await at(page, figure).locator('tbody tr').count()) > 0, { limitS: 10 });
  return at(page, figure).locator('table').evaluate((table) => {
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.innerText.trim());
    return [...table.tBodies[0].rows].map((row) => Object.fromEntries([...row.cells].map((cell, i) => [names[i], cell.innerText.trim()])));
  });
}
const num = (text) => Number(String(text).replace('−', '-').replace(/,/g, ''));

/** What a person does in a step, beyond pressing the button that sets things. By lesson and step. */
const trainByHand = (button) => async (page) => {
  await until(page, `${button} to be usable`, () => at(page, button).isEnabled(), { limitS: 60 });
  await at(page, button).click();
};
const runPlayground = trainByHand('playground-start');
const DO = {
  'no-change': { 1: trainByHand('train'), 2: (page) => at(page, 'shown-arm').selectOption({ index: 0 }), 3: async (page) => at(page, 'shown-arm').selectOption({ index: (await at(page, 'shown-arm').locator('option').count()) - 1 }) },
  'two-ways': { 1: trainByHand('train') },
  'dose-distance': { 5: (page) => at(page, 'explore-fits').check() },
  'batch-or-biology': {
    0: (page) => at(page, 'preset-marrow-two-batches').click(),
    2: trainByHand('front-train'),
    3: async (page) => {
      // By keyboard: along the marks of the figure.
      await at(page, 'figure-candidate_front').locator('canvas').focus();
      for (let i = 0; i < 4; i++) {
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Enter');
        await page.waitForTimeout(100);
      }
    },
  },
  'mutual-information': { 0: (page) => at(page, 'playground').locator('summary').first().click(), 1: runPlayground, 2: runPlayground, 3: runPlayground, 4: runPlayground },
};

/** Numbers that a question asks for, read from the page without the lesson. */
const READ = {
  'dose-distance': {
    0: async (page) => num(/\((\d+)\)/.exec(await at(page, 'front-cell_type').locator('option:checked').textContent())[1]),
    3: async (page) => distanceIn(page, await at(page, 'lesson-question').locator('legend').innerText()),
  },
  'noise-floor': {
    0: async (page) => distanceIn(page, (await at(page, 'lesson-question').locator('legend').innerText()).replace(/The lowest dose, ([\d.]+),/, 'dose $1,')),
    1: async (page) => {
      const type = /floor of (.+)\?/.exec(await at(page, 'lesson-question').locator('legend').innerText())[1];
      const row = (await tableOf(page, 'figure-distances_per_type')).find((each) => Object.values(each).includes(type));
      const name = Object.keys(row).find((each) => /floor|noise|control/i.test(each));
      return num(row[name]);
    },
  },
  'no-change': {
    4: async (page) => {
      const rows = await tableOf(page, 'figure-doses');
      return rows.filter((row) => num(row.scGen) > num(row['No change'])).length;
    },
  },
  'two-ways': {
    0: async (page) => num(/(\d+) untreated/.exec(await page.locator('#predict .question').innerText())[1]),
    4: async (page) => num((await tableOf(page, 'figure-bars')).map((row) => Object.values(row)).find((row) => row.includes('No change'))[1]),
  },
  'batch-or-biology': {
    0: async (page) => num(/\((\d+)\)/.exec(await at(page, 'front-batch').locator('option:checked').textContent())[1]),
    5: async (page) => {
      await until(page, 'the sentence in U and V', async () => /On the front/.test(await at(page, 'front-headline').innerText()) && /Generative loss|U/.test(await at(page, 'figure-candidate_front').locator('h3').innerText()), { limitS: 10 });
      return num(/On the front: (\d+) of/.exec(await at(page, 'front-headline').innerText())[1]);
    },
  },
  'mutual-information': { 1: async (page) => Math.abs(num(/Truth (\S+) nats/.exec(await at(page, 'playground-words').innerText())[1])) },
};

async function distanceIn(page, words) {
  const [, type, dose] = /of (.+) at (?:dose ([\d.]+)|this dose)/.exec(words);
  const wanted = dose ?? /dose ([\d.]+)/.exec(words)[1];
  const rows = await tableOf(page, 'figure-distances_along_doses');
  const row = rows.find((each) => Object.values(each).includes(type) && Object.values(each).some((cell) => num(cell) === Number(wanted)));
  const name = Object.keys(row).find((each) => /distance|value|E-distance|Euclid/i.test(each)) ?? Object.keys(row)[2];
  return num(row[name]);
}

const SHOTS = process.env.LESSON_SHOTS;
const shoot = async (page, name) => SHOTS && page.screenshot({ path: `${SHOTS}/${name}.png`, animations: 'disabled' });

for (const lesson of LESSONS) {
  test(`lessons: ${lesson.title}, from start to end`, async () => {
    const { page } = await visited();
    await until(page, 'a data set', () => at(page, 'preset-liver-dose-response').isEnabled().catch(() => false), { limitS: 90 });
    if (lesson.id !== 'batch-or-biology' && lesson.id !== 'mutual-information' && !(await at(page, 'dataset-summary').innerText()).includes('liver')) await at(page, 'preset-liver-dose-response').click();
    await start(page, lesson.id);
    expect((await page.evaluate(() => document.activeElement?.dataset.testid)) === 'lesson-step', 'the focus is on the heading of the step');
    for (const [i, step] of lesson.steps.entries()) {
      await until(page, `step ${i + 1}`, async () => (await title(page)) === step.title, { limitS: 10 });
      if (step.task) {
        if (step.task.applyWords) await at(page, 'lesson-apply').click();
        await DO[lesson.id]?.[i]?.(page);
        await taskDone(page);
        await at(page, 'lesson-show').click();
        expect((await page.locator('.lesson-target').count()) === 1, `${step.task.show} is shown`);
        // What it speaks of is not behind the bar.
        const covered = await page.evaluate(() => {
          const [bar, target] = [document.getElementById('lesson').getBoundingClientRect(), document.querySelector('.lesson-target').getBoundingClientRect()];
          return target.left < bar.right && target.right > bar.left && target.top < bar.bottom && target.bottom > bar.top && innerWidth > 1180;
        });
        expect(!covered, `${step.task.show} is behind the bar`);
      }
      if (step.question) {
        await until(page, 'the question', () => at(page, 'lesson-check').isVisible(), { limitS: 60 });
        if (step.question.options) await answerChoice(page);
        else await answerNumber(page, await READ[lesson.id][i](page));
        tell(`${i + 1}. ${(await at(page, 'lesson-verdict').innerText()).replace(/\s+/g, ' ')}`);
      }
      await shoot(page, `${lesson.id}-${i + 1}`);
      await at(page, 'lesson-next').click();
    }
    await until(page, 'the end', () => at(page, 'lesson-end').isVisible(), { limitS: 10 });
    tell(await at(page, 'lesson-end').innerText());
    const asked = lesson.steps.filter((step) => step.question).length;
    expect((await at(page, 'lesson-end').innerText()).includes(`${asked} of ${asked} questions`), 'every question was answered right');
    await at(page, 'lesson-leave').click();
    expect((await page.evaluate(() => document.body.dataset.hide)) === undefined && !(await at(page, 'lesson-step').isVisible()), 'the whole page is there again');
  }, 1200);
}

test('lessons: nothing went wrong behind the scenes', async () => {
  const site = await visited();
  expect(site.problems().length === 0, site.problems().join('\n'));
});

test('lessons: a link leads to a step, hides what is not needed, and every lesson is accessible', () => withSite({ path: '#v=1&lesson=no-change.3' }, async ({ page, url }) => {
  await until(page, 'the lesson of the link', () => at(page, 'lesson-step').isVisible(), { limitS: 30 });
  expect((await title(page)) === LESSONS.find(({ id }) => id === 'no-change').steps[2].title, 'the third step is open');
  expect(!(await page.locator('#explore').isVisible()) && !(await at(page, 'nav-explore').isVisible()), 'Explore is hidden');
  expect(/^First: Train/.test(await at(page, 'lesson-first').innerText()), 'it says what to do first');
  await at(page, 'lesson-everything').click();
  expect(await page.locator('#explore').isVisible(), 'everything can be shown');
  await at(page, 'lesson-next').click();
  expect((await title(page)) === 'A strong dose', 'the fourth step is open');
  await until(page, 'the address to follow', () => page.url().includes('no-change.4'), { limitS: 60 });
  expect((await page.evaluate(() => document.activeElement?.dataset.testid)) === 'lesson-step', 'the focus follows');
  await page.reload();
  await until(page, 'the same step', async () => (await at(page, 'lesson-step').isVisible()) && (await title(page)) === 'A strong dose', { limitS: 30 });
  await until(page, 'a data set', () => at(page, 'preset-liver-dose-response').isEnabled().catch(() => false), { limitS: 90 });
  for (const lesson of LESSONS) {
    await start(page, lesson.id);
    for (const scheme of ['light', 'dark']) {
      await inScheme(page, scheme);
      await drawn(page);
      const grave = await graveViolations(page);
      expect(grave.length === 0, `${lesson.id}, ${scheme}: ${grave.join('\n')}`);
    }
    await inScheme(page, 'light');
    await shoot(page, `open-${lesson.id}`);
  }
  await at(page, 'lessons').click();
  const grave = await graveViolations(page);
  expect(grave.length === 0, `the list: ${grave.join('\n')}`);
  await shoot(page, 'list');
  await page.keyboard.press('Escape');
  expect(!(await at(page, 'lessons-dialog').isVisible()), 'Escape closes the list');
  expect(url.length > 0, url);
}), 600);

test('lessons: in a narrow window and at 200 % the bar covers no control that it speaks of', async () => {
  for (const [name, viewport] of Object.entries({ narrow: { width: 390, height: 844 }, zoomed: { width: 720, height: 450 } })) {
    await withSite({ context: { viewport, reducedMotion: 'reduce' }, path: '#v=1&lesson=dose-distance.2' }, async ({ page }) => {
      await until(page, 'the figure', () => at(page, 'figure-distances_along_doses').isVisible(), { limitS: 120 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide <= 0, `${name}: the page is ${wide} px wider than the window`);
      await at(page, 'lesson-show').click();
      const gap = await page.evaluate(() => document.getElementById('lesson').getBoundingClientRect().top - document.querySelector('.lesson-target').getBoundingClientRect().bottom);
      expect(gap >= 0, `${name}: the control is ${-gap} px below the edge of the bar`);
      expect((await page.evaluate(() => document.activeElement?.dataset.testid)) === 'explore-metric', 'the control has the focus');
      await shoot(page, `${name}-shown`);
      // Back to the text by keyboard, from anywhere.
      await page.keyboard.press('Alt+l');
      expect((await page.evaluate(() => document.activeElement?.dataset.testid)) === 'lesson-step', 'Alt + L leads back to the lesson');
      await at(page, 'lesson-fold').click();
      expect(!(await at(page, 'lesson-text').isVisible()) && (await at(page, 'lesson-fold').getAttribute('aria-expanded')) === 'false', 'it can be folded');
      await at(page, 'lessons').click();
      const out = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(out <= 0, `${name}: with the list the page is ${out} px wider than the window`);
      await shoot(page, `${name}-list`);
    });
  }
}, 300);

test('lessons: a teacher makes one; its link opens it in a fresh browser, and its file in another', async () => {
  const EVIL = '<img src=x onerror="document.title=1">';
  let link = '';
  let saved = '';
  await withSite({ context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async ({ page, url }) => {
    await at(page, 'lessons').click();
    const maker = at(page, 'lesson-maker');
    await maker.locator('summary').click();
    await at(page, 'own-link').click();
    expect(/title/.test(await at(page, 'own-result').innerText()), 'it asks for a title');
    await at(page, 'own-title').fill('Fibroblasts, second hour');
    await at(page, 'own-step-title').fill('Look first');
    await at(page, 'own-step-text').fill(`Find the fibroblasts. ${EVIL}`);
    await at(page, 'own-step-ask').fill('How many cell types are there?');
    await at(page, 'own-answer').nth(0).fill('five');
    await at(page, 'own-link').click();
    expect(/at least two/.test(await at(page, 'own-result').innerText()), 'one answer is no choice');
    await at(page, 'own-answer').nth(1).fill('six');
    await at(page, 'own-answer-right').nth(1).check();
    await at(page, 'own-step-why').fill('Six rows in the map.');
    await at(page, 'own-add').click();
    await at(page, 'own-step-text').nth(1).fill('That is all.');
    await maker.locator('label', { hasText: 'Step 3, Predict' }).click();
    const grave = await graveViolations(page);
    expect(grave.length === 0, grave.join('\n'));
    await shoot(page, 'maker');
    await at(page, 'own-link').click();
    await until(page, 'the link', () => at(page, 'own-url').isVisible(), { limitS: 20 });
    link = (await page.evaluate(() => navigator.clipboard.readText())).slice(url.length);
    const [download] = await Promise.all([page.waitForEvent('download'), at(page, 'own-file').click()]);
    expect(download.suggestedFilename() === 'fibroblasts-second-hour.lesson.json', download.suggestedFilename());
    saved = await readFile(await download.path(), 'utf8');
    tell(`${link.length} characters`);
  });

  const take = async (page) => {
    await until(page, 'the lesson', () => at(page, 'lesson-step').isVisible(), { limitS: 30 });
    expect((await page.locator('#lesson h2').innerText()) === 'Fibroblasts, second hour' && (await title(page)) === 'Look first', 'title and heading');
    expect((await at(page, 'lesson-text').innerText()).includes(EVIL) && (await page.locator('#lesson img').count()) === 0, 'what was written is text');
    expect(!(await page.locator('#predict').isVisible()) && (await page.locator('#explore').isVisible()), 'Predict is hidden');
    await answerChoice(page);
    expect((await at(page, 'lesson-verdict').innerText()).includes('Six rows in the map.'), 'the explanation of the teacher');
    await at(page, 'lesson-next').click();
    expect((await title(page)) === 'Step 2', await title(page));
    await until(page, 'the address to follow', () => decodeURIComponent(page.url()).includes('"at":2'), { limitS: 60 });
  };
  await withSite({ path: link }, async ({ page }) => {
    await take(page);
    await reloaded(page, 'Step 2', 'Six rows in the map.');
  });
  await withSite({}, async ({ page }) => {
    await at(page, 'lessons').click();
    const give = (text) => at(page, 'lesson-file').setInputFiles({ name: 'given.lesson.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    for (const [text, says] of [[saved.slice(0, 60), /cut off/], ['{"dosefront":1}', /not a lesson/], [saved.replace('"dosefront_lesson": 1', '"dosefront_lesson": 9'), /newer version/], ['{"dosefront_lesson":1,"lesson":{"steps":[]}}', /no step/]]) {
      await give(text);
      await until(page, `${says}`, async () => says.test(await at(page, 'lesson-trouble').innerText()), { limitS: 10 });
    }
    await give(saved);
    await take(page);
  });
}, 300);

/** After a reload the same step is open, and what was answered in the one before is still answered. */
async function reloaded(page, step, why) {
  await page.reload();
  await until(page, 'the same step after a reload', async () => (await at(page, 'lesson-step').isVisible()) && (await title(page)) === step, { limitS: 60 });
  await at(page, 'lesson-back').click();
  await until(page, 'the answer of before', async () => (await at(page, 'lesson-verdict').innerText()).includes(why), { limitS: 10 });
  expect((await verdict(page)) === 'true' && (await at(page, 'lesson-question').locator('input:checked').count()) === 1, 'it is answered, and right');
}

test('lessons: one that is too long for any link is dropped, outlasts a reload, and says how to hand it out', () => withSite({ context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async ({ page }) => {
  // Texts that no packing makes short, and a run with more seeds than a link holds.
  let state = 7;
  const word = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0).toString(36);
  const text = () => Array.from({ length: 150 }, word).join(' ');
  const seeds = Array.from({ length: 1500 }, (_, i) => (i * 7919 * 104_729) % 1_000_000_007);
  const run = {
    dosefront: 1, dataset: { simulated: { preset: 'pbmc-two-condition', seed: 1 } }, roles: { cell_type: 'cell_type', condition: 'condition', control: 'control', dose: null, batch: null },
    preprocess: { max_cells: 240, genes: { hvg_seurat: 60 } }, task: { predict: { models: ['no_change', { scgen: { epochs: 3 } }], held_out: ['CD4T'], doses: 'all', seeds } },
  };
  const steps = Array.from({ length: 12 }, (_, i) => ({ title: `Part ${i + 1}`, text: text(), ...(i === 0 ? { question: { ask: 'Which?', options: ['this', 'that'], right: 1, why: 'Because that one it is.' } } : {}) }));
  const file = JSON.stringify({ dosefront_lesson: 1, v: 1, run, hide: ['explore', 'engine-room'], lesson: { title: 'A long one', steps } });
  await until(page, 'the page', () => at(page, 'preset-liver-dose-response').isEnabled().catch(() => false), { limitS: 90 });
  for (const [content, words] of [[file.slice(0, 300), /cut off/], ['{"dosefront_lesson": 9}', /newer version/]]) {
    await drop(page, [{ name: 'long.lesson.json', content }]);
    await until(page, `${words}`, async () => (await at(page, 'shared-error').isVisible()) && words.test(await at(page, 'shared-error').innerText()), { errorEnds: false });
  }
  // As a browser names a second download.
  await drop(page, [{ name: 'long.lesson (1).json', content: file }]);
  await until(page, 'the lesson', async () => (await at(page, 'lesson-step').isVisible()) && (await title(page)) === 'Part 1');
  await until(page, 'the focus on its step', () => page.evaluate(() => document.activeElement?.dataset.testid === 'lesson-step'), { limitS: 20 });
  expect(/“engine-room”/.test(await at(page, 'shared-remarks').innerText()) && !(await page.locator('#explore').isVisible()), 'what is hidden is hidden, what is not known is said');
  const setUp = async () => (await at(page, 'seed').inputValue()).split(', ').length === seeds.length && (await at(page, 'dataset-summary').innerText()).includes('pbmc');
  await until(page, 'its run', setUp);
  await answerChoice(page);
  await at(page, 'lesson-next').click();
  await at(page, 'lesson-link').click();
  await until(page, 'words about its length', async () => /too long for a link/.test(await page.locator('.lesson-more').innerText()), { limitS: 60 });
  await until(page, 'the address', () => /step=/.test(page.url()), { limitS: 60 });
  expect(page.url().length < 9000, `${page.url().length} characters`);
  await reloaded(page, 'Part 2', 'Because that one it is.');
  await until(page, 'its run after the reload', setUp);
}), 300);
