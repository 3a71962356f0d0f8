// A backend without a program behind it, for development in a browser and for tests: feeds in every state, any number of
// events computed rather than kept, arrivals on demand. Absent from what is shipped.
import { DEFAULT_SETTINGS } from '../default_settings';
import { DEFAULT_MAPPING, newConfig } from '../feeds.svelte';
import type { Backend } from './backend';
import { offered } from './mock_offer';
import { previewed } from './mock_import';
import { moved } from './mock_order';
import { filled, PRESETS, recognised } from './mock_presets';
import { faultOf, tried } from './mock_rules';
import { testReports } from './mock_test';
import type {
  BackupFile,
  BackupFrom,
  CommandError,
  Counts,
  Destination,
  EngineEvent,
  Event,
  EventId,
  EventSummary,
  Export,
  ExportFormat,
  Feed,
  FeedConfig,
  FeedId,
  FeedState,
  FeedStatus,
  Figures,
  FiguresQuery,
  Gap,
  GapQuery,
  GivenSecret,
  Headers,
  Import,
  Imported,
  Item,
  Job,
  KeptSecret,
  LogAttempt,
  LogEntry,
  LogStep,
  Mute,
  MuteFor,
  NetworkSettings,
  Notice,
  PageQuery,
  Place,
  Placed,
  EventPreview,
  RawLine,
  RemovedFeed,
  Scope,
  SecretPlace,
  SecretsFacts,
  Settings,
  Tested,
  TranscriptFacts,
  Trial,
  TrialReport,
  Tried,
  Urgency,
  Why,
  WantedReplay,
  WindowMessage,
  Work,
} from './types.gen';

export interface MockOptions {
  /** How many events the history begins with. */
  events?: number;
  /** How many of the newest are unread. */
  unread?: number;
  /** None: a first run. */
  feeds?: boolean;
  /** Whether some of the feeds are in folders. */
  folders?: boolean;
  /** How many arrive each second by themselves. */
  rate?: number;
  notices?: Notice[];
  show?: Place | null;
  theme?: Settings['theme'];
  language?: Settings['language'];
  /** Why the program could not begin. */
  stopped?: CommandError | null;
}

interface Template {
  feed: FeedId;
  type: string;
  title: string;
  body: string;
  urgency?: Urgency;
  link?: string;
  data?: object;
}

const MINUTE = 60_000;

const NAMES: readonly [name: string, url: string][] = [
  ['Build farm', 'https://ci.example/events'],
  ['Home Assistant', 'http://home.example:8123/api/stream'],
  ['Wikipedia · recent changes', 'https://stream.example/v2/stream/recentchange'],
  ['Mastodon', 'https://social.example/api/v1/streaming/user'],
  ['Staging alerts', 'https://staging.example/alerts'],
  ['Old printer', 'http://printer.example/status'],
  ['Payments', 'https://payments.example/v1/events'],
];

/** The newest events, newest first; what is older repeats `OLDER`. */
const NEWEST: readonly Template[] = [
  {
    feed: 1,
    type: 'deploy',
    title: 'Deploy to production failed',
    body: 'web-7f9c: readiness probe failed after 3 tries. Rolled back to 4be1c08; no traffic was served by the new version. Details: https://ci.example/deploys/991 (log kept for 7 days).',
    urgency: 'urgent',
    link: 'https://ci.example/deploys/991',
    data: {
      event: 'deploy',
      title: 'Deploy to production failed',
      priority: 5,
      service: { name: 'web', revision: '7f9c' },
      probes: [503, 503, 503],
      click: 'https://ci.example/deploys/991',
      rolledBack: true,
      approvedBy: null,
    },
  },
  {
    feed: 2,
    type: 'state_changed',
    title: 'Front door opened',
    body: 'binary_sensor.front_door is on',
    urgency: 'high',
  },
  { feed: 3, type: 'message', title: 'Ada Lovelace', body: 'Reverted edits by 203.0.113.7: unsourced' },
  {
    feed: 4,
    type: 'notification',
    title: '@turing@mathstodon.xyz mentioned you',
    body: '“Did the tests halt in the end?”',
  },
];

const OLDER: readonly Template[] = [
  { feed: 1, type: 'build', title: 'Nightly #2041 passed', body: '1,912 tests in 4 min 12 s' },
  { feed: 1, type: 'build', title: 'Nightly #2041 started', body: 'main @ 4be1c09' },
  {
    feed: 5,
    type: 'alert',
    title: 'Disk usage 91% on db-2',
    body: '/var/lib/postgresql · threshold 90%',
    urgency: 'high',
  },
  { feed: 2, type: 'state_changed', title: 'Washing machine finished', body: 'sensor.washer_power dropped to 2 W' },
  {
    feed: 4,
    type: 'notification',
    title: '@grace@navy.social followed you',
    body: 'Compilers, punch cards, nanoseconds',
  },
  { feed: 3, type: 'message', title: 'Server-sent events', body: 'Copyedit of the lead section' },
  {
    feed: 7,
    type: 'charge.failed',
    title: 'Payment declined',
    body: 'Card expired: invoice 2026-1184',
    urgency: 'high',
  },
  { feed: 6, type: 'status', title: 'Toner low', body: 'Black at 7 %', urgency: 'low' },
];

function refuse(code: string, message: string, more: Partial<CommandError> = {}): never {
  const error: CommandError = { code, message, ...more };
  throw error;
}

