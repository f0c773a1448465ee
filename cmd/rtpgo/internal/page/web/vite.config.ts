import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const record = 'sources.sha256';

// digest is the SHA-256 of what sha256sum prints for the files of a directory,
// in the order of their names.
function digest(dir: string, leave: string[]): string {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => `${f.parentPath}/${f.name}`.slice(dir.length + 1))
    .filter((f) => !leave.some((l) => f === l || f.startsWith(l + '/')))
    .sort();
  const hash = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  return hash(files.map((f) => `${hash(readFileSync(`${dir}/${f}`))}  ${f}\n`).join(''));
}

// belongsTogether records what was built from what: a test compares.
const belongsTogether: Plugin = {
  name: 'belongs-together',
  closeBundle() {
    const top = import.meta.dirname;
    const lines = [digest(top, ['node_modules', 'dist']), digest(`${top}/dist`, [record])];
    writeFileSync(`${top}/dist/${record}`, lines.join('\n') + '\n');
  },
};

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the policy of the page loads files, no data: URLs
    modulePreload: false,
    chunkSizeWarningLimit: 200,
    license: { fileName: 'licenses.md' }, // of what is built in
  },
  plugins: [belongsTogether],
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
