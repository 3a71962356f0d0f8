// What can be done with an event from its row: by menu, by key, by dragging it out.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

/** The row of an event, once it is drawn. */
async function found(id: number): Promise<HTMLElement> {
  await expect.poll(() => document.getElementById(`event-${id}`)).not.toBe(null);
  return document.getElementById(`event-${id}`) as HTMLElement;
}

async function row(id: number) {
  return page.elementLocator(await found(id));
}

const copied = vi.fn<(text: string) => Promise<void>>();

beforeEach(async () => {
  await viewport(1240, 760);
  copied.mockReset().mockResolvedValue(undefined);
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(copied);
});

describe('the menu of a row', () => {
  test('opens where the mouse is, on the row under it, and opens no event', async () => {
    const { backend, session } = await renderApp();
    await (await row(4_999)).click({ button: 'right', position: { x: 200, y: 20 } });
    const menu = page.getByRole('menu');
    await expect.element(menu).toHaveAccessibleName('Actions for Front door opened');
    const box = menu.element().getBoundingClientRect();
    const at = (await found(4_999)).getBoundingClientRect();
    expect([Math.abs(box.left - at.left - 200) < 4, Math.abs(box.top - at.top - 20) < 6]).toEqual([true, true]);
    expect(session.opened.id).toBe(null);
    await byId('menu-star').click();
    await expect.poll(() => session.list.rows[1]?.starred).toBe(true);
    await (await row(4_999)).click({ button: 'right' });
    await byId('menu-read').click();
    await expect.poll(() => session.list.rows[1]?.read).toBe(true);
    expect(backend.calls).toContain('star');
    await expect.element(byId('event-list')).toHaveFocus();
  });

  test('opens by keyboard beside the selected row, and gives the focus back', async () => {
    const { session, windowState } = await renderApp();
    await userEvent.keyboard('jj');
    await expect.poll(() => session.opened.event?.id).toBe(4_999);
    for (const key of ['{Shift>}{F10}{/Shift}', '{ContextMenu}']) {
      await userEvent.keyboard(key);
      await expect.element(page.getByRole('menu')).toHaveAccessibleName('Actions for Front door opened');
      await userEvent.keyboard('{Escape}');
      await expect.element(page.getByRole('menu')).not.toBeInTheDocument();
      await expect.element(byId('event-list')).toHaveFocus();
    }
    await userEvent.keyboard('{Shift>}{F10}{/Shift}');
    await expect.element(byId('menu-rules')).toBeVisible();
    await userEvent.keyboard('{End}{Enter}');
    await expect.poll(() => windowState.dialog).toMatchObject({ kind: 'rules', event: 4_999, feed: { id: 2 } });
  });

  test('opens the link, mutes the feed', async () => {
    const { backend, session } = await renderApp();
    await (await row(5_000)).click({ button: 'right' });
    await byId('menu-open-link').click();
    await expect.poll(() => backend.opened).toEqual(['https://ci.example/deploys/991']);
    await (await row(4_999)).click({ button: 'right' });
    await expect.element(byId('menu-open-link')).not.toBeInTheDocument();
    await byId('menu-mute').click();
    await byId('menu-mute-hour').click();
    await expect.poll(() => session.muteOf(2)).toBeDefined();
  });

  test('marks a whole burst as read', async () => {
    const { backend, session } = await renderApp();
    backend.burst(5, 3);
    await expect.element(byId('fold')).toBeVisible();
    await (await row(5_005)).click({ button: 'right' });
    await byId('menu-burst-read').click();
    await expect
      .poll(() => session.list.rows.slice(0, 6).map(({ read }) => read))
      .toEqual([...Array(5).fill(true), false]);
  });
});

