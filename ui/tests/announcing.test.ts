// What is announced and why, and what the user says about it: asked, muted, chosen and tried as a person does.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp, type Rendered } from './render_app';
import type { Tested } from '../src/lib/ipc/types.gen';
import type { Session } from '../src/lib/session.svelte';
import { byId, feed } from './screen';
import { viewport } from './viewport';

/** The sentences of the steps that are shown. */
function steps(): string[] {
  return [...document.querySelectorAll('[data-testid="step"] p')].map((step) =>
    step.textContent.replaceAll(/\s+/g, ' ').trim(),
  );
}

beforeEach(() => viewport(1240, 760));

describe('why', () => {
  test('is found with the keyboard alone, and says each step and when it was', async () => {
    const { backend } = await renderApp();
    const at = Date.now() - 60_000;
    backend.outcomes.set(5_000, {
      verdict: { decision: 'announce', decidedBy: { kind: 'rule', number: 2, name: 'Failures' } },
      plan: { kind: 'digest', because: { kind: 'doNotDisturb' } },
      told: { events: 4, at, answer: { kind: 'delivered', number: 31 }, refusal: null, replacedBy: null },
    });
    await userEvent.keyboard('j');
    await expect.element(byId('tab-json')).toBeVisible();
    (byId('tab-json').element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowRight}{ArrowRight}');
    await expect.element(byId('tab-why')).toHaveFocus();
    await expect
      .poll(() => steps().slice(0, 2))
      .toEqual([
        'Rule 2, “Failures”, has it announced as urgent.',
        'The desktop was not to be disturbed, so it is announced afterwards in a digest of 4 events.',
      ]);
    expect(steps()[2]).toMatch(/^The notification service took it, as its number 31\. (today|yesterday) [\d:]{8}$/);
    expect(document.querySelector('[data-testid="step"] time')?.getAttribute('datetime')).toBe(
      new Date(at).toISOString(),
    );
  });

  test('stays chosen from event to event', async () => {
    const { backend } = await renderApp();
    await userEvent.keyboard('j');
    await byId('tab-why').click();
    await expect.poll(steps).toHaveLength(3);
    backend.outcomes.set(4_999, { plan: { kind: 'silent', because: 'inView' }, told: null });
    await userEvent.keyboard('j');
    await expect.poll(() => steps()[1]).toBe('It came into view while the window was focused, so it is not announced.');
  });

  test('asks again for what is not over, and not for what is', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { backend } = await renderApp();
      const asked = () => backend.calls.filter((call) => call === 'why').length;
      backend.outcomes.set(5_000, { told: { events: 1, at: null, answer: null, refusal: null, replacedBy: null } });
      await userEvent.keyboard('j');
      await byId('tab-why').click();
      await expect.poll(() => steps()[2]).toBe('That waits, or is on its way.');
      expect(asked()).toBe(1);
      vi.advanceTimersByTime(5_000);
      await expect.poll(asked).toBe(2);
      backend.outcomes.delete(5_000);
      // The mutes are others now, so what waited may wait no longer.
      await backend.unmute(null);
      await expect.poll(() => steps()[2]).toMatch(/^The notification service took it/);
      expect(asked()).toBe(3);
      vi.advanceTimersByTime(60_000);
      backend.tell({ kind: 'repeated', id: 5_000, count: 2 });
      await expect.poll(asked).toBe(4);
    } finally {
      vi.useRealTimers();
    }
  });

  test('leads to the event that took the place of this one', async () => {
    const { backend, session } = await renderApp();
    backend.outcomes.set(4_990, {
      told: { events: 2, at: Date.now(), answer: { kind: 'delivered', number: 5 }, refusal: null, replacedBy: 4_995 },
    });
    await session.show({ kind: 'event', id: 4_990 });
    await byId('tab-why').click();
    await expect
      .poll(() => steps()[2])
      .toBe('In its notification, a later event of the same group took its place. Show that event');
    await byId('show-later').click();
    await expect.element(byId('event-detail')).toHaveAttribute('data-id', '4995');
  });

  test('says when it cannot be found out', async () => {
    const { backend } = await renderApp();
    await userEvent.keyboard('j');
    await expect.element(byId('tab-why')).toBeVisible();
    backend.refusal = { code: 'store', message: 'The disk reports an error.' };
    await byId('tab-why').click();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('It could not be found out: The disk reports an error.');
  });
});

