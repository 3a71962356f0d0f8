import { afterEach, describe, expect, test, vi } from 'vitest';
import { newConfig } from './feeds.svelte';
import { MockBackend, type MockOptions } from './ipc/mock';
import type { GivenSecret, Notice, WindowMessage } from './ipc/types.gen';
import { AGAIN_MS, Session } from './session.svelte';

async function started(options: MockOptions = {}): Promise<{ backend: MockBackend; session: Session }> {
  const backend = new MockBackend(options);
  const session = new Session(backend);
  await session.start();
  return { backend, session };
}

function frame(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(resolve)).then(() => new Promise(requestAnimationFrame));
}

describe('starting', () => {
  test('shows the snapshot and the newest events', async () => {
    const { session } = await started({ events: 1_284 });
    expect(session).toMatchObject({ ready: true, problem: null, version: '0.1.0', demoAvailable: true });
    expect(session.feeds.all.map(({ feed }) => feed.name)).toEqual([
      'Build farm',
      'Home Assistant',
      'Wikipedia · recent changes',
      'Mastodon',
      'Staging alerts',
      'Old printer',
      'Payments',
    ]);
    expect([session.feeds.connected, session.feeds.active]).toEqual([4, 6]);
    expect(session.counts).toEqual({ all: 1_284, unread: 17, starred: 2 });
    expect(session.list.rows[0]?.id).toBe(1_284);
  });

  test('leads to what was clicked before the window stood', async () => {
    const { session } = await started({ show: { kind: 'event', id: 700 } });
    expect(session.opened.event?.id).toBe(700);
    expect(session.list.indexOf(700)).toBeGreaterThan(0);
  });

  test('tells why the backend cannot be reached, and tries again', async () => {
    const backend = new MockBackend();
    const session = new Session(backend);
    const subscribe = backend.subscribe.bind(backend);
    backend.subscribe = () => Promise.reject({ code: 'store', message: 'The history cannot be read.' });
    await session.start();
    expect(session.ready).toBe(false);
    expect(session.problem).toEqual({ code: 'store', message: 'The history cannot be read.', storage: null });
    backend.subscribe = subscribe;
    await session.start();
    expect(session).toMatchObject({ ready: true, problem: null });
  });
});

