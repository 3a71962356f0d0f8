// What belongs to this window alone: widths of panes, what lies over them, where focus goes. Deliberately not here:
// anything the backend knows.
import { untrack } from 'svelte';
import type { FeedDraft } from './feed_draft.svelte';
import type { FeedLook } from './feeds.svelte';
import type { EventId, Feed, FeedId, Item, Mapping, Offer, PresetSummary } from './ipc/types.gen';

/** A template for a field of a feed's mapping, to begin its editor with. */
export interface Use {
  readonly field: 'title' | 'body' | 'link';
  readonly template: Mapping['title'];
}

export type SettingsPart = 'general' | 'notifications' | 'network' | 'data' | 'shortcuts' | 'about';

export type Dialog =
  /** `offer`: what it is filled in with; `held`: by somebody else, so that nobody is asked before the user says so. */
  | { kind: 'add'; url: string; offer?: Offer; held?: boolean; source?: PresetSummary['id'] }
  | { kind: 'edit'; feed: Feed }
  | { kind: 'rules'; feed: Feed; event?: EventId; use?: Use }
  | { kind: 'test'; feed: Feed }
  /** A preset that is made of its settings. */
  | { kind: 'preset'; feed: Feed }
  | { kind: 'delete'; feed: FeedLook }
  /** A name for a folder: another one, or that of a new one for a feed. */
  | { kind: 'folder'; item: Item }
  /** Feeds of a file are taken in. */
  | { kind: 'import'; file?: File }
  /** A transcript is replayed. `like`: the feed that it shall be understood as. */
  | { kind: 'replay'; file?: File; like?: FeedId }
  /** Feeds, or everything, are written into a file. */
  | { kind: 'save'; what: 'feeds' | 'backup'; feeds?: readonly FeedId[] }
  | { kind: 'restore'; file?: File }
  | { kind: 'settings'; part?: SettingsPart }
  | { kind: 'shortcuts' };

type FileDialog = Extract<Dialog, { kind: 'import' | 'replay' | 'restore' }>;

/** Whether a file belongs into it. */
export function isForFile(dialog: Dialog): dialog is FileDialog {
  return dialog.kind === 'import' || dialog.kind === 'replay' || dialog.kind === 'restore';
}

/** The tabs of a feed's page. */
export type FeedTab = 'events' | 'connection' | 'settings';

interface Widths {
  sidebar: number;
  list: number;
}

const KEY = 'tidings.widths';
const FOLDED_KEY = 'tidings.folded';
const COLLAPSED_KEY = 'tidings.sidebar-away';
const TAB_KEY = 'tidings.feed-tab';
const DEFAULT: Widths = { sidebar: 232, list: 420 };

export class WindowState {
  dialog = $state.raw<Dialog | null>(null);
  /** Whether the sidebar, a drawer in a narrow window, is out. */
  drawer = $state(false);
  /** Whether it is put away where it is no drawer. */
  #collapsed = $state(localStorage.getItem(COLLAPSED_KEY) !== null);
  /** The folders of which only the name is seen. */
  #folded = $state.raw<ReadonlySet<string>>(rememberedFolded());
  /** Whether the feeds that were removed are listed. */
  removedShown = $state(false);
  /** The feed whose page lies over the list, where both have no room beside each other. */
  feedPage = $state<FeedId | null>(null);
  #feedTab = $state<FeedTab>(rememberedTab());
  /** What stands on the pages of feeds and is not saved: it is not lost when something else is looked at. */
  drafts = $state.raw<ReadonlyMap<FeedId, FeedDraft>>(new Map());
  widths = $state<Widths>(remembered());

  /** Set by the list: puts the cursor into the search field. */
  focusSearch: () => void = () => {};
  /** Set by the list: opens the menu of the selected event. */
  openMenu: () => void = () => {};

  /** Keeps what stands on the page of a feed until it is saved; `null`: nothing does any more. */
  keepDraft(feed: FeedId, draft: FeedDraft | null): void {
    const kept = untrack(() => this.drafts);
    if ((kept.get(feed) ?? null) === draft) return;
    const others = [...kept].filter(([id]) => id !== feed);
    this.drafts = new Map(draft === null ? others : [...others, [feed, draft]]);
  }

  /** The tab of a feed's page that was chosen last; it stays from feed to feed. */
  get feedTab(): FeedTab {
    return this.#feedTab;
  }

  set feedTab(tab: FeedTab) {
    this.#feedTab = tab;
    localStorage.setItem(TAB_KEY, tab);
  }

  get collapsed(): boolean {
    return this.#collapsed;
  }

  set collapsed(collapsed: boolean) {
    this.#collapsed = collapsed;
    if (collapsed) localStorage.setItem(COLLAPSED_KEY, 'yes');
    else localStorage.removeItem(COLLAPSED_KEY);
  }

  /** Brings the sidebar into view, whatever it is here. */
  showSidebar(): void {
    this.collapsed = false;
    this.drawer = true;
  }

  isFolded(folder: string): boolean {
    return this.#folded.has(folder);
  }

  fold(folder: string, folded: boolean): void {
    const all = new Set(this.#folded);
    if (folded) all.add(folder);
    else all.delete(folder);
    this.#folded = all;
    localStorage.setItem(FOLDED_KEY, JSON.stringify([...all]));
  }

  resize(pane: keyof Widths, width: number): void {
    this.widths[pane] = Math.round(width);
    localStorage.setItem(KEY, JSON.stringify(this.widths));
  }
}

function rememberedTab(): FeedTab {
  const tab = localStorage.getItem(TAB_KEY);
  return tab === 'connection' || tab === 'settings' ? tab : 'events';
}

function rememberedFolded(): ReadonlySet<string> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(FOLDED_KEY) ?? '[]');
    return new Set(Array.isArray(stored) ? stored.filter((name) => typeof name === 'string') : []);
  } catch {
    return new Set();
  }
}

function remembered(): Widths {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    const width = (name: keyof Widths): number => {
      const value = (stored as Partial<Widths> | null)?.[name];
      return typeof value === 'number' && value > 0 ? value : DEFAULT[name];
    };
    return { sidebar: width('sidebar'), list: width('list') };
  } catch {
    return { ...DEFAULT };
  }
}