describe('a mute', () => {
  /** A quarter past noon of a day, where the tests are. */
  const NOON = Date.UTC(2026, 10, 20, 12, 15);

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOON });
    return () => vi.useRealTimers();
  });

  test('of a feed is chosen in its menu by the keyboard, shown with its end, and ended', async () => {
    const { backend, session } = await renderApp();
    await feed('Build farm').click();
    (byId('feed-menu').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('menu-mark-read')).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    await expect.element(byId('menu-mute')).toHaveFocus();
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(byId('menu-mute-hour')).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.element(feed('Build farm').getByTestId('row-muted')).toHaveTextContent('13:15 Muted until 13:15');
    await expect.element(byId('feed-muted')).toHaveTextContent('Muted until 13:15');
    expect(session.mutes).toEqual([{ feed: 1, until: NOON + 3_600_000 }]);
    await feed('Mastodon').click();
    await expect.element(byId('feed-muted')).not.toBeInTheDocument();
    await feed('Build farm').click();
    await byId('feed-unmute').click();
    await expect.element(feed('Build farm').getByTestId('row-muted')).not.toBeInTheDocument();
    expect(backend.calls.filter((call) => call.endsWith('mute'))).toEqual(['mute', 'unmute']);
  });

  test('lasts until tomorrow or until the user says so, as chosen in the context menu', async () => {
    const { session } = await renderApp();
    await feed('Staging alerts').click({ button: 'right' });
    await byId('menu-mute').click();
    await byId('menu-mute-tomorrow').click();
    await expect.poll(() => session.mutes).toEqual([{ feed: 5, until: Date.UTC(2026, 10, 21, 8) }]);
    // Where the row says already what it waits for, the end is in its words only.
    await expect
      .element(feed('Staging alerts').getByTestId('row-muted'))
      .toHaveTextContent(/^Muted until tomorrow 08:00$/);
    await feed('Staging alerts').click({ button: 'right' });
    await byId('menu-mute').click();
    await byId('menu-mute-ever').click();
    await expect.element(feed('Staging alerts').getByTestId('row-muted')).toHaveTextContent('Muted until you end it');
    await feed('Staging alerts').click({ button: 'right' });
    await byId('menu-unmute').click();
    await expect.poll(() => session.mutes).toEqual([]);
  });

  test('of all feeds is chosen and shown at the foot of the sidebar', async () => {
    const { session } = await renderApp();
    const bell = page.getByRole('button', { name: 'Notifications are on' });
    (bell.element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('group', { name: 'Mute all feeds' })).toBeVisible();
    await expect.element(byId('menu-mute-hour')).toHaveFocus();
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await expect.element(byId('all-muted')).toHaveTextContent('Muted until tomorrow 08:00');
    await expect.element(page.getByRole('button', { name: 'Notifications are muted' })).toHaveFocus();
    expect(session.mutes).toEqual([{ feed: null, until: Date.UTC(2026, 10, 21, 8) }]);
    await byId('all-unmute').click();
    await expect.element(byId('all-muted')).not.toBeInTheDocument();
    expect(session.mutes).toEqual([]);
  });

  test('that was begun or ended elsewhere is shown at once', async () => {
    const { backend } = await renderApp();
    backend.tell({
      kind: 'mutes',
      mutes: [
        { feed: null, until: NOON + 60_000 },
        { feed: 2, until: null },
      ],
    });
    await expect.element(byId('all-muted')).toHaveTextContent('Muted until 12:16');
    await expect.element(feed('Home Assistant').getByTestId('row-muted')).toHaveTextContent('Muted until you end it');
    backend.tell({ kind: 'mutes', mutes: [] });
    await expect.element(byId('all-muted')).not.toBeInTheDocument();
    await expect.element(feed('Home Assistant').getByTestId('row-muted')).not.toBeInTheDocument();
  });

  test('of the feed in view is begun and ended with m', async () => {
    const { session } = await renderApp();
    await userEvent.keyboard('m');
    expect(session.mutes).toEqual([]);
    await userEvent.keyboard('j');
    await expect.element(byId('event-detail')).toBeVisible();
    await userEvent.keyboard('m');
    await expect.element(byId('toast')).toHaveTextContent('“Build farm” is muted for 1 hour. Press m again to end it.');
    expect(session.muteOf(1)).toEqual({ feed: 1, until: NOON + 3_600_000 });
    await userEvent.keyboard('{Escape}');
    await feed('Build farm').click();
    await userEvent.keyboard('m');
    await expect.poll(() => session.mutes).toEqual([]);
    await expect.element(byId('toast').last()).toHaveTextContent('“Build farm” is announced again.');
  });

  test('that is refused says why, and nothing is muted', async () => {
    const { backend, session } = await renderApp();
    backend.refusal = { code: 'store', message: 'The disk is full.' };
    await byId('notify').click();
    await byId('menu-mute-ever').click();
    await expect.element(byId('toast')).toHaveTextContent('The disk is full.');
    expect(session.mutes).toEqual([]);
  });
});

