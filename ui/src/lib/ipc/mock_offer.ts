// What the mock backend makes of links and addresses: enough of what the real one does. Absent from what is shipped.
import { httpUrl } from '../feeds.svelte';
import type { Offer } from './types.gen';

/** `null`: nothing. */
export function offered(text: string): Offer | null {
  const link = /^\s*tidings:(?:\/\/)?add\/?\?(.*)$/i.exec(text)?.[1];
  const parts = new URLSearchParams(link ?? '');
  const url = httpUrl(link === undefined ? text : (parts.get('url') ?? ''));
  if (url === null) return null;
  const [user, password] = [url.username, url.password].map(decodeURIComponent);
  url.username = url.password = '';
  return {
    url: url.href,
    name: parts.get('name') ?? '',
    folder: parts.get('folder') ?? '',
    preset: parts.get('preset'),
    credential: user ? { kind: 'basic', user } : { kind: 'none' },
    secret: password || null,
  };
}
