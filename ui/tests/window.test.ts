// The window as a person uses it: with the mouse, with the keyboard, in any width.
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp } from './render_app';
import { byId, feed, scroller, settled } from './screen';
import { viewport } from './viewport';

/** The identifiers of the rows that are drawn, from top to bottom. */
function drawn(): number[] {
  return [...document.querySelectorAll<HTMLElement>('[data-testid="event-row"]')]
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
    .map((row) => Number(row.dataset['id']));
}

beforeEach(() => viewport(1240, 760));

describe('the sidebar', () => {
  test('names each feed with its state and what is unread', async () => {
    await renderApp();
    const names = [...document.querySelectorAll('[data-testid="feed-row"]')].map((row) =>
      [...row.children]
        .filter((child) => child.getAttribute('aria-hidden') !== 'true')
        .map((child) => child.textContent.trim())
        .filter(Boolean)
        .join(', '),
    );
    expect(names).toEqual([
      'Build farm, connected, 4 unread',
      'Home Assistant, connected, 2 unread',
      'Wikipedia · recent changes, connected, 3 unread',
      'Mastodon, connected, polling, 3 unread',
      'Staging alerts, not connected, will try again, in 12 s, 1 unread',
      'Old printer, paused, 2 unread',
      'Payments, needs attention, 401, 2 unread',
    ]);
    await expect.element(byId('connected')).toHaveTextContent('4 of 6 connected');
  });

  test('counts down to the next try', async () => {
    await renderApp();
    const state = feed('Staging alerts').getByTestId('feed-state');
    await expect.element(state).toHaveTextContent('in 12 s');
    await expect.element(state).toHaveTextContent('in 11 s');
    await expect.element(feed('Payments').getByTestId('feed-state')).toHaveTextContent('401');
  });

  test('leads to a feed, whose header says how it fares', async () => {
    await renderApp();
    await feed('Payments').click();
    await expect.element(byId('list-title')).toHaveTextContent('Payments');
    await expect
      .element(byId('cause'))
      .toHaveTextContent(/^The server answered 401 Unauthorized: .* Next try in 14 min\.$/);
    await expect.element(byId('feed-page')).toHaveTextContent('https://payments.example/v1/events');
  });

  test('tells the age of the last byte, and finds it out when it is looked at', async () => {
    const { backend } = await renderApp();
    backend.hear(1, Date.now() - 5 * 60_000);
    await feed('Build farm').hover();
    await expect.poll(() => feed('Build farm').element().getAttribute('title')).toMatch(/Last heard from 5 min ago\.$/);
    await feed('Build farm').click();
    await expect.element(byId('last-byte')).toHaveTextContent('5 min ago');
    backend.hear(1, Date.now());
    await expect.element(byId('last-byte'), { timeout: 10_000 }).toHaveTextContent(/^\d+ sec ago$/);
  });

  test('offers on a right click what can be done with the feed under it', async () => {
    const { backend, session } = await renderApp();
    await feed('Build farm').click({ button: 'right' });
    await byId('menu-pause').click();
    await expect.element(feed('Build farm')).toHaveTextContent('paused');
    await feed('Build farm').click({ button: 'right' });
    await byId('menu-resume').click();
    await feed('Wikipedia · recent changes').click({ button: 'right' });
    await byId('menu-mark-read').click();
    await expect.element(feed('Wikipedia · recent changes').getByTestId('unread-count')).not.toBeInTheDocument();
    await feed('Payments').click({ button: 'right' });
    await byId('menu-reconnect').click();
    await expect.poll(() => session.feeds.get(7)?.state.state).toBe('connecting');
    expect(backend.calls.filter((call) => !['subscribe', 'page', 'event', 'feed'].includes(call))).toEqual([
      'pauseFeeds',
      'pauseFeeds',
      'markAllRead',
      'reconnect',
    ]);
  });

  test('turns notifications off and on', async () => {
    const { session } = await renderApp();
    await page.getByRole('button', { name: 'Notifications are on' }).click();
    await page.getByRole('menuitem', { name: 'Turn notifications off' }).click();
    await expect.poll(() => session.settings.notify).toBe(false);
    await page.getByRole('button', { name: 'Notifications are off' }).click();
    await page.getByRole('menuitem', { name: 'Turn notifications on' }).click();
    await expect.poll(() => session.settings.notify).toBe(true);
  });
});

