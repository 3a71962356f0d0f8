// A file of feeds as the mock backend reads it: addresses, one on each line, of which some are special. Deliberately not
// here: how the real one reads files.
import type { Danger, Feed, Import, ImportItem, ImportPreview } from './types.gen';

/** `insecure` in an address makes a danger, `broken` a refusal; a line `sealed` seals passwords, which `open` opens. */
export function previewed({ text, passphrase }: Import, feeds: readonly Feed[]): ImportPreview {
  const lines = text.split('\n').filter((line) => line !== '');
  const sealed = lines.includes('sealed') ? (passphrase === null ? 'locked' : 'open') : 'nothing';
  const addresses = lines.filter((line) => line.startsWith('http'));
  return { title: 'Our servers', description: 'What everybody follows.', sealed, feeds: addresses.map(item) };

  function item(url: string, at: number): ImportItem {
    const there = feeds.find((feed) => feed.url === url);
    const dangers: Danger[] = [];
    const hook: Danger = { kind: 'hook', what: 'rm -rf /' };
    if (url.includes('insecure')) dangers.push({ kind: 'insecure' }, hook, hook);
    if (sealed === 'locked') dangers.push({ kind: 'secretMissing' });
    const standing: ImportItem['standing'] = url.includes('broken')
      ? { kind: 'refused', fault: { kind: 'unknown', key: 'colour' }, reason: '“colour” means nothing.' }
      : there === undefined
        ? { kind: 'new' }
        : { kind: 'changed', feed: there.id, name: there.name, settings: ['mapping'] };
    return { number: at + 1, name: new URL(url).pathname.slice(1), url, folder: 'Ours', standing, dangers };
  }
}
