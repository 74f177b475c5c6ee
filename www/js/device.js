// Decides which engine to start, and says why in a sentence.

/** @typedef {import('./protocol.js').BuildInfo} BuildInfo */
/** @typedef {import('./protocol.js').Device} Device */
/** @typedef {{device: Device, why: string, adapter: {name: string | null, software: boolean}, waiting: boolean}} Choice */

const POLL_MS = 5000;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp|software/i;

/** Options of the address: `?engine=cpu&software=1`, in the query or after the hash. */
export function addressOptions(location = /** @type {{search: string, hash: string}} */ (globalThis.location)) {
  const query = new URLSearchParams(location.search);
  const hash = new URLSearchParams(location.hash.replace(/^#/, ''));
  /** @param {string} name */
  const get = (name) => hash.get(name) ?? query.get(name);
  const engine = get('engine');
  return { engine: engine === 'cpu' || engine === 'webgpu' ? engine : null, software: get('software') === '1' };
}

/** What the build has put beside the page; null where there is no list. @returns {Promise<BuildInfo | null>} */
export async function readBuild() {
  try {
    const answer = await fetch('build.json', { cache: 'no-store' });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Address of a script, with its hash so that an old copy is never used. @param {import('./protocol.js').BuiltPart | null | undefined} part @param {string} usual  where it is when there is no list */
function addressOf(part, usual) {
  const url = new URL(part?.path ?? usual, document.baseURI);
  if (part?.hash) url.searchParams.set('v', part.hash);
  return url.href;
}

/** Address of an engine's script. @param {BuildInfo | null} build @param {Device} device */
export const engineUrl = (build, device) => addressOf(build?.engines?.[device], `engine-${device}/engine.js`);
/** Address of the script that reads and writes saved runs. @param {BuildInfo | null} build */
export const savedUrl = (build) => addressOf(build?.saved, 'saved/saved.js');

/**
 * Asks the browser for a graphics adapter.
 * @returns {Promise<{usable: boolean, name: string | null, software: boolean, why: string}>}
 */
async function findAdapter() {
  const gpu = /** @type {any} */ (navigator).gpu;
  if (!gpu) {
    const why = globalThis.isSecureContext
      ? 'This browser has no WebGPU, so the models train on the processor.'
      : 'WebGPU needs an https or localhost address, so the models train on the processor.';
    return { usable: false, name: null, software: false, why };
  }
  const found = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!found) return { usable: false, name: null, software: false, why: 'The browser offers no graphics adapter for WebGPU, so the models train on the processor.' };
  const info = found.info ?? {};
  const name = info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'an adapter';
  const software = Boolean(found.isFallbackAdapter ?? info.isFallbackAdapter) || SOFTWARE.test([info.description, info.device, info.architecture, info.vendor].join(' '));
  return software
    ? { usable: true, name, software: true, why: `The only graphics adapter (${name}) is software, which is slower than the CPU engine, so the models train on the processor.` }
    : { usable: true, name, software: false, why: `WebGPU answers on ${name}.` };
}

/**
 * @param {BuildInfo | null} build @param {ReturnType<typeof addressOptions>} asked
 * @returns {Promise<Choice>}
 */
export async function chooseDevice(build, asked) {
  const built = build?.engines?.webgpu ?? null;
  let adapter = /** @type {Choice['adapter']} */ ({ name: null, software: false });
  const building = build?.building?.includes('webgpu') ?? false;
  /** @param {string} why @param {boolean} [waiting] @returns {Choice} */
  const cpu = (why, waiting = false) => ({ device: 'cpu', why, adapter, waiting });
  if (asked.engine === 'cpu') return cpu('The address of this page asks for the CPU engine.');
  const found = await findAdapter();
  adapter = { name: found.name, software: found.software };
  if (!found.usable) return cpu(found.why);
  if (found.software && !asked.software) return cpu(`${found.why} Add software=1 to the address to use it all the same.`);
  const answer = found.software ? 'Only a software adapter answers, and the address asks for it.' : found.why;
  if (!built) {
    return building
      ? cpu(`${answer} The WebGPU engine is still being built; until then the models train on the processor.`, true)
      : cpu('This copy of the page has only the CPU engine.');
  }
  return { device: 'webgpu', why: answer, adapter, waiting: false };
}

/** Looks again until the WebGPU engine is there. @param {(build: BuildInfo) => void} onReady */
export function waitForWebgpu(onReady) {
  const timer = setInterval(async () => {
    const build = await readBuild();
    if (build?.engines?.webgpu) {
      clearInterval(timer);
      onReady(build);
    } else if (build && !build.building?.includes('webgpu')) {
      clearInterval(timer);
    }
  }, POLL_MS);
}