describe('the list', () => {
  test('draws only what is in view, under the name of its day', async () => {
    await renderApp({ events: 1_000_000 });
    await expect.poll(() => drawn().slice(0, 3)).toEqual([1_000_000, 999_999, 999_998]);
    expect(drawn().length).toBeLessThan(40);
    await expect.element(page.getByText('Today', { exact: true })).toBeInTheDocument();
  });

  test('scrolls without end, and back, without gaps and with a bounded number of rows', async () => {
    const { session } = await renderApp({ events: 1_000_000 });
    await expect.poll(() => drawn().length).toBeGreaterThan(5);
    for (let turn = 0; turn < 12; turn += 1) {
      const last = session.list.rows.at(-1)?.id ?? 0;
      await expect
        .poll(() => {
          scroller().scrollTop = scroller().scrollHeight;
          return session.list.rows.at(-1)?.id ?? 0;
        })
        .toBeLessThan(last);
      await expect.poll(() => session.list.rows.length).toBeLessThanOrEqual(1_000);
    }
    const ids = session.list.rows.map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, index) => (ids[0] ?? 0) - index));
    expect(session.list.atNewest).toBe(false);

    while (!session.list.atNewest) {
      const first = session.list.rows[0]?.id ?? 0;
      await expect
        .poll(() => {
          scroller().scrollTop = 0;
          return session.list.atNewest || (session.list.rows[0]?.id ?? 0) > first;
        })
        .toBe(true);
    }
    expect(session.list.rows[0]?.id).toBe(1_000_000);
    await expect.poll(() => session.list.rows.length).toBeLessThanOrEqual(1_000);
  });

  test('keeps what is being read where it is while pages are loaded and let go', async () => {
    const { session } = await renderApp({ events: 100_000 });
    await session.show({ kind: 'event', id: 50_000 });
    const row = () => document.getElementById('event-50000')?.getBoundingClientRect().top ?? NaN;
    await expect.poll(() => Math.abs(row() - 400)).toBeLessThan(100);
    const before = await settled(row);

    // Upwards until newer rows are loaded, downwards until older ones are: in between the row is where it was.
    const { rows } = session.list;
    scroller().scrollTop -= 10_700;
    await expect.poll(() => session.list.rows[0]?.id).toBeGreaterThan(rows[0]?.id ?? 0);
    expect((await settled(row)) - before).toBeCloseTo(10_700, -1);
    scroller().scrollTop += 10_700;
    expect((await settled(row)) - before).toBeCloseTo(0, -1);
    scroller().scrollTop += 10_700;
    await expect.poll(() => session.list.rows.at(-1)?.id).toBeLessThan(rows.at(-1)?.id ?? 0);
    scroller().scrollTop -= 10_700;
    expect((await settled(row)) - before).toBeCloseTo(0, -1);
  });

  test('lets events slide in at its top, and holds still elsewhere with a pill', async () => {
    const { backend } = await renderApp();
    await expect.poll(() => drawn()[0]).toBe(5_000);
    backend.arrive(2);
    await expect.poll(() => drawn()[0]).toBe(5_002);

    scroller().scrollTop = 600;
    await expect.poll(() => drawn()[0]).toBeLessThan(5_002);
    const visible = () =>
      drawn().find((id) => (document.getElementById(`event-${id}`)?.getBoundingClientRect().top ?? 0) >= 100);
    await expect.poll(() => scroller().scrollTop).toBe(600);
    const reading = visible();
    backend.arrive(4);
    await expect.element(byId('new-events')).toHaveTextContent('4 new events');
    expect(visible()).toBe(reading);
    await byId('new-events').click();
    await expect.poll(() => drawn()[0]).toBe(5_006);
    expect(scroller().scrollTop).toBe(0);
    await expect.element(byId('new-events')).not.toBeInTheDocument();
    backend.arrive(1);
    await expect.poll(() => drawn()[0]).toBe(5_007);
  });

  test('finds as one types, marks what it found, and returns', async () => {
    const { session } = await renderApp();
    await userEvent.keyboard('/');
    await expect.element(byId('search')).toHaveFocus();
    await userEvent.keyboard('toner black');
    await expect.poll(() => new Set(session.list.rows.map(({ title }) => title))).toEqual(new Set(['Toner low']));
    await expect.poll(() => document.querySelector('mark')?.textContent).toBe('Toner');
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => session.list.search).toBe('');
    await expect.element(byId('search')).toHaveValue('');
    await userEvent.keyboard('zzz');
    await expect.element(byId('empty')).toHaveTextContent('Nothing found');
  });

  test('says between its rows when a feed was not connected, and nowhere else', async () => {
    const { backend, session } = await renderApp();
    const gaps = (): string[] =>
      [...document.querySelectorAll('[data-testid="gap"]')].map((gap) =>
        gap.textContent.replaceAll(/\s+/g, ' ').trim(),
      );
    await feed('Build farm').click();
    await expect.poll(() => session.list.rows.length).toBeGreaterThan(3);
    const [newest, second] = session.list.rows;
    if (!newest || !second) throw new Error('no rows');
    const between = { feedId: 1, from: second.receivedAt + 1_000, until: newest.receivedAt };
    backend.gapsOf = [between];
    await byId('scope-all').click();
    expect(gaps()).toEqual([]);
    await feed('Build farm').click();
    await expect.poll(gaps).toHaveLength(1);
    expect(gaps()[0]).toMatch(/^not connected .*\d\d:\d\d ?– ?.*\d\d:\d\d$/);
    // It stands under the newest row and above the second.
    const tops = ['[data-id="' + newest.id + '"]', '[data-testid="gap"]', '[data-id="' + second.id + '"]'].map(
      (selector) => document.querySelector(selector)?.getBoundingClientRect().top ?? NaN,
    );
    expect(tops).toEqual(tops.toSorted((a, b) => a - b));
    // The next one is told, and stands at the top until something comes.
    const now = Date.now();
    backend.tell({ kind: 'gap', gap: { feedId: 1, from: now - 7_200_000, until: now } });
    backend.tell({ kind: 'gap', gap: { feedId: 2, from: now - 7_200_000, until: now } });
    await expect.poll(gaps).toHaveLength(2);
    await byId('search').fill('build');
    await expect.poll(gaps).toEqual([]);
  });

  test('marks everything in a scope as read', async () => {
    const { session } = await renderApp();
    await byId('mark-all-read').click();
    await expect.poll(() => session.counts.unread).toBe(0);
    await expect.poll(() => document.querySelectorAll('[data-testid="event-row"][data-read="false"]').length).toBe(0);
    await page.getByTestId('scope-unread').click();
    await expect.element(byId('empty')).toHaveTextContent('All read');
  });
});

