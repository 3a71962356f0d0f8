import { afterEach, describe, expect, test, vi } from 'vitest';
import { EventList, MOST_ROWS, PAGE } from './events.svelte';
import { MockBackend } from './ipc/mock';
import type { EventSummary, PageQuery, WindowMessage } from './ipc/types.gen';

/** The ids from one to another, both included, descending. */
function down(from: number, to: number): number[] {
  return Array.from({ length: from - to + 1 }, (_, index) => from - index);
}

function ids(list: EventList): number[] {
  return list.rows.map(({ id }) => id);
}

/** A list on a mock, told of arrivals as the session would tell it. */
async function opened(events = 5_000): Promise<{ backend: MockBackend; list: EventList }> {
  const backend = new MockBackend({ events });
  const list = new EventList(backend);
  await backend.subscribe((messages: WindowMessage[]) => {
    for (const message of messages) {
      if (message.kind === 'engine' && message.event.kind === 'arrived') list.arrived(message.event.events);
      if (message.kind === 'engine' && message.event.kind === 'marked') {
        list.marked(message.event.events, message.event.read, message.event.starred);
      }
    }
  });
  await list.toNewest();
  return { backend, list };
}

afterEach(() => void vi.useRealTimers());

describe('paging', () => {
  test('begins with the newest page', async () => {
    const { list } = await opened();
    expect(ids(list)).toEqual(down(5_000, 5_001 - PAGE));
    expect(list).toMatchObject({ atNewest: true, more: true, newer: 0, loading: null });
  });

  test('goes to the oldest event and back without a gap, holding a bounded number of rows', async () => {
    const { list } = await opened(3_000);
    const seen = new Set(ids(list));
    while (list.more) {
      await list.loadOlder();
      expect(list.rows.length).toBeLessThanOrEqual(MOST_ROWS + PAGE);
      list.trimNewest();
      for (const id of ids(list)) seen.add(id);
    }
    expect(seen.size).toBe(3_000);
    expect(ids(list)).toEqual(down(MOST_ROWS, 1));
    expect(list.atNewest).toBe(false);

    while (!list.atNewest) {
      await list.loadNewer();
      list.trimOldest();
    }
    expect(ids(list)).toEqual(down(3_000, 3_001 - MOST_ROWS));
    expect(list.more).toBe(true);
  });

  test('shows the surroundings of any event', async () => {
    const { list } = await opened();
    expect(await list.around(1_234)).toBe(true);
    const [above, below] = [ids(list).filter((id) => id > 1_234), ids(list).filter((id) => id <= 1_234)];
    expect(below).toEqual(down(1_234, 1_235 - PAGE));
    expect(above.length).toBeGreaterThan(0);
    expect(above).toEqual(down(1_234 + above.length, 1_235));
    expect(list).toMatchObject({ atNewest: false, more: true });
  });

  test.each([
    ['one feed', { kind: 'feed', feed: 6 }, ''],
    ['few events far apart', { kind: 'starred' }, ''],
    ['a search', { kind: 'all' }, 'toner'],
  ] as const)('goes up through %s without a gap', async (_, scope, search) => {
    const { backend, list } = await opened();
    for (const id of [1, 2, 3_000, 3_001, 4_999]) await backend.star(id, true);
    await list.open(scope, search);
    while (list.more) await list.loadOlder();
    const all = ids(list);

    const middle = all[Math.floor(all.length * 0.8)] ?? 0;
    await list.open(scope, search);
    list.rows = [];
    expect(await list.around(middle)).toBe(true);
    while (!list.atNewest) await list.loadNewer();
    while (list.more) await list.loadOlder();
    expect(ids(list)).toEqual(all);
  });

  test('says when the scope does not hold an event', async () => {
    const { list } = await opened();
    await list.open({ kind: 'feed', feed: 2 });
    expect(await list.around(5_000)).toBe(false);
  });

  test('drops the answer to a list that was left', async () => {
    const backend = new MockBackend();
    const list = new EventList(backend);
    const first = list.open({ kind: 'feed', feed: 1 });
    const second = list.open({ kind: 'feed', feed: 2 });
    await Promise.all([first, second]);
    expect(new Set(list.rows.map(({ feedId }) => feedId))).toEqual(new Set([2]));
    expect(list.loading).toBe(null);
  });

  test('drops an older page that asking for all rows again has brought already', async () => {
    const { backend, list } = await opened();
    const page = backend.page.bind(backend);
    const { promise, resolve } = Promise.withResolvers<null>();
    backend.page = (query: PageQuery) => promise.then(() => page(query));
    // Few are left, as after a feed was deleted.
    list.rows = list.rows.slice(0, 20);
    const older = list.loadOlder();
    backend.page = page;
    await list.refresh();
    resolve(null);
    await older;
    expect(ids(list)).toEqual(down(5_000, 5_001 - PAGE));
    expect(list).toMatchObject({ more: true, loading: null });
  });

  test('can be asked again after a refusal', async () => {
    const { backend, list } = await opened();
    backend.refusal = { code: 'store', message: 'The disk is full.' };
    await expect(list.loadOlder()).rejects.toEqual(backend.refusal);
    backend.refusal = null;
    await list.loadOlder();
    expect(list.rows.length).toBe(2 * PAGE);
  });
});

