// The page of a feed as a person uses it: what is wrong with it, how its connection fares, and its settings.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp, type Rendered } from './render_app';
import type { MockOptions } from '../src/lib/ipc/mock';
import type { LogEntry } from '../src/lib/ipc/types.gen';
import { byId } from './screen';
import { viewport } from './viewport';

async function openFeed(feed: number, tab = 'events', options: MockOptions = {}): Promise<Rendered> {
  const rendered = await renderApp(options);
  await rendered.session.go({ kind: 'feed', feed });
  await byId(`tab-${tab}`).click();
  return rendered;
}

function event(number: number, lastEventId = String(number)): LogEntry {
  return { number, at: Date.now(), kind: 'event', eventType: 'alert', lastEventId, size: 412 };
}

/** The lines of the log that are drawn, without their times. */
function drawn(): string[] {
  return [...document.querySelectorAll<HTMLElement>('[data-testid="log-line"], [data-testid="log-lost"]')]
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
    .map(
      (line) =>
        [...line.children]
          .filter(({ tagName }) => ['B', 'SPAN'].includes(tagName))
          .map(({ textContent }) => textContent.trim())
          .join(' | ') || line.textContent.trim(),
    );
}

beforeEach(() => viewport(1240, 760));

describe('a failing feed', () => {
  test('says first what failed, why, what to do and what happens next, and is tried again', async () => {
    const { backend } = await openFeed(7);
    await expect.element(byId('problem')).toHaveTextContent('The server answered 401');
    await expect.element(byId('problem-why')).toHaveTextContent('The server answered 401 Unauthorized');
    await expect.element(byId('problem-advice')).toHaveTextContent('Check the user name, password or token');
    await expect.element(byId('problem')).toHaveTextContent(/Next try in 1\d min\./);
    await byId('problem-settings').click();
    await expect
      .element(byId('feed-settings').getByTestId('feed-url'))
      .toHaveValue('https://payments.example/v1/events');
    await byId('problem-retry').click();
    expect(backend.calls).toContain('reconnect');
    await expect.element(byId('problem')).not.toBeInTheDocument();
  });

  test('of which the server is to blame leads to no settings', async () => {
    const { backend } = await openFeed(5);
    const cause = { layer: 'http-status', message: 'The server answered 503 Service Unavailable.', short: '503' };
    backend.setState(5, { state: 'waiting', retryAt: Date.now() + 9_000, cause });
    await expect.element(byId('problem-advice')).toHaveTextContent('Nothing has to be done here');
    await expect.element(byId('problem-settings')).not.toBeInTheDocument();
    backend.setState(5, { state: 'noNetwork' });
    await expect.element(byId('problem')).toHaveTextContent('Connect this computer to a network.');
    backend.setState(5, { state: 'open', since: Date.now() });
    await expect.element(byId('problem')).not.toBeInTheDocument();
  });
});