describe('an event', () => {
  test('is shown on a click, and read thereby', async () => {
    const { session } = await renderApp();
    await page.getByTestId('event-title').nth(1).click();
    await expect.element(byId('detail-title')).toHaveTextContent('Front door opened');
    await expect.element(byId('detail-feed')).toHaveTextContent('Home Assistant');
    await expect.element(byId('detail-type')).toHaveTextContent('state_changed');
    await expect.element(byId('detail-body')).toHaveTextContent('binary_sensor.front_door is on');
    await expect.poll(() => session.counts.unread).toBe(16);
  });

  test('shows markup as the text it is', async () => {
    const { backend, session } = await renderApp();
    const event = backend.event.bind(backend);
    const evil = '<img src=x onerror="window.pwned=1"><b>bold</b> &amp; <script>window.pwned=1</script>';
    backend.event = async (id) => ({
      ...(await event(id)),
      title: evil,
      body: `${evil} ${evil}`,
      data: `{"a":"${evil.replaceAll('"', '\\"')}"}`,
    });
    await session.step(1);
    await expect.element(byId('detail-title')).toHaveTextContent(evil);
    await expect.element(byId('json')).toHaveTextContent('onerror');
    expect(document.querySelector('[data-testid="event-detail"] img, [data-testid="event-detail"] script')).toBe(null);
    expect('pwned' in window).toBe(false);
  });

  test('opens links outside, never here', async () => {
    const { backend } = await renderApp();
    await userEvent.keyboard('j');
    await page.getByRole('link', { name: 'https://ci.example/deploys/991' }).click();
    await byId('open-link').click();
    scroller().focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => backend.opened).toEqual(Array(3).fill('https://ci.example/deploys/991'));
  });

  test('shows its data as a tree that folds, and as the fields that came', async () => {
    await renderApp();
    await userEvent.keyboard('j');
    await expect.element(byId('json')).toHaveTextContent('"priority": 5');
    await expect.element(byId('json')).not.toHaveTextContent('"7f9c"');
    await page.getByText('"service"').click();
    await expect.element(byId('json')).toHaveTextContent('"revision": "7f9c"');
    await byId('tab-raw').click();
    await expect.element(byId('raw')).toHaveTextContent(/^id: 145000 event: deploy data: \{"event":"deploy",/);
  });

  test('has no tree when its data is no JSON', async () => {
    const { backend } = await renderApp();
    const event = backend.event.bind(backend);
    backend.event = async (id) => ({ ...(await event(id)), data: 'Hello World' });
    await userEvent.keyboard('j');
    await expect.element(byId('raw')).toHaveTextContent('data: Hello World');
    await expect.element(byId('tab-json')).not.toBeInTheDocument();
  });

  test('of megabytes is drawn only in part until all of it is asked for', async () => {
    const { backend } = await renderApp();
    const event = backend.event.bind(backend);
    backend.event = async (id) => ({ ...(await event(id)), data: 'x'.repeat(300_000) });
    await userEvent.keyboard('j');
    await expect.element(byId('raw')).toHaveTextContent('Show all (300 kB)');
    expect(document.querySelector('[data-testid="raw"]')?.textContent.length).toBeLessThan(60_000);
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => document.querySelector('[data-testid="raw"]')?.textContent.length).toBeGreaterThan(300_000);
  });

  test('follows a notification even when it is far out of the list', async () => {
    const { backend } = await renderApp();
    backend.send({ kind: 'show', place: { kind: 'event', id: 321 } });
    await expect.element(byId('event-detail')).toHaveAttribute('data-id', '321');
    const row = page.getByTestId('event-list').getByRole('treeitem', { selected: true });
    await expect.element(row).toHaveAttribute('data-id', '321');
    await expect.element(row).toBeInViewport();
  });
});