describe('an event is copied', () => {
  const JSON_OF = /^\{\n {2}"type": "event",\n {2}"feed": "Build farm",\n {2}"event": "deploy"/;

  test.each([
    ['text', /^Deploy to production failed\nweb-7f9c: readiness probe failed/],
    ['json', JSON_OF],
    ['raw', /^id: 145000\nevent: deploy\ndata: \{"event":"deploy".*\}\n\n$/],
    ['link', /^https:\/\/ci\.example\/deploys\/991$/],
  ])('as %s from the menu of its row', async (form, written) => {
    await renderApp();
    await (await row(5_000)).click({ button: 'right' });
    await byId('menu-copy').click();
    await byId(`menu-copy-${form}`).click();
    await expect.poll(() => copied.mock.calls.flat()).toEqual([expect.stringMatching(written)]);
    await expect.element(byId('toast')).toHaveTextContent('Copied.');
  });

  test('from the menu of its detail', async () => {
    await renderApp();
    await userEvent.keyboard('j');
    await byId('event-menu').click();
    await byId('menu-copy').click();
    await byId('menu-copy-json').click();
    await expect.poll(() => copied.mock.calls.flat()).toEqual([expect.stringMatching(JSON_OF)]);
  });

  test('by Ctrl+C, unless a text is selected or edited', async () => {
    const { session } = await renderApp();
    const copy = '{Control>}c{/Control}';
    await userEvent.keyboard(copy);
    await userEvent.keyboard('j');
    await expect.poll(() => session.opened.event?.id).toBe(5_000);
    await userEvent.keyboard(copy);
    await expect
      .poll(() => copied.mock.calls.flat())
      .toEqual([expect.stringMatching(/^Deploy to production failed\n/)]);
    getSelection()?.selectAllChildren(byId('detail-title').element());
    await userEvent.keyboard(copy);
    getSelection()?.removeAllRanges();
    await byId('search').click();
    await userEvent.keyboard(copy);
    expect(copied).toHaveBeenCalledTimes(1);
  });

  test('as far as it can be had', async () => {
    const { backend } = await renderApp();
    backend.refusal = { code: 'store', message: 'The disk is full.' };
    await (await row(4_998)).click({ button: 'right' });
    await byId('menu-copy').click();
    await byId('menu-copy-text').click();
    await expect.element(byId('toast')).toHaveTextContent('The disk is full.');
    expect(copied).not.toHaveBeenCalled();
  });
});

describe('a row that is dragged out', () => {
  /** What a drag of the row carries, after it was held for a moment. */
  async function drag(id: number): Promise<DataTransfer | null> {
    const held = await found(id);
    held.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }));
    await new Promise((resolve) => setTimeout(resolve));
    const dataTransfer = new DataTransfer();
    const going = held.dispatchEvent(new DragEvent('dragstart', { bubbles: true, cancelable: true, dataTransfer }));
    return going ? dataTransfer : null;
  }

  test('gives its link, its text and itself as JSON', async () => {
    await renderApp();
    expect((await found(5_000)).draggable).toBe(true);
    const data = await drag(5_000);
    expect(data?.getData('text/uri-list')).toBe('https://ci.example/deploys/991');
    expect(data?.getData('text/plain')).toMatch(/^Deploy to production failed\n/);
    expect(JSON.parse(data?.getData('application/json') ?? '')).toMatchObject({ number: 5_000, feed: 'Build farm' });
    expect((await drag(4_999))?.types).toEqual(['text/plain', 'application/json']);
  });

  test('gives nothing while it cannot be had', async () => {
    const { backend } = await renderApp();
    backend.refusal = { code: 'store', message: 'The disk is full.' };
    expect(await drag(4_998)).toBe(null);
  });

  test('and let go over the window leads nowhere', async () => {
    const { backend, windowState } = await renderApp();
    const dataTransfer = await drag(5_000);
    for (const type of ['dragover', 'drop']) {
      const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer });
      document.body.dispatchEvent(event);
      expect(event.defaultPrevented).toBe(true);
    }
    expect(backend.calls).not.toContain('readOffer');
    expect(windowState.dialog).toBe(null);
  });

  /** Lets an address from elsewhere go over the window. */
  function dropAddress(): void {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/uri-list', 'https://ci.example/events');
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
  }

  test('or was not, or has left the list meanwhile, is forgotten when the next thing is dropped', async () => {
    const { backend, windowState } = await renderApp();
    backend.refusal = { code: 'store', message: 'The disk is full.' };
    expect(await drag(4_998)).toBe(null);
    backend.refusal = null;
    dropAddress();
    await expect.poll(() => windowState.dialog?.kind).toBe('add');
    windowState.dialog = null;
    await expect.element(byId('feed-url')).not.toBeInTheDocument();

    const held = await found(5_000);
    expect(await drag(5_000)).not.toBe(null);
    held.remove();
    held.dispatchEvent(new DragEvent('dragend', { bubbles: true }));
    dropAddress();
    await expect.poll(() => windowState.dialog?.kind).toBe('add');
  });
});