describe('the figures', () => {
  test('are shown, and asked for again when something is told that changes them', async () => {
    const { backend } = await openFeed(1, 'connection');
    const asked = () => backend.calls.filter((call) => call === 'figures').length;
    await expect.element(byId('tile-today')).toHaveTextContent('412');
    await expect.element(byId('tile-week')).toHaveTextContent('99.2%');
    await expect.element(byId('tile-opened')).toHaveTextContent('3');
    await expect.element(byId('tile-first-byte')).toHaveTextContent('38 ms');
    await expect.element(byId('last-error')).toHaveTextContent('broke off: connection reset.');
    await expect.poll(() => document.querySelectorAll('[data-testid="absence"]').length).toBe(2);
    await expect.element(byId('absences')).toHaveTextContent('The source told afterwards what was missed.');
    await expect.element(byId('absences')).toHaveTextContent('Events may be missing.');

    const before = asked();
    backend.figuresOf.set(1, {
      eventsToday: 500,
      connectedWeek: 0.99999,
      firstByte: null,
      absences: [],
      lastError: null,
    });
    backend.arrive(3, 2);
    backend.arrive(200, 1);
    await expect.element(byId('tile-today')).toHaveTextContent('500');
    await expect.element(byId('tile-week')).toHaveTextContent('99.9%');
    await expect.element(byId('tile-first-byte')).toHaveTextContent('–');
    await expect.element(byId('last-error')).toHaveTextContent('None since Tidings was started');
    expect(asked() - before).toBeLessThanOrEqual(2);
  });

  test('are read bar by bar with the keyboard and the pointer', async () => {
    const { backend, session } = await openFeed(1, 'connection');
    const hour = Array.from({ length: 60 }, (_, index) => index);
    const at = session.figures.now?.at ?? 0;
    backend.figuresOf.set(1, { hour, absences: [{ from: at - 60_000, until: at, madeUp: false }] });
    await session.figures.refresh();
    await expect.element(byId('chart-words')).toHaveTextContent('Events per minute, last hour');
    const chart = page.getByRole('slider', { name: 'Events per minute, last hour' });
    const selected = session.opened.id;
    (chart.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowLeft}');
    await expect.element(byId('chart-words')).toHaveTextContent(/: 59 events, not connected for/);
    await userEvent.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}');
    await expect.element(byId('chart-words')).toHaveTextContent(/: 56 events$/);
    expect(chart.element().getAttribute('aria-valuetext')).toMatch(/: 56 events$/);
    expect(chart.element().getAttribute('aria-valuenow')).toBe('57');
    await userEvent.keyboard('{Home}');
    await expect.element(byId('chart-words')).toHaveTextContent(/: 0 events$/);
    await userEvent.keyboard('{End}');
    await expect.element(byId('chart-words')).toHaveTextContent(/: 59 events/);
    expect(session.opened.id, 'no event was opened by these keys').toBe(selected);
    expect(document.querySelectorAll('[data-testid="chart-hour"] tbody tr').length).toBe(60);
    expect(document.querySelector('[data-testid="chart-hour"] tbody tr')?.textContent).toMatch(/0\s*100%/);
    expect(document.querySelectorAll('[data-testid="chart-hour"] rect[data-absent="true"]').length).toBeGreaterThan(0);
  });
});

