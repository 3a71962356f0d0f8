// node packaging/third-party.mjs FOLDER
//
// Writes what Tidings contains that others made: third-party.txt, with the licences of all of it, and sbom.cdx.json, a bill of materials
// (CycloneDX). It asks cargo which crates are linked into the executables on this kind of computer, and the page's own source maps which
// npm packages ended in it; both as the lock files have them, without a network. It fails where something has no licence text. The standard library of
// Rust is named with the licences alone: it has no checksum that could be looked up.
//
// Not here: which licences may come in at all (deny.toml).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node packaging/third-party.mjs FOLDER');
process.chdir(join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..'));

const run = (program, args, options = {}) =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'], ...options });
const cargo = (...args) => run('cargo', args);

/** Licences whose text is the same whoever uses it. */
const nameless = ['MPL-2.0', 'CC0-1.0', 'Unlicense'];

const rustc = run('rustc', ['-vV']);
const host = /^host: (.*)$/m.exec(rustc)[1];
const parts = [...crates(), ...npmPackages()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'third-party.txt'), licences([...parts, standardLibrary()]));
writeFileSync(join(folder, 'sbom.cdx.json'), JSON.stringify(bill(parts), undefined, 1) + '\n');
console.log(`${parts.length} parts of others: ${folder}/third-party.txt, ${folder}/sbom.cdx.json`);

// --- What is inside ----------------------------------------------------------------------------------------------------

