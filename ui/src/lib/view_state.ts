// Where the user is in the window, as one small value: kept while the window is open, found again after a reload, and
// when the web view comes back. Deliberately not here: what is shown there, which is asked for anew (session).
import type { EventId, Scope } from './ipc/types.gen';

/** The tabs of an event's detail. */
export type DataTab = 'json' | 'raw' | 'why';

/** What stands at the upper edge of the list. */
export interface Top {
  readonly id: EventId;
  /** How much of it is scrolled out above that edge, in pixels. */
  readonly offset: number;
}

export interface View {
  readonly scope: Scope;
  readonly search: string;
  /** The event whose detail is shown. */
  readonly selected: EventId | null;
  /** `null`: the list stands at the newest event, and follows what comes. */
  readonly top: Top | null;
  /** The tab that was chosen last. */
  readonly tab: DataTab | null;
  /** Of each burst that is unfolded, an event. */
  readonly unfolded: readonly EventId[];
}

const KEY = 'tidings.view';
const TABS: readonly unknown[] = ['json', 'raw', 'why'] satisfies DataTab[];

export function remember(view: View): void {
  localStorage.setItem(KEY, JSON.stringify(view));
}

/** `null` where nothing is remembered, or nothing that can be understood. */
export function remembered(): View | null {
  try {
    return understood(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
  } catch {
    return null;
  }
}

/** An earlier version may have written it, or a later one. */
function understood(stored: unknown): View | null {
  if (!isRecord(stored) || !isScope(stored['scope'])) return null;
  const { scope, search, selected, top, tab, unfolded } = stored;
  return {
    scope,
    search: typeof search === 'string' ? search : '',
    selected: isCount(selected) ? selected : null,
    top:
      isRecord(top) && isCount(top['id'])
        ? { id: top['id'], offset: isCount(top['offset']) ? top['offset'] : 0 }
        : null,
    tab: TABS.includes(tab) ? (tab as DataTab) : null,
    unfolded: Array.isArray(unfolded) ? unfolded.filter(isCount) : [],
  };
}

/** Of another the backend knows nothing to show. */
function isScope(value: unknown): value is Scope {
  if (!isRecord(value)) return false;
  const { kind } = value;
  if (kind === 'feed') return isCount(value['feed']);
  if (kind === 'folder') return typeof value['folder'] === 'string';
  return kind === 'all' || kind === 'unread' || kind === 'starred';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
