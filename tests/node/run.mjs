// The built engines without a page:  node tests/node/run.mjs [PART OF A TEST'S NAME ...]
import { run } from '../lib/runner.mjs';
import './build.mjs';
import './methods.mjs';
import './server.mjs';
import './offline.mjs';
import './engine.mjs';
import './grid.mjs';
import './tradeoff.mjs';
import './saved.mjs';
import './saved-files.mjs';
import './runs.mjs';
import './lessons.mjs';
import './same-everywhere.mjs';
import './link.mjs';

await run();