/** The crates that the executables are linked with, and what they are made of, without those that only build or test them. */
function crates() {
  const checksums = new Map(
    [...readFileSync('Cargo.lock', 'utf8').matchAll(/name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"/g)].map(
      ([, name, version, checksum]) => [`${name} ${version}`, checksum],
    ),
  );
  const features = ['--locked', '--offline', '--features', 'tidings/custom-protocol'];
  const tree = cargo('tree', '--package', 'tidings', ...features, '--target', host, '--edges', 'normal', '--prefix', 'none', '--format', '{p}');
  const linked = new Set();
  for (const [, name, version, rest] of tree.matchAll(/^(\S+) v(\S+)(.*)$/gm)) {
    // Macros run while building, and leave nothing of themselves.
    if (!rest.includes('(proc-macro)')) linked.add(`${name} ${version}`);
  }
  const metadata = JSON.parse(cargo('metadata', '--format-version', '1', ...features, '--filter-platform', host));
  const packages = new Map(metadata.packages.map((found) => [found.id, found]));
  const key = (id) => `${packages.get(id).name} ${packages.get(id).version}`;
  const nodes = metadata.resolve.nodes.filter((node) => linked.has(key(node.id)) && packages.get(node.id).source !== null);
  return nodes.map((node) => {
    const { name, version, license, authors, manifest_path, repository } = packages.get(node.id);
    const needed = node.deps.filter((dep) => dep.dep_kinds.some(({ kind }) => kind === null) && linked.has(key(dep.pkg)));
    return {
      name,
      version,
      license: license?.replaceAll(/\s*\/\s*/g, ' OR '),
      holders: authors.map((author) => author.replace(/ <.*>/, '')),
      repository,
      folder: dirname(manifest_path),
      purl: `pkg:cargo/${name}@${version}`,
      hash: { alg: 'SHA-256', content: checksums.get(`${name} ${version}`) },
      needs: needed.filter((dep) => packages.get(dep.pkg).source !== null).map((dep) => `pkg:cargo/${key(dep.pkg).replace(' ', '@')}`),
    };
  });
}

/** The npm packages of which something is in the built page. */
function npmPackages() {
  const built = mkdtempSync(join(tmpdir(), 'tidings-page'));
  const names = new Set();
  try {
    run('node_modules/.bin/vite', ['build', '--logLevel', 'error', '--sourcemap', '--minify', 'false', '--outDir', built, '--emptyOutDir'], { cwd: 'ui' });
    for (const file of readdirSync(join(built, 'assets')).filter((name) => name.endsWith('.map'))) {
      for (const source of JSON.parse(readFileSync(join(built, 'assets', file), 'utf8')).sources) {
        const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1];
        if (name) names.add(name);
        // The catalogues of sentences, which are compiled with a runtime.
        if (source.includes('/paraglide/')) names.add('@inlang/paraglide-js');
      }
    }
  } finally {
    rmSync(built, { recursive: true });
  }
  const lock = JSON.parse(readFileSync('ui/package-lock.json', 'utf8')).packages;
  return [...names].map((name) => {
    const { version, license, integrity } = lock[`node_modules/${name}`];
    const about = JSON.parse(readFileSync(`ui/node_modules/${name}/package.json`, 'utf8'));
    const [algorithm, digest] = integrity.split('-');
    return {
      name,
      version,
      license: license ?? about.license,
      holders: [about.author?.name ?? about.author].filter((holder) => typeof holder === 'string'),
      repository: (about.repository?.url ?? about.repository)?.replace(/^git\+/, ''),
      folder: `ui/node_modules/${name}`,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      hash: { alg: algorithm.toUpperCase().replace('SHA', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') },
      needs: [],
    };
  });
}

/** What rustc links into every executable, with the notices that it brings of that. */
function standardLibrary() {
  const part = {
    name: 'Rust standard library',
    version: /^release: (.*)$/m.exec(rustc)[1],
    license: 'MIT OR Apache-2.0',
    holders: ['The Rust Project Developers (see https://thanks.rust-lang.org)'],
  };
  const page = join(run('rustc', ['--print', 'sysroot']).trim(), 'share/doc/rust/COPYRIGHT-library.html');
  return { ...part, texts: existsSync(page) ? [withoutMarkup(readFileSync(page, 'utf8'))] : [] };
}

function withoutMarkup(page) {
  const signs = { lt: '<', gt: '>', quot: '"', amp: '&' };
  const sign = (all, code, name) => (code ? String.fromCodePoint(code) : (signs[name] ?? all));
  const text = page.replaceAll(/<[^>]*>/g, '').replaceAll(/&(?:#(\d+)|(\w+));/g, sign);
  return text.replaceAll(/[ \t]+$/gm, '').replaceAll(/\n{3,}/g, '\n\n');
}

// --- Licences ------------------------------------------------------------------------------------------------------------

/** Each text once, below the names of what it belongs to. */
function licences(parts) {
  const texts = new Map();
  const missing = [];
  for (const part of parts) {
    const found = textsOf(part);
    if (found.length === 0) missing.push(`${part.name} ${part.version} (${part.license})`);
    for (const text of found) {
      const id = createHash('sha256').update(text.replaceAll(/\s+/g, ' ')).digest('hex');
      if (!texts.has(id)) texts.set(id, { text, parts: [] });
      texts.get(id).parts.push(`${part.name} ${part.version} (${part.license})`);
    }
  }
  if (missing.length > 0) throw new Error(`No licence text is known for:\n  ${missing.join('\n  ')}`);
  const rule = '='.repeat(100);
  const sections = [...texts.values()].map(({ text, parts }) => `${rule}\n${parts.join('\n')}\n${rule}\n\n${text.trim()}\n`);
  return `Tidings contains the following software of others. Each is named above the terms it comes with.\n\n${sections.join('\n')}`;
}

/** What it brings. */
function ownTexts(part) {
  if (part.texts) return part.texts;
  const files = readdirSync(part.folder, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && /^(un)?(licen[cs]e|copying|copyright|notice)/i.test(entry.name) && !/\.(html|rs|toml|spdx)$/i.test(entry.name),
  );
  return files.map((entry) => readFileSync(join(part.folder, entry.name), 'utf8').replaceAll('\r\n', '\n'));
}

function textsOf(part) {
  const found = ownTexts(part);
  if (found.length > 0) return found;
  // Many crates say by which licence they come, and bring no text of it.
  const choices = part.license?.split(/ OR |[()]/) ?? [];
  if (choices.includes('MIT')) {
    const holders = part.holders.length > 0 ? part.holders.join(', ') : `the authors of ${part.name}`;
    return [readFileSync('LICENSE-MIT', 'utf8').replace(/^Copyright.*$/m, `Copyright (c) ${holders}`)];
  }
  if (choices.includes('Apache-2.0')) return [readFileSync('LICENSE-APACHE', 'utf8')];
  // Else that of its sister from the same repository, or of any other part with the same licence, if the text names nobody.
  const alike = parts.filter((other) => other.license === part.license && ownTexts(other).length > 0);
  const same = alike.find((other) => other.repository === part.repository) ?? (nameless.includes(part.license) ? alike[0] : undefined);
  return same ? ownTexts(same) : [];
}

// --- Bill of materials ---------------------------------------------------------------------------------------------------

function bill(parts) {
  const { version } = JSON.parse(readFileSync('tauri.conf.json', 'utf8'));
  const tidings = `pkg:generic/tidings@${version}`;
  const seconds = process.env.SOURCE_DATE_EPOCH;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      ...(seconds ? { timestamp: new Date(seconds * 1000).toISOString() } : {}),
      component: { type: 'application', 'bom-ref': tidings, name: 'tidings', version, purl: tidings, licenses: [{ expression: 'MIT OR Apache-2.0' }] },
      properties: [{ name: 'tidings:target', value: host }],
    },
    components: parts.map(({ name, version, license, purl, hash, repository }) => ({
      type: 'library',
      'bom-ref': purl,
      name,
      version,
      purl,
      hashes: [hash],
      licenses: [{ expression: license }],
      ...(repository ? { externalReferences: [{ type: 'vcs', url: repository }] } : {}),
    })),
    dependencies: [
      // What our own crates and the page name is not told apart.
      { ref: tidings, dependsOn: parts.map(({ purl }) => purl) },
      ...parts.map(({ purl, needs }) => ({ ref: purl, dependsOn: [...new Set(needs)].sort() })),
    ],
  };
}