export class MockBackend implements Backend {
  /** The names of the commands that were given, in order. */
  readonly calls: string[] = [];
  readonly opened: string[] = [];
  /** While set, every command but `subscribe` is refused with it. */
  refusal: CommandError | null = null;
  #stopped: CommandError | null;
  #newest: EventId;
  #seeded: EventId;
  #startedAt = Date.now();
  #live = new Map<EventId, Template & { at: number }>();
  #read = new Map<EventId, boolean>();
  #starred = new Map<EventId, boolean>();
  #readUpTo: { scope: Scope; until: EventId }[] = [];
  #firstUnread: EventId;
  #feeds = new Map<FeedId, FeedStatus>();
  /** Newest first. */
  gapsOf: Gap[] = [];
  /** What is otherwise than usual among the figures of feeds. */
  readonly figuresOf = new Map<FeedId, Partial<Figures>>();
  #logs = new Map<FeedId, LogEntry[]>();
  #line = 0;
  /** Whether it looks at the stream itself. */
  readsLines = false;
  /** Whose log the page looks at. */
  readsLogOf: FeedId | null = null;
  /** The addresses that were tried, and the number of the test that is under way. */
  readonly tried: string[] = [];
  /** The headers and secrets that went along with each. */
  readonly carried: string[] = [];
  /** The addresses of which it was asked whose they are. */
  readonly recognised: string[] = [];
  trying: number | null = null;
  /** The test events that were sent … */
  readonly tests: { feed: FeedId; eventType: string; data: string }[] = [];
  /** … and what becomes of the next, if it is not announced by itself. */
  tested: Tested[] | null = null;
  /** What became of an event, as far as it is otherwise than announced by itself. */
  readonly outcomes = new Map<EventId, Partial<Why>>();
  /** Those that were deleted with their history … */
  #removed = new Set<FeedId>();
  /** … and those that left it, the latest first. */
  #left: { status: FeedStatus; at: number }[] = [];
  #order: FeedId[] = [];
  #undos: EventId[][] = [];
  #settings: Settings;
  #mutes: Mute[] = [];
  /** What the page said last that it shows. */
  inView: Scope | null = null;
  unsaved = false;
  #notices: Notice[];
  #show: Place | null;
  #seq = 0;
  #receive: (messages: WindowMessage[]) => void = () => {};

