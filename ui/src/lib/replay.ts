// What is chosen for the replay of a transcript. Deliberately not here: the replay, and words of its errors.
import { httpUrl } from './feeds.svelte';
import type { Feed, FeedStatus } from './ipc/types.gen';
import { m } from './paraglide/messages.js';

/** How quickly a transcript is replayed: as it came, ten times as quickly, or without any wait. */
export type Speed = 'real' | 'ten' | 'once';

export const SPEEDS: readonly Speed[] = ['real', 'ten', 'once'];

export function speedWords(speed: Speed): string {
  switch (speed) {
    case 'real':
      return m.replay_speed_real();
    case 'ten':
      return m.replay_speed_ten();
    case 'once':
      return m.replay_speed_once();
  }
}

/** As the backend takes it. */
export function speedOf(speed: Speed): number | null {
  return { real: 1, ten: 10, once: null }[speed];
}

/** The feed that a transcript is of, as far as the address tells: secrets in its query are hidden. */
export function feedLike(url: string, feeds: readonly FeedStatus[]): Feed | undefined {
  const of = (text: string): string | null => {
    const parsed = httpUrl(text);
    return parsed && parsed.origin + parsed.pathname;
  };
  const wanted = of(url);
  return wanted === null ? undefined : feeds.map(({ feed }) => feed).find((feed) => of(feed.url) === wanted);
}

/** The name of a file without its extension. */
export function stemOf(name: string): string {
  return name.replace(/(.)\.[^.]*$/, '$1');
}
