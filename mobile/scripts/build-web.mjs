// Exports the web app to a folder beside dist/ and puts it in place when it is whole: the exporter empties its output
// folder first, so a stopped export would leave a broken app.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const at = (...parts) => join(home, ...parts);

const pdfjs = join(dirname(require.resolve('pdfjs-dist/package.json')), 'legacy', 'build');
mkdirSync(at('public', 'pdfjs'), { recursive: true });
for (const file of ['pdf.min.mjs', 'pdf.worker.min.mjs']) cpSync(join(pdfjs, file), at('public', 'pdfjs', file));

const made = at(`dist-${process.pid}`);
const cli = join(dirname(require.resolve('expo/package.json')), 'bin', 'cli');
const run = spawnSync(process.execPath, [cli, 'export', '--platform', 'web', '--output-dir', made], {
  cwd: home,
  stdio: 'inherit',
  env: { ...process.env, EXPO_OFFLINE: '1', EXPO_NO_TELEMETRY: '1', CI: '1' },
});
if (run.status !== 0) {
  rmSync(made, { recursive: true, force: true });
  console.error('The web app could not be exported.');
  process.exit(run.status ?? 1);
}
rmSync(at('dist'), { recursive: true, force: true });
renameSync(made, at('dist'));
