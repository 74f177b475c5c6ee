// The built engines without a page:  node tests/node/run.mjs [PART OF A TEST'S NAME ...]
import { run } from '../lib/runner.mjs';
import './build.mjs';
import './server.mjs';
import './engine.mjs';
import './grid.mjs';
import './tradeoff.mjs';
import './same-everywhere.mjs';

await run();
