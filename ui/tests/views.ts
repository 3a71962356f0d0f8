// Every view of the window, by name, and the way to it. Deliberately not here: what is looked at there (the tests that
// name them: axe in `accessibility.test.ts`, pictures in `pictures.ts`).
import { expect } from 'vitest';
import { page } from 'vitest/browser';
import type { MockBackend, MockOptions } from '../src/lib/ipc/mock';
import type { Session } from '../src/lib/session.svelte';
import type { FeedTab, WindowState } from '../src/lib/window_state.svelte';

export interface View {
  name: string;
  options?: MockOptions;
  width?: number;
  act?: (session: Session, windowState: WindowState) => unknown;
}

/** Goes to a view, and waits until its dialog is drawn, if it is one. */
export async function show({ act }: View, session: Session, windowState: WindowState): Promise<void> {
  await act?.(session, windowState);
  if (windowState.dialog !== null) await expect.element(page.getByRole('dialog').first()).toBeVisible();
}

/** Shows the page of a feed, also where it lies over the list. */
export async function showFeedPage(session: Session, state: WindowState, feed: number, tab: FeedTab): Promise<void> {
  state.feedTab = tab;
  state.feedPage = feed;
  await session.go({ kind: 'feed', feed });
}

export const VIEWS: readonly View[] = [
  {
    name: 'an event',
    options: { notices: [{ code: 'no-tray-host', message: 'No tray.' }] },
    act: (session) => session.step(1),
  },
  {
    name: 'a full disk',
    options: {
      notices: [
        {
          code: 'storage',
          message: 'Full.',
          about: { kind: 'storage', fault: 'disk-full', path: '/tidings.db', message: 'Full.' },
        },
      ],
    },
  },
  {
    name: 'a program that cannot begin',
    options: {
      stopped: {
        code: 'store',
        message: 'Newer.',
        storage: { fault: 'newer', path: '/tidings.db', message: 'Newer.' },
      },
    },
  },
  {
    name: 'a program at work without a window',
    options: { stopped: { code: 'no-window', message: 'It runs.' } },
  },
  { name: 'the raw fields', act: (session) => session.step(1).then(() => page.getByTestId('tab-raw').click()) },
  {
    name: 'why an event was announced',
    act: async (session) => {
      (session.backend as MockBackend).outcomes.set(5_000, {
        problem: 'No such field.',
        plan: { kind: 'digest', because: { kind: 'doNotDisturb' } },
        told: {
          events: 3,
          at: Date.now(),
          answer: { kind: 'refused', words: 'Too many.' },
          refusal: null,
          replacedBy: null,
        },
        count: 2,
      });
      await session.step(1);
      await page.getByTestId('tab-why').click();
      await expect.element(page.getByTestId('steps')).toBeVisible();
    },
  },
  { name: 'a failing feed', act: (session) => session.go({ kind: 'feed', feed: 7 }) },
  {
    name: 'a feed that was not connected',
    act: async (session) => {
      await session.go({ kind: 'feed', feed: 1 });
      session.gaps.add({ feedId: 1, from: Date.now() - 7_200_000, until: Date.now() });
      await expect.element(page.getByTestId('gap')).toBeVisible();
    },
  },
  {
    name: 'bursts, folded and unfolded',
    act: async (session) => {
      const backend = session.backend as MockBackend;
      backend.burst(5, 3);
      backend.arrive(1);
      backend.burst(5, 2);
      await page.getByTestId('fold').nth(1).click();
      await expect.element(page.getByTestId('fold').nth(1)).toHaveTextContent('5');
      await session.step(1);
    },
  },
  {
    name: 'the menu of an event',
    act: async (session, state) => {
      await session.step(1);
      await expect.element(page.getByTestId('event-detail')).toBeVisible();
      state.openMenu();
      await page.getByTestId('menu-copy').click();
      await expect.element(page.getByTestId('menu-copy-json')).toBeVisible();
    },
  },
  {
    name: 'how a connection fares',
    act: async (session, state) => {
      await showFeedPage(session, state, 1, 'connection');
      await expect.element(page.getByTestId('log-line').last()).toBeVisible();
      await expect.element(page.getByTestId('chart-hour')).toBeVisible();
      await page.getByTestId('log-comments').click();
      await page.getByTestId('log-pause').click();
    },
  },
  {
    name: 'the steps of an attempt',
    act: async (session, state) => {
      await showFeedPage(session, state, 1, 'connection');
      // In a small window the attempt stands above what is seen of the log.
      await expect.element(page.getByTestId('log-line').last()).toBeVisible();
      page.getByTestId('log-lines').element().scrollTop = 0;
      await page.getByTestId('log-steps-toggle').click();
      await expect.element(page.getByTestId('log-steps')).toBeVisible();
    },
  },
  {
    name: 'a stream as it comes',
    act: async (session, state) => {
      await showFeedPage(session, state, 1, 'connection');
      await page.getByTestId('log-raw').click();
      await expect.element(page.getByTestId('log-none')).toBeVisible();
      (session.backend as MockBackend).lines(1, ': note', 'id: 7', 'data: x', '');
      await expect.element(page.getByTestId('raw-line').first()).toBeVisible();
    },
  },
  {
    name: 'the settings of a feed in their place',
    act: async (session, state) => {
      await showFeedPage(session, state, 7, 'settings');
      await page.getByTestId('feed-settings').getByTestId('feed-url').fill('nonsense');
      await page.getByTestId('settings-save').click();
    },
  },
  {
    name: 'the page of a feed over the list',
    width: 480,
    act: async (session, state) => {
      state.feedTab = 'connection';
      await session.go({ kind: 'feed', feed: 7 });
      await page.getByTestId('feed-page-open').click();
      await expect.element(page.getByTestId('log-line').last()).toBeVisible();
    },
  },
  { name: 'a waiting feed', act: (session) => session.go({ kind: 'feed', feed: 5 }) },
  { name: 'an empty list', act: (session) => session.find('zzz') },
  { name: 'found words', act: (session) => session.find('front door').then(() => session.step(1)) },
  {
    name: 'completions of a search, and what is wrong with it',
    act: async () => {
      await page.getByTestId('search').fill('after:soon feed:b');
      await expect.element(page.getByTestId('search-completion').first()).toBeVisible();
      await expect.element(page.getByTestId('search-fault')).toHaveTextContent('after:soon');
    },
  },
  { name: 'the sheet of search operators', act: () => page.getByTestId('search-help').click() },
  { name: 'the first run', options: { feeds: false } },
  {
    name: 'the add dialog',
    act: async (_, state) => {
      state.dialog = { kind: 'add', url: 'https://ci.example/events' };
      await expect.element(page.getByTestId('live-test')).toHaveAttribute('data-outcome', 'works');
    },
  },
  {
    name: 'the add dialog with an address that is a page',
    act: async (_, state) => {
      state.dialog = { kind: 'add', url: 'https://ci.example/page' };
      await expect.element(page.getByTestId('take-proposal')).toBeVisible();
    },
  },
  {
    name: 'the add dialog with an address that wants credentials',
    act: async (_, state) => {
      state.dialog = { kind: 'add', url: 'https://ci.example/locked' };
      await expect.element(page.getByTestId('finding')).toBeVisible();
    },
  },
  {
    name: 'the add dialog that a link fills in',
    act: async (session) => {
      await session.offer('tidings://add?url=https://anna:pw@ci.example/events&name=Builds&preset=ntfy', true);
      await expect.element(page.getByTestId('preset-proposal')).toBeVisible();
    },
  },
  {
    name: 'the add dialog with a certificate that nobody vouches for',
    act: async (session, state) => {
      state.dialog = { kind: 'add', url: 'https://ci.example/locked' };
      await expect.element(page.getByTestId('finding')).toBeVisible();
      const { report } = session.test;
      const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':');
      const cause = { layer: 'tls', short: 'TLS', message: 'It is self-signed.', fingerprint };
      if (report !== null) session.test.report = { ...report, cause };
      await expect.element(page.getByTestId('live-test-trust')).toBeVisible();
    },
  },
  {
    name: 'a feed that becomes a preset',
    act: (session, state) => {
      const feed = session.feeds.get(1)?.feed;
      if (feed) state.dialog = { kind: 'preset', feed };
    },
  },
  {
    name: 'the add dialog without a scheme',
    act: async (_, state) => {
      state.dialog = { kind: 'add', url: 'ntfy.sh/builds/sse' };
      await expect.element(page.getByTestId('complete-address')).toBeVisible();
    },
  },
  {
    name: 'the add dialog with a mistake',
    act: async (_, state) => {
      state.dialog = { kind: 'add', url: 'nonsense' };
      await page.getByTestId('feed-save').click();
    },
  },
  {
    name: 'the words of a feed',
    act: async (session, state) => {
      const feed = session.feeds.get(1)?.feed;
      if (feed) state.dialog = { kind: 'rules', feed };
      await page.getByTestId('map-title').fill('{{ event.json.');
      await expect.element(page.getByTestId('completion').first()).toBeVisible();
      await expect.element(page.getByTestId('map-title-fault')).toBeVisible();
    },
  },
  {
    name: 'the rules of a feed',
    act: async (session, state) => {
      session.settings = { ...session.settings, allowHooks: true };
      const feed = session.feeds.get(1)?.feed;
      if (feed) state.dialog = { kind: 'rules', feed };
      await page.getByTestId('pane-rules').click();
      await page.getByTestId('rule-add').click();
      await page.getByTestId('rule-more').click();
      await expect.element(page.getByTestId('count-announce')).toBeVisible();
    },
  },
  {
    name: 'the menu of a value',
    act: async (session) => {
      await session.step(1);
      await page.getByTestId('json-menu').first().click();
      await expect.element(page.getByTestId('menu-use-title')).toBeVisible();
    },
  },
  {
    name: 'the edit dialog with all its fields',
    act: async (session, state) => {
      const feed = session.feeds.get(1)?.feed;
      const announcing = { burst: { size: 1, seconds: 60 }, urgentPasses: true, ignoresQuietHours: true };
      const resume = { kind: 'query', parameter: 'since', path: 'id', types: [] } as const;
      if (feed)
        state.dialog = {
          kind: 'edit',
          feed: {
            ...feed,
            announcing: { ...announcing, quietInView: null },
            resume: { ...resume, types: [] },
            signals: { heartbeats: [{ eventTypes: ['ping'], expression: '' }], refusals: [] },
          },
        };
      await expect.element(page.getByTestId('feed-resume-types')).toBeVisible();
    },
  },
  {
    name: 'the way to a feed’s server',
    act: async (session, state) => {
      await showFeedPage(session, state, 1, 'settings');
      await page.getByTestId('connecting').click();
      await page.getByTestId('feed-proxy').selectOptions('url');
      await page.getByTestId('feed-proxy-url').fill('socks5://anna@proxy.example:1080');
      await expect.element(page.getByTestId('feed-proxy-secret')).toBeVisible();
    },
  },
  {
    name: 'the remove dialog',
    act: (session, state) => {
      const feed = session.feeds.get(1)?.feed;
      if (feed) state.dialog = { kind: 'delete', feed };
    },
  },
  { name: 'the settings', act: (_, state) => (state.dialog = { kind: 'settings' }) },
  {
    name: 'the settings of notifications',
    act: async (session, state) => {
      await session.changeSettings({ quietHours: { ...session.settings.quietHours, on: true } });
      state.dialog = { kind: 'settings', part: 'notifications' };
      await page.getByTestId('quiet-from').fill('ten');
      await page.getByTestId('quiet-add').click();
      await expect.element(page.getByTestId('quiet-note').first()).toBeVisible();
    },
  },
  {
    name: 'the settings of the network',
    act: async (_, state) => {
      state.dialog = { kind: 'settings', part: 'network' };
      await page.getByTestId('network-proxy').selectOptions('url');
      await page.getByTestId('network-proxy-url').fill('socks5://anna@proxy.example:1080');
    },
  },
  {
    name: 'the settings of the data',
    act: async (_, state) => {
      state.dialog = { kind: 'settings', part: 'data' };
      await expect.element(page.getByTestId('vacuum')).toBeVisible();
    },
  },
  {
    name: 'an import',
    act: async (_, state) => {
      const lines = ['sealed', 'https://x.example/new', 'https://x.example/insecure', 'https://x.example/broken'];
      state.dialog = { kind: 'import', file: new File([lines.join('\n')], 'pack.toml') };
      await expect.element(page.getByTestId('import-item').last()).toBeVisible();
    },
  },
  {
    name: 'a backup that is asked for',
    act: async (_, state) => {
      state.dialog = { kind: 'save', what: 'backup' };
      await page.getByTestId('passphrase').fill('x');
    },
  },
  {
    name: 'a restore',
    act: async (_, state) => {
      state.dialog = { kind: 'restore' };
      await expect.element(page.getByTestId('passphrase')).toBeVisible();
    },
  },
  { name: 'about the program', act: (_, state) => (state.dialog = { kind: 'settings', part: 'about' }) },
  {
    name: 'long work',
    act: async (session) => {
      (session.backend as MockBackend).setJobs([
        { id: 1, work: 'export', state: 'running', part: 0.42 },
        { id: 2, work: 'backup', state: 'done', amount: 12_000_000, file: '/home/ada/backup.db' },
        { id: 3, work: 'vacuum', state: 'failed', message: 'The disk is full.' },
      ]);
      await expect.element(page.getByTestId('job').last()).toBeVisible();
    },
  },
  {
    name: 'a test and its result',
    act: async (session, state) => {
      const feed = session.feeds.get(1)?.feed;
      if (feed) state.dialog = { kind: 'test', feed };
      await page.getByTestId('test-send').click();
      await expect.element(page.getByTestId('steps')).toBeVisible();
    },
  },
  { name: 'the shortcuts', act: (_, state) => (state.dialog = { kind: 'shortcuts' }) },
  {
    name: 'a feed’s menu',
    act: () => page.getByTestId('feed-row').last().click({ button: 'right' }),
  },
  {
    name: 'how long a feed is to be muted',
    act: async () => {
      await page.getByTestId('feed-row').first().click({ button: 'right' });
      await page.getByTestId('menu-mute').click();
      await expect.element(page.getByTestId('menu-mute-hour')).toBeVisible();
    },
  },
  { name: 'what can be done about notifications', act: () => page.getByTestId('notify').click() },
  {
    name: 'what is muted',
    act: async (session) => {
      await session.mute(null, { kind: 'tomorrow' });
      await session.mute(5, { kind: 'ever' });
      await session.mute(1, { kind: 'minutes', value: 60 });
      await session.go({ kind: 'feed', feed: 1 });
      await expect.element(page.getByTestId('feed-muted')).toBeVisible();
    },
  },
  {
    name: 'folders, what was removed, and what can be taken back',
    options: { folders: true },
    act: async (session, state) => {
      await session.removeFeed(4);
      state.removedShown = true;
      state.fold('Home', true);
      await session.go({ kind: 'folder', folder: 'Work' });
      await expect.element(page.getByTestId('undo')).toBeVisible();
    },
  },
  {
    name: 'the menu of a folder',
    options: { folders: true },
    act: async () => {
      await page.getByTestId('folder-row').first().click({ button: 'right' });
      await expect.element(page.getByTestId('menu-dissolve')).toBeVisible();
    },
  },
  {
    name: 'the folders to move a feed to',
    options: { folders: true },
    act: async () => {
      await page.getByTestId('feed-row').first().click({ button: 'right' });
      await page.getByTestId('menu-move').click();
      await expect.element(page.getByTestId('menu-new-folder')).toBeVisible();
    },
  },
  {
    name: 'the name of a folder',
    options: { folders: true },
    act: (_, state) => (state.dialog = { kind: 'folder', item: { kind: 'folder', folder: 'Home' } }),
  },
  { name: 'a refused command', act: (session) => session.toasts.say('The disk is full.', true) },
  { name: 'the detail over the list', width: 800, act: (session) => session.step(1) },
  { name: 'the drawer', width: 480, act: (_, state) => (state.drawer = true) },
];
