// What every dialog does, whatever stands in it, and how tabs are moved through. Deliberately not here: each dialog's own.
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

beforeEach(() => viewport(1240, 760));

function dialog(): HTMLDialogElement | null {
  return document.querySelector('dialog');
}

/** Presses what veils the window. */
function pressBeside(): Promise<void> {
  const left = dialog()?.getBoundingClientRect().left ?? 0;
  return userEvent.click(dialog() ?? document.body, { position: { x: 20 - left, y: 100 }, force: true });
}

describe('a dialog', () => {
  test.each([
    ['Esc', () => userEvent.keyboard('{Escape}')],
    ['a press beside it', pressBeside],
    ['a request to close it', () => dialog()?.requestClose()],
  ])('closes by %s', async (_, leave) => {
    const { windowState } = await renderApp();
    windowState.dialog = { kind: 'shortcuts' };
    await expect.element(byId('shortcuts-dialog')).toBeVisible();
    await leave();
    await expect.element(byId('shortcuts-dialog')).not.toBeInTheDocument();
    expect(windowState.dialog).toBe(null);
  });

  test('in which there is something to lose closes by its buttons alone', async () => {
    const { session, windowState } = await renderApp();
    const feed = session.feeds.get(1)?.feed;
    if (feed) windowState.dialog = { kind: 'rules', feed };
    await byId('map-title').fill('Something else');
    await userEvent.keyboard('{Escape}');
    await userEvent.keyboard('{Escape}{Escape}{Escape}');
    await pressBeside();
    dialog()?.requestClose();
    await expect.element(byId('rules-state')).toHaveTextContent('Not saved yet.');
    expect(dialog()?.open).toBe(true);
    await byId('rules-cancel').click();
    await expect.element(byId('rules-dialog')).not.toBeInTheDocument();
  });

  test.each([
    ['add', 'feed-name', 'feed-cancel'],
    ['test', 'test-data', 'test-send'],
  ] as const)('to %s is left by Esc until something is typed in it', async (kind, field, button) => {
    const { session, windowState } = await renderApp();
    const feed = session.feeds.get(1)?.feed;
    if (!feed) throw new Error('there is a feed');
    windowState.dialog = kind === 'add' ? { kind, url: 'https://example.org/' } : { kind, feed };
    await expect.element(byId(button)).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(byId(button)).not.toBeInTheDocument();
    // An address is soon typed again.
    windowState.dialog = kind === 'add' ? { kind, url: '' } : { kind, feed };
    await byId(field).fill('something');
    await userEvent.keyboard('{Escape}{Escape}');
    await pressBeside();
    await expect.element(byId(field)).toHaveValue('something');
  });

  test('that was left while it saved closes no other', async () => {
    const { backend, session, windowState } = await renderApp();
    let unlock = (): void => {};
    const add = backend.addFeed.bind(backend);
    backend.addFeed = async (...given) => {
      await new Promise<void>((resolve) => (unlock = resolve));
      return add(...given);
    };
    windowState.dialog = { kind: 'add', url: 'https://example.org/events' };
    await byId('feed-save').click();
    await userEvent.keyboard('{Escape}');
    await byId('feed-cancel').click();
    await byId('settings').click();
    await expect.element(byId('settings-dialog')).toBeVisible();
    unlock();
    await expect.poll(() => session.feeds.get(8)).toBeDefined();
    await expect.element(byId('list-title')).toHaveTextContent('All events');
    await expect.element(byId('settings-dialog')).toBeVisible();
  });

  test('a text that is marked from within to beside it closes nothing', async () => {
    const { windowState } = await renderApp();
    windowState.dialog = { kind: 'add', url: 'https://example.org/' };
    await expect.element(byId('feed-url')).toBeVisible();
    byId('feed-url')
      .element()
      .dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
    dialog()?.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: 1, clientY: 1 }));
    await expect.element(byId('feed-url')).toBeVisible();
  });

  test('keeps the focus within, round its ends', async () => {
    const { windowState } = await renderApp();
    windowState.dialog = { kind: 'folder', item: { kind: 'folder', folder: 'Home' } };
    await expect.element(byId('folder-name')).toHaveFocus();
    await userEvent.keyboard('{Shift>}{Tab}{/Shift}');
    await expect.element(byId('folder-save')).toHaveFocus();
    await userEvent.keyboard('{Tab}');
    await expect.element(byId('folder-name')).toHaveFocus();
  });

  test('that takes the place of another gives the focus back to where it was before both', async () => {
    const { windowState } = await renderApp();
    (byId('settings').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('settings-dialog')).toBeVisible();
    windowState.dialog = { kind: 'shortcuts' };
    await expect.element(byId('shortcuts-dialog')).toBeVisible();
    expect(dialog()?.contains(document.activeElement)).toBe(true);
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('settings')).toHaveFocus();
  });

  test('leaves what is told, and what can be taken back, in reach', async () => {
    const { session, windowState } = await renderApp();
    windowState.dialog = { kind: 'settings' };
    await expect.element(byId('settings-dialog')).toBeVisible();
    let undone = 0;
    session.toasts.offer('Something was done.', () => Promise.resolve(undone++));
    await byId('undo').click();
    expect(undone).toBe(1);
    await expect.element(byId('settings-dialog')).toBeVisible();
    session.toasts.say('The disk is full.', true);
    await expect.element(byId('toast')).toBeVisible();
    windowState.dialog = null;
    await expect.element(byId('settings-dialog')).not.toBeInTheDocument();
    await byId('toast').getByRole('button').click();
    await expect.element(byId('toast')).not.toBeInTheDocument();
  });
});

describe('tabs', () => {
  async function chosen(keys: readonly string[]): Promise<(string | undefined)[]> {
    const all = [];
    for (const key of keys) {
      await userEvent.keyboard(key);
      const tab = document.activeElement as HTMLElement;
      await expect.poll(() => tab.getAttribute('aria-selected')).toBe('true');
      all.push(tab.textContent);
    }
    return all;
  }

  test('one above the other: the chosen one has the focus first, and arrows go round', async () => {
    const { windowState } = await renderApp();
    windowState.dialog = { kind: 'settings', part: 'data' };
    await expect.element(byId('settings-data')).toHaveFocus();
    const keys = ['{ArrowDown}', '{End}', '{ArrowDown}', '{ArrowUp}', '{Home}'];
    expect(await chosen(keys)).toEqual(['Shortcuts', 'About', 'General', 'About', 'General']);
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(byId('settings-general')).toHaveFocus();
  });

  test('side by side: they are one stop for Tab, and name what they show', async () => {
    const { session } = await renderApp();
    await session.go({ kind: 'feed', feed: 1 });
    (byId('tab-events').element() as HTMLElement).focus();
    expect(await chosen(['{ArrowRight}', '{ArrowLeft}', '{ArrowLeft}'])).toEqual(['Connection', 'Events', 'Settings']);
    const tabs = page.getByRole('tab').elements();
    expect(tabs.map((tab) => (tab as HTMLElement).tabIndex)).toEqual([-1, -1, 0]);
    const controls = tabs.map((tab) => document.getElementById(tab.getAttribute('aria-controls') ?? ''));
    expect(controls.map((panel) => panel?.getAttribute('role'))).toEqual([undefined, undefined, 'tabpanel']);
    await expect.element(page.getByRole('tabpanel')).toHaveAccessibleName('Settings');
  });
});
