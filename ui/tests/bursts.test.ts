// Bursts in the list: folded behind their newest event, unfolded in place, and never moving what is being read.
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp, type Rendered } from './render_app';
import { top } from './screen';
import { viewport } from './viewport';

/** The rows from top to bottom, each with how many are folded behind it. */
function shown(): string[] {
  return [...document.querySelectorAll<HTMLElement>('[data-testid="event-row"]')]
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
    .map((row) => {
      const fold = row.querySelector('[data-testid="fold"] span')?.textContent.match(/\d+/)?.[0] ?? '';
      const sign = { true: '-', false: '+' }[row.ariaExpanded ?? ''] ?? '';
      return `${row.ariaLevel === '2' ? '> ' : ''}${row.dataset['id']}${sign}${fold}`;
    });
}

function fold() {
  return page.getByTestId('fold').first();
}

async function withBurst(count = 6): Promise<Rendered> {
  const rendered = await renderApp();
  rendered.backend.arrive(1);
  rendered.backend.burst(count, 3);
  await expect.element(fold()).toBeVisible();
  return rendered;
}

beforeEach(() => viewport(1240, 760));

describe('a burst', () => {
  test('is one row, and unfolds in place', async () => {
    await withBurst();
    await expect.poll(() => shown().slice(0, 3)).toEqual(['5007+5', '5001', '5000']);
    await expect.element(fold()).toHaveTextContent('+ 5 more from Wikipedia · recent changes');
    const before = top(5_007);
    await fold().click();
    await expect
      .poll(() => shown().slice(0, 7))
      .toEqual(['5007-6', '> 5006', '> 5005', '> 5004', '> 5003', '> 5002', '5001']);
    expect(top(5_007)).toBe(before);
    await expect.element(fold()).toHaveTextContent('Fold 6 events');
    // Unfolding has opened none of them.
    await expect.element(page.getByTestId('event-detail')).not.toBeInTheDocument();
    await fold().click();
    await expect.poll(() => shown().slice(0, 2)).toEqual(['5007+5', '5001']);
  });

  test('is folded and unfolded by keyboard, and passed over while folded', async () => {
    const { session } = await withBurst();
    const at = (): number | null => session.opened.event?.id ?? null;
    await userEvent.keyboard('j');
    await expect.poll(at).toBe(5_007);
    await userEvent.keyboard('j');
    await expect.poll(at).toBe(5_001);
    await userEvent.keyboard('k');
    await expect.poll(at).toBe(5_007);

    await userEvent.keyboard('{ArrowRight}');
    await expect.poll(() => shown()[1]).toBe('> 5006');
    await userEvent.keyboard('{ArrowRight}');
    await expect.poll(at).toBe(5_006);
    await userEvent.keyboard('j');
    await expect.poll(at).toBe(5_005);
    await userEvent.keyboard('{ArrowLeft}');
    await expect.poll(at).toBe(5_007);
    await userEvent.keyboard('{ArrowLeft}');
    await expect.poll(() => shown().slice(0, 2)).toEqual(['5007+5', '5001']);

    await userEvent.keyboard(' ');
    await expect.poll(() => shown()[1]).toBe('> 5006');
    await userEvent.keyboard('jj');
    await expect.poll(at).toBe(5_005);
    await userEvent.keyboard(' ');
    await expect.poll(() => shown().slice(0, 2)).toEqual(['5007+5', '5001']);
    expect(at()).toBe(5_007);
  });

  test('says what it holds to a screen reader', async () => {
    await withBurst();
    const row = page.getByTestId('event-list').getByRole('treeitem', { expanded: false }).first();
    await expect.element(row).toHaveAccessibleName(/\+ 5 more from Wikipedia · recent changes 5 unread$/);
    expect(document.querySelector('[role="tree"]')?.getAttribute('aria-label')).toBe('All events');
  });

  test('that goes on moves nothing that stands there', async () => {
    const { backend } = await withBurst(4);
    await expect.poll(() => shown().slice(0, 2)).toEqual(['5005+3', '5001']);
    await expect.poll(() => document.getAnimations().length).toBe(0);
    const before = top(5_001);
    for (let n = 0; n < 5; n += 1) backend.burst(1, 3);
    await expect.poll(() => shown()[0]).toBe('5010+8');
    expect(top(5_001)).toBe(before);
  });

  test('is not folded over what is being read, nor over what is unfolded', async () => {
    const { backend, session } = await withBurst();
    await userEvent.keyboard('j');
    await expect.poll(() => session.opened.event?.id).toBe(5_007);
    backend.burst(3, 3);
    await expect.poll(() => shown().slice(0, 3)).toEqual(['5010+2', '5007+5', '5001']);
    await userEvent.keyboard('{ArrowRight}');
    await session.opened.open(5_001);
    backend.burst(1, 3);
    await expect.poll(() => shown().slice(0, 3)).toEqual(['5011+3', '5007-6', '> 5006']);
  });

  test('unfolds to show one of its events', async () => {
    const { backend, session } = await withBurst();
    backend.send({ kind: 'show', place: { kind: 'event', id: 5_004 } });
    await expect.poll(() => session.opened.event?.id).toBe(5_004);
    await expect.poll(() => shown().slice(0, 4)).toEqual(['5007-6', '> 5006', '> 5005', '> 5004']);
    await expect
      .element(page.getByTestId('event-list').getByRole('treeitem', { selected: true }))
      .toHaveAttribute('data-id', '5004');
  });

  test('stays unfolded over a reload', async () => {
    const { reload } = await withBurst();
    await fold().click();
    await expect.poll(() => shown()[1]).toBe('> 5006');
    await reload();
    await expect.poll(() => shown().slice(0, 3)).toEqual(['5007-6', '> 5006', '> 5005']);
  });

  test('is not folded in its feed’s own list, nor among what was searched', async () => {
    const { session } = await withBurst();
    await session.go({ kind: 'feed', feed: 3 });
    await expect.poll(() => shown().slice(0, 2)).toEqual(['5007', '5006']);
    await session.go({ kind: 'all' });
    await session.find('revision');
    await expect.poll(() => shown()).toEqual(['5007', '5006', '5005', '5004', '5003', '5002']);
    await session.go({ kind: 'unread' });
    await expect.poll(() => shown()[0]).toBe('5007+5');
  });

  test('marked as read says so', async () => {
    const { session } = await withBurst();
    const row = page.getByTestId('event-list').getByRole('treeitem', { expanded: false }).first();
    await expect.element(row).toHaveAccessibleName(/5 unread/);
    await session.markAllRead({ kind: 'all' });
    await expect.element(row).not.toHaveAccessibleName(/unread/);
  });
});

test('what is older than a window full of bursts is shown below them, also once the window is larger', async () => {
  const { backend, reload } = await renderApp();
  backend.burst(200, 3);
  await viewport(1240, 500);
  const again = await reload();
  await expect.poll(() => shown()[0]).toBe('5200+24');
  await viewport(1240, 1600);
  await expect.poll(shown).toContain('5000');
  await again.reload();
  await expect.poll(shown).toContain('5000');
});

test('a flood leaves the list at its top, folded, and its rows bounded', async () => {
  const { backend, session } = await renderApp();
  await expect.poll(() => shown().length).toBeGreaterThan(5);
  for (let n = 0; n < 60; n += 1) {
    backend.burst(50, 3);
    await new Promise(requestAnimationFrame);
  }
  await expect.poll(() => session.list.rows[0]?.id).toBe(8_000);
  await expect.poll(() => session.list.rows.length).toBeLessThanOrEqual(1_000);
  const ids = session.list.rows.map(({ id }) => id);
  expect(ids).toEqual(ids.map((_, index) => 8_000 - index));
  expect(session.list.items.length).toBeLessThan(60);
  expect(document.querySelector('[data-testid="event-list"]')?.scrollTop).toBe(0);
});
