// Fails when the lock holds an Expo package of another SDK (a stray one breaks the export) or a registry's address.
import { readFileSync } from 'node:fs';

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
const stray = Object.entries(lock.packages)
  .filter(([path, pkg]) => /node_modules\/(@expo\/|expo)/.test(path) && /^(5[89]|[6-9]\d)\./.test(pkg.version ?? ''))
  .map(([path, pkg]) => `${path} is ${pkg.version}, not of SDK 57`);
const addressed = Object.entries(lock.packages)
  .filter(([, pkg]) => pkg.resolved?.startsWith('http'))
  .map(([path]) => `${path} names a registry's address`);

for (const problem of [...stray, ...addressed]) console.error(problem);
if (stray.length + addressed.length > 0) process.exit(1);
console.log(`${Object.keys(lock.packages).length} packages in the lock, all of one SDK.`);
