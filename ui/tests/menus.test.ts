// How a menu is moved in, where it opens and how it closes. Deliberately not here: what the menus of the window offer.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import AnchoredMenu from '../src/components/AnchoredMenu.svelte';
import type { MenuAction } from '../src/lib/menu_action';
import { renderApp } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

const run = vi.fn<(name: string) => void>();
const onclose = vi.fn<() => void>();

function action(name: string, more: Partial<MenuAction> = {}): MenuAction {
  return { name, label: `${name[0]?.toUpperCase()}${name.slice(1)}`, run: () => run(name), ...more } as MenuAction;
}

const ACTIONS: MenuAction[] = [
  action('open'),
  action('star', { disabled: true }),
  { name: 'mute', label: 'Mute', items: [action('hour'), action('day'), action('ever')], parted: true },
  { name: 'copies', label: 'Copies', group: [action('copy'), action('copy-link')] },
  action('remove', { danger: true }),
];

beforeEach(async () => {
  await viewport(1240, 760);
  run.mockReset();
  onclose.mockReset();
});

/** Opens a menu at a point, as if by keyboard or by the pointer. */
async function open(x = 100, y = 100, actions = ACTIONS, by: 'keydown' | 'pointerdown' = 'keydown'): Promise<void> {
  window.dispatchEvent(new Event(by));
  const anchor = { getBoundingClientRect: () => new DOMRect(x, y) };
  await render(AnchoredMenu, { props: { actions, anchor, label: 'Actions', onclose } });
  await expect.element(page.getByRole('menu', { name: 'Actions' })).toBeVisible();
}

function focused(): string | undefined {
  return (document.activeElement as HTMLElement).dataset['testid'];
}

function box(id: string): DOMRect {
  return byId(id).element().getBoundingClientRect();
}

function menu(name: string): HTMLElement {
  return page.getByRole('menu', { name }).element() as HTMLElement;
}

async function press(...keys: readonly string[]): Promise<(string | undefined)[]> {
  const all = [];
  for (const key of keys) {
    await userEvent.keyboard(key);
    all.push(focused()?.replace('menu-', ''));
  }
  return all;
}

describe('by keyboard', () => {
  test('arrows go round, past what cannot be chosen; Home and End lead to the ends', async () => {
    await open();
    expect(focused()).toBe('menu-open');
    expect(await press('{ArrowDown}', '{ArrowDown}', '{ArrowDown}', '{ArrowDown}', '{ArrowDown}')).toEqual([
      'mute',
      'copy',
      'copy-link',
      'remove',
      'open',
    ]);
    expect(await press('{ArrowUp}', '{Home}', '{End}')).toEqual(['remove', 'open', 'remove']);
  });

  test.each(['{Enter}', ' '])('“%s” chooses, once the menu has closed', async (key) => {
    const order: string[] = [];
    onclose.mockImplementation(() => order.push('closed'));
    run.mockImplementation((name) => order.push(name));
    await open();
    await press('{End}', key);
    expect(order).toEqual(['closed', 'remove']);
  });

  test('letters lead to what begins with them', async () => {
    await open();
    expect(await press('m', 'c', 'c')).toEqual(['mute', 'mute', 'mute']);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(await press('c', 'c', 'c')).toEqual(['copy', 'copy-link', 'copy']);
  });

  test('a menu beside an item is entered and left, a level at a time', async () => {
    await open();
    await press('{ArrowDown}');
    expect(byId('menu-mute').element().getAttribute('aria-expanded')).toBe('false');
    expect(await press('{ArrowRight}', '{ArrowDown}')).toEqual(['hour', 'day']);
    expect(byId('menu-mute').element().getAttribute('aria-expanded')).toBe('true');
    expect(await press('{ArrowLeft}', '{Enter}', '{Escape}')).toEqual(['mute', 'hour', 'mute']);
    await expect.element(byId('menu-hour')).not.toBeInTheDocument();
    expect(onclose).not.toHaveBeenCalled();
    await press('{Enter}', '{End}', '{Enter}');
    expect(run.mock.calls).toEqual([['ever']]);
    expect(onclose).toHaveBeenCalledTimes(1);
  });

  test.each(['{Escape}', '{Tab}'])('%s closes it', async (key) => {
    await open();
    await press(key);
    expect(onclose).toHaveBeenCalled();
    expect(run).not.toHaveBeenCalled();
  });

  test('no shortcut of the window is meant', async () => {
    const { session } = await renderApp();
    await userEvent.keyboard('j');
    await expect.poll(() => session.opened.id).toBe(5_000);
    await userEvent.keyboard('{Shift>}{F10}{/Shift}');
    await expect.element(byId('menu-star')).toBeVisible();
    await userEvent.keyboard('jj{ArrowDown}{Escape}');
    await expect.element(page.getByRole('menu')).not.toBeInTheDocument();
    expect(session.opened.id).toBe(5_000);
  });
});

