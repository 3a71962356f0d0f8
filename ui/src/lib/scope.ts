// What a scope is called. Deliberately not here: which events belong to it (events, and the backend).
import type { Feeds } from './feeds.svelte';
import type { Scope } from './ipc/types.gen';
import { m } from './paraglide/messages.js';

export function scopeName(scope: Scope, feeds: Feeds): string {
  switch (scope.kind) {
    case 'all':
      return m.all_events();
    case 'unread':
      return m.unread();
    case 'starred':
      return m.starred();
    case 'feed':
      return feeds.look(scope.feed).name;
    case 'folder':
      return scope.folder;
  }
}