describe('the keyboard', () => {
  test('steps, stars, marks unread and goes back', async () => {
    const { session } = await renderApp();
    await userEvent.keyboard('jj');
    await expect.poll(() => session.opened.event?.id).toBe(4_999);
    await userEvent.keyboard('{ArrowDown}{ArrowUp}k');
    await expect.poll(() => session.opened.event?.id).toBe(5_000);
    await userEvent.keyboard('s');
    await expect.element(page.getByRole('button', { name: 'Remove star' })).toBeVisible();
    await userEvent.keyboard('u');
    await expect.element(page.getByRole('button', { name: 'Mark read' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('event-detail')).not.toBeInTheDocument();
  });

  test('does nothing to an event that is left while the next is on its way', async () => {
    const { backend, session } = await renderApp();
    await userEvent.keyboard('j');
    await expect.poll(() => session.opened.event?.id).toBe(5_000);
    const event = backend.event.bind(backend);
    const { promise, resolve } = Promise.withResolvers<null>();
    backend.event = (id) => promise.then(() => event(id));
    await userEvent.keyboard('j');
    await expect.poll(() => session.opened.id).toBe(4_999);
    await userEvent.keyboard('s');
    resolve(null);
    await expect.poll(() => session.opened.event?.id).toBe(4_999);
    expect(backend.calls).not.toContain('star');
  });

  test('goes to each scope, and shows itself', async () => {
    await renderApp();
    for (const [keys, title] of [
      ['gu', 'Unread'],
      ['gs', 'Starred'],
      ['ga', 'All events'],
    ] as const) {
      await userEvent.keyboard(keys);
      await expect.element(byId('list-title')).toHaveTextContent(title);
    }
    await userEvent.keyboard('?');
    await expect.element(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });

  test('reconnects the feed in view, else all', async () => {
    const { session } = await renderApp();
    await session.go({ kind: 'feed', feed: 7 });
    await userEvent.keyboard('{Control>}r{/Control}');
    await expect.poll(() => session.feeds.get(7)?.state.state).toBe('connecting');
    expect(session.feeds.get(1)?.state.state).toBe('open');
    await userEvent.keyboard('ga');
    await userEvent.keyboard('{Control>}r{/Control}');
    await expect.poll(() => session.feeds.get(1)?.state.state).toBe('connecting');
    expect(session.feeds.get(6)?.state.state).toBe('paused');
  });
});

describe('the feed dialog', () => {
  test('adds a feed by its address alone and goes there', async () => {
    const { session } = await renderApp();
    await userEvent.keyboard('{Control>}n{/Control}');
    await expect.element(byId('feed-url')).toHaveFocus();
    await userEvent.keyboard('https://www.example.org/events{Enter}');
    await expect.element(byId('list-title')).toHaveTextContent('example.org');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    expect(session.feeds.get(8)?.feed).toMatchObject({ url: 'https://www.example.org/events', notify: true });
  });

  test('says what is wrong before anything is sent, and what the backend refuses', async () => {
    const { backend } = await renderApp();
    await byId('add-feed').click();
    await byId('feed-url').fill('example.org');
    await byId('feed-save').click();
    await expect.element(page.getByText('Enter the address of an event stream')).toBeVisible();
    await expect.element(byId('feed-url')).toHaveAttribute('aria-invalid', 'true');
    await expect.element(byId('feed-url')).toHaveFocus();
    expect(backend.calls).not.toContain('addFeed');
    await byId('feed-url').fill('https://example.org/refuse');
    await viewport(1240, 400);
    await byId('feed-save').click();
    await expect.element(byId('feed-refused')).toBeInViewport();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('The address https://example.org/refuse cannot be followed.');
    await byId('feed-cancel').click();
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });

  test('edits name, notifications and headers, and leaves the rest as it was', async () => {
    const { session } = await renderApp();
    const before = session.feeds.get(1)?.feed;
    await feed('Build farm').click({ button: 'right' });
    await byId('menu-edit').click();
    await byId('feed-name').fill('Builds');
    await byId('feed-notify').selectOptions('never');
    await byId('headers').click();
    await byId('header-add').click();
    await expect.element(byId('header-name')).toHaveFocus();
    await byId('header-add').click();
    await page.getByRole('button', { name: 'Remove header' }).nth(1).click();
    await expect.element(page.getByRole('button', { name: 'Remove header' })).toHaveFocus();
    await byId('header-value').fill('Bearer x');
    await byId('feed-save').click();
    await expect.element(page.getByText('A header with a value needs a name.')).toBeVisible();
    await expect.element(byId('header-name')).toHaveFocus();
    await byId('header-name').fill('Authorization');
    await byId('feed-save').click();
    await expect.element(feed('Builds')).toBeVisible();
    expect(session.feeds.get(1)?.feed).toEqual({
      ...before,
      name: 'Builds',
      notify: false,
      headers: [{ name: 'Authorization', value: 'Bearer x' }],
    });
  });

  test('says how a feed resumes and what it takes for the same event', async () => {
    const { session } = await renderApp();
    const saved = () => session.feeds.get(1)?.feed;
    const edit = async (): Promise<void> => {
      await feed('Build farm').click({ button: 'right' });
      await byId('menu-edit').click();
    };
    await edit();
    await byId('advanced').click();
    await byId('feed-resume').selectOptions('query');
    await byId('feed-resume-parameter').fill('since');
    await byId('feed-resume-path').fill('meta.id');
    await byId('feed-resume-types').fill('update, delete');
    await byId('feed-repeats').selectOptions('key');
    await byId('feed-repeats-path').fill('meta.id');
    await byId('feed-save').click();
    await expect.poll(() => saved()?.repeats).toEqual({ kind: 'key', path: 'meta.id' });
    expect(saved()?.resume).toEqual({
      kind: 'query',
      parameter: 'since',
      path: 'meta.id',
      types: ['update', 'delete'],
    });
    // What is not as it is by default is in view at once.
    await edit();
    await expect.element(byId('feed-resume-path')).toHaveValue('meta.id');
    await byId('feed-resume-path').fill('');
    await byId('feed-repeats').selectOptions('never');
    await byId('feed-save').click();
    await expect.poll(() => saved()?.repeats).toEqual({ kind: 'never' });
    expect(saved()?.resume).toMatchObject({ kind: 'query', parameter: 'since', path: null });
    await edit();
    await byId('feed-resume').selectOptions('nothing');
    await byId('feed-repeats').selectOptions('whole');
    await byId('feed-save').click();
    await expect.poll(() => saved()?.resume).toEqual({ kind: 'nothing' });
    expect(saved()?.repeats).toEqual({ kind: 'whole' });
  });

  test('opens with a pasted address, and adds nothing by itself', async () => {
    const { backend } = await renderApp();
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'https://example.org/stream');
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    await expect.element(byId('feed-url')).toHaveValue('https://example.org/stream');
    expect(backend.calls).not.toContain('addFeed');
  });

  test('removes a feed at once, and brings it back as it was', async () => {
    const { session } = await renderApp();
    await feed('Payments').click();
    await byId('feed-menu').click();
    await byId('menu-remove').click();
    await expect.element(feed('Payments')).not.toBeInTheDocument();
    await expect.element(byId('list-title')).toHaveTextContent('All events');
    await expect.element(byId('toast')).toHaveTextContent('Removed “Payments”. Its events stay.');
    expect(session.list.rows.some(({ feedId, read }) => feedId === 7 && read)).toBe(true);
    expect(session.list.rows.some(({ feedId, read }) => feedId === 7 && !read)).toBe(false);
    await byId('undo').click();
    await expect.element(feed('Payments')).toBeVisible();
    await expect.element(byId('toast')).not.toBeInTheDocument();
    await expect.poll(() => session.list.rows.some(({ feedId, read }) => feedId === 7 && !read)).toBe(true);
  });

  test('deletes a feed with its history only for who types its name', async () => {
    const { backend, session } = await renderApp();
    await feed('Payments').click();
    await byId('feed-menu').click();
    await byId('menu-delete').click();
    await expect.element(byId('delete-name')).toHaveFocus();
    await expect.element(byId('delete-confirm')).toBeDisabled();
    await userEvent.keyboard('Payment{Enter}');
    expect(backend.calls).not.toContain('deleteFeed');
    await userEvent.keyboard('s{Enter}');
    await expect.element(feed('Payments')).not.toBeInTheDocument();
    await expect.poll(() => session.list.rows.some(({ feedId }) => feedId === 7)).toBe(false);
    await expect.element(byId('toast')).toHaveTextContent('Deleted “Payments” and its events.');
  });
});

describe('what can be taken back', () => {
  test('is taken back by Ctrl+Z, the last first', async () => {
    const { session } = await renderApp();
    await byId('mark-all-read').click();
    await expect.poll(() => session.counts.unread).toBe(0);
    await expect.element(byId('toast')).toHaveTextContent('Marked 17 events as read.');
    await session.pause(session.feeds.all, true);
    await expect.poll(() => session.feeds.active).toBe(0);
    await expect.element(byId('toast').last()).toHaveTextContent('Paused 6 feeds.');
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(() => session.feeds.active).toBe(6);
    expect(session.feeds.get(6)?.feed.paused, 'what was paused before stays so').toBe(true);
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(() => session.counts.unread).toBe(17);
    await expect.element(byId('toast')).not.toBeInTheDocument();
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.poll(() => session.counts.unread).toBe(17);
  });

  test('leaves Ctrl+Z to a field that is typed into', async () => {
    const { session } = await renderApp();
    await byId('mark-all-read').click();
    await expect.poll(() => session.counts.unread).toBe(0);
    await byId('search').fill('door');
    await userEvent.keyboard('{Control>}z{/Control}');
    expect(session.counts.unread).toBe(0);
  });
});

describe('the first run', () => {
  test('begins with one field', async () => {
    const { session } = await renderApp({ feeds: false });
    await expect.element(byId('first-url')).toHaveFocus();
    await userEvent.keyboard('nonsense{Enter}');
    await expect.element(page.getByRole('alert')).toHaveTextContent('Enter the address of an event stream');
    await byId('first-url').fill('https://example.org/events');
    await byId('first-add').click();
    await expect.element(feed('example.org')).toBeVisible();
    await expect.element(byId('first-run')).not.toBeInTheDocument();
    expect(session.feeds.all.length).toBe(1);
  });

  test('or with the demo feed', async () => {
    await renderApp({ feeds: false });
    await byId('try-demo').click();
    await expect.element(feed('Demo')).toBeVisible();
  });
});

describe('settings and banners', () => {
  test('the theme applies at once', async () => {
    await renderApp();
    await byId('settings').click();
    await byId('theme').selectOptions('dark');
    await expect.poll(() => getComputedStyle(document.body).backgroundColor).toBe('rgb(23, 24, 29)');
    await byId('theme').selectOptions('light');
    await expect.poll(() => getComputedStyle(document.body).backgroundColor).toBe('rgb(246, 246, 248)');
  });

  test('a full disk is a banner with a way to the folder', async () => {
    const { backend } = await renderApp();
    const full = { fault: 'disk-full', path: '/home/ada/tidings.db', message: 'The history cannot be used.' } as const;
    backend.send({
      kind: 'notices',
      notices: [{ code: 'storage', message: full.message, about: { kind: 'storage', ...full } }],
    });
    await expect.element(byId('banner')).toHaveTextContent('The disk is full, so new events wait at their servers.');
    await byId('banner-action').click();
    expect(backend.calls).toContain('showData');
  });

  test('a program that cannot begin says why on a page and can be started again', async () => {
    const storage = { fault: 'newer', path: '/home/ada/tidings.db', message: 'It is newer.' } as const;
    const { backend } = await renderApp({ stopped: { code: 'store', message: storage.message, storage } });
    await expect.element(page.getByText('This history is of a newer Tidings')).toBeVisible();
    await expect.element(page.getByText(/was written by a later version than this one/)).toBeVisible();
    await byId('start-again').click();
    expect(backend.calls).toContain('startAgain');
  });

  test('a Tidings without a window gives way to this one when it is asked to', async () => {
    const { backend } = await renderApp({ stopped: { code: 'no-window', message: 'It runs (process 7).' } });
    await expect.element(page.getByText('Tidings is at work without a window')).toBeVisible();
    // That it did not begin says nothing of the history.
    await expect.element(page.getByRole('button', { name: 'Show folder' })).not.toBeInTheDocument();
    backend.refusal = { code: 'no-window', message: 'It is still at it.' };
    await page.getByRole('button', { name: 'Open the window' }).click();
    await expect.element(byId('toast')).toHaveTextContent('It is still at it.');
    backend.refusal = null;
    await page.getByRole('button', { name: 'Open the window' }).click();
    expect(backend.calls.filter((call) => call === 'startAgain')).toHaveLength(2);
  });

  test('a notice is a banner until it is dismissed', async () => {
    const { backend } = await renderApp();
    backend.send({
      kind: 'notices',
      notices: [{ code: 'no-notification-service', message: 'Nobody shows notifications.' }],
    });
    await expect.element(byId('banner')).toHaveTextContent('No notification service answers');
    await byId('banner').getByRole('button', { name: 'Dismiss' }).click();
    await expect.element(byId('banner')).not.toBeInTheDocument();
  });

  test('a refused command says why', async () => {
    const { backend } = await renderApp();
    backend.refusal = { code: 'store', message: 'The disk is full. Free some space.' };
    await byId('mark-all-read').click();
    await expect.element(byId('toast')).toHaveTextContent('The disk is full. Free some space.');
  });
});

describe('a narrow window', () => {
  test('lays the detail over the list', async () => {
    await viewport(860, 700);
    await renderApp();
    await page.getByTestId('event-title').first().click();
    await expect.element(byId('event-detail')).toBeVisible();
    await byId('back').click();
    await expect.element(byId('event-detail')).not.toBeInTheDocument();
    await expect.element(page.getByTestId('event-title').first()).toBeInViewport();
  });

  test('keeps the sidebar in a drawer', async () => {
    await viewport(480, 700);
    await renderApp();
    await expect.element(byId('connected')).not.toBeVisible();
    await page.getByRole('button', { name: 'Show sidebar' }).click();
    await feed('Mastodon').click();
    await expect.element(byId('list-title')).toHaveTextContent('Mastodon');
    await expect.element(byId('connected')).not.toBeVisible();
  });

  test('remembers the width of its panes', async () => {
    const { windowState } = await renderApp();
    const separator = page.getByRole('separator', { name: 'Width of the sidebar' });
    (separator.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    expect(windowState.widths.sidebar).toBe(264);
    expect(JSON.parse(localStorage.getItem('tidings.widths') ?? '{}')).toMatchObject({ sidebar: 264 });
  });
});