describe('arrivals', () => {
  test('slide in while the list is at its top', async () => {
    const { backend, list } = await opened();
    backend.arrive(3);
    expect(ids(list).slice(0, 4)).toEqual([5_003, 5_002, 5_001, 5_000]);
    expect(list.newer).toBe(0);
    expect(list.fresh).toEqual(new Set([5_001, 5_002, 5_003]));
    backend.arrive(1);
    expect(list.fresh).toEqual(new Set());
  });

  test('never grow the list beyond its bound', async () => {
    const { backend, list } = await opened();
    for (let n = 0; n < 20; n += 1) backend.arrive(100);
    expect(ids(list)).toEqual(down(7_000, 7_001 - MOST_ROWS));
    expect(list.more).toBe(true);
  });

  test('are only counted while something else is read, and shown on demand', async () => {
    const { backend, list } = await opened();
    list.atTop = false;
    const before = ids(list);
    backend.arrive(4);
    expect(ids(list)).toEqual(before);
    expect(list.newer).toBe(4);
    await list.toNewest();
    expect(ids(list)[0]).toBe(5_004);
    expect(list.newer).toBe(0);
  });

  test('that were counted are found by paging up', async () => {
    const { backend, list } = await opened();
    list.atTop = false;
    backend.arrive(PAGE + 10);
    await list.loadNewer();
    expect(list.atNewest).toBe(false);
    expect(list.newer).toBe(5_000 + PAGE + 10 - (list.rows[0]?.id ?? 0));
    while (!list.atNewest) await list.loadNewer();
    expect(list.newer).toBe(0);
    expect(ids(list)).toEqual(down(5_000 + PAGE + 10, 5_001 - PAGE));
  });

  test('during the first page’s journey appear once, in it or before it', async () => {
    for (const inPage of [true, false]) {
      const backend = new MockBackend({ events: 300 });
      const list = new EventList(backend);
      const page = backend.page.bind(backend);
      await backend.subscribe((messages) => {
        for (const message of messages) {
          if (message.kind === 'engine' && message.event.kind === 'arrived') list.arrived(message.event.events);
        }
      });
      backend.page = async (query: PageQuery) => {
        if (inPage) backend.arrive(2);
        const answer = await page(query);
        if (!inPage) backend.arrive(2);
        return answer;
      };
      await list.toNewest();
      expect(ids(list).slice(0, 3)).toEqual([302, 301, 300]);
    }
  });

  test('between an answer and the end of a journey to older events are counted', async () => {
    const { backend, list } = await opened();
    const page = backend.page.bind(backend);
    backend.page = async (query: PageQuery) => {
      const answer = await page(query);
      // The page below is the last to come.
      if (query.after !== null) return answer;
      backend.arrive(2);
      return answer;
    };
    list.rows = [];
    expect(await list.around(4_990)).toBe(true);
    backend.page = page;
    expect(list).toMatchObject({ atNewest: false, newer: 2 });
    await list.loadNewer();
    expect(ids(list).slice(0, 3)).toEqual([5_002, 5_001, 5_000]);
    expect(list).toMatchObject({ atNewest: true, newer: 0 });
  });

  test('during the journey of a search’s first page join its results only if they match', async () => {
    const { backend, list } = await opened();
    const page = backend.page.bind(backend);
    backend.page = async (query: PageQuery) => {
      backend.page = page;
      const answer = await page(query);
      backend.arrive(8);
      return answer;
    };
    await list.open({ kind: 'all' }, 'toner');
    const before = ids(list);
    expect(before[0]).toBeLessThanOrEqual(5_000);
    await expect.poll(() => list.rows[0]?.id).toBeGreaterThan(5_000);
    expect(ids(list).slice(1)).toEqual(before);
  });

  test('that match a search join its results also after an older page that is on its way', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { backend, list } = await opened();
    await list.open({ kind: 'all' }, 'toner');
    const before = ids(list);
    const page = backend.page.bind(backend);
    const { promise, resolve } = Promise.withResolvers<null>();
    backend.page = (query: PageQuery) => promise.then(() => page(query));
    const older = list.loadOlder();
    backend.arrive(8);
    await vi.runOnlyPendingTimersAsync();
    backend.page = page;
    resolve(null);
    await older;
    expect(ids(list).slice(0, before.length)).toEqual(before);
    await vi.runOnlyPendingTimersAsync();
    expect(ids(list).slice(1, before.length + 1)).toEqual(before);
  });

  test.each([
    ['all', { kind: 'all' }, 8],
    ['a feed', { kind: 'feed', feed: 2 }, 1],
    ['unread', { kind: 'unread' }, 8],
    ['starred', { kind: 'starred' }, 0],
  ] as const)('join %s if they belong there', async (_, scope, joined) => {
    const { backend, list } = await opened();
    await list.open(scope);
    const before = list.rows.length;
    backend.arrive(8);
    expect(list.rows.length - before).toBe(joined);
  });

  test('that match a search join its results', async () => {
    const { backend, list } = await opened();
    await list.open({ kind: 'all' }, 'toner');
    const before = list.rows.length;
    backend.arrive(8);
    await expect.poll(() => list.rows[0]?.id).toBeGreaterThan(5_000);
    expect(list.rows.length).toBe(before + 1);
  });
});

