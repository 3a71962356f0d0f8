// Feeds and folders in the sidebar: arranged with the mouse and by keyboard, with what can be done with each.
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

function row(name: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`nav [data-item][data-name="${name}"]`);
  if (!found) throw new Error(`${name} is not drawn`);
  return found;
}

/** The rows from top to bottom; those in a folder are indented. */
function tree(): string[] {
  return [...document.querySelectorAll<HTMLElement>('nav [data-row]')].map((row) => {
    const named = row.dataset['name'] ?? row.querySelector<HTMLElement>('[data-name]')?.dataset['name'] ?? '';
    return row.dataset['folder'] ? `  ${named}` : named;
  });
}

const START = [
  'Build farm',
  'Home',
  '  Home Assistant',
  '  Old printer',
  'Wikipedia · recent changes',
  'Work',
  '  Staging alerts',
  '  Payments',
  'Mastodon',
];

/** Presses on a row, moves to a part of another, and lets go there. */
async function drag(from: HTMLElement, to: HTMLElement, part: number, letGo = true): Promise<void> {
  const send = (type: string, at: { x: number; y: number }): void => {
    const init = { bubbles: true, pointerId: 1, pointerType: 'mouse', button: 0, clientX: at.x, clientY: at.y };
    from.dispatchEvent(new PointerEvent(type, init));
  };
  const middle = (of: HTMLElement, part: number): { x: number; y: number } => {
    const { left, top, height } = (of.closest('[data-row]') ?? of).getBoundingClientRect();
    return { x: left + 60, y: top + height * part };
  };
  send('pointerdown', middle(from, 0.5));
  send('pointermove', middle(to, part));
  await new Promise(requestAnimationFrame);
  if (letGo) send('pointerup', middle(to, part));
}

beforeEach(() => viewport(1240, 760));

describe('folders', () => {
  test('hold their feeds, what is unread in them, and how the worst of them fares', async () => {
    await renderApp({ folders: true });
    expect(tree()).toEqual(START);
    const said = [...row('Work').querySelectorAll('.for-screen-reader')].map(({ textContent }) => textContent.trim());
    expect(said).toEqual(['Folder, needs attention, 0 of 2 connected', '3 unread']);
    expect(row('Home').textContent).toContain('1 of 1 connected');
  });

  test('are a list of their own', async () => {
    const { session, backend } = await renderApp({ folders: true });
    row('Work').click();
    await expect.element(byId('list-title')).toHaveTextContent('Work');
    await expect.poll(() => new Set(session.list.rows.map(({ feedId }) => feedId))).toEqual(new Set([5, 7]));
    expect(session.list.scope).toEqual({ kind: 'folder', folder: 'Work' });
    const before = session.list.rows.length;
    backend.arrive(1, 5);
    backend.arrive(1, 1);
    await expect.poll(() => session.list.rows.length).toBe(before + 1);
    await byId('mark-all-read').click();
    await expect.poll(() => session.feeds.folders.find(({ name }) => name === 'Work')?.unread).toBe(0);
    expect(session.counts.unread).toBeGreaterThan(0);
  });

  test('fold, and are folded when the window comes back', async () => {
    const { reload } = await renderApp({ folders: true });
    await page.getByRole('button', { name: 'Feeds of Home' }).click();
    await expect.poll(tree).not.toContain('  Home Assistant');
    row('Work').focus();
    await userEvent.keyboard('{ArrowLeft}');
    const folded = ['Build farm', 'Home', 'Wikipedia · recent changes', 'Work', 'Mastodon'];
    await expect.poll(tree).toEqual(folded);
    await reload();
    await expect.poll(tree).toEqual(folded);
    row('Work').focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.poll(tree).toContain('  Payments');
  });

  test('are named, renamed and dissolved, which can be taken back', async () => {
    const { session } = await renderApp({ folders: true });
    await page.getByTestId('feed-row').filter({ hasText: 'Mastodon' }).click({ button: 'right' });
    await byId('menu-move').click();
    await byId('menu-new-folder').click();
    await expect.element(byId('folder-name')).toHaveFocus();
    await userEvent.keyboard('  People  {Enter}');
    await expect.poll(tree).toEqual([...START.slice(0, -1), 'People', '  Mastodon']);
    await byId('folder-row').filter({ hasText: 'People' }).click();
    await byId('folder-row').filter({ hasText: 'People' }).click({ button: 'right' });
    await byId('menu-rename').click();
    await expect.element(byId('folder-name')).toHaveValue('People');
    await byId('folder-name').fill('Work');
    await expect.element(page.getByText('There is a folder of this name: the two become one.')).toBeVisible();
    await byId('folder-name').fill('Friends');
    await byId('folder-save').click();
    await expect.poll(tree).toContain('Friends');
    // Its list goes with it.
    await expect.poll(() => session.list.scope).toEqual({ kind: 'folder', folder: 'Friends' });
    await byId('folder-row').filter({ hasText: 'Friends' }).click({ button: 'right' });
    await byId('menu-dissolve').click();
    await expect.poll(tree).toEqual(START);
    await expect.poll(() => session.list.scope.kind).toBe('all');
    await byId('undo').last().click();
    await expect.poll(tree).toEqual([...START.slice(0, -1), 'Friends', '  Mastodon']);
  });

  test('offer what can be done with all their feeds', async () => {
    const { session } = await renderApp({ folders: true });
    await byId('folder-row').filter({ hasText: 'Work' }).click({ button: 'right' });
    await byId('menu-pause').click();
    await expect.poll(() => [5, 7].map((id) => session.feeds.get(id)?.feed.paused)).toEqual([true, true]);
    await expect.element(byId('toast')).toHaveTextContent('Paused 2 feeds.');
    await byId('undo').click();
    await expect.poll(() => [5, 7].map((id) => session.feeds.get(id)?.feed.paused)).toEqual([false, false]);
    await byId('folder-row').filter({ hasText: 'Work' }).click({ button: 'right' });
    await byId('menu-mute').click();
    await byId('menu-mute-hour').click();
    await expect.poll(() => session.mutes.map(({ feed }) => feed)).toEqual([5, 7]);
  });
});

