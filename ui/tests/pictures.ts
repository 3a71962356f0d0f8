// A picture of every view in both themes and both languages, for `./dev shots`; no test. Deliberately not here: the real
// window (`tests/e2e`) and how four pictures become a sheet (`dev`).
import { afterEach, beforeEach, describe, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { language as appLanguage } from '../src/lib/language.svelte';
import { chooseTheme } from '../src/lib/theme';
import { renderApp } from './render_app';
import { still } from './screen';
import { show, VIEWS } from './views';
import { viewport } from './viewport';

// The same time each time: a picture changes when the window does.
const NOW = new Date('2026-06-17T10:24:00Z');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  return viewport(1240, 760);
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  describe.each(['en', 'zh-CN'] as const)('%s', (language) => {
    test.each(VIEWS)('$name', async (view) => {
      const { name, options, width } = view;
      if (width) await viewport(width, 700);
      // What the page of a program that cannot begin goes by.
      chooseTheme(theme);
      appLanguage.choose(language);
      const { session, windowState } = await renderApp({ theme, language, ...options });
      await show(view, session, windowState);
      await still();
      const place = `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.${theme}.${language}.png`;
      await page.screenshot({ path: `../../docs/images/views/${place}` });
    });
  });
});
