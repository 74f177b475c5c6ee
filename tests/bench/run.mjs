// Times the engines in Chromium:  ./build.sh bench [steps] [train] [explore] [grid] [front]   (or: node tests/bench/run.mjs ...)
const BENCHES = ['steps', 'train', 'explore', 'grid', 'front'];

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !BENCHES.includes(name));
if (unknown) {
  console.error(`there is no bench "${unknown}" (there are ${BENCHES.join(', ')})`);
  process.exit(2);
}
for (const name of chosen.length > 0 ? chosen : BENCHES) {
  const { bench } = await import(`./${name}.mjs`);
  await bench();
  console.log();
}
process.exit(0);
