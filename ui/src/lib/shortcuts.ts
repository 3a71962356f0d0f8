// From a key to what it does, as a function of the event alone. Deliberately not here: the doing (App.svelte).

export type Shortcut =
  | 'next'
  | 'previous'
  | 'openLink'
  | 'star'
  | 'unread'
  | 'mute'
  | 'search'
  | 'add'
  | 'settings'
  | 'reconnect'
  | 'all'
  | 'unreadScope'
  | 'starredScope'
  | 'help'
  | 'back'
  | 'newest'
  | 'unfold'
  | 'fold'
  | 'toggleFold'
  | 'copy'
  | 'menu'
  | 'feedPage'
  | 'undo'
  | 'sidebar';

const PLAIN: Record<string, Shortcut> = {
  j: 'next',
  ArrowDown: 'next',
  k: 'previous',
  ArrowUp: 'previous',
  Enter: 'openLink',
  s: 'star',
  u: 'unread',
  m: 'mute',
  i: 'feedPage',
  '/': 'search',
  '?': 'help',
  Escape: 'back',
  Home: 'newest',
  ArrowRight: 'unfold',
  ArrowLeft: 'fold',
  ' ': 'toggleFold',
};
const WITH_CONTROL: Record<string, Shortcut> = {
  n: 'add',
  ',': 'settings',
  r: 'reconnect',
  f: 'search',
  c: 'copy',
  z: 'undo',
  b: 'sidebar',
};
const AFTER_G: Record<string, Shortcut> = { a: 'all', u: 'unreadScope', s: 'starredScope' };

/** The keys of each shortcut, for the page that shows them all. */
export const KEYS: readonly { shortcut: Shortcut; keys: readonly string[] }[] = [
  { shortcut: 'next', keys: ['j', '↓'] },
  { shortcut: 'previous', keys: ['k', '↑'] },
  { shortcut: 'newest', keys: ['Home'] },
  { shortcut: 'unfold', keys: ['→'] },
  { shortcut: 'fold', keys: ['←'] },
  { shortcut: 'toggleFold', keys: ['Space'] },
  { shortcut: 'openLink', keys: ['Enter'] },
  { shortcut: 'star', keys: ['s'] },
  { shortcut: 'unread', keys: ['u'] },
  { shortcut: 'copy', keys: ['Ctrl+C'] },
  { shortcut: 'menu', keys: ['Shift+F10'] },
  { shortcut: 'undo', keys: ['Ctrl+Z'] },
  { shortcut: 'mute', keys: ['m'] },
  { shortcut: 'feedPage', keys: ['i'] },
  { shortcut: 'search', keys: ['/', 'Ctrl+F'] },
  { shortcut: 'back', keys: ['Esc'] },
  { shortcut: 'all', keys: ['g a'] },
  { shortcut: 'unreadScope', keys: ['g u'] },
  { shortcut: 'starredScope', keys: ['g s'] },
  { shortcut: 'add', keys: ['Ctrl+N'] },
  { shortcut: 'reconnect', keys: ['Ctrl+R'] },
  { shortcut: 'settings', keys: ['Ctrl+,'] },
  { shortcut: 'sidebar', keys: ['Ctrl+B'] },
  { shortcut: 'help', keys: ['?'] },
];

/** What is done with the rows of the list alone. */
const FOLDING: ReadonlySet<Shortcut> = new Set(['unfold', 'fold', 'toggleFold']);
/** How long after `g` its second key may come. */
const SEQUENCE_MS = 1_500;

export class Shortcuts {
  #gAt = -Infinity;

  /** What a key press means; null where it belongs to the element that has focus. */
  of(event: KeyboardEvent): Shortcut | null {
    if (event.defaultPrevented || event.isComposing || event.altKey) return null;
    const target = event.target instanceof Element ? event.target : null;
    if (event.ctrlKey || event.metaKey) {
      const shortcut = WITH_CONTROL[event.key.toLowerCase()] ?? null;
      // A field undoes what was typed into it.
      if (shortcut === 'undo' && (event.shiftKey || target?.closest('input, textarea'))) return null;
      // What is selected in a text is what is copied.
      const text = target?.closest('input, textarea') || getSelection()?.isCollapsed === false;
      return shortcut === 'copy' && (event.shiftKey || text) ? null : shortcut;
    }
    if (target?.closest('input, textarea, select, [role="menu"], [role="dialog"], [contenteditable]')) return null;
    if (event.timeStamp - this.#gAt < SEQUENCE_MS) {
      this.#gAt = -Infinity;
      const second = AFTER_G[event.key];
      if (second) return second;
    }
    // The sidebar has menus of its own.
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      return target?.closest('nav') ? null : 'menu';
    }
    if (event.key === 'g') {
      this.#gAt = event.timeStamp;
      return null;
    }
    // Enter and Space press the button or follow the link that has focus; arrows move a separator or turn a tab.
    if ((event.key === 'Enter' || event.key === ' ') && target?.closest('button, a, summary')) return null;
    if (event.key.startsWith('Arrow') && target?.closest('[role="separator"], [role="tablist"]')) return null;
    const shortcut = PLAIN[event.key] ?? null;
    // Elsewhere these keys scroll.
    if (shortcut !== null && FOLDING.has(shortcut) && target?.closest('main')) return null;
    return shortcut;
  }
}