describe('messages', () => {
  test('that came before the snapshot are applied after it, unless it holds them already', async () => {
    const backend = new MockBackend();
    const session = new Session(backend);
    const subscribe = backend.subscribe.bind(backend);
    backend.subscribe = async (receive) => {
      const snapshot = await subscribe(receive);
      const known = { all: 1, unread: 1, starred: 1 };
      receive([{ kind: 'engine', seq: snapshot.seq, event: { kind: 'counts', counts: known } }]);
      await frame();
      backend.setState(1, { state: 'paused' });
      await frame();
      return snapshot;
    };
    await session.start();
    await frame();
    expect(session.counts.all).toBe(5_000);
    expect(session.feeds.get(1)?.state).toEqual({ state: 'paused' });
  });

  test('of one frame are applied together, in order', async () => {
    const { backend, session } = await started();
    const before = session.list.rows;
    backend.arrive(2);
    backend.setState(1, { state: 'paused' });
    backend.arrive(2);
    expect(session.list.rows).toBe(before);
    await frame();
    expect(session.list.rows.slice(0, 5).map(({ id }) => id)).toEqual([5_004, 5_003, 5_002, 5_001, 5_000]);
    expect(session.feeds.get(1)?.state.state).toBe('paused');
    expect(session.counts.all).toBe(5_004);
  });

  test('once missed, everything is asked for again', async () => {
    const { backend, session } = await started();
    const tell = backend.tell.bind(backend);
    // Arrivals and a state that never reach the window.
    backend.tell = () => {};
    backend.arrive(3);
    backend.setState(2, { state: 'paused' });
    backend.tell = tell;
    backend.tell({ kind: 'missed' });
    await expect.poll(() => session.list.rows[0]?.id).toBe(5_003);
    expect(session.feeds.get(2)?.state.state).toBe('paused');
    expect(session.counts.all).toBe(5_003);
    backend.arrive(1);
    await expect.poll(() => session.list.rows[0]?.id).toBe(5_004);
  });

  describe('once missed and refused', () => {
    afterEach(() => void vi.useRealTimers());

    test('everything is asked for until it can be had, and that is said once', async () => {
      const { backend, session } = await started();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const [tell, subscribe] = [backend.tell.bind(backend), backend.subscribe.bind(backend)];
      const refusal = { code: 'store', message: 'The history cannot be read.' };
      const said = vi.spyOn(session.toasts, 'say');
      backend.tell = () => {};
      backend.arrive(3);
      backend.tell = tell;
      backend.subscribe = () => Promise.reject(refusal as unknown as Error);
      backend.tell({ kind: 'missed' });
      await expect.poll(() => said.mock.calls).toEqual([['The history cannot be read.', true]]);

      // Now the backend answers, but not for long enough.
      backend.subscribe = subscribe;
      backend.refusal = refusal;
      await vi.advanceTimersByTimeAsync(AGAIN_MS);
      await expect.poll(() => backend.calls.filter((call) => call === 'subscribe')).toHaveLength(2);
      expect(session.list.rows[0]?.id).toBe(5_000);

      backend.refusal = null;
      await vi.advanceTimersByTimeAsync(AGAIN_MS);
      await expect.poll(() => session.list.rows[0]?.id).toBe(5_003);
      await expect.poll(() => session.problem).toBe(null);
      expect(said).toHaveBeenCalledTimes(1);
      await vi.advanceTimersByTimeAsync(AGAIN_MS);
      expect(backend.calls.filter((call) => call === 'subscribe')).toHaveLength(3);
    });

    test('so is what is missed while it catches up', async () => {
      const { backend, session } = await started();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const [tell, page] = [backend.tell.bind(backend), backend.page.bind(backend)];
      const { promise, resolve } = Promise.withResolvers<null>();
      backend.page = async (query) => {
        const answer = await page(query);
        await promise;
        return answer;
      };
      backend.tell({ kind: 'missed' });
      await expect.poll(() => session.list.loading).toBe('first');
      backend.tell = () => {};
      backend.setState(2, { state: 'paused' });
      backend.tell = tell;
      backend.tell({ kind: 'missed' });
      await frame();
      resolve(null);
      await expect.poll(() => session.list.loading).toBe(null);
      await vi.advanceTimersByTimeAsync(AGAIN_MS);
      await expect.poll(() => session.feeds.get(2)?.state.state).toBe('paused');
    });
  });

  test('what is to be shown is shown, also behind what was missed', async () => {
    const { backend, session } = await started();
    backend.tell({ kind: 'missed' });
    backend.send({ kind: 'show', place: { kind: 'event', id: 700 } });
    await expect.poll(() => session.opened.event?.id).toBe(700);
  });

  test('once missed, an address that is being tried is tried anew', async () => {
    const { backend, session } = await started();
    const test = backend.testAddress.bind(backend);
    backend.testAddress = () => Promise.resolve();
    const secrets: GivenSecret[] = [{ of: { kind: 'credential' }, secret: 's3cret' }];
    await session.test.again(newConfig('https://ci.example/events'), secrets);
    backend.testAddress = test;
    backend.tell({ kind: 'missed' });
    await expect.poll(() => session.test.report?.outcome).toBe('works');
    expect([backend.tried, backend.carried]).toEqual([['https://ci.example/events'], ['s3cret']]);
    // What has ended is left alone.
    backend.tell({ kind: 'missed' });
    await expect.poll(() => backend.calls.filter((call) => call === 'subscribe')).toHaveLength(3);
    await frame();
    expect(backend.tried).toHaveLength(1);
  });

  test('once missed while something else is read, new events are counted', async () => {
    const { backend, session } = await started();
    session.list.atTop = false;
    const tell = backend.tell.bind(backend);
    backend.tell = () => {};
    backend.arrive(3);
    backend.tell = tell;
    backend.tell({ kind: 'missed' });
    await expect.poll(() => session.list.newer).toBe(3);
    expect(session.list.rows[0]?.id).toBe(5_000);
  });

  test('of an earlier subscription are dropped', async () => {
    const backend = new MockBackend();
    const receivers: ((messages: WindowMessage[]) => void)[] = [];
    const subscribe = backend.subscribe.bind(backend);
    backend.subscribe = (receive) => {
      receivers.push(receive);
      return subscribe(receive);
    };
    const session = new Session(backend);
    await session.start();
    await session.start();
    const counts = { all: 9, unread: 9, starred: 9 };
    receivers[0]?.([{ kind: 'engine', seq: 1_000, event: { kind: 'counts', counts } }]);
    await frame();
    expect(session.counts.all).toBe(5_000);
  });

  test('notices make banners that can be dismissed', async () => {
    const full = { fault: 'disk-full', path: '/home/ada/tidings.db', message: 'The disk is full.' } as const;
    const storage: Notice = { code: 'storage', message: full.message, about: { kind: 'storage', ...full } };
    const { backend, session } = await started({ notices: [{ code: 'no-tray-host', message: 'No tray.' }] });
    // What the engine tells of it comes as well, and makes no second banner.
    backend.tell({ kind: 'storage', problem: full });
    const [tray] = session.notices;
    backend.send({ kind: 'notices', notices: [storage, tray as Notice] });
    await frame();
    expect(session.notices).toEqual([storage, tray]);
    session.dismiss(tray as Notice);
    expect(session.notices).toEqual([storage]);
    session.dismiss(storage);
    backend.send({ kind: 'notices', notices: [storage] });
    await frame();
    expect(session.notices).toEqual([]);
    backend.send({ kind: 'notices', notices: [] });
    await frame();
    expect(session.notices).toEqual([]);
    // The disk is full once more.
    backend.send({ kind: 'notices', notices: [storage] });
    await frame();
    expect(session.notices).toEqual([storage]);
    expect(backend.calls).not.toContain('forgetSetAside');
  });

  test('whoever dismisses the banner of a damaged history has taken note', async () => {
    const about = { kind: 'set-aside', file: '/home/ada/tidings.damaged-1.db', feeds: 40, events: 1, lost: 0 } as const;
    const { backend, session } = await started({ notices: [{ code: 'set-aside', message: '', about }] });
    session.dismiss(session.notices[0] as Notice);
    await frame();
    expect(session.notices).toEqual([]);
    expect(backend.calls).toContain('forgetSetAside');
  });
});