describe('dragging', () => {
  test.each([
    ['Mastodon', 'Build farm', 0.2, ['Mastodon', ...START.slice(0, -1)]],
    ['Build farm', 'Home', 0.5, ['Home', '  Home Assistant', '  Old printer', '  Build farm', ...START.slice(4)]],
    ['Old printer', 'Mastodon', 0.9, [...START.slice(0, 3), ...START.slice(4), 'Old printer']],
    ['Payments', 'Home Assistant', 0.2, [...START.slice(0, 2), '  Payments', ...START.slice(2, 7), 'Mastodon']],
    ['Work', 'Home', 0.1, ['Build farm', ...START.slice(5, 8), ...START.slice(1, 5), 'Mastodon']],
  ])('%s to %s (%f)', async (from, to, part, expected) => {
    const { session } = await renderApp({ folders: true });
    await drag(row(from), row(to), part);
    await expect.poll(tree).toEqual(expected);
    expect(session.list.scope.kind, 'a drag is no click').toBe('all');
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(tree).toEqual(START);
  });

  test('shows where it goes, and moves nothing when it is given up', async () => {
    const { backend } = await renderApp({ folders: true });
    await drag(row('Mastodon'), row('Home'), 0.5, false);
    await expect.poll(() => document.querySelector('.folder.aimed')?.textContent).toContain('Home');
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => document.querySelector('.folder.aimed, .dragged')).toBe(null);
    dispatchEvent(new PointerEvent('pointerup', { pointerId: 1 }));
    expect(backend.calls).not.toContain('moveItem');
    expect(tree()).toEqual(START);
  });
});

describe('the keyboard', () => {
  test('walks the rows and moves them, and says where to', async () => {
    await renderApp({ folders: true });
    row('Build farm').focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}');
    expect(document.activeElement).toBe(row('Home'));
    await userEvent.keyboard('{ArrowUp}{Alt>}{ArrowDown}{/Alt}');
    await expect.poll(() => tree().slice(0, 4)).toEqual(['Home', '  Build farm', '  Home Assistant', '  Old printer']);
    await expect.element(byId('moved')).toHaveTextContent('Build farm: 1 of 3 in Home');
    await expect.poll(() => document.activeElement).toBe(row('Build farm'));
    await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
    await expect.poll(tree).toEqual(START);
    await expect.element(byId('moved')).toHaveTextContent('Build farm: 1 of 5');
    row('Work').focus();
    await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
    await expect.poll(() => tree().slice(4, 8)).toEqual([...START.slice(5, 8), 'Wikipedia · recent changes']);
    await expect.poll(() => document.activeElement).toBe(row('Work'));
    row('Old printer').focus();
    await userEvent.keyboard('{ArrowLeft}');
    expect(document.activeElement).toBe(row('Home'));
  });

  test.each(['{ContextMenu}', '{Shift>}{F10}{/Shift}'])('opens the menu of each row with %s', async (keys) => {
    const { session } = await renderApp({ folders: true });
    for (const [item, entry] of [
      ['scope:all', 'menu-pause'],
      ['scope:starred', 'menu-mark-read'],
      ['folder:Work', 'menu-rename'],
      ['feed:4', 'menu-copy-url'],
    ] as const) {
      const of = document.querySelector<HTMLElement>(`[data-item="${item}"]`);
      of?.focus();
      await userEvent.keyboard(keys);
      await expect.element(byId(entry)).toBeVisible();
      await userEvent.keyboard('{Escape}');
      await expect.element(byId(entry)).not.toBeInTheDocument();
      expect(document.activeElement).toBe(of);
    }
    expect(session.opened.id).toBe(null);
  });
});