describe('by the pointer', () => {
  test('nothing is aimed at before it moves, and what it is on has the focus', async () => {
    await open(100, 100, ACTIONS, 'pointerdown');
    expect(document.activeElement).toBe(menu('Actions'));
    await byId('menu-copy').hover();
    expect(focused()).toBe('menu-copy');
    await byId('menu-star').hover();
    expect(document.activeElement).toBe(menu('Actions'));
    await byId('menu-star').click({ force: true });
    expect(run).not.toHaveBeenCalled();
    expect(await press('{ArrowDown}')).toEqual(['open']);
  });

  test('a menu opens beside the item it rests on, and closes once it is on another', async () => {
    await open();
    await byId('menu-mute').hover();
    await expect.element(byId('menu-hour')).toBeVisible();
    expect(focused()).toBe('menu-mute');
    await byId('menu-day').hover();
    expect(focused()).toBe('menu-day');
    await byId('menu-open').hover();
    await expect.element(byId('menu-day')).not.toBeInTheDocument();
    expect(focused()).toBe('menu-open');
  });

  test('on its way there it may cross other items', async () => {
    await open();
    await byId('menu-mute').click();
    await expect.element(byId('menu-ever')).toBeVisible();
    const [from, across] = [box('menu-mute'), box('menu-copy')];
    const move = (id: string, clientX: number, clientY: number): unknown =>
      byId(id)
        .element()
        .dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX, clientY }));
    move('menu-mute', from.right - 60, from.bottom - 4);
    move('menu-copy', from.right - 10, across.top + 4);
    expect(focused()).not.toBe('menu-copy');
    await expect.element(byId('menu-ever')).toBeVisible();
    // Who stays there means it.
    await expect.element(byId('menu-ever')).not.toBeInTheDocument();
    expect(focused()).toBe('menu-copy');
  });

  test('a press elsewhere closes it and does nothing else', async () => {
    const { session } = await renderApp();
    await byId('notify').click();
    await expect.element(page.getByRole('menu')).toBeVisible();
    const row = document.getElementById('event-5000')?.getBoundingClientRect();
    await userEvent.click(document.elementFromPoint(row?.x ?? 0, row?.y ?? 0) ?? document.body, {
      position: { x: row?.x ?? 0, y: row?.y ?? 0 },
    });
    await expect.element(page.getByRole('menu')).not.toBeInTheDocument();
    await expect.element(byId('notify')).toHaveFocus();
    expect(session.opened.id).toBe(null);
  });
});

describe('a menu stays in the window', () => {
  test('at its edges, with those beside it', async () => {
    await open(1239, 759);
    const { right, bottom } = menu('Actions').getBoundingClientRect();
    expect([right, bottom]).toEqual([1232, 752]);
    await byId('menu-mute').click();
    await expect.element(byId('menu-hour')).toBeVisible();
    expect(box('menu-hour').right).toBeLessThan(menu('Actions').getBoundingClientRect().left);
  });

  test('and scrolls where it is too tall', async () => {
    await viewport(1240, 300);
    await open(
      10,
      10,
      Array.from({ length: 40 }, (_, index) => action(`item${index}`)),
    );
    const { top, bottom } = menu('Actions').getBoundingClientRect();
    expect([top, bottom]).toEqual([8, 292]);
    await press('{End}');
    expect(focused()).toBe('menu-item39');
    expect(box('menu-item39').bottom).toBeLessThanOrEqual(bottom);
  });
});

describe('the button of a menu', () => {
  test.each(['{Enter}', ' ', '{ArrowDown}', '{ArrowUp}'])(
    'opens it by “%s” and has the focus again after',
    async (key) => {
      await renderApp();
      (byId('notify').element() as HTMLElement).focus();
      await userEvent.keyboard(key);
      await expect.element(byId('menu-mute-hour')).toHaveFocus();
      expect(byId('notify').element().getAttribute('aria-expanded')).toBe('true');
      await userEvent.keyboard('{Escape}');
      await expect.element(byId('notify')).toHaveFocus();
      expect(byId('notify').element().getAttribute('aria-expanded')).toBe('false');
    },
  );

  test.each(['blur', 'resize'])('closes it on the %s of the window', async (type) => {
    await renderApp();
    await byId('notify').click();
    await expect.element(page.getByRole('menu')).toBeVisible();
    window.dispatchEvent(new Event(type));
    await expect.element(page.getByRole('menu')).not.toBeInTheDocument();
  });

  test('keeps the focus within when what it was on is no longer offered', async () => {
    const { session } = await renderApp();
    await session.mute(null, { kind: 'ever' });
    await expect.element(byId('all-unmute')).toBeVisible();
    (byId('notify').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('menu-unmute')).toHaveFocus();
    await session.unmute(null);
    await expect.element(byId('menu-unmute')).not.toBeInTheDocument();
    await userEvent.keyboard('{ArrowDown}');
    await expect.element(byId('menu-mute-hour')).toHaveFocus();
  });
});
