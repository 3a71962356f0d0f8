// The place in the window survives: a reload, the release of the web view, a restart of what is behind it.
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp } from './render_app';
import { byId, scroller, settled, top } from './screen';
import { viewport } from './viewport';

beforeEach(() => viewport(1240, 760));

describe('a reload', () => {
  test('returns to the scope, the search, the selected event, its tab and the row at the top', async () => {
    const { session, reload } = await renderApp({ events: 100_000 });
    await session.go({ kind: 'feed', feed: 1 });
    await session.find('nightly');
    await session.list.around(60_000);
    await expect.poll(() => session.list.rows.length).toBeGreaterThan(200);
    const chosen = session.list.rows[210]?.id ?? 0;
    await session.opened.open(chosen);
    await byId('tab-raw').click();
    await expect.poll(() => top(chosen)).toBeGreaterThan(0);
    scroller().scrollTop += 37;
    const before = await settled(() => top(chosen));

    const again = await reload();
    expect(again.session).not.toBe(session);
    await expect.element(byId('list-title')).toHaveTextContent('Build farm');
    await expect.element(byId('search')).toHaveValue('nightly');
    await expect.element(byId('event-detail')).toHaveAttribute('data-id', String(chosen));
    await expect.element(byId('raw')).toBeVisible();
    expect(await settled(() => top(chosen))).toBeCloseTo(before, 0);
    expect(again.session.list.newer).toBe(0);
  });

  test('at the newest event shows what came meanwhile', async () => {
    const { backend, reload } = await renderApp();
    await userEvent.keyboard('gu');
    await expect.element(byId('list-title')).toHaveTextContent('Unread');
    const [id] = backend.arrive(1);
    const again = await reload();
    await expect.element(byId('list-title')).toHaveTextContent('Unread');
    expect(again.session.list.rows[0]?.id).toBe(id);
    expect(await settled(() => scroller().scrollTop)).toBe(0);
  });

  test('elsewhere goes on where it was, with what came meanwhile above', async () => {
    const { backend, session, reload } = await renderApp();
    await expect.poll(() => session.list.rows.length).toBe(200);
    scroller().scrollTop = 800;
    await settled(() => scroller().scrollTop);
    const at = session.view.top;
    if (at === null) throw new Error('the list is not at the newest event');
    const before = top(at.id);
    backend.arrive(5);
    await reload();
    await expect.poll(() => top(at.id)).toBeCloseTo(before, 0);
    // And up from there nothing is missing.
    await expect
      .poll(() => {
        scroller().scrollTop = 0;
        return document.getElementById('event-5005');
      })
      .not.toBe(null);
  });

  test('leaves unread what was marked so', async () => {
    const { session, reload } = await renderApp();
    await userEvent.keyboard('j');
    await expect.element(byId('event-detail')).toBeVisible();
    await userEvent.keyboard('u');
    await expect.element(page.getByRole('button', { name: 'Mark read' })).toBeVisible();
    const { unread } = session.counts;
    const again = await reload();
    await expect.element(page.getByRole('button', { name: 'Mark read' })).toBeVisible();
    expect(again.session.counts.unread).toBe(unread);
  });

  test('begins anew where the feed is gone, and next to a row that is', async () => {
    const { backend, session, reload } = await renderApp();
    await session.go({ kind: 'feed', feed: 7 });
    await backend.deleteFeed(7);
    const again = await reload();
    await expect.element(byId('list-title')).toHaveTextContent('All events');
    await again.session.list.around(2_000);
    const gone = again.session.list.rows.find((row) => row.feedId === 5)?.id ?? 0;
    await backend.deleteFeed(5);
    const third = await renderAgain(again.reload, gone);
    expect(third.session.opened).toMatchObject({ id: null, problem: null });
    await expect.poll(() => third.session.view.top?.id).toBeLessThan(gone);
    expect(third.session.view.top?.id).toBeGreaterThan(gone - 20);
  });
});

/** Reloads with another remembered place than that of the page that goes. */
async function renderAgain(reload: () => ReturnType<typeof renderApp>, id: number): ReturnType<typeof renderApp> {
  const stored = JSON.stringify({ scope: { kind: 'all' }, selected: id, top: { id, offset: 9 } });
  const write = localStorage.setItem.bind(localStorage);
  window.addEventListener('pagehide', () => write('tidings.view', stored), { once: true });
  return reload();
}
