// Passwords and tokens as the window knows of them: that there are some, and where. Deliberately not here: the secrets.
import type { FeedConfig, SecretOf, SecretPlace } from './ipc/types.gen';
import { m } from './paraglide/messages.js';

/** Whether a secret of this use is kept. */
export function isKept(config: FeedConfig, kind: SecretOf['kind']): boolean {
  return config.secrets.some(({ of }) => of.kind === kind);
}

/** Where the secrets of a feed are kept, in a few words. */
export function placeWords(config: FeedConfig): string {
  return inPlace(config.secrets[0]?.place ?? 'keyring');
}

export function inPlace(place: SecretPlace): string {
  return place === 'keyring' ? m.kept_in_keyring() : m.kept_in_file();
}
