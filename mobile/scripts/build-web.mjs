// Exports the web app to a folder beside dist/ and puts it in place when it is whole: the exporter empties its output
// folder first, so a stopped export would leave a broken app.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const at = (...parts) => join(home, ...parts);

const pdfjs = join(dirname(require.resolve('pdfjs-dist/package.json')), 'legacy', 'build');
mkdirSync(at('public', 'pdfjs'), { recursive: true });
for (const file of ['pdf.min.mjs', 'pdf.worker.min.mjs']) cpSync(join(pdfjs, file), at('public', 'pdfjs', file));

/** The addresses of the app's pages, `[id]` for a part that may be anything, as the router itself makes them of the files. */
function routes() {
  const router = createRequire(createRequire(require.resolve('expo/package.json')).resolve('@expo/cli/package.json'));
  const { createRoutesManifest } = router('@expo/router-server/build/routes-manifest');
  const files = readdirSync(at('src', 'app'), { recursive: true }).filter((file) => file.endsWith('.tsx'));
  const { htmlRoutes } = createRoutesManifest(files.map((file) => `./${file}`), {});
  const addresses = htmlRoutes.map(({ page }) => page.replace(/\/\([^/]+\)/g, '').replace(/\/index$/, '') || '/');
  const unknown = addresses.find((address) => address.includes('[...'));
  if (unknown) throw new Error(`The server can't tell which addresses ${unknown} stands for: see web.rs.`);
  return addresses.sort();
}

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
writeFileSync(join(made, 'routes.json'), JSON.stringify(routes(), null, 1));
rmSync(at('dist'), { recursive: true, force: true });
renameSync(made, at('dist'));
