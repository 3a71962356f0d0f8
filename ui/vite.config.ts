/// <reference types="vitest/config" />
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type Plugin } from 'vite';

/**
 * Messages as they are called here: always in the window's language, which nobody looks for in cookies, addresses or with each
 * message. A fiftieth of what is shipped.
 */
const inTheWindowsLanguage: Plugin = {
  name: 'in-the-windows-language',
  transform(code, id) {
    if (id.endsWith('/paraglide/runtime.js')) {
      const constant = /^export const (baseLocale|locales|experimentalStaticLocale) = .*$/gm;
      return `${code.match(constant)?.join('\n')}\nexport let getLocale = () => baseLocale;\nexport const overwriteGetLocale = (get) => (getLocale = get);\nexport const isBase = () => getLocale() === baseLocale;`;
    }
    if (!id.includes('/paraglide/messages/')) return null;
    return (
      code
        .replaceAll(/\(\(inputs(?: = \{\})?, options = \{\}\) =>/g, '((inputs) =>')
        .replaceAll('${i?.', '${i.')
        // English has two numbers, Chinese one.
        .replaceAll(/const plural = registry\.plural\("zh-CN".*;\s*return/g, 'return')
        .replaceAll(/if \(plural === "other"\) (return .*)\n\s*return .*/g, '$1')
        .replaceAll('{ getLocale, experimentalStaticLocale }', '{ isBase }')
        .replaceAll(/const locale = experimentalStaticLocale .*\n\s*if \(locale === "en"\)/g, 'if (isBase())')
    );
  },
};

export default defineConfig({
  plugins: [
    // Shorter than `svelte-…`, which stands at most elements.
    svelte({ compilerOptions: { fragments: 'tree', cssHash: ({ hash, css }) => `s${hash(css).slice(-4)}` } }),
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/lib/paraglide',
      strategy: ['baseLocale'],
      emitReadme: false,
    }),
    inTheWindowsLanguage,
  ],
  // The program's icon has one home, beside this folder.
  server: { port: 5173, strictPort: true, fs: { allow: ['..'] } },
  build: {
    // WebKitGTK 2.50, WKWebView and WebView2 of today; what they know natively is not rewritten.
    target: ['safari18', 'chrome130'],
    modulePreload: { polyfill: false },
    // One file before the first frame, one for the rest: a third for what they share would cost 2 kB of names.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'index', tags: ['$initial'] }] } } },
    // A twentieth smaller than what Vite's own makes of it.
    minify: 'terser',
    terserOptions: { ecma: 2020, module: true, compress: { passes: 3, unsafe_arrows: true, keep_fargs: false } },
  },
  // Found only once the window is drawn; said here, a test run does not start anew over them.
  optimizeDeps: { include: ['virtua/svelte', '@tauri-apps/api/core', 'axe-core', 'svelte/compiler'] },
  test: {
    testTimeout: 30_000,
    // However busy the machine is.
    expect: { poll: { timeout: 10_000 } },
    include: process.env['TIDINGS_SHOTS'] ? ['tests/pictures.ts'] : ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    // A component under test meets a real engine, in the language the assertions are written in.
    browser: {
      enabled: true,
      // Two runs at the same port disturb each other, and the second ends well without having run a test.
      api: { port: 20_000 + Math.floor(Math.random() * 10_000), strictPort: true },
      headless: true,
      screenshotFailures: false,
      viewport: { width: 1240, height: 760 },
      provider: playwright({
        launchOptions: {
          executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
          args: ['--no-sandbox', '--lang=en-US'],
        },
        contextOptions: { locale: 'en-US', timezoneId: 'UTC' },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
