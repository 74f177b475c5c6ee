// The page in Chromium:  node tests/browser/run.mjs [PART OF A TEST'S NAME ...]
import { run } from '../lib/runner.mjs';
import './first-visit.mjs';
import './methods.mjs';
import './grid.mjs';
import './dose.mjs';
import './explore.mjs';
import './tradeoff.mjs';
import './access.mjs';
import './share.mjs';
import './report.mjs';
import './other-browsers.mjs';
import './control.mjs';
import './bad-files.mjs';
import './lessons.mjs';
import './kang.mjs';
import './devices.mjs';
import './runs.mjs';
import './kept-files.mjs';
import './offline.mjs';
import './catalogue.mjs';
import './screenshots.mjs';

await run();
