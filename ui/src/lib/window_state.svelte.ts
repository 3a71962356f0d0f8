// What belongs to this window alone: widths of panes, what lies over them, where focus goes. Deliberately not here:
// anything the backend knows.
import type { EventId, Feed, Mapping } from './ipc/types.gen';

/** A template for a field of a feed's mapping, to begin its editor with. */
export interface Use {
  readonly field: 'title' | 'body' | 'link';
  readonly template: Mapping['title'];
}

export type SettingsPart = 'general' | 'notifications' | 'data';

export type Dialog =
  | { kind: 'add'; url: string }
  | { kind: 'edit'; feed: Feed }
  | { kind: 'rules'; feed: Feed; event?: EventId; use?: Use }
  | { kind: 'test'; feed: Feed }
  | { kind: 'remove'; feed: Feed }
  | { kind: 'settings'; part?: SettingsPart }
  | { kind: 'shortcuts' };

interface Widths {
  sidebar: number;
  list: number;
}

const KEY = 'tidings.widths';
const DEFAULT: Widths = { sidebar: 232, list: 420 };

export class WindowState {
  dialog = $state.raw<Dialog | null>(null);
  /** Whether the sidebar, a drawer in a narrow window, is out. */
  drawer = $state(false);
  widths = $state<Widths>(remembered());

  /** Set by the list: puts the cursor into the search field. */
  focusSearch: () => void = () => {};
  /** Set by the list: opens the menu of the selected event. */
  openMenu: () => void = () => {};

  resize(pane: keyof Widths, width: number): void {
    this.widths[pane] = Math.round(width);
    localStorage.setItem(KEY, JSON.stringify(this.widths));
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
