// The language is switched at once, in all that is on the screen, and nothing else changes.
import { beforeEach, describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { renderApp } from './render_app';
import { showFeedPage } from './views';
import en from '../messages/en.json';
import zh from '../messages/zh-CN.json';
import type { CommandError } from '../src/lib/ipc/types.gen';
import type { Session } from '../src/lib/session.svelte';
import type { WindowState } from '../src/lib/window_state.svelte';
import { viewport } from './viewport';

beforeEach(() => viewport(1240, 760));

/** Everything in a message that may be said: each of its forms. */
function forms(message: unknown): string[] {
  if (typeof message === 'string') return [message];
  return typeof message === 'object' && message !== null ? Object.values(message).flatMap(forms) : [];
}

const chinese = new Set(Object.values(zh).flatMap(forms));
/** What can only be English: a form of a message with whatever stands in its gaps. */
const ENGLISH = Object.entries(en)
  .filter(([key]) => key !== '$schema')
  .flatMap(([, message]) => forms(message))
  .filter((form) => /[a-z]{2}.*/i.test(form.replace(/\{\w+\}/g, '')) && !chinese.has(form))
  .filter((form) => !/^(input|local) |=|^plural$|^urgency$/.test(form) && !/^\W*\{\w+\}\W*\{?\w*\}?\W*$/.test(form))
  .map(
    (form) =>
      new RegExp(
        `^${form
          .split(/\{\w+\}/)
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('.+')}$`,
      ),
  );

/** All that is shown or read out, but for what events and feeds say. */
function said(): string[] {
  const texts: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) {
      if (!node.parentElement?.closest('script, style, kbd')) texts.push(node.data.trim());
    } else if (node instanceof Element) {
      for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext']) {
        texts.push((node.getAttribute(name) ?? '').trim());
      }
    }
  }
  return texts.filter(Boolean);
}

function english(): string[] {
  return said().filter((text) => ENGLISH.some((form) => form.test(text)));
}

type View = readonly [name: string, act: (session: Session, windowState: WindowState) => unknown];

const feedDialog = (kind: 'edit' | 'rules' | 'test' | 'delete' | 'preset'): View => [
  `the dialog to ${kind} a feed`,
  (session, state) => {
    const feed = session.feeds.get(1)?.feed;
    if (feed) state.dialog = { kind, feed };
  },
];
const VIEWS: readonly View[] = [
  ['an event', (session) => session.step(1)],
  ['a feed', (session) => session.go({ kind: 'feed', feed: 7 })],
  ['an empty list', (session) => session.find('zzz')],
  ['the dialog to add a feed', (_, state) => (state.dialog = { kind: 'add', url: '' })],
  ['the settings', (_, state) => (state.dialog = { kind: 'settings' })],
  [
    'the settings of notifications',
    async (session, state) => {
      await session.changeSettings({ quietHours: { ...session.settings.quietHours, on: true } });
      state.dialog = { kind: 'settings', part: 'notifications' };
    },
  ],
  ['the settings of the network', (_, state) => (state.dialog = { kind: 'settings', part: 'network' })],
  ['the settings of the data', (_, state) => (state.dialog = { kind: 'settings', part: 'data' })],
  ['about the program', (_, state) => (state.dialog = { kind: 'settings', part: 'about' })],
  ['the shortcuts', (_, state) => (state.dialog = { kind: 'shortcuts' })],
  [
    'what was removed',
    async (session, state) => {
      await session.removeFeed(4);
      for (const { id } of session.toasts.all) session.toasts.dismiss(id);
      state.removedShown = true;
    },
  ],
  ['the dialog to name a folder', (_, state) => (state.dialog = { kind: 'folder', item: { kind: 'feed', feed: 1 } })],
  feedDialog('edit'),
  feedDialog('rules'),
  feedDialog('test'),
  feedDialog('delete'),
  feedDialog('preset'),
  [
    'the dialog that a link fills in',
    (session) => session.offer('tidings://add?url=https://ci.example/events&name=x', true),
  ],
];

