// What is to be known of a feed from elsewhere before it is followed, in words. Deliberately not here: why one cannot be
// taken (refusal_words.ts).
import type { Danger } from './ipc/types.gen';
import { m } from './paraglide/messages.js';

/** Whether a feed with it is taken only if somebody says so. */
export function grave({ kind }: Danger): boolean {
  return kind !== 'secretMissing' && kind !== 'plainSecret';
}

export function dangerWords(danger: Danger): string {
  switch (danger.kind) {
    case 'hook':
      return m.danger_hook({ what: danger.what });
    case 'insecure':
      return m.danger_insecure();
    case 'pinned':
    case 'authority':
      return m.danger_trust({ what: danger.what });
    case 'certificate':
      return m.danger_certificate({ what: danger.what });
    case 'proxy':
      return m.danger_proxy({ what: danger.what });
    case 'noProxy':
      return m.danger_no_proxy();
    case 'credentialsFollow':
      return m.danger_follow();
    case 'plainSecret':
      return m.danger_plain();
    case 'secretMissing':
      return m.danger_missing();
  }
}
