// The detail of an event: its data as a tree, by mouse and by keyboard, however large it is.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp, type Rendered } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

/** Opens an event with such data. */
async function withData(data: unknown): Promise<Rendered> {
  const rendered = await renderApp();
  const { backend, session } = rendered;
  const event = backend.event.bind(backend);
  backend.event = async (id) => ({ ...(await event(id)), data: JSON.stringify(data) });
  await session.step(1);
  await expect.element(byId('json-tree')).toBeVisible();
  return rendered;
}

/** The lines of the tree, one for each value. */
function lines(): string[] {
  return [...document.querySelectorAll('[data-testid="json-tree"] [role="treeitem"]')].map((line) =>
    line.textContent.trim(),
  );
}

/** The line that has the keyboard. */
function active(): string {
  const tree = document.querySelector('[data-testid="json-tree"]');
  return document.getElementById(tree?.getAttribute('aria-activedescendant') ?? '')?.textContent.trim() ?? '';
}

const copied = vi.fn<(text: string) => Promise<void>>();

beforeEach(async () => {
  await viewport(1240, 760);
  copied.mockReset().mockResolvedValue(undefined);
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(copied);
});

const SMALL = { name: 'web', tags: ['a', 'b'], in: { deep: { er: null } }, none: [] };

describe('the tree', () => {
  test('folds with the mouse, and all at once', async () => {
    await withData(SMALL);
    const folded = ['{', '"name": "web",', '"tags": [2 items],', '"in": {1 item},', '"none": []'];
    expect(lines()).toEqual(folded);
    await page.getByText('"tags"').click();
    expect(lines().slice(2, 5)).toEqual(['"tags": [', '"a",', '"b"']);
    await byId('json-unfold').click();
    await expect
      .poll(lines)
      .toEqual(['{', '"name": "web",', '"tags": [', '"a",', '"b"', '"in": {', '"deep": {', '"er": null', '"none": []']);
    await byId('json-fold').click();
    await expect.poll(lines).toEqual(folded);
  });

  test('is one stop for the Tab key, and moved in with the arrows', async () => {
    const { session } = await withData(SMALL);
    (byId('copy-data').element() as HTMLElement).focus();
    await userEvent.keyboard('{Tab}');
    await expect.element(byId('json-tree')).toHaveFocus();
    const expected: [keys: string, line: string][] = [
      ['{ArrowDown}', '"name": "web",'],
      ['{ArrowDown}{ArrowRight}', '"tags": ['],
      ['{ArrowRight}', '"a",'],
      ['{ArrowDown}{ArrowDown}', '"in": {1 item},'],
      ['{ArrowUp}{ArrowLeft}', '"tags": ['],
      ['{ArrowLeft}', '"tags": [2 items],'],
      ['{ArrowLeft}', '{'],
      ['{End}', '"none": []'],
      ['{Home}', '{'],
      [' ', '{4 items}'],
      ['{Enter}', '{'],
    ];
    for (const [keys, line] of expected) {
      await userEvent.keyboard(keys);
      await expect.poll(active).toBe(line);
    }
    // The list has stayed where it was.
    expect(session.opened.id).toBe(5_000);
    await expect.element(byId('json-tree')).toHaveFocus();
  });

  test('says its shape to a screen reader', async () => {
    await withData(SMALL);
    await page.getByText('"tags"').click();
    const items = [...document.querySelectorAll('[data-testid="json-tree"] [role="treeitem"]')];
    expect(items.map((item) => [item.ariaLevel, item.ariaExpanded])).toEqual([
      ['1', 'true'],
      ['2', null],
      ['2', 'true'],
      ['3', null],
      ['3', null],
      ['2', 'false'],
      ['2', null],
    ]);
  });

  test('copies path and value, by keyboard too, and gives the focus back', async () => {
    await withData(SMALL);
    (byId('json-tree').element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await expect.element(page.getByRole('menu')).toHaveAccessibleName('event.json.name');
    await byId('menu-copy-path').click();
    await expect.element(byId('json-tree')).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}{Shift>}{F10}{/Shift}');
    await expect.element(byId('menu-copy-value')).toBeVisible();
    // A list makes no title.
    await expect.element(byId('menu-use-title')).not.toBeInTheDocument();
    await byId('menu-copy-value').click();
    await expect.poll(() => copied.mock.calls.flat()).toEqual(['event.json.name', '[\n  "a",\n  "b"\n]']);
    await page.getByText('"none"').hover();
    await page.getByRole('button', { name: 'Use or copy none' }).click();
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('json-tree')).toHaveFocus();
  });

  test('of 5,000 values is unfolded in parts', async () => {
    const group = (index: number) => ({ number: index, tags: ['a', 'b'], at: { x: index, y: -index } });
    await withData({ groups: Array.from({ length: 625 }, (_, index) => group(index)) });
    await byId('json-unfold').click();
    await expect.element(byId('json-more')).toHaveTextContent(/^Show more \(\d+ left\)$/);
    expect(lines().length).toBeLessThan(201);
    await byId('json-more').click();
    await expect.poll(() => lines().length).toBeGreaterThan(400);
    await byId('json-more').click();
    await expect.element(byId('json-more')).not.toBeInTheDocument();
    await expect.element(byId('json-rest')).toHaveTextContent('Show more (525 left)');
    await byId('json-rest').click();
    await expect.element(byId('json-more')).toBeVisible();
    expect(lines().length).toBeLessThan(1_201);
    expect(lines().filter((line) => line.includes('{4 items}'))).toEqual([]);
  });

  test('of 64 KB in one text is drawn in part, and copied whole', async () => {
    const long = 'word '.repeat(13_000);
    await withData({ long });
    const shown = document.querySelector('[data-testid="json-tree"]')?.textContent.length ?? 0;
    expect([shown > 10_000, shown < 11_000]).toEqual([true, true]);
    await byId('json-menu').click();
    await byId('menu-copy-value').click();
    await expect.poll(() => copied.mock.calls.flat()).toEqual([long]);
  });
});

test('the time is told as how long ago, and in full where one points', async () => {
  const { session } = await renderApp();
  await session.opened.open(4_990);
  await expect.element(byId('detail-time')).toHaveTextContent(/^7\d min ago$/);
  await expect.element(byId('detail-time')).toHaveAttribute('title', expect.stringMatching(/2\d\.\d{3}$|at \d/));
});