describe('the settings of notifications', () => {
  async function open(): Promise<Rendered> {
    const rendered = await renderApp();
    await byId('notify').click();
    await byId('menu-notification-settings').click();
    await expect.element(page.getByRole('tab', { name: 'Notifications' })).toHaveAttribute('aria-selected', 'true');
    return rendered;
  }

  function quiet(session: Session) {
    return session.settings.quietHours;
  }

  test('are reached with the keyboard, and the parts with the arrows', async () => {
    await renderApp();
    await userEvent.keyboard('{Control>},{/Control}');
    await expect.element(byId('theme')).toBeVisible();
    (byId('settings-general').element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowDown}');
    await expect.element(byId('settings-notifications')).toHaveFocus();
    await expect.element(page.getByRole('switch', { name: 'Show native notifications' })).toBeVisible();
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByRole('switch', { name: 'Show native notifications' })).toHaveFocus();
  });

  test.each([
    ['setting-notify', 'notify'],
    ['setting-in-view', 'quietInView'],
    ['setting-catch-up', 'catchUpDigest'],
    ['setting-disturb', 'heedDoNotDisturb'],
    ['setting-urgent', 'urgentPasses'],
  ] as const)('%s applies at once', async (testid, setting) => {
    const { session } = await open();
    await expect.element(byId(testid)).toHaveAttribute('aria-checked', 'true');
    (byId(testid).element() as HTMLElement).focus();
    await userEvent.keyboard(' ');
    await expect.element(byId(testid)).toHaveAttribute('aria-checked', 'false');
    expect(session.settings[setting]).toBe(false);
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => session.settings[setting]).toBe(true);
  });

  test('say what a click opens', async () => {
    const { session } = await open();
    await byId('setting-click').selectOptions('link');
    expect(session.settings.click).toBe('link');
  });

  test('bound how many are announced one by one', async () => {
    const { session } = await open();
    await byId('setting-burst-size').fill('3');
    await byId('setting-burst-seconds').fill('99999');
    await userEvent.keyboard('{Tab}');
    await expect.poll(() => session.settings.burst).toEqual({ size: 3, seconds: 3_600 });
    await byId('setting-burst-size').fill('');
    await userEvent.keyboard('{Tab}');
    await expect.element(byId('setting-burst-size')).toHaveValue(3);
    await byId('setting-burst-size').fill('0');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => session.settings.burst).toEqual({ size: 1, seconds: 3_600 });
  });

  test('keep quiet hours: on, by days, with times as one types them, over midnight', async () => {
    const { session } = await open();
    await byId('setting-quiet').click();
    await expect.poll(() => quiet(session)).toMatchObject({ on: true, spans: [{ from: '22:00', until: '07:00' }] });
    await expect
      .element(byId('quiet-note'))
      .toHaveTextContent('Over midnight: they end at 07:00 on the following day.');
    await page.getByRole('button', { name: 'Sat' }).click();
    await page.getByRole('button', { name: 'Sun' }).click();
    await byId('quiet-from').fill('2130');
    await userEvent.keyboard('{Tab}');
    await byId('quiet-until').fill('6');
    await userEvent.keyboard('{Enter}{ArrowUp}{ArrowUp}{ArrowDown}');
    const week = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '21:30', until: '06:15' };
    await expect.poll(() => quiet(session).spans).toEqual([week]);
    await expect.element(byId('quiet-until')).toHaveValue('06:15');

    await byId('quiet-add').click();
    const second = byId('quiet-span').nth(1);
    await expect.element(second.getByTestId('quiet-mon')).toHaveFocus();
    await userEvent.keyboard(' {Tab}{Enter}');
    await expect
      .poll(() => quiet(session).spans)
      .toEqual([week, { days: ['wed', 'thu', 'fri', 'sat', 'sun'], from: '22:00', until: '07:00' }]);
    await second.getByTestId('quiet-until').fill('23:30');
    await userEvent.keyboard('{Tab}');
    await expect.element(second.getByTestId('quiet-note')).not.toBeInTheDocument();
    await page.getByRole('button', { name: 'Remove quiet hours 1' }).click();
    await expect.element(byId('quiet-add')).toHaveFocus();
    await expect.poll(() => quiet(session).spans).toHaveLength(1);
    expect(quiet(session).spans[0]?.until).toBe('23:30');
  });

  test('do not save quiet hours that are not whole, and say why', async () => {
    const { session } = await open();
    await byId('setting-quiet').click();
    await byId('quiet-from').fill('ten');
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByRole('alert')).toHaveTextContent('Write each time like 22:00.');
    await expect.element(byId('quiet-from')).toHaveAttribute('aria-invalid', 'true');
    expect(quiet(session).spans[0]?.from).toBe('22:00');
    await byId('quiet-from').fill('22:30');
    await userEvent.keyboard('{Tab}');
    await expect.poll(() => quiet(session).spans[0]?.from).toBe('22:30');
    for (const day of ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']) await byId(`quiet-${day}`).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('Choose at least one day.');
    expect(quiet(session).spans[0]?.days).toEqual(['sun']);
    await byId('quiet-wed').click();
    await expect.poll(() => quiet(session).spans[0]?.days).toEqual(['wed']);
  });

  test('end quiet hours with their last span, and begin them with the usual one', async () => {
    const { session } = await open();
    await byId('setting-quiet').click();
    await byId('quiet-remove').click();
    await expect.poll(() => quiet(session)).toEqual({ on: false, spans: [] });
    await expect.element(byId('setting-quiet')).toHaveAttribute('aria-checked', 'false');
    await expect.element(byId('setting-quiet')).toHaveFocus();
    await byId('setting-quiet').click();
    await expect.poll(() => quiet(session).spans.map(({ from }) => from)).toEqual(['22:00']);
    await expect.element(byId('quiet-from')).toHaveValue('22:00');
  });

  test('of one feed are as for all, until it has its own', async () => {
    const { session } = await renderApp();
    const saved = () => session.feeds.get(1)?.feed.announcing;
    const edit = async (): Promise<void> => {
      await feed('Build farm').click({ button: 'right' });
      await byId('menu-edit').click();
    };
    const asForAll = saved();
    await edit();
    await byId('announcing').click();
    await expect.element(byId('feed-burst')).toHaveDisplayValue('As for all feeds (5 in 10 s)');
    await expect.element(byId('feed-urgentPasses')).toHaveDisplayValue('As for all feeds (Yes)');
    await expect.element(byId('feed-quietInView')).toHaveDisplayValue('As for all feeds (Yes)');
    await expect.element(byId('feed-quiet')).toHaveDisplayValue('As for all feeds');
    await byId('feed-burst').selectOptions('own');
    await byId('feed-burst-size').fill('1');
    await byId('feed-burst-seconds').fill('60');
    await byId('feed-urgentPasses').selectOptions('no');
    await byId('feed-quietInView').selectOptions('yes');
    await byId('feed-quiet').selectOptions('ignored');
    await byId('feed-save').click();
    await expect.poll(saved).toEqual({
      burst: { size: 1, seconds: 60 },
      urgentPasses: false,
      ignoresQuietHours: true,
      quietInView: true,
    });
    // What is not as for all is in view at once.
    await edit();
    await expect.element(byId('feed-burst-size')).toHaveValue(1);
    await byId('feed-burst').selectOptions('');
    await byId('feed-urgentPasses').selectOptions('');
    await byId('feed-quietInView').selectOptions('');
    await byId('feed-quiet').selectOptions('');
    await byId('feed-save').click();
    await expect.poll(saved).toEqual(asForAll);
  });
});