describe('the connection log', () => {
  test('is told only while it is seen, and shows what happens as it happens', async () => {
    const { backend, session, windowState } = await openFeed(5, 'connection');
    await expect.poll(() => drawn().at(-1)).toMatch(/^error \| .*refused the connection.* Next try in 14 sec\.$/);
    expect(drawn()[0]).toBe('connect | attempt 1 · https://staging.example/alerts');
    expect(drawn()[1]).toBe('open | 200 text/event-stream · HTTP/2.0 · 38 ms');
    expect(drawn()[4]).toBe('alert | id 88121 · 412 byte');
    backend.log(5, event(9));
    await expect.poll(() => drawn().at(-1)).toBe('alert | id 9 · 412 byte');
    // Some were too many.
    backend.log(5, event(20));
    await expect.poll(() => drawn().slice(-2)).toEqual(['10 entries are no longer kept', 'alert | id 20 · 412 byte']);

    expect(backend.readsLogOf).toBe(5);
    await byId('tab-events').click();
    await expect.poll(() => backend.readsLogOf).toBe(null);
    await byId('tab-connection').click();
    await expect.poll(() => backend.readsLogOf).toBe(5);
    await session.go({ kind: 'feed', feed: 1 });
    await expect.poll(() => backend.readsLogOf).toBe(1);
    await expect.poll(() => drawn().at(0)).toBe('connect | attempt 1 · https://ci.example/events');
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    document.dispatchEvent(new Event('visibilitychange'));
    await expect.poll(() => backend.readsLogOf).toBe(null);
    vi.restoreAllMocks();
    document.dispatchEvent(new Event('visibilitychange'));
    await expect.poll(() => backend.readsLogOf).toBe(1);
    expect(windowState.feedTab).toBe('connection');
  });

  test('opens the steps of an attempt with the keyboard, and holds still meanwhile', async () => {
    const { backend, session } = await openFeed(1, 'connection');
    await expect.element(byId('log-steps-toggle')).toHaveAttribute('aria-expanded', 'false');
    (byId('log-steps-toggle').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('log-steps-toggle')).toHaveAttribute('aria-expanded', 'true');
    const steps = [...byId('log-steps').element().querySelectorAll('ol > li')].map(({ textContent }) =>
      textContent.replace(/\s+/g, ' ').trim(),
    );
    expect(steps[0]).toBe('+3.2 ms Name 203.0.113.7, 2001:db8::7');
    expect(steps[2]).toMatch(/^\+21 ms Certificate ci\.example · R11 · good until /);
    expect(steps[4]).toBe(
      '+24 ms Request GET https://ci.example/events accept: text/event-streamauthorization: Bearer …',
    );
    expect(steps[5]).toMatch(/200 · HTTP\/2\.0 · 203\.0\.113\.7:443 content-type: text\/event-streamset-cookie: /);
    expect(session.log.paused).toBe(true);
    backend.log(1, event(9));
    await expect.element(byId('log-waiting')).toHaveTextContent('1 more');
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('log-steps')).not.toBeInTheDocument();
  });

  test('is recorded into a file until somebody has enough, and its request copied', async () => {
    const { backend, session } = await openFeed(1, 'connection');
    const asked = () => backend.calls.filter((call) => call === 'curl').length;
    await byId('log-record').click();
    await expect.element(byId('job')).toHaveTextContent('Recording a connection');
    await expect.element(byId('job-cancel')).toHaveTextContent('Stop and keep');
    await byId('job-cancel').click();
    expect(backend.calls).toContain('cancelJob');
    await byId('copy-curl').click();
    // It is asked for with the settings, not with each state.
    backend.setState(1, { state: 'open', since: Date.now() });
    backend.setState(1, { state: 'connecting', waitingForServer: false });
    await expect.element(byId('cause')).toHaveAttribute('data-state', 'connecting');
    expect(asked()).toBe(1);
    const feed = session.feeds.get(1)?.feed;
    if (feed) await backend.editFeed(1, { ...feed, url: 'https://ci.example/other' });
    await expect.poll(asked).toBe(2);
  });

  test('shows the stream as it comes while that is asked for', async () => {
    const { backend } = await openFeed(1, 'connection');
    const raw = () =>
      [...document.querySelectorAll('[data-testid="raw-line"] span')].map(({ textContent }) => textContent);
    expect(backend.readsLines).toBe(false);
    await byId('log-raw').click();
    await expect.element(byId('log-none')).toHaveTextContent('Nothing has come since you look.');
    await expect.poll(() => backend.readsLines).toBe(true);
    backend.lines(1, ': note', 'foo: <b>bar</b>', 'data: x', '');
    await expect.poll(raw).toEqual([': note', 'foo: <b>bar</b>', 'data: x', '']);
    await byId('tab-events').click();
    await expect.poll(() => backend.readsLogOf).toBe(null);
    await byId('tab-connection').click();
    await byId('log-raw').click();
    await expect.poll(() => backend.readsLines).toBe(false);
    await expect.poll(() => drawn().at(0)).toBe('connect | attempt 1 · https://ci.example/events');
  });

  test('stays at its end in a flood, and draws only what is in view', async () => {
    const { backend, session } = await openFeed(1, 'connection');
    await expect.poll(() => session.log.entries.length).toBe(8);
    for (let turn = 0; turn < 20; turn += 1) {
      backend.log(1, ...Array.from({ length: 200 }, (_, index) => event(9 + turn * 200 + index)));
      await new Promise(requestAnimationFrame);
    }
    await expect.poll(() => drawn().at(-1)).toBe('alert | id 4008 · 412 byte');
    expect(session.log.entries.length).toBe(2_000);
    expect(session.log.paused).toBe(false);
    expect(drawn().length).toBeLessThan(60);
  });

  test('is held still by a button, and by scrolling back', async () => {
    const { backend, session } = await openFeed(1, 'connection');
    backend.log(1, ...Array.from({ length: 200 }, (_, index) => event(9 + index)));
    await expect.poll(() => drawn().at(-1)).toBe('alert | id 208 · 412 byte');
    await byId('log-pause').click();
    backend.log(1, event(209), event(210));
    await expect.element(byId('log-waiting')).toHaveTextContent('2 more');
    expect(drawn().at(-1)).toBe('alert | id 208 · 412 byte');
    await byId('log-waiting').click();
    await expect.poll(() => drawn().at(-1)).toBe('alert | id 210 · 412 byte');

    const scroller = byId('log-lines').element() as HTMLElement;
    await expect
      .poll(() => {
        scroller.scrollTop -= 300;
        return session.log.paused;
      })
      .toBe(true);
    const { left, top, height } = scroller.getBoundingClientRect();
    const read = () => document.elementFromPoint(left + 40, top + height / 2)?.closest('p')?.textContent;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const reading = read();
    backend.log(1, event(211));
    await expect.element(byId('log-waiting')).toHaveTextContent('1 more');
    expect(read()).toBe(reading);
    await expect
      .poll(() => {
        scroller.scrollTop = scroller.scrollHeight;
        return session.log.paused;
      })
      .toBe(false);
    await expect.poll(() => drawn().at(-1)).toBe('alert | id 211 · 412 byte');
  });

  test('is narrowed to what is asked for, and copied as text', async () => {
    const { session } = await openFeed(5, 'connection');
    await expect.poll(() => drawn().length).toBe(8);
    const written: string[] = [];
    vi.spyOn(navigator.clipboard, 'writeText').mockImplementation((text) => {
      written.push(text);
      return Promise.resolve();
    });
    await byId('log-connection').click();
    await byId('log-comments').click();
    await expect.poll(() => drawn().map((line) => line.split(' | ')[0])).toEqual(['alert', 'error', 'error']);
    await byId('log-copy').click();
    await expect.poll(() => written.length).toBe(1);
    expect(written[0]?.split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, ''))).toEqual([
      'alert  id 88121 · 412 byte',
      'error  The connection to “ci.example:443” broke off: connection reset. Next try in 3 sec.',
      'error  “ci.example:443” refused the connection: check that the server is running and that the port is right. Next try in 14 sec.',
    ]);
    for (const group of ['events', 'errors']) await byId(`log-${group}`).click();
    await expect.element(byId('log-none')).toHaveTextContent('Nothing of what is chosen');
    await byId('log-connection').click();
    await expect.poll(() => drawn().length).toBe(4);
    expect(session.log.entries.length).toBe(8);
    vi.restoreAllMocks();
  });
});