describe('marks', () => {
  test('change on the rows they are about', async () => {
    const { backend, list } = await opened();
    await backend.markRead([4_999], true);
    await backend.star(4_998, true);
    expect(list.rows.slice(0, 3).map(({ read, starred }) => [read, starred])).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ]);
  });

  test('leave a row where it is until the scope is left', async () => {
    const { backend, list } = await opened();
    await list.open({ kind: 'unread' });
    const before = ids(list);
    await backend.markRead([4_999], true);
    expect(ids(list)).toEqual(before);
    await list.open({ kind: 'unread' });
    expect(ids(list)).toEqual(before.filter((id) => id !== 4_999));
  });

  test('on many events make the list ask again', async () => {
    const { backend, list } = await opened();
    await list.loadOlder();
    const before = ids(list);
    await backend.markAllRead({ kind: 'all' }, 4_995);
    await expect.poll(() => list.rows.filter(({ read }) => !read).length).toBe(5);
    expect(ids(list)).toEqual(before);
  });

  test('bring an event into a scope it joins', async () => {
    const { backend, list } = await opened();
    await list.open({ kind: 'starred' });
    await backend.star(42, true);
    await expect.poll(() => ids(list)).toContain(42);
  });
});

test('a repeated event shows its count', async () => {
  const { list } = await opened();
  list.repeated(4_997, 7);
  expect(list.rows[3]?.count).toBe(7);
});

test('the events of a removed feed go', async () => {
  const { list } = await opened();
  list.feedRemoved(1);
  expect(list.rows.some(({ feedId }: EventSummary) => feedId === 1)).toBe(false);
});