describe('while it is shown', () => {
  test.each(VIEWS)('%s changes its language whole', async (_, act) => {
    const { session, windowState } = await renderApp({ notices: [{ code: 'no-tray-host', message: 'No tray.' }] });
    await act(session, windowState);
    await expect.poll(english).not.toEqual([]);
    await session.changeSettings({ language: 'zh-CN' });
    await expect.poll(english).toEqual([]);
    expect(document.documentElement.lang).toBe('zh-CN');
    await session.changeSettings({ language: 'system' });
    await expect.poll(english).not.toEqual([]);
    expect(document.documentElement.lang).toBe('en');
  });
});

test('what failed on a connection is said in it too', async () => {
  const { session, windowState } = await renderApp();
  await showFeedPage(session, windowState, 1, 'connection');
  await expect.element(page.getByText('refused the connection')).toBeVisible();
  await session.changeSettings({ language: 'zh-CN' });
  await expect.element(page.getByText('拒绝了连接')).toBeVisible();
  await expect.element(page.getByText('refused the connection')).not.toBeInTheDocument();
});

test('why a file, a feed of it, or settings are refused is said in it', async () => {
  const { session, windowState } = await renderApp();
  await session.changeSettings({ language: 'zh-CN' });
  const given = (lines: string): void => {
    windowState.dialog = { kind: 'import', file: new File([lines], 'pack.toml') };
  };
  given('sealed\nhttps://x.example/broken');
  await expect.element(page.getByText('“colour”没有意义。')).toBeVisible();
  await page.getByTestId('passphrase').fill('wrong');
  await page.getByTestId('import-unlock').click();
  await expect.element(page.getByText('密码短语与加密密码和令牌时所用的不同')).toBeVisible();
  windowState.dialog = null;
  await expect.element(page.getByTestId('import-dialog')).not.toBeInTheDocument();
  given('format = 9');
  await expect.element(page.getByText('文件不是 Tidings 能读取的订阅源列表：开头不是 format = 1。')).toBeVisible();
  windowState.dialog = null;

  const refused: CommandError = { code: 'bad-feed', message: 'ftp', feed: { kind: 'otherScheme', scheme: 'ftp' } };
  await session.toasts.attempt(() => Promise.reject(refused));
  await expect.element(page.getByText('此地址以“ftp:”开头。')).toBeVisible();
});

test('switching it in the settings leaves the user where they are', async () => {
  const { session } = await renderApp();
  await session.step(3);
  const before = { view: JSON.stringify(session.view), rows: session.list.rows.length };
  await page.getByTestId('settings').click();
  await expect.element(page.getByTestId('language')).toBeVisible();
  (page.getByTestId('language').element() as HTMLElement).focus();
  await page.getByTestId('language').selectOptions('zh-CN');
  await expect.element(page.getByTestId('settings-general')).toHaveTextContent('常规');
  await expect.element(page.getByTestId('language')).toHaveFocus();
  await expect.element(page.getByTestId('language')).toHaveValue('zh-CN');
  expect({ view: JSON.stringify(session.view), rows: session.list.rows.length }).toEqual(before);
});

test('times and numbers are written in it', async () => {
  const { session, backend } = await renderApp({ events: 12_345 });
  await session.changeSettings({ language: 'zh-CN' });
  await expect.poll(() => document.querySelector('.day')?.textContent).toBe('今天');
  backend.arrive();
  await expect.element(page.getByTestId('scope-all')).toHaveTextContent('12,346');
});

test('a window that begins again speaks it from the first moment', async () => {
  localStorage.setItem('tidings.language', 'zh-CN');
  const { session } = await renderApp();
  await session.changeSettings({ language: 'zh-CN' });
  expect(localStorage.getItem('tidings.language')).toBe('zh-CN');
});