describe('the settings', () => {
  test('are changed in their place, saved, and not lost while the window is hidden', async () => {
    const { backend, session, windowState } = await openFeed(1, 'settings');
    const form = byId('feed-settings');
    await expect.element(byId('settings-save')).toBeDisabled();
    await form.getByTestId('feed-name').fill('Builds');
    await expect.poll(() => backend.unsaved).toBe(true);
    await byId('settings-discard').click();
    await expect.element(form.getByTestId('feed-name')).toHaveValue('Build farm');
    await expect.poll(() => backend.unsaved).toBe(false);

    await form.getByTestId('feed-url').fill('nonsense');
    await byId('settings-save').click();
    await expect.element(form).toHaveTextContent('Enter the address of an event stream');
    await expect.element(form.getByTestId('feed-url')).toHaveFocus();
    expect(backend.calls).not.toContain('editFeed');
    await form.getByTestId('feed-url').fill('https://ci.example/other');
    await byId('settings-save').click();
    await expect.poll(() => session.feeds.get(1)?.feed.url).toBe('https://ci.example/other');
    await expect.element(byId('settings-save')).toBeDisabled();
    expect(windowState.drafts.size).toBe(0);
    expect(backend.calls.filter((call) => call === 'editFeed').length).toBe(1);

    // Another feed has its own, and what is not saved is found again.
    await form.getByTestId('feed-name').fill('Begun');
    await session.go({ kind: 'feed', feed: 2 });
    await expect.element(form.getByTestId('feed-name')).toHaveValue('Home Assistant');
    expect(backend.unsaved).toBe(true);
    await session.go({ kind: 'feed', feed: 1 });
    await byId('tab-events').click();
    await byId('tab-settings').click();
    await expect.element(form.getByTestId('feed-name')).toHaveValue('Begun');
    // The same fields in the dialog are another form.
    const feed = session.feeds.get(1)?.feed;
    if (feed) windowState.dialog = { kind: 'edit', feed };
    await expect.element(byId('feed-dialog').getByTestId('feed-name')).toHaveValue('Build farm');
    expect(document.querySelectorAll('#feed-name').length).toBe(1);
    windowState.dialog = null;
    await expect.element(form.getByTestId('feed-name')).toHaveValue('Begun');
    await byId('settings-discard').click();
    await expect.poll(() => backend.unsaved).toBe(false);
  });

  test('leave alone what was changed elsewhere while they were', async () => {
    const { backend, session, windowState } = await openFeed(1, 'settings');
    const form = byId('feed-settings');
    await form.getByTestId('feed-name').fill('Builds');
    const feed = session.feeds.get(1)?.feed;
    if (!feed) throw new Error('there is a feed');
    windowState.dialog = { kind: 'rules', feed };
    await byId('map-title').fill('x');
    await byId('rules-save').click();
    await expect.poll(() => session.feeds.get(1)?.feed.mapping.title).toBe('x');
    const now = { ...feed, mapping: { ...feed.mapping, title: 'x' }, pinned: 'AB:CD' };
    await backend.editFeed(1, now);
    await byId('settings-save').click();
    await expect.poll(() => session.feeds.get(1)?.feed).toEqual({ ...now, name: 'Builds' });
  });

  test('say why they were refused, and take over what others change', async () => {
    const { backend, session } = await openFeed(1, 'settings');
    const name = byId('feed-settings').getByTestId('feed-name');
    backend.refusal = { code: 'bad-feed', message: 'The name is too long: shorten it.' };
    await name.fill('Long');
    await byId('settings-save').click();
    await expect.element(byId('feed-refused')).toHaveTextContent('The name is too long: shorten it.');
    await expect.element(name).toHaveValue('Long');
    backend.refusal = null;
    await byId('settings-discard').click();
    const status = session.feeds.get(1);
    if (!status) throw new Error('there is a feed');
    backend.tell({ kind: 'feed', status: { ...status, feed: { ...status.feed, name: 'Elsewhere' } } });
    await expect.element(name).toHaveValue('Elsewhere');
  });
});

