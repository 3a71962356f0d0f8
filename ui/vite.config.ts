/// <reference types="vitest/config" />
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    svelte(),
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/lib/paraglide',
      strategy: ['preferredLanguage', 'baseLocale'],
      emitReadme: false,
    }),
  ],
  // The program's icon has one home, beside this folder.
  server: { port: 5173, strictPort: true, fs: { allow: ['..'] } },
  build: {
    // WebKitGTK 2.50, WKWebView and WebView2 of today; what they know natively is not rewritten.
    target: ['safari18', 'chrome130'],
    modulePreload: { polyfill: false },
    // A twentieth smaller than what Vite's own makes of it.
    minify: 'terser',
    terserOptions: { ecma: 2020, module: true, compress: { passes: 3 } },
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