  constructor({
    events = 5_000,
    unread = 17,
    feeds = true,
    rate = 0,
    folders = false,
    notices = [],
    show = null,
    theme,
    language,
    stopped = null,
  }: MockOptions = {}) {
    this.#stopped = stopped;
    this.#newest = feeds ? events : 0;
    this.#seeded = this.#newest;
    this.#firstUnread = this.#newest - unread + 1;
    this.#notices = notices;
    this.#show = show;
    this.#settings = { ...DEFAULT_SETTINGS, theme: theme ?? 'system', language: language ?? 'system' };
    for (let back = 0; back < Math.min(6, this.#newest); back += 1) {
      if (back % 3 === 2) this.#starred.set(this.#newest - back * 5, true);
    }
    if (feeds) this.#addFeeds();
    if (folders) this.#fileFeeds();
    if (rate > 0) this.#keepArriving(rate);
  }

  // What a backend does.

  subscribe(receive: (messages: WindowMessage[]) => void) {
    this.calls.push('subscribe');
    this.#receive = receive;
    if (this.#stopped) return Promise.reject(this.#stopped as unknown as Error);
    return Promise.resolve({
      feeds: this.#inOrder(),
      removed: this.#removedFeeds(),
      counts: this.#counts(),
      settings: this.#settings,
      mutes: this.#mutes,
      notices: this.#notices,
      jobs: this.#jobs,
      seq: this.#seq,
      newest: this.#newest || null,
      show: this.#show,
      version: '0.1.0',
      demoAvailable: true,
    });
  }

  page(query: PageQuery) {
    return this.#command('page', () => {
      const { scope, search, before, after, limit } = query;
      const words = search.toLowerCase().split(/\s+/).filter(Boolean);
      const fits = (id: EventId): boolean =>
        this.#inScope(id, scope) && (words.length === 0 || words.every((word) => this.#text(id).includes(word)));
      const ids: EventId[] = [];
      let id = Math.min((before ?? Infinity) - 1, this.#newest);
      const end = after ?? 0;
      for (; id > end && ids.length < limit; id -= 1) if (fits(id)) ids.push(id);
      while (id > end && !fits(id)) id -= 1;
      return { events: ids.map((found) => this.#summary(found)), more: id > end };
    });
  }

  event(id: EventId) {
    return this.#command('event', (): Event => {
      if (id < 1 || id > this.#newest || !this.#inScope(id, { kind: 'all' })) {
        return refuse('no-such-event', `There is no event ${id}. It may have been removed.`);
      }
      return this.#event(id);
    });
  }

  feed(id: FeedId) {
    return this.#command('feed', () => this.#status(id));
  }

  figures({ feed }: FiguresQuery) {
    return this.#command('figures', (): Figures => {
      this.#status(feed);
      return { ...figuresOf(feed), ...this.figuresOf.get(feed) };
    });
  }

  readLog(feed: FeedId | null, lines: boolean) {
    return this.#command('readLog', () => {
      this.readsLogOf = feed;
      this.readsLines = lines;
      if (feed === null) return;
      this.#status(feed);
      const kept = this.#logs.get(feed) ?? usualLog(this.#status(feed).feed.url);
      this.#logs.set(feed, kept);
      const attempts = kept.some(({ number, kind }) => number === 1 && kind === 'connect') ? [usualAttempt()] : [];
      this.send({ kind: 'log', feed, fresh: true, entries: kept, attempts, lines: [] });
    });
  }

  curl(feed: FeedId) {
    return this.#command('curl', () => `curl -N -v -L ${this.#status(feed).feed.url}`);
  }

  startRecording(feed: FeedId) {
    return this.#command('startRecording', () => {
      this.#status(feed);
      this.setJobs([{ id: 7, work: 'record', state: 'running', part: null }]);
      return 7;
    });
  }

  testAddress(number: number, config: FeedConfig, secrets: GivenSecret[] = []) {
    return this.#command('testAddress', () => {
      this.tried.push(config.url);
      this.carried.push([...config.headers.map(({ value }) => value), ...secrets.map(({ secret }) => secret)].join());
      if (/refuse/.test(config.url)) refuse('bad-feed', `The address ${config.url} cannot be followed.`);
      this.trying = number;
      for (const report of testReports(config.url)) this.send({ kind: 'test', number, report });
    });
  }

  previewEvents(config: FeedConfig) {
    return this.#command('previewEvents', (): EventPreview[] => {
      const reports = this.tried.length === 0 ? [] : testReports(this.tried.at(-1) ?? '');
      const previews = reports.at(-1)?.previews ?? [];
      const mapped = config.mapping.title;
      return previews.map((preview) =>
        mapped === DEFAULT_MAPPING.title
          ? preview
          : { ...preview, title: mapped.replace('{{ event.type }}', preview.eventType) },
      );
    });
  }

  endTest() {
    return this.#command('endTest', () => {
      this.trying = null;
    });
  }

  gaps({ feed, from, until }: GapQuery) {
    return this.#command('gaps', () =>
      this.gapsOf.filter(
        (gap) => gap.feedId === feed && gap.until > (from ?? -Infinity) && gap.from < (until ?? Infinity),
      ),
    );
  }

  presets() {
    return this.#command('presets', () => [...PRESETS]);
  }

  recognise(url: string, named: string | null = null) {
    return this.#command('recognise', () => {
      this.recognised.push(url);
      return recognised(url, newConfig(url), named);
    });
  }

  savePreset(feed: FeedId, name: string, replace: boolean) {
    return this.#command('savePreset', () => {
      this.#status(feed);
      if (name === 'Our CI' && !replace) refuse('preset-exists', 'There is a preset “our-ci” of yours already.');
      if (!/[\p{L}\p{N}]/u.test(name)) refuse('bad-preset', `“${name}” makes no id for a preset.`);
    });
  }

  readOffer(text: string) {
    return this.#command('readOffer', () => offered(text) ?? refuse('no-offer', 'This cannot be followed.'));
  }

  fillPreset(id: string, url: string, answers: Record<string, string>) {
    return this.#command('fillPreset', () => {
      const preset = PRESETS.find((one) => one.id === id);
      if (!preset) refuse('bad-preset', `There is no preset “${id}”.`);
      if (answers['topics'] === '')
        refuse('bad-preset', '“Topics, separated by commas” (topics) is missing: fill it in.');
      return filled(preset, answers, newConfig(url));
    });
  }

  addFeed(config: FeedConfig, secrets: GivenSecret[] = []) {
    return this.#command('addFeed', () => {
      if (/refuse/.test(config.url)) refuse('bad-feed', `The address ${config.url} cannot be followed.`);
      const id = Math.max(0, ...this.#feeds.keys(), ...this.#removed) + 1;
      return this.#put({
        feed: { ...config, secrets: kept([], secrets), id, paused: false },
        state: { state: 'connecting', waitingForServer: false },
      });
    });
  }

  editFeed(id: FeedId, config: FeedConfig, secrets: GivenSecret[] = []) {
    return this.#command('editFeed', () => {
      const fault = faultOf(config.mapping, config.rules);
      if (fault !== null) refuse('bad-feed', `${fault.what} cannot be used: ${fault.reason}.`);
      const { feed } = this.#status(id);
      return this.#put({ feed: { ...feed, ...config, secrets: kept(feed.secrets, secrets) } });
    });
  }

  secrets() {
    return this.#command('secrets', () => this.#secretsFacts());
  }

  moveSecrets(to: SecretPlace) {
    return this.#command('moveSecrets', () => {
      let moved = 0;
      for (const { feed } of this.#feeds.values()) {
        moved += feed.secrets.filter(({ place }) => place !== to).length;
        this.#put({ feed: { ...feed, secrets: feed.secrets.map((secret) => ({ ...secret, place: to })) } });
      }
      return moved;
    });
  }

  #secretsFacts(): SecretsFacts {
    const all = [...this.#feeds.values()].flatMap(({ feed }) => feed.secrets);
    const inKeyring = all.filter(({ place }) => place === 'keyring').length;
    return { place: 'keyring', inKeyring, inFile: all.length - inKeyring, withFeeds: 0 };
  }

  removeFeed(id: FeedId) {
    return this.#command('removeFeed', () => {
      this.#left.unshift({ status: this.#status(id), at: Date.now() });
      this.#feeds.delete(id);
      this.tell({ kind: 'removed', feeds: this.#removedFeeds() }, { kind: 'feedRemoved', feed: id });
      this.tell({ kind: 'counts', counts: this.#counts() });
    });
  }

  restoreFeed(id: FeedId) {
    return this.#command('restoreFeed', () => {
      const left = this.#left.find(({ status }) => status.feed.id === id);
      if (!left) return refuse('not-restorable', `Feed ${id} cannot be brought back.`);
      this.#left = this.#left.filter((other) => other !== left);
      this.#feeds.set(id, left.status);
      this.#countUnread();
      this.tell(
        { kind: 'removed', feeds: this.#removedFeeds() },
        { kind: 'feed', status: this.#status(id) },
        { kind: 'arranged', feeds: this.#arrangement() },
        { kind: 'counts', counts: this.#counts() },
      );
      return left.status.feed;
    });
  }

  deleteFeed(id: FeedId) {
    return this.#command('deleteFeed', () => {
      this.#left = this.#left.filter(({ status }) => status.feed.id !== id);
      this.#feeds.delete(id);
      this.#removed.add(id);
      this.tell({ kind: 'removed', feeds: this.#removedFeeds() }, { kind: 'feedRemoved', feed: id });
      this.tell({ kind: 'counts', counts: this.#counts() });
    });
  }

  moveItem(item: Item, to: Destination) {
    return this.#command('moveItem', () => {
      const before = this.#arrangement();
      this.#arrange(moved(before, item, to));
      return before;
    });
  }

  arrange(feeds: Placed[]) {
    return this.#command('arrange', () => this.#arrange(feeds));
  }

  pauseFeeds(feeds: FeedId[], paused: boolean) {
    return this.#command('pauseFeeds', () => {
      for (const id of feeds) {
        const state: FeedState = paused ? { state: 'paused' } : { state: 'open', since: Date.now() };
        this.#put({ feed: { ...this.#status(id).feed, paused }, state });
      }
    });
  }

  tryRules(id: FeedId, trial: Trial) {
    return this.#command('tryRules', (): TrialReport => {
      const { feed } = this.#status(id);
      const mapping = trial.mapping ?? feed.mapping;
      const rules = trial.rules ?? feed.rules;
      const fault = faultOf(mapping, rules);
      if (fault !== null) return { fault, events: [] };
      const events: Tried[] = [];
      for (let of = this.#newest; of > 0 && events.length < (trial.limit || 100); of -= 1) {
        if ((trial.event ?? of) === of && this.#inScope(of, { kind: 'feed', feed: id })) {
          events.push(tried(this.#event(of), mapping, rules));
        }
      }
      return { fault: null, events };
    });
  }

  reconnect(id: FeedId | null) {
    return this.#command('reconnect', () => {
      for (const { feed } of [...this.#feeds.values()]) {
        if ((id === null && !feed.paused) || feed.id === id) {
          this.setState(feed.id, { state: 'connecting', waitingForServer: false });
        }
      }
    });
  }

  markRead(events: EventId[], read: boolean) {
    return this.#command('markRead', () => {
      for (const id of events) this.#read.set(id, read);
      this.#marked(events, read, null);
    });
  }

  markAllRead(scope: Scope, until: EventId) {
    return this.#command('markAllRead', () => {
      const before = this.#unreadIds();
      this.#readUpTo.push({ scope: scope.kind === 'unread' ? { kind: 'all' } : scope, until });
      for (const id of this.#read.keys()) if (id <= until && this.#inScope(id, scope)) this.#read.set(id, true);
      this.#marked([], true, null);
      const after = new Set(this.#unreadIds());
      const marked = before.filter((id) => !after.has(id));
      this.#undos.push(marked);
      return { events: marked.length, undo: marked.length > 0 ? this.#undos.length - 1 : null };
    });
  }

  undoMarkAllRead(undo: number) {
    return this.#command('undoMarkAllRead', () => {
      for (const id of this.#undos[undo] ?? []) this.#read.set(id, false);
      this.#marked([], false, null);
    });
  }

  star(event: EventId, starred: boolean) {
    return this.#command('star', () => {
      this.#starred.set(event, starred);
      this.#marked([event], null, starred);
    });
  }

  changeSettings(settings: Settings) {
    return this.#command('changeSettings', () => {
      this.#settings = { ...settings, network: this.#settings.network };
      this.tell({ kind: 'settings', settings: this.#settings });
    });
  }

  changeNetwork(network: NetworkSettings, password: string | null) {
    return this.#command('changeNetwork', () => {
      if (network.proxy.kind === 'url' && !URL.canParse(network.proxy.url)) {
        refuse('bad-feed', 'The proxy address has to begin with http://, https://, socks5:// or socks5h://.');
      }
      const given: KeptSecret | null =
        password === null ? this.#settings.network.secret : { of: { kind: 'proxy' }, place: 'keyring', key: 'network' };
      const secret = network.proxy.kind === 'url' ? given : null;
      this.#settings = { ...this.#settings, network: { ...network, secret } };
      this.tell({ kind: 'settings', settings: this.#settings });
    });
  }

  why(id: EventId) {
    return this.#command('why', (): Why => {
      const { count, verdict, problem, receivedAt } = this.#event(id);
      return {
        event: id,
        count,
        verdict,
        problem,
        plan: { kind: 'alone' },
        told: { events: 1, at: receivedAt, answer: { kind: 'delivered', number: 7 }, refusal: null, replacedBy: null },
        ...this.outcomes.get(id),
      };
    });
  }

  mute(feed: FeedId | null, length: MuteFor) {
    return this.#command('mute', () => {
      const until = muteEnd(length);
      this.#mutes = [...this.#mutes.filter((mute) => mute.feed !== feed), { feed, until }];
      this.tell({ kind: 'mutes', mutes: this.#mutes });
    });
  }

  unmute(feed: FeedId | null) {
    return this.#command('unmute', () => {
      this.#mutes = this.#mutes.filter((mute) => mute.feed !== feed);
      this.tell({ kind: 'mutes', mutes: this.#mutes });
    });
  }

  sendTest(feed: FeedId, eventType: string, data: string) {
    this.tests.push({ feed, eventType, data });
    return this.#command(
      'sendTest',
      (): Tested[] =>
        this.tested ?? [
          {
            title: data || eventType,
            body: '',
            link: null,
            urgency: 'normal',
            verdict: { decision: 'announce', decidedBy: { kind: 'noRule' } },
            problem: null,
            plan: { kind: 'alone' },
            answer: { kind: 'delivered', number: 7 },
          },
        ],
    );
  }

  setInView(scope: Scope | null) {
    this.inView = scope;
    return Promise.resolve();
  }

  drawn() {
    return Promise.resolve();
  }

  setUnsaved(unsaved: boolean) {
    this.unsaved = unsaved;
    return Promise.resolve();
  }

  async startDemo() {
    const feed = await this.addFeed({ ...configFor('Demo', 'http://127.0.0.1:4100/events') });
    this.setState(feed.id, { state: 'open', since: Date.now() });
    return feed;
  }

  openLink(url: string) {
    return this.#command('openLink', () => {
      this.opened.push(url);
    });
  }

  forgetSetAside() {
    return this.#command('forgetSetAside', () => {});
  }

  showData() {
    return this.#command('showData', () => {});
  }

  dataFacts() {
    return this.#command('dataFacts', () => ({
      folder: '/home/ada/.local/share/tidings',
      space: { bytes: 12_400_000, spare: 3_100_000 },
    }));
  }

  /** Long work, under way until `finishJob` is called. */
  #jobs: Job[] = [];
  /** With what work was begun, the last first. */
  readonly begun: unknown[][] = [];
  #start(work: Work, ...given: unknown[]) {
    return this.#command(`start:${work}`, () => {
      this.begun.unshift([work, ...given]);
      const id = (this.#jobs.at(-1)?.id ?? 0) + 1;
      this.setJobs([...this.#jobs, { id, work, state: 'running', part: null }]);
      return id;
    });
  }

  startExport(_scope: Scope, _search: string, _format: ExportFormat) {
    return this.#start('export');
  }

  startFeedsExport(what: Export) {
    return this.#start('feeds', what.feeds);
  }

  tellingFeeds() {
    return this.#command('tellingFeeds', () =>
      [...this.#feeds.values()].filter(({ feed }) => /token=/.test(feed.url)).map(({ feed }) => feed.id),
    );
  }

  startBackup(passphrase: string | null) {
    return this.#start('backup', passphrase);
  }

  backups() {
    return this.#command('backups', (): BackupFile[] => [
      { name: 'tidings-backup-2.db', bytes: 12_000_000, madeAt: Date.now() - 3_600_000, sealed: true },
      { name: 'tidings-backup-1.db', bytes: 9_000_000, madeAt: Date.now() - 90_000_000, sealed: false },
    ]);
  }

  startRestore(from: BackupFrom, passphrase: string | null) {
    return this.#start('restore', from, passphrase);
  }

  /** The file that is handed over, as text. */
  #handed = { number: 0, name: '', text: '' };
  /** What was dropped on the window and not given to the page. */
  dropped: { name: string; pieces: ArrayBuffer[] } | null = null;

  takeDropped() {
    return this.#command('takeDropped', () => this.dropped?.name ?? null);
  }

  readDropped() {
    return this.#command('readDropped', () => this.dropped?.pieces.shift() ?? new ArrayBuffer());
  }

  beginFile(name: string) {
    return this.#command('beginFile', () => {
      this.#handed = { number: this.#handed.number + 1, name, text: '' };
      return this.#handed.number;
    });
  }

  addToFile(file: number, bytes: Uint8Array) {
    return this.#command('addToFile', () => {
      if (file !== this.#handed.number) refuse('not-handed-over', 'The file cannot be taken over.');
      this.#handed.text += new TextDecoder().decode(bytes);
    });
  }

  lookAtTranscript(_file: number) {
    return this.#command('lookAtTranscript', (): TranscriptFacts => {
      const { name, text } = this.#handed;
      if (!text.startsWith('{"transcript":')) refuse('no-replay', `“${name}” is no transcript of Tidings.`);
      const { url } = JSON.parse(text.split('\n')[0] ?? '') as { url: string };
      return { url, answers: 2, length: 95_000, bytes: text.length };
    });
  }

  lookAtBackup(_file: number) {
    return this.#command('lookAtBackup', (): BackupFile => {
      const { name, text } = this.#handed;
      if (!text.startsWith('SQLite format 3')) refuse('no-backup', `“${name}” is no backup of Tidings.`);
      return { name, bytes: text.length, madeAt: Date.now(), sealed: text.includes('sealed') };
    });
  }

  startReplay(_file: number, wanted: WantedReplay) {
    return this.#command('startReplay', () => {
      this.begun.unshift(['replay', wanted]);
      const feed = { ...configFor(wanted.name, 'http://127.0.0.1:1/replay/0'), notify: wanted.notify };
      const id = Math.max(0, ...this.#feeds.keys(), ...this.#removed) + 1;
      this.setJobs([...this.#jobs, { id: 8, work: 'replay', state: 'running', part: null }]);
      return this.#put({ feed: { ...feed, id, paused: false }, state: { state: 'open', since: Date.now() } });
    });
  }

  previewImport(file: Import) {
    return this.#command('previewImport', () => {
      if (file.text.startsWith('format'))
        refuse('bad-file', 'The file is no list of feeds.', { file: { kind: 'noFormat' } });
      if (file.passphrase !== null && file.passphrase !== 'open')
        refuse('wrong-passphrase', 'The passphrase is wrong.');
      return previewed(file, this.#allFeeds());
    });
  }

  importFeeds(file: Import, chosen: number[]) {
    return this.#command('importFeeds', (): Imported => {
      const items = previewed(file, this.#allFeeds()).feeds.filter((item) => chosen.includes(item.number));
      const imported: Imported = { added: [], changed: [] };
      for (const { name, url, folder, standing } of items) {
        if (standing.kind === 'changed') {
          const { feed } = this.#status(standing.feed);
          imported.changed.push(feed);
          this.#put({ feed: { ...feed, name } });
          continue;
        }
        const id = Math.max(0, ...this.#feeds.keys(), ...this.#removed) + 1;
        const feed = { ...newConfig(url), name, folder, id, paused: false };
        imported.added.push(this.#put({ feed, state: { state: 'connecting', waitingForServer: false } }));
      }
      return imported;
    });
  }

  #allFeeds(): Feed[] {
    return [...this.#feeds.values()].map(({ feed }) => feed);
  }

  startVacuum() {
    return this.#start('vacuum');
  }

  cancelJob(id: number) {
    return this.#command('cancelJob', () => this.setJobs(this.#jobs.filter((job) => job.id !== id)));
  }

  dismissJob(id: number) {
    return this.#command('dismissJob', () => this.setJobs(this.#jobs.filter((job) => job.id !== id)));
  }

  showJob(id: number) {
    return this.#command('showJob', () => {
      this.opened.push(`job ${id}`);
    });
  }

  #autostart = false;
  autostart() {
    return this.#command('autostart', () => this.#autostart);
  }

  setAutostart(on: boolean) {
    return this.#command('setAutostart', () => {
      this.#autostart = on;
    });
  }

  saveLog() {
    return this.#command('saveLog', () => {});
  }

  startAgain() {
    return this.#command('startAgain', () => {});
  }

  // What a test makes happen.

  /** Something happens on the connection of a feed. */
  log(feed: FeedId, ...entries: LogEntry[]): void {
    this.#logs.set(feed, [...(this.#logs.get(feed) ?? []), ...entries]);
    if (this.readsLogOf === feed) this.send({ kind: 'log', feed, fresh: false, entries, attempts: [], lines: [] });
  }

  /** These lines come over the connection of a feed. */
  lines(feed: FeedId, ...texts: string[]): void {
    const lines = texts.map((text): RawLine => {
      this.#line += 1;
      return { number: this.#line, at: Date.now(), text, size: text.length };
    });
    if (this.readsLogOf === feed && this.readsLines) {
      this.send({ kind: 'log', feed, fresh: false, entries: [], attempts: [], lines });
    }
  }

  /** Lets events arrive, all from one feed or each from the next. */
  arrive(count = 1, feed?: FeedId): EventId[] {
    return this.#take(count, (id) => {
      const template = OLDER[id % OLDER.length] as Template;
      return { ...template, feed: feed ?? template.feed };
    });
  }

  /** Lets events of one feed and type arrive at once. */
  burst(count: number, feed: FeedId, title = 'Edit'): EventId[] {
    return this.#take(count, (id) => ({ feed, type: 'message', title: `${title} ${id}`, body: `Revision ${id}` }));
  }

  #take(count: number, template: (id: EventId) => Template): EventId[] {
    const ids: EventId[] = [];
    for (let n = 0; n < count; n += 1) {
      const id = ++this.#newest;
      this.#live.set(id, { ...template(id), at: Date.now() });
      ids.push(id);
    }
    this.tell(
      { kind: 'arrived', events: ids.map((id) => this.#summary(id)) },
      { kind: 'counts', counts: this.#counts() },
    );
    return ids;
  }

  setJobs(jobs: Job[]): void {
    this.#jobs = jobs;
    this.send({ kind: 'jobs', jobs });
  }

  setState(id: FeedId, state: FeedState): void {
    this.#put({ feed: this.#status(id).feed, state });
  }

  tell(...events: EngineEvent[]): void {
    this.send(...events.map((event) => ({ kind: 'engine', seq: ++this.#seq, event }) as const));
  }

  /** A byte comes over a feed's connection, which is told to nobody. */
  hear(id: FeedId, at: number): void {
    this.#feeds.set(id, { ...this.#status(id), lastByteAt: at });
  }

  send(...messages: WindowMessage[]): void {
    this.#receive(messages);
  }

  get newest(): EventId {
    return this.#newest;
  }

  // How it does so.

  async #command<T>(name: string, run: () => T): Promise<T> {
    this.calls.push(name);
    await Promise.resolve();
    if (this.refusal) throw this.refusal;
    return run();
  }

  #addFeeds(): void {
    const now = Date.now();
    const states: FeedState[] = [
      { state: 'open', since: now - 190 * MINUTE },
      { state: 'open', since: now - 55 * MINUTE },
      { state: 'open', since: now - 7 * MINUTE },
      { state: 'polling', retryAt: now + 6_000, everyMs: 10_000 },
      {
        state: 'waiting',
        retryAt: now + 12_000,
        cause: {
          layer: 'network',
          message: 'The connection to staging.example was refused.',
          chinese: '“staging.example”拒绝了连接。',
          short: 'refused',
        },
      },
      { state: 'paused' },
      {
        state: 'needsAttention',
        retryAt: now + 14 * MINUTE,
        cause: {
          layer: 'http-status',
          message:
            'The server answered 401 Unauthorized: the credentials are missing or wrong. Check them in the feed’s settings.',
          chinese: '服务器回答 401 Unauthorized：它要求密码或令牌，而此订阅源没有发送。',
          short: '401',
        },
      },
    ];
    NAMES.forEach(([name, url], index) => {
      const state = states[index] as FeedState;
      this.#feeds.set(index + 1, {
        feed: { ...configFor(name, url), id: index + 1, paused: state.state === 'paused' },
        state,
        unread: 0,
        dropped: 0,
        lastByteAt: state.state === 'open' ? now - 3_000 : null,
      });
    });
    this.#countUnread();
  }

  /** Home and Work, with a feed before, between and after them. */
  #fileFeeds(): void {
    const folders = ['', 'Home', '', '', 'Work', 'Home', 'Work'];
    for (const [id, { feed, ...rest }] of this.#feeds) {
      this.#feeds.set(id, { ...rest, feed: { ...feed, folder: folders[id - 1] ?? '' } });
    }
    this.#order = [1, 2, 6, 3, 5, 7, 4];
  }

  #inOrder(): FeedStatus[] {
    const place = (status: FeedStatus): number => {
      const at = this.#order.indexOf(status.feed.id);
      return at < 0 ? Infinity : at;
    };
    return [...this.#feeds.values()].sort((a, b) => place(a) - place(b) || a.feed.id - b.feed.id);
  }

  #arrangement(): Placed[] {
    return this.#inOrder().map(({ feed }) => ({ feed: feed.id, folder: feed.folder }));
  }

  #arrange(feeds: Placed[]): void {
    this.#order = feeds.map(({ feed }) => feed);
    this.tell({ kind: 'arranged', feeds });
    for (const { feed: id, folder } of feeds) {
      const { feed } = this.#status(id);
      if (feed.folder !== folder) this.#put({ feed: { ...feed, folder } });
    }
  }

  #removedFeeds(): RemovedFeed[] {
    return this.#left.map(({ status: { feed }, at }) => {
      const { id, name, color, icon } = feed;
      let events = 0;
      for (let of = this.#newest; of > 0; of -= 1) if (this.#template(of).feed === id) events += 1;
      return { id, name, color, icon, removedAt: at, events, restorable: true };
    });
  }

  #status(id: FeedId): FeedStatus {
    return this.#feeds.get(id) ?? refuse('no-such-feed', `There is no feed ${id}. It may have been removed.`);
  }

  #put(change: { feed: Feed; state?: FeedState }): Feed {
    const before = this.#feeds.get(change.feed.id);
    const status: FeedStatus = {
      unread: 0,
      dropped: 0,
      lastByteAt: null,
      ...before,
      feed: change.feed,
      state: change.state ?? before?.state ?? { state: 'paused' },
    };
    this.#feeds.set(change.feed.id, status);
    this.tell({ kind: 'feed', status });
    return change.feed;
  }

  #marked(events: EventId[], read: boolean | null, starred: boolean | null): void {
    this.#countUnread();
    this.tell(
      { kind: 'marked', events, read, starred },
      { kind: 'counts', counts: this.#counts() },
      ...[...this.#feeds.values()].map((status) => ({ kind: 'feed', status }) as const),
    );
  }

  #template(id: EventId): Template {
    return (this.#live.get(id) ??
      NEWEST[this.#seeded - id] ??
      OLDER[Math.abs(this.#seeded - id) % OLDER.length]) as Template;
  }

  #receivedAt(id: EventId): number {
    const back = this.#seeded - id;
    return this.#live.get(id)?.at ?? this.#startedAt - back * 7 * MINUTE - ((back * 7_919) % (5 * MINUTE));
  }

  #text(id: EventId): string {
    const { title, body, type } = this.#template(id);
    return `${title} ${body} ${type}`.toLowerCase();
  }

  #isRead(id: EventId): boolean {
    return this.#read.get(id) ?? (id < this.#firstUnread || this.#readBefore(id));
  }

  #readBefore(id: EventId): boolean {
    return this.#readUpTo.some(
      ({ scope, until }) =>
        id <= until && (scope.kind === 'feed' || scope.kind === 'folder' ? this.#inScope(id, scope) : true),
    );
  }

  #inScope(id: EventId, scope: Scope): boolean {
    const { feed } = this.#template(id);
    if (this.#removed.has(feed)) return false;
    const left = this.#left.some(({ status }) => status.feed.id === feed);
    switch (scope.kind) {
      case 'all':
        return true;
      case 'unread':
        return !left && !this.#isRead(id);
      case 'starred':
        return this.#starred.get(id) ?? false;
      case 'feed':
        return feed === scope.feed;
      case 'folder':
        return this.#feeds.get(feed)?.feed.folder === scope.folder;
    }
  }

  #event(id: EventId): Event {
    const template = this.#template(id);
    const data = template.data ?? { title: template.title, message: template.body, n: id };
    return {
      ...this.#summary(id),
      body: template.body,
      link: template.link ?? null,
      data: JSON.stringify(data),
      lastEventId: String(140_000 + id),
      latestAt: this.#receivedAt(id),
      icon: null,
      groupKey: null,
      happenedAt: null,
      verdict: { decision: 'announce', decidedBy: { kind: 'noRule' } },
      problem: null,
    };
  }

  #summary(id: EventId): EventSummary {
    const template = this.#template(id);
    return {
      id,
      feedId: template.feed,
      eventType: template.type,
      title: template.title,
      snippet: template.body.slice(0, 200),
      urgency: template.urgency ?? 'normal',
      receivedAt: this.#receivedAt(id),
      read: this.#isRead(id) || this.#left.some(({ status }) => status.feed.id === template.feed),
      starred: this.#starred.get(id) ?? false,
      count: id % 23 === 0 ? 3 : 1,
      hasLink: template.link !== undefined,
    };
  }

  #unreadIds(): EventId[] {
    const ids: EventId[] = [];
    for (let id = this.#newest; id >= Math.max(1, this.#firstUnread); id -= 1) {
      if (this.#inScope(id, { kind: 'unread' })) ids.push(id);
    }
    return ids;
  }

  #counts(): Counts {
    const starred = [...this.#starred].filter(([, on]) => on).length;
    return { all: this.#newest, unread: this.#unreadIds().length, starred };
  }

  #countUnread(): void {
    const unread = new Map<FeedId, number>();
    for (const id of this.#unreadIds()) {
      const { feed } = this.#template(id);
      unread.set(feed, (unread.get(feed) ?? 0) + 1);
    }
    for (const [id, status] of this.#feeds) this.#feeds.set(id, { ...status, unread: unread.get(id) ?? 0 });
  }

  #keepArriving(rate: number): void {
    const every = Math.max(50, 1_000 / rate);
    let owed = 0;
    setInterval(() => {
      owed += (rate * every) / 1_000;
      const due = Math.floor(owed);
      owed -= due;
      // Counting the unread of a flood one by one would slow the mock, not the window.
      if (due > 0) this.#flood(due);
    }, every);
  }

  #flood(count: number): void {
    const ids = Array.from({ length: count }, () => ++this.#newest);
    this.tell(
      { kind: 'arrived', events: ids.map((id) => ({ ...this.#summary(id), receivedAt: Date.now() })) },
      { kind: 'counts', counts: { all: this.#newest, unread: this.#newest - this.#firstUnread + 1, starred: 2 } },
    );
  }
}

/** Busy by day, with a time without connection a quarter of an hour ago. */
function figuresOf(feed: FeedId): Figures {
  const at = Date.now();
  const wave = (count: number, height: number): number[] =>
    Array.from({ length: count }, (_, index) =>
      Math.max(0, Math.round(height * (Math.sin(index * 0.7 + feed) + (index % 7) / 5))),
    );
  const hour = wave(60, 6);
  const from = at - 16 * MINUTE;
  for (let minute = 44; minute < 47; minute += 1) hour[minute] = 0;
  return {
    at,
    hour,
    day: wave(96, 40),
    eventsToday: 412,
    openedToday: 3,
    connectedToday: 0.9871,
    connectedWeek: 0.9921,
    firstByte: 38,
    lastError: {
      at: from,
      cause: {
        layer: 'network',
        message: 'The connection to “ci.example:443” broke off: connection reset.',
        short: 'lost',
      },
    },
    absences: [
      { from, until: at - 13 * MINUTE, madeUp: true },
      { from: at - 26 * 60 * MINUTE, until: at - 25 * 60 * MINUTE, madeUp: false },
    ],
  };
}

/** The steps of the attempt that the usual log begins with. */
function usualAttempt(): LogAttempt {
  const sent: Headers = [
    ['accept', 'text/event-stream'],
    ['authorization', 'Bearer …'],
  ];
  const came: Headers = [
    ['content-type', 'text/event-stream'],
    ['set-cookie', 'sid=…; Path=/'],
  ];
  const steps: LogStep[] = [
    { after: 3_200, step: 'lookup', addresses: '203.0.113.7, 2001:db8::7' },
    { after: 12_100, step: 'tcp', to: 'ci.example:443', proxy: null },
    {
      after: 21_000,
      step: 'certificate',
      names: 'ci.example',
      issuer: 'R11',
      expires: Date.now() + 40 * 24 * 60 * MINUTE,
      believed: true,
    },
    { after: 24_000, step: 'tls', version: '1.3' },
    { after: 24_000, step: 'request', url: 'https://ci.example/events', headers: sent },
    { after: 38_000, step: 'answer', status: 200, protocol: 'HTTP/2.0', from: '203.0.113.7:443', headers: came },
    { after: 38_400, step: 'firstByte' },
  ];
  return { number: 1, steps, leftOut: 0 };
}

function usualLog(url: string): LogEntry[] {
  const now = Date.now();
  const at = (seconds: number): number => now - seconds * 1_000;
  return [
    { number: 1, at: at(95), kind: 'connect', attempt: 1, url, resumed: null, unsendable: false },
    {
      number: 2,
      at: at(94.96),
      kind: 'open',
      status: 200,
      contentType: 'text/event-stream',
      protocol: 'HTTP/2.0',
      firstByte: 38,
      redirected: null,
    },
    { number: 3, at: at(94.95), kind: 'retry', asked: 3_000, used: 3_000 },
    { number: 4, at: at(80), kind: 'comment', text: 'heartbeat' },
    { number: 5, at: at(62), kind: 'event', eventType: 'alert', lastEventId: '88121', size: 412 },
    {
      number: 6,
      at: at(30),
      kind: 'error',
      layer: 'network',
      message: 'The connection to “ci.example:443” broke off: connection reset.',
      chinese: '与“ci.example:443”的连接中断：连接被重置。',
      short: 'lost',
      retryIn: 3_000,
      needsAttention: false,
    },
    { number: 7, at: at(27), kind: 'connect', attempt: 1, url, resumed: '88121', unsendable: false },
    {
      number: 8,
      at: at(26.9),
      kind: 'error',
      layer: 'network',
      message: '“ci.example:443” refused the connection: check that the server is running and that the port is right.',
      chinese: '“ci.example:443”拒绝了连接：请检查服务器是否在运行、端口是否正确。',
      short: 'refused',
      retryIn: 14_000,
      needsAttention: false,
    },
  ];
}

function muteEnd(length: MuteFor): number | null {
  switch (length.kind) {
    case 'minutes':
      return Date.now() + length.value * MINUTE;
    case 'tomorrow':
      return new Date(Date.now() + 24 * 60 * MINUTE).setHours(8, 0, 0, 0);
    case 'until':
      return length.value;
    case 'ever':
      return null;
  }
}

/** What is kept after secrets are given: never the secrets. */
function kept(before: KeptSecret[], given: GivenSecret[]): KeptSecret[] {
  const replaced = (old: KeptSecret): boolean => given.some(({ of }) => JSON.stringify(of) === JSON.stringify(old.of));
  const added = given.map(({ of }): KeptSecret => ({ of, place: 'keyring', key: 'key' }));
  return [...before.filter((old) => !replaced(old)), ...added];
}

function configFor(name: string, url: string): FeedConfig {
  return { ...newConfig(url), name };
}

/** For development: `?events=1000000&rate=10&first-run&folders&notice&show=42&theme=dark`. */
export function mockFromAddress(search: string): MockBackend {
  const asked = new URLSearchParams(search);
  const backend = new MockBackend({
    events: Number(asked.get('events') ?? 5_000),
    unread: Number(asked.get('unread') ?? 17),
    rate: Number(asked.get('rate') ?? 0),
    feeds: !asked.has('first-run'),
    folders: asked.has('folders'),
    show: asked.has('show') ? { kind: 'event', id: Number(asked.get('show')) } : null,
    theme: (asked.get('theme') ?? 'system') as Settings['theme'],
    notices: asked.has('notice')
      ? [{ code: 'no-tray-host', message: 'This desktop shows no tray icons. Closing the window ends Tidings.' }]
      : [],
  });
  Object.assign(globalThis, { mock: backend });
  return backend;
}