describe('the page', () => {
  test('keeps its tab from feed to feed and over a reload, and is turned with the keyboard', async () => {
    const { session } = await openFeed(1, 'connection');
    await session.go({ kind: 'feed', feed: 2 });
    await expect.element(byId('log')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    (byId('tab-connection').element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(byId('feed-settings')).toBeVisible();
    await userEvent.keyboard('{ArrowLeft}');
    await expect.element(byId('log')).toBeVisible();
    expect(localStorage.getItem('tidings.feed-tab')).toBe('connection');
  });

  test('is reached from an event, and in a narrow window, by key and by button', async () => {
    await viewport(800, 700);
    const { session, windowState } = await renderApp();
    await session.go({ kind: 'feed', feed: 1 });
    await expect.element(byId('feed-page')).not.toBeInTheDocument();
    await byId('feed-page-open').click();
    await expect.element(byId('feed-page')).toBeVisible();
    await byId('back').click();
    await expect.element(byId('feed-page')).not.toBeInTheDocument();
    await session.go({ kind: 'all' });
    await session.step(1);
    await expect.poll(() => session.opened.event?.feedId).toBe(1);
    await userEvent.keyboard('i');
    await expect.element(byId('feed-page')).toBeVisible();
    expect(session.list.scope).toEqual({ kind: 'feed', feed: 1 });
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('feed-page')).not.toBeInTheDocument();
    expect(windowState.feedPage).toBe(null);
    // Whoever chooses another feed sees its events first.
    await byId('feed-page-open').click();
    await expect.element(byId('feed-page')).toBeVisible();
    await session.go({ kind: 'feed', feed: 2 });
    await expect.element(byId('feed-page')).not.toBeInTheDocument();
  });
});