describe('a test', () => {
  async function open(): Promise<Rendered> {
    const rendered = await renderApp();
    await feed('Build farm').click({ button: 'right' });
    await byId('menu-test').click();
    await expect.element(page.getByRole('dialog', { name: 'Send test: Build farm' })).toBeVisible();
    return rendered;
  }

  test('says by itself what it is, and what becomes of it, step by step', async () => {
    const { backend } = await open();
    (byId('test-type').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('tested-title')).toHaveTextContent('A test of Tidings');
    expect(backend.tests).toEqual([{ feed: 1, eventType: 'message', data: 'A test of Tidings' }]);
    expect(steps()).toEqual([
      'No rule matched, so it is announced with normal urgency.',
      'It is announced by itself.',
      'The notification service took it, as its number 7.',
    ]);
  });

  test('begins with a captured event, which may be changed', async () => {
    const { backend } = await open();
    await expect.element(byId('test-begin')).toBeEnabled();
    await byId('test-begin').selectOptions('5000');
    await expect.element(byId('test-type')).toHaveValue('deploy');
    const captured = await backend.event(5_000);
    await expect.element(byId('test-data')).toHaveValue(captured.data);
    await byId('test-type').fill(' rollback ');
    await byId('test-send').click();
    await expect.element(byId('tested-title')).toBeVisible();
    expect(backend.tests).toEqual([{ feed: 1, eventType: 'rollback', data: captured.data }]);
    await byId('test-begin').selectOptions('');
    await expect.element(byId('test-data')).toHaveValue('');
  });

  test('of a list has a result for each of its parts, with link, problem and refusal', async () => {
    const { backend } = await open();
    const part: Tested = {
      title: 'One',
      body: 'More of it',
      link: 'https://example.org/1',
      urgency: 'high',
      verdict: { decision: 'announce', decidedBy: { kind: 'rule', number: 1, name: '' } },
      problem: 'There is no “a”.',
      plan: { kind: 'alone' },
      answer: { kind: 'refused', words: 'Too many.' },
    };
    const dropped: Tested = {
      ...part,
      verdict: { decision: 'drop', decidedBy: { kind: 'rule', number: 2, name: 'Noise' } },
      link: null,
      problem: null,
      plan: null,
      answer: null,
    };
    backend.tested = [part, dropped];
    await byId('test-send').click();
    await expect.element(byId('tested')).toHaveLength(2);
    await expect.element(byId('tested').first()).toHaveTextContent(/^Part 1 One More of it https:\/\/example\.org\/1/);
    expect(steps()).toEqual([
      'Rule 1 has it announced with high urgency.',
      'Its words or rules could not be applied: There is no “a”.',
      'It is announced by itself.',
      'The notification service refused it: Too many.',
      'Rule 2, “Noise”, drops it.',
    ]);
    backend.tested = [];
    await byId('test-send').click();
    await expect
      .element(byId('test-result'))
      .toHaveTextContent('Nothing became of it: it was split into an empty list.');
  });

  test('that is refused says why', async () => {
    const { backend } = await open();
    await expect.element(byId('test-begin')).toBeEnabled();
    backend.refusal = { code: 'no-such-feed', message: 'There is no feed 1.' };
    await byId('test-send').click();
    await expect.element(byId('test-refused')).toHaveTextContent('There is no feed 1.');
    await expect.element(byId('test-send')).toBeEnabled();
  });
});
