// `node xtask/run.mjs <verb>`: what must be there before the build tool can say
// anything itself is checked here, in one sentence each.
import { spawnSync } from 'node:child_process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  stop(`sagaward needs Node.js 20.19 or newer, this is ${process.versions.node}: install one from https://nodejs.org.`);
}
if (spawnSync('cargo', ['--version'], { stdio: 'ignore' }).error) {
  stop('sagaward needs Rust, and `cargo` is not on the PATH: install it from https://rustup.rs.');
}
const { status } = spawnSync('cargo', ['run', '--quiet', '--package', 'xtask', '--', ...process.argv.slice(2)], {
  cwd: new URL('..', import.meta.url),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
