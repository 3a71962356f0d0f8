// A feed's request as a command line of curl, for a report to whoever runs the server. What may be a secret is a
// placeholder. Deliberately not here: copying it.
import { httpUrl } from './feeds.svelte';
import type { FeedConfig } from './ipc/types.gen';

/** Parts of the names of headers and query parameters that usually carry a secret; as in the engine's `secret.rs`. */
const SECRET = /auth|cookie|key|token|secret|pass|pwd|session|sig|credential|jwt/i;
/** Headers of a feed's request, which one of its own may replace. */
const STANDARD: readonly [name: string, value: string][] = [
  ['Accept', 'text/event-stream'],
  ['Cache-Control', 'no-cache'],
];

/** With `-N` what comes is shown at once, and with `-v` the headers too. */
export function curl(config: FeedConfig): string {
  const own = new Set(config.headers.map(({ name }) => name.toLowerCase()));
  const words = ['curl', '-N', '-v'];
  if (config.insecure) words.push('--insecure');
  if (config.caFile !== null) words.push('--cacert', quoted(config.caFile));
  if (config.proxy.kind === 'url') words.push('--proxy', quoted(shownUrl(config.proxy.url)));
  if (config.proxy.kind === 'none') words.push('--noproxy', quoted('*'));
  for (const [name, value] of STANDARD) {
    if (!own.has(name.toLowerCase())) words.push('-H', quoted(`${name}: ${value}`));
  }
  for (const { name, value } of config.headers) {
    words.push('-H', quoted(`${name}: ${SECRET.test(name) ? `<${name.toLowerCase()}>` : value}`));
  }
  return [...words, quoted(shownUrl(config.url))].join(' ');
}

/** An address with placeholders where secrets usually are. */
function shownUrl(text: string): string {
  const url = httpUrl(text) ?? URL.parse(text);
  if (url === null) return text;
  const login = url.username !== '' || url.password !== '' ? '<user>:<password>@' : '';
  const query = url.search
    .slice(1)
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=', 1);
      return pair.includes('=') && SECRET.test(decoded(name)) ? `${name}=<${decoded(name)}>` : pair;
    })
    .join('&');
  return `${url.protocol}//${login}${url.host}${url.pathname}${query === '' ? '' : `?${query}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
