// What the desktop asks for is heeded, also when it changes while the window is open: theme, contrast, few colours, little
// motion, large letters.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseTheme } from '../src/lib/theme';
import { renderApp } from './render_app';
import { byId, still, wish } from './screen';
import { show, VIEWS } from './views';
import { viewport } from './viewport';

beforeEach(() => viewport(1240, 760));
afterEach(() => wish());

const style = (element: Element): CSSStyleDeclaration => getComputedStyle(element);
const background = (): string => style(document.body).backgroundColor;

const LIGHT = 'rgb(246, 246, 248)';
const DARK = 'rgb(23, 24, 29)';

describe('the theme', () => {
  test('is the one that was chosen last where the program cannot begin', async () => {
    chooseTheme('dark');
    delete document.documentElement.dataset['theme'];
    await renderApp({ stopped: { code: 'no-window', message: 'It runs.' } });
    expect(document.documentElement.dataset['theme']).toBe('dark');
  });

  test('of the system is followed at once, both ways', async () => {
    await wish({ name: 'prefers-color-scheme', value: 'light' });
    await renderApp({ theme: 'system' });
    expect(background()).toBe(LIGHT);
    await wish({ name: 'prefers-color-scheme', value: 'dark' });
    await expect.poll(background).toBe(DARK);
    await wish({ name: 'prefers-color-scheme', value: 'light' });
    await expect.poll(background).toBe(LIGHT);
  });

  test('that was chosen stays, whatever the system does', async () => {
    await wish({ name: 'prefers-color-scheme', value: 'dark' });
    const { session } = await renderApp({ theme: 'light' });
    expect(background()).toBe(LIGHT);
    await session.changeSettings({ theme: 'dark' });
    await expect.poll(background).toBe(DARK);
    await wish({ name: 'prefers-color-scheme', value: 'light' });
    await new Promise(requestAnimationFrame);
    expect(background()).toBe(DARK);
    await session.changeSettings({ theme: 'system' });
    await expect.poll(background).toBe(LIGHT);
  });
});

test('more contrast makes what is pale as dark as the rest', async () => {
  const { session } = await renderApp({ theme: 'light' });
  await session.step(1);
  const head = document.querySelector('.sidebar h2');
  if (!head) throw new Error('the sidebar has no heading');
  expect(style(head).color).not.toBe(style(document.body).color);
  await wish({ name: 'prefers-contrast', value: 'more' });
  await expect.poll(() => style(head).color).toBe(style(document.body).color);
});

test('where colours are forced, what is chosen has an outline and what lies on top a border', async () => {
  const { session, windowState } = await renderApp();
  await session.step(1);
  await wish({ name: 'forced-colors', value: 'active' });
  const row = document.getElementById('event-5000');
  if (!row) throw new Error('the event is not drawn');
  await expect.poll(() => matchMedia('(forced-colors: active)').matches).toBe(true);
  expect(style(row).outlineStyle).toBe('solid');
  const scope = document.querySelector('.sidebar [aria-current="true"], .sidebar [aria-current="page"]');
  if (!scope) throw new Error('no scope is the current one');
  expect(style(scope).outlineStyle).toBe('solid');
  windowState.dialog = { kind: 'settings' };
  await expect.element(byId('settings-dialog')).toBeVisible();
  expect(style(byId('settings-dialog').element()).borderTopStyle).toBe('solid');
});

describe('motion', () => {
  test.each([
    ['rows slide in', '', 'arrive'],
    ['rows stand at once where motion is unwanted', 'reduce', 'none'],
  ] as const)('%s', async (_, value, animation) => {
    await wish({ name: 'prefers-reduced-motion', value });
    const { backend } = await renderApp();
    await expect.poll(() => document.getElementById('event-5000')).not.toBe(null);
    backend.arrive(1);
    await expect.poll(() => document.getElementById('event-5001')).not.toBe(null);
    const row = document.getElementById('event-5001');
    expect(row?.classList.contains('fresh')).toBe(true);
    expect(row && style(row).animationName).toMatch(new RegExp(`${animation}$`));
  });
});

/** What reaches over the window's edges, and no scroll bar leads there. */
function outOfReach(): string[] {
  const { innerWidth, innerHeight } = window;
  const reachable = document.querySelectorAll('button, input, select, textarea, a[href]');
  return [...reachable]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]'))
    .filter((element) => {
      const { left, right, top, bottom, width } = element.getBoundingClientRect();
      if (width <= 1) return false;
      const across = right > innerWidth + 1 || left < -1;
      const along = bottom > innerHeight + 1 || top < -1;
      return (across && !scrolls(element, 'X')) || (along && !scrolls(element, 'Y'));
    })
    .map((element) => element.outerHTML.slice(0, 120));
}

function scrolls(element: Element, axis: 'X' | 'Y'): boolean {
  for (let box = element.parentElement; box; box = box.parentElement) {
    const more = axis === 'X' ? box.scrollWidth > box.clientWidth : box.scrollHeight > box.clientHeight;
    if (more && ['auto', 'scroll'].includes(style(box)[`overflow${axis}`])) return true;
  }
  return false;
}

/** Letters of double size leave a window of half the size. */
describe('in half the window everything can be reached', () => {
  test.each(VIEWS.filter(({ width }) => width === undefined))('$name', async (view) => {
    await viewport(620, 380);
    const { session, windowState } = await renderApp(view.options);
    await show(view, session, windowState);
    await still();
    const { scrollWidth, scrollHeight } = document.documentElement;
    expect([scrollWidth, scrollHeight]).toEqual([innerWidth, innerHeight]);
    // A drawer that was just put away is still on its way.
    await expect.poll(outOfReach).toEqual([]);
  });
});