describe('the sidebar', () => {
  test('goes away and comes back, also with the window', async () => {
    const { reload } = await renderApp();
    await userEvent.keyboard('{Control>}b{/Control}');
    await expect.element(byId('connected')).not.toBeVisible();
    await expect.element(byId('list-title')).toBeVisible();
    await reload();
    await expect.element(byId('connected')).not.toBeVisible();
    await byId('sidebar-show').click();
    await expect.element(byId('connected')).toBeVisible();
    await byId('sidebar-hide').click();
    await expect.element(byId('connected')).not.toBeVisible();
    await userEvent.keyboard('{Control>}b{/Control}');
    await expect.element(byId('connected')).toBeVisible();
  });

  test('is a drawer in a narrow window, which takes the focus and keeps it', async () => {
    await viewport(480, 700);
    await renderApp();
    await userEvent.keyboard('{Control>}b{/Control}');
    await expect.element(byId('connected')).toBeVisible();
    expect(document.activeElement?.closest('nav')).not.toBe(null);
    expect(document.querySelector('.list-pane')?.matches('[inert]')).toBe(true);
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('connected')).not.toBeVisible();
    expect(document.querySelector('.list-pane')?.matches('[inert]')).toBe(false);
  });

  test('lists what was removed, to look at, bring back or delete for good', async () => {
    const { session } = await renderApp();
    await session.removeFeed(7);
    await session.removeFeed(5);
    await byId('removed-head').click();
    await expect.poll(() => document.querySelectorAll('[data-testid="removed-row"]').length).toBe(2);
    await byId('removed-row').filter({ hasText: 'Payments' }).click();
    await expect.element(byId('list-title')).toHaveTextContent('Payments');
    await expect.poll(() => new Set(session.list.rows.map(({ feedId }) => feedId))).toEqual(new Set([7]));
    expect(session.counts.unread).toBeGreaterThan(0);
    expect(document.querySelector('.bar small'), 'what is unread elsewhere').toBe(null);
    await byId('removed-row').filter({ hasText: 'Staging alerts' }).click({ button: 'right' });
    await byId('menu-restore').click();
    await expect.element(byId('feed-row').filter({ hasText: 'Staging alerts' })).toBeVisible();
    await byId('removed-row').filter({ hasText: 'Payments' }).click({ button: 'right' });
    await byId('menu-delete').click();
    await byId('delete-name').fill('payments');
    await byId('delete-confirm').click();
    await expect.element(byId('removed-head')).not.toBeInTheDocument();
    await expect.element(byId('list-title')).toHaveTextContent('All events');
  });

  test('shows the colour and the sign that a feed was given', async () => {
    const { session } = await renderApp({ folders: true });
    await byId('feed-row').filter({ hasText: 'Mastodon' }).click({ button: 'right' });
    await byId('menu-edit').click();
    await byId('feed-folder').fill('Home');
    await byId('feed-icon').fill('abc');
    await expect.element(byId('feed-icon')).toHaveValue('ab');
    await byId('feed-icon').fill('🦣x');
    await expect.element(byId('feed-icon')).toHaveValue('🦣');
    await page.getByRole('radio', { name: 'Teal' }).click({ force: true });
    await byId('feed-save').click();
    await expect.poll(() => session.feeds.get(4)?.feed.color).toBe('teal');
    const icon = row('Mastodon').querySelector<HTMLElement>('.feed-icon');
    expect(icon?.textContent.trim()).toBe('🦣');
    expect(icon && getComputedStyle(icon).backgroundColor).toBe('rgb(42, 114, 115)');
    expect(tree()).toContain('  Mastodon');
  });
});
