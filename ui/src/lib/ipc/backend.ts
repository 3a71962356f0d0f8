// What the window asks of the program behind it, as an interface: the real one (commands.ts) and the one for
// development and tests (mock.ts) fulfil it. Deliberately not here: any knowledge of how the asking travels.
import type {
  CommandError,
  Destination,
  Item,
  MarkedRead,
  Placed,
  BackupFile,
  BackupFrom,
  DataFacts,
  Export,
  Import,
  ImportPreview,
  Imported,
  ExportFormat,
  Event,
  EventId,
  Feed,
  FeedConfig,
  FeedId,
  MuteFor,
  NetworkSettings,
  FeedStatus,
  Figures,
  FiguresQuery,
  Gap,
  GapQuery,
  GivenSecret,
  Offer,
  Page,
  PageQuery,
  PresetSummary,
  EventPreview,
  Proposal,
  Scope,
  SecretPlace,
  SecretsFacts,
  Settings,
  Snapshot,
  StorageProblem,
  Tested,
  TranscriptFacts,
  Trial,
  TrialReport,
  Why,
  WantedReplay,
  WindowMessage,
} from './types.gen';

/** Every call may reject with a `CommandError`. */
export interface Backend {
  /** What stands now, and from then on what changes. Subscribing again replaces the earlier listener. */
  subscribe(receive: (messages: WindowMessage[]) => void): Promise<Snapshot>;
  page(query: PageQuery): Promise<Page>;
  event(id: EventId): Promise<Event>;
  /** One feed as it is now. */
  feed(id: FeedId): Promise<FeedStatus>;
  /** How much came over its connections and when, and for how much of the time it was connected. */
  figures(query: FiguresQuery): Promise<Figures>;
  /** Has what happens on the connections of a feed told, from what is kept on; `null`: of none. `lines`: also the lines of the
   * stream as they come. */
  readLog(feed: FeedId | null, lines: boolean): Promise<void>;
  /** The request of a feed as a command line of curl, with placeholders for secrets. */
  curl(feed: FeedId): Promise<string>;
  /** Tries the address of these settings for some seconds, and has told how it fares, under this number. Ends an earlier test. */
  testAddress(number: number, config: FeedConfig, secrets?: GivenSecret[]): Promise<void>;
  /** How the first events of the last test would be announced with these settings. */
  previewEvents(config: FeedConfig): Promise<EventPreview[]>;
  /** Ends the test that is under way, and its connection. */
  endTest(): Promise<void>;
  /** The times in which a feed was not connected, newest first. */
  gaps(query: GapQuery): Promise<Gap[]>;
  /** Passwords and tokens that are given with it are kept apart. */
  addFeed(config: FeedConfig, secrets?: GivenSecret[]): Promise<Feed>;
  /** Each secret that is given takes the place of the one that is kept for the same use. */
  editFeed(id: FeedId, config: FeedConfig, secrets?: GivenSecret[]): Promise<Feed>;
  /** Where passwords and tokens are kept, and how many. */
  secrets(): Promise<SecretsFacts>;
  /** Keeps all of them there from now on. How many were moved. */
  moveSecrets(to: SecretPlace): Promise<number>;
  /** All presets, the user's own first. */
  presets(): Promise<PresetSummary[]>;
  /** What an address may belong to, the best first; before it the preset that is named. The address is looked at, not asked. */
  recognise(url: string, named?: string | null): Promise<Proposal[]>;
  /** The feed that a preset makes of answers to its questions, or of an address where it has none. */
  fillPreset(id: string, url: string, answers: Record<string, string>): Promise<Proposal>;
  /** Makes a preset of a feed's settings, without its secrets. */
  savePreset(feed: FeedId, name: string, replace: boolean): Promise<void>;
  /** What a link or an address offers. Nothing is added, and nobody is asked. */
  readOffer(text: string): Promise<Offer>;
  /** Its history stays. */
  removeFeed(id: FeedId): Promise<void>;
  /** Brings a removed feed back as it was. */
  restoreFeed(id: FeedId): Promise<Feed>;
  /** Deletes a feed, there or removed before, together with its history. */
  deleteFeed(id: FeedId): Promise<void>;
  /** Moves a feed or a folder, also into a folder of a new name. The order as it was before. */
  moveItem(item: Item, to: Destination): Promise<Placed[]>;
  /** Puts the feeds in an order and into folders. */
  arrange(feeds: Placed[]): Promise<void>;
  pauseFeeds(feeds: FeedId[], paused: boolean): Promise<void>;
  /** Connects anew at once: one feed, or all. */
  reconnect(id: FeedId | null): Promise<void>;
  /** What would become of stored events with another mapping or other rules. Nothing is changed. */
  tryRules(feed: FeedId, trial: Trial): Promise<TrialReport>;
  markRead(events: EventId[], read: boolean): Promise<void>;
  /** Marks everything in the scope up to and including `until`. */
  markAllRead(scope: Scope, until: EventId): Promise<MarkedRead>;
  /** Takes that back: exactly what was unread is unread again. */
  undoMarkAllRead(undo: number): Promise<void>;
  star(event: EventId, starred: boolean): Promise<void>;
  /** All but the network. */
  changeSettings(settings: Settings): Promise<void>;
  /** `password`: of the proxy's user; `null`: as it is kept; empty: none. */
  changeNetwork(network: NetworkSettings, password: string | null): Promise<void>;
  why(id: EventId): Promise<Why>;
  /** Announces nothing for a while, of one feed or of all. */
  mute(feed: FeedId | null, length: MuteFor): Promise<void>;
  unmute(feed: FeedId | null): Promise<void>;
  /** Sends a test event through mapping, rules, policy and delivery. */
  sendTest(feed: FeedId, eventType: string, data: string): Promise<Tested[]>;
  /** Which events the focused window shows; `null` when it is not focused. */
  setInView(scope: Scope | null): Promise<void>;
  /** Whether the page holds what only the user could type again: then it is kept, however long the window is hidden. */
  setUnsaved(unsaved: boolean): Promise<void>;
  /** The first frame is drawn: what stood in its place can go. */
  drawn(): Promise<void>;
  startDemo(): Promise<Feed>;
  /** Opens a http, https or mailto address outside. */
  openLink(url: string): Promise<void>;
  /** The user has taken note of the damaged history that was put aside. */
  forgetSetAside(): Promise<void>;
  /** Opens the folder of the history outside, showing the damaged file if there is one. */
  showData(): Promise<void>;
  dataFacts(): Promise<DataFacts>;
  /** Writes the events of a scope that a search finds into a file. Long work: see `Snapshot.jobs`. */
  startExport(scope: Scope, search: string, format: ExportFormat): Promise<number>;
  /** Writes feeds into a file. Long work too. */
  startFeedsExport(what: Export): Promise<number>;
  /** The feeds whose addresses have parameters that may be secret, which an export does not leave out. */
  tellingFeeds(): Promise<FeedId[]>;
  /** What an import of a file would do. */
  previewImport(file: Import): Promise<ImportPreview>;
  /** Takes the feeds of these numbers in: all of them, or none. */
  importFeeds(file: Import, chosen: number[]): Promise<Imported>;
  /** Copies everything into a file; passwords and tokens too, if there is a passphrase to seal them with. */
  startBackup(passphrase: string | null): Promise<number>;
  /** The backups in the downloads, the latest first. */
  backups(): Promise<BackupFile[]>;
  /** What is seen of a backup that was handed over. */
  lookAtBackup(file: number): Promise<BackupFile>;
  /** Puts a backup in the place of all that is there, and starts the program again. */
  startRestore(from: BackupFrom, passphrase: string | null): Promise<number>;
  /** Gives spare space back to the disk. */
  startVacuum(): Promise<number>;
  /** Writes what goes over the connections of a feed into a file, until it is cancelled, which keeps the file. */
  startRecording(feed: FeedId): Promise<number>;
  /** Begins to hand a file over, in the place of an earlier one. The number by which it is known. */
  beginFile(name: string): Promise<number>;
  /** Its next bytes. */
  addToFile(file: number, bytes: Uint8Array): Promise<void>;
  /** What the file is called that was dropped on the window and that the page was not given; `null`: none. Once. */
  takeDropped(): Promise<string | null>;
  /** Its next bytes; none: that was all. */
  readDropped(): Promise<ArrayBuffer>;
  /** What is in a transcript that was handed over. */
  lookAtTranscript(file: number): Promise<TranscriptFacts>;
  /** Replays it, and follows it with a feed of its own; cancelling the job removes both. */
  startReplay(file: number, wanted: WantedReplay): Promise<Feed>;
  cancelJob(id: number): Promise<void>;
  /** The user has taken note of how a job ended. */
  dismissJob(id: number): Promise<void>;
  /** Shows the file that a job made. */
  showJob(id: number): Promise<void>;
  /** Whether the program starts with the desktop; `null`: that cannot be had here. */
  autostart(): Promise<boolean | null>;
  setAutostart(on: boolean): Promise<void>;
  /** Saves the last lines of the log without anything secret, and shows them. */
  saveLog(): Promise<void>;
  /** Starts the whole program again, when it could not begin; a process without a window that was why ends before that. */
  startAgain(): Promise<void>;
}

/** Why a call was rejected, as far as it is known. */
export interface Problem {
  code: string;
  message: string;
  storage: StorageProblem | null;
}

/** What is known of whatever a call was rejected with. */
export function problem(error: unknown): Problem {
  const { code = '', storage = null } = typeof error === 'object' ? ((error ?? {}) as Partial<CommandError>) : {};
  return { code, message: reason(error), storage };
}

/** The sentence for the user in whatever a call was rejected with. */
export function reason(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
    return error.message;
  }
  return String(error);
}
