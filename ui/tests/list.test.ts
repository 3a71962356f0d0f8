// The list while it is scrolled and while things vanish: days that stay in view, focus that is never lost.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp } from './render_app';
import { byId, scroller } from './screen';
import { viewport } from './viewport';

/** Where an element ends or begins, seen from the upper edge of the list. */
function edge(element: Element | null | undefined, side: 'top' | 'bottom'): number {
  return (element?.getBoundingClientRect()[side] ?? NaN) - scroller().getBoundingClientRect().top;
}

function stuck(): Element | null {
  return document.querySelector('[data-testid="stuck-day"]');
}

/** The header of a day among the rows. */
function header(name: string): Element | undefined {
  return [...scroller().querySelectorAll('.day')].find((day) => day.textContent.trim() === name);
}

async function frames(count = 3): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise(requestAnimationFrame);
}

beforeEach(() => viewport(1240, 760));

describe('the day', () => {
  // An event every seven minutes: some 25 of them are today's.
  beforeEach(() => void vi.setSystemTime(Date.UTC(2026, 10, 20, 3)));
  afterEach(() => void vi.useRealTimers());

  test('stays at the upper edge while its rows are scrolled, until the next pushes it out', async () => {
    await renderApp();
    await expect.poll(() => header('Today')).toBeDefined();
    expect(stuck()).toBe(null);
    scroller().scrollTop = 300;
    await expect.poll(() => stuck()?.textContent.trim()).toBe('Today');
    expect(edge(stuck(), 'top')).toBe(0);

    scroller().scrollTop = 1_200;
    await expect.poll(() => header('Yesterday')).toBeDefined();
    // To where the header of the next day stands ten pixels below the edge.
    scroller().scrollTop += edge(header('Yesterday'), 'top') - 10;
    await expect.poll(() => edge(header('Yesterday'), 'top')).toBeCloseTo(10, 0);
    await expect.poll(() => edge(stuck(), 'bottom')).toBeCloseTo(10, 0);
    expect(stuck()?.textContent.trim()).toBe('Today');
    scroller().scrollTop += 40;
    await expect.poll(() => stuck()?.textContent.trim()).toBe('Yesterday');
    expect(edge(stuck(), 'top')).toBe(0);
    scroller().scrollTop = 0;
    await expect.poll(stuck).toBe(null);
  });

  test('does not cover the row that is selected', async () => {
    const { session } = await renderApp();
    for (let n = 0; n < 25; n += 1) await session.step(1);
    await expect.poll(() => scroller().scrollTop).toBeGreaterThan(300);
    for (let n = 0; n < 14; n += 1) {
      await session.step(-1);
      await frames();
    }
    const row = document.getElementById(`event-${session.opened.id}`);
    await expect.poll(() => edge(row, 'top')).toBeGreaterThanOrEqual(edge(stuck(), 'bottom') - 1);
  });

  test('moves no row', async () => {
    await renderApp();
    await expect.poll(() => header('Today')).toBeDefined();
    const row = document.querySelectorAll('[data-testid="event-row"]')[4];
    const before = edge(row, 'top');
    scroller().scrollTop = 5;
    await expect.poll(stuck).not.toBe(null);
    expect(edge(row, 'top')).toBe(before - 5);
  });
});

describe('focus', () => {
  test('stays in the list when the selected row vanishes, and is seen', async () => {
    const { backend, session } = await renderApp();
    scroller().focus();
    await userEvent.keyboard('j');
    await expect.poll(() => session.opened.event?.id).toBe(5_000);
    await backend.deleteFeed(1);
    await expect.element(byId('event-detail')).not.toBeInTheDocument();
    await expect.element(byId('event-list')).toHaveFocus();
    await expect.poll(() => scroller().hasAttribute('aria-activedescendant')).toBe(false);
    expect(getComputedStyle(scroller()).outlineStyle).toBe('solid');
    await userEvent.keyboard('j');
    await expect.poll(() => session.opened.event?.id).toBe(4_999);
  });

  test('stays in the pane when its last row vanishes', async () => {
    const { backend, session } = await renderApp();
    await session.go({ kind: 'starred' });
    await session.go({ kind: 'feed', feed: 6 });
    await expect.poll(() => session.list.rows.length).toBeGreaterThan(0);
    scroller().focus();
    await session.find('zzz');
    await expect.element(byId('empty')).toBeVisible();
    await expect.poll(() => document.activeElement?.className).toMatch(/\brows\b/);
    expect(backend.refusal).toBe(null);
    await userEvent.keyboard('/');
    await expect.element(byId('search')).toHaveFocus();
  });

  test('goes to the list when what had it in the detail is replaced', async () => {
    const { session } = await renderApp();
    await session.step(1);
    (byId('json-tree').element() as HTMLElement).focus();
    await userEvent.keyboard('j');
    await expect.poll(() => session.opened.event?.id).toBe(4_999);
    await expect.element(byId('event-list')).toHaveFocus();
  });

  test('follows the detail over the list, and comes back', async () => {
    await viewport(860, 700);
    const { session } = await renderApp();
    await expect.poll(() => session.list.rows.length).toBeGreaterThan(0);
    scroller().focus();
    await userEvent.keyboard('j');
    await expect.element(byId('event-detail')).toBeVisible();
    await expect.poll(() => document.activeElement?.tagName).toBe('MAIN');
    await userEvent.keyboard('j');
    await expect.poll(() => session.opened.event?.id).toBe(4_999);
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('event-list')).toHaveFocus();
  });

  test('returns from a dialog whose opener is gone', async () => {
    const { session, windowState } = await renderApp();
    await session.step(1);
    scroller().focus();
    await userEvent.keyboard('{Shift>}{F10}{/Shift}');
    await byId('menu-rules').click();
    await expect.poll(() => windowState.dialog?.kind).toBe('rules');
    await expect.element(page.getByRole('dialog')).toBeVisible();
    windowState.dialog = null;
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    await expect.element(byId('event-list')).toHaveFocus();
    await userEvent.keyboard('?');
    await expect.element(page.getByRole('dialog')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('event-list')).toHaveFocus();
  });
});

test('a text is written in its own direction, and cut off at its own end', async () => {
  const { backend, session } = await renderApp();
  const [id] = backend.burst(1, 1, 'השרת הראשי אינו משיב לבקשות מאז חצות הלילה, וכל העבודות שממתינות לו נעצרו');
  await expect.element(byId('event-row').first()).toHaveAttribute('data-id', String(id));
  const row = byId('event-row').first();
  const direction = (element: Element | null | undefined): string =>
    element ? getComputedStyle(element).direction : '';
  expect(direction(row.getByTestId('event-title').element())).toBe('rtl');
  expect(direction(row.getByText('Revision').element())).toBe('ltr');
  expect(direction(byId('event-title').nth(1).element())).toBe('ltr');
  await session.step(1);
  await expect.element(byId('detail-title')).toHaveTextContent('השרת');
  expect(direction(byId('detail-title').element())).toBe('rtl');
  expect(direction(byId('detail-body').element())).toBe('ltr');
});