describe('selecting', () => {
  test('an event marks it as read', async () => {
    const { session } = await started();
    await session.step(1);
    await frame();
    expect(session.opened.event).toMatchObject({ id: 5_000, read: true });
    expect(session.list.rows[0]?.read).toBe(true);
    expect(session.counts.unread).toBe(16);
  });

  test('steps through the list and stops at its ends', async () => {
    const { session } = await started({ events: 3 });
    const reached: (number | null)[] = [];
    for (const by of [1, 1, 1, 1, -1, -1, -1]) {
      await session.step(by);
      reached.push(session.opened.id);
    }
    expect(reached).toEqual([3, 2, 1, 1, 2, 3, 3]);
  });

  test('continues from what is being read even when it has left the rows', async () => {
    const { backend, session } = await started();
    await session.step(1);
    for (let n = 0; n < 12; n += 1) backend.arrive(100);
    await frame();
    expect(session.list.indexOf(5_000)).toBe(-1);
    await session.step(1);
    expect(session.opened.id).toBe(4_999);
  });

  test('continues from where what is being read would stand, if it is of another scope', async () => {
    const { backend, session } = await started();
    await backend.markRead([4_990], true);
    await session.go({ kind: 'unread' });
    const reached: (number | null)[] = [];
    for (const by of [1, -1]) {
      // As it is shown again in a window that returns.
      await session.opened.show(4_990);
      await session.step(by);
      reached.push(session.opened.id);
    }
    expect(reached).toEqual([4_989, 4_991]);
  });

  test('what a notification was about leads out of another scope', async () => {
    const { backend, session } = await started();
    await session.go({ kind: 'feed', feed: 2 });
    backend.send({ kind: 'show', place: { kind: 'event', id: 5_000 } });
    await expect.poll(() => session.opened.event?.id).toBe(5_000);
    expect(session.list.scope).toEqual({ kind: 'all' });
    expect(session.list.indexOf(5_000)).toBe(0);
  });

  test('an event that is gone says so', async () => {
    const { session } = await started();
    await session.show({ kind: 'event', id: 9_999 });
    expect(session.opened).toMatchObject({
      event: null,
      problem: 'There is no event 9999. It may have been removed.',
    });
  });
});

test('a deleted feed takes its events, its scope and its open event with it', async () => {
  const { backend, session } = await started();
  await session.go({ kind: 'feed', feed: 1 });
  await session.step(1);
  await backend.deleteFeed(1);
  await expect.poll(() => session.list.scope.kind).toBe('all');
  expect(session.feeds.get(1)).toBeUndefined();
  expect(session.opened.id).toBe(null);
  await expect.poll(() => session.list.rows.length).toBeGreaterThan(0);
  expect(session.list.rows.some(({ feedId }) => feedId === 1)).toBe(false);
});

test('settings that are changed elsewhere are the settings here', async () => {
  const { backend, session } = await started();
  await backend.changeSettings({ ...session.settings, closeToTray: false });
  await expect.poll(() => session.settings.closeToTray).toBe(false);
  // What is changed here leaves them as they are.
  expect(await session.changeSettings({ notify: false })).toBe(true);
  const { settings } = await backend.subscribe(() => {});
  expect([settings.closeToTray, settings.notify]).toEqual([false, false]);
});

test('a refused setting returns to what it was, and says why', async () => {
  const { backend, session } = await started();
  backend.refusal = { code: 'store', message: 'The disk is full.' };
  expect(await session.changeSettings({ notify: false })).toBe(false);
  expect(session.settings.notify).toBe(true);
  expect(session.toasts.all.map(({ text, bad }) => [text, bad])).toEqual([['The disk is full.', true]]);
});

test('marking all as read covers the scope up to its newest event', async () => {
  const { session } = await started();
  await session.markAllRead({ kind: 'feed', feed: 4 });
  await frame();
  expect(session.feeds.get(4)?.unread).toBe(0);
  expect(session.feeds.get(1)?.unread).toBeGreaterThan(0);
});
