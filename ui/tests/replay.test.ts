// A transcript is replayed as a feed of its own: chosen, dropped, or found in the dialog that takes lists of feeds.
import { beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { purposeOf } from '../src/lib/dropped_file';
import { handOver } from '../src/lib/hand_over';
import { feedLike, stemOf } from '../src/lib/replay';
import { renderApp } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

beforeEach(() => viewport(1240, 900));

const transcript = (url: string): File =>
  new File([`{"transcript":1,"url":"${url}"}\n{"t":0,"step":"connect"}\n`], 'builds.transcript');

/** Whether it was taken rather than left to the browser, which would show the file instead of the page. */
function dropFile(file: File, on: Element = document.body): boolean {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(file);
  const drag = (type: string): DragEvent => new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer });
  return ['dragover', 'drop'].map((type) => on.dispatchEvent(drag(type))).every((goesOn) => !goesOn);
}

test('one that is dropped is shown first, understood as the feed that it is of, and ends with all that is its own', async () => {
  const { backend, session } = await renderApp();
  const known = session.feeds.all[0]?.feed;
  if (known === undefined) throw new Error('no feed');
  dropFile(transcript(`${known.url}?token=hidden`));
  await expect.element(byId('replay-facts')).toHaveTextContent('2 answers, 95 sec');
  await expect.element(byId('replay-like')).toHaveDisplayValue(known.name);
  expect(backend.calls).not.toContain('startReplay');

  await byId('replay-speed').selectOptions('Without any wait');
  await byId('replay-start').click();
  await expect.element(byId('replay-dialog')).not.toBeInTheDocument();
  const wanted = { name: 'Replay of builds', speed: null, like: known.id, notify: false };
  expect(backend.begun[0]).toEqual(['replay', wanted]);
  await expect.element(byId('list-title')).toHaveTextContent('Replay of builds');
  await expect.element(byId('job')).toHaveTextContent('A transcript is being replayed');
  await byId('job-cancel').click();
  expect(backend.calls.at(-1)).toBe('cancelJob');
});

test('each file is understood as the feed that it is of', async () => {
  const { session, windowState } = await renderApp();
  const [first, second] = session.feeds.all;
  if (first === undefined || second === undefined) throw new Error('no feeds');
  windowState.dialog = { kind: 'replay', file: transcript(first.feed.url) };
  await expect.element(byId('replay-like')).toHaveDisplayValue(first.feed.name);
  await byId('replay-file').upload(transcript(second.feed.url));
  await expect.element(byId('replay-like')).toHaveDisplayValue(second.feed.name);
  await byId('replay-file').upload(transcript('https://elsewhere.example/'));
  await expect.element(byId('replay-like')).toHaveDisplayValue('None');
});

test('the log of a feed leads to it, and the feed is what it is understood as', async () => {
  const { backend, session, windowState } = await renderApp();
  const [first, second] = session.feeds.all;
  if (first === undefined || second === undefined) throw new Error('no feeds');
  windowState.feedTab = 'connection';
  await session.go({ kind: 'feed', feed: second.feed.id });
  await byId('log-replay').click();
  await expect.element(byId('replay-start')).toBeDisabled();
  await byId('replay-file').upload(new File(['{}'], 'x.ndjson'));
  await expect.element(page.getByRole('alert').filter({ hasText: '“x.ndjson” is no transcript' })).toBeVisible();
  await byId('replay-file').upload(transcript(first.feed.url));
  await expect.element(byId('replay-like')).toHaveDisplayValue(second.feed.name);
  await byId('replay-like').selectOptions('None');
  await byId('replay-notify').click();
  await byId('replay-start').click();
  await expect
    .poll(() => backend.begun[0])
    .toEqual(['replay', { name: 'Replay of builds', speed: 1, like: null, notify: true }]);
});

test('a file that the web view does not give to the page is asked for, once', async () => {
  const { backend, windowState } = await renderApp();
  const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer;
  const dropped = (uri: string): void => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/uri-list', uri);
    document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
  };
  backend.dropped = { name: 'list.txt', pieces: [bytes('https://x.exam'), bytes('ple/new')] };
  dropped('/home/anna/list.txt');
  await expect.element(byId('import-item')).toHaveTextContent('https://x.example/new');
  windowState.dialog = null;
  await expect.element(byId('import-dialog')).not.toBeInTheDocument();
  // A page that says that a file was dropped gets none by that.
  backend.dropped = null;
  dropped('file:///home/anna/list.txt');
  await expect.poll(() => backend.calls.filter((call) => call === 'takeDropped').length).toBe(2);
  expect(windowState.dialog).toBeNull();
});

test('a file that is dropped opens the dialog that it is for', async () => {
  const { windowState, session } = await renderApp();
  dropFile(new File(['https://x.example/new'], 'list.txt'));
  await expect.element(byId('import-item')).toBeVisible();
  // Whoever chooses a transcript here means its replay.
  await byId('import-file').upload(transcript('https://x.example/'));
  await expect.element(byId('replay-facts')).toBeVisible();
  windowState.dialog = null;

  dropFile(new File(['SQLite format 3\0 sealed'], 'tidings-backup.db'));
  await expect.element(byId('restore-handed')).toBeChecked();
  await expect.element(byId('passphrase')).toBeVisible();
  windowState.dialog = null;

  dropFile(new File(['%PDF'], 'report.pdf'));
  await expect.element(byId('toast')).toHaveTextContent('“report.pdf” is neither a list of feeds');
  expect(windowState.dialog).toBeNull();
  expect(session.feeds.all.some(({ feed }) => feed.url === 'https://x.example/new')).toBe(false);
});

test('an open dialog takes what is dropped anywhere over it, and no other dialog does', async () => {
  const { backend, windowState } = await renderApp();
  windowState.dialog = { kind: 'import' };
  const field = byId('import-file');
  await expect.element(field).toBeVisible();
  expect(dropFile(new File(['https://x.example/new'], 'list.txt'), field.element())).toBe(true);
  await expect.element(byId('import-item')).toHaveTextContent('https://x.example/new');
  const named = (): string | undefined => (field.element() as HTMLInputElement).files?.[0]?.name;
  expect(named()).toBe('list.txt');
  // What it is for is no question here: what cannot be used is said where it was let go. Of two the later one counts.
  dropFile(new File(['https://x.example/never'], 'never.txt'), field.element());
  dropFile(new File(['%PDF'], 'report.pdf'), byId('import-dialog').element());
  await expect.element(byId('import-item')).not.toBeInTheDocument();
  expect(named()).toBe('report.pdf');

  const bytes = new TextEncoder().encode('https://x.example/other').buffer;
  backend.dropped = { name: 'other.txt', pieces: [bytes] };
  const dataTransfer = new DataTransfer();
  dataTransfer.setData('text/uri-list', '');
  field.element().dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
  await expect.element(byId('import-item')).toHaveTextContent('https://x.example/other');
  expect(named()).toBe('other.txt');

  windowState.dialog = { kind: 'shortcuts' };
  expect(dropFile(new File(['https://x.example/new'], 'list.txt'))).toBe(true);
  expect(windowState.dialog).toEqual({ kind: 'shortcuts' });
});

test('what a file is for is seen by how it begins, and else by its name', async () => {
  for (const [name, text, expected] of [
    ['x.txt', '{"transcript":1}', 'transcript'],
    ['x.transcript', '', 'transcript'],
    ['x.bin', 'SQLite format 3\0', 'backup'],
    ['x.TOML', 'format = 1', 'feeds'],
    ['x.opml', '<opml>', 'feeds'],
    ['x.png', '\x89PNG', null],
    ['x', '', null],
  ] as const) {
    expect(await purposeOf(new File([text], name)), name).toBe(expected);
  }
});

test('a large file is handed over whole, piece by piece, and tells how far it is', async () => {
  const { backend } = await renderApp();
  const text = 'x'.repeat(2_500_000);
  const told: number[] = [];
  await handOver(backend, new File([`{"transcript":1,"url":"${text}"}`], 'large'), (part) => told.push(part));
  expect(backend.calls.filter((call) => call === 'addToFile')).toHaveLength(3);
  expect(told.at(-1)).toBe(1);
  expect((await backend.lookAtTranscript(1)).url).toHaveLength(text.length);
});

test('the feed of a transcript is known by its address, whatever its query', async () => {
  const { session } = await renderApp();
  const known = session.feeds.all[1]?.feed;
  expect(feedLike(`${known?.url}?token=hidden`, session.feeds.all)?.id).toBe(known?.id);
  expect(feedLike('https://elsewhere.example/', session.feeds.all)).toBeUndefined();
  expect(feedLike('', session.feeds.all)).toBeUndefined();
  expect(['builds.transcript', 'a.b.ndjson', '.hidden', 'plain'].map(stemOf)).toEqual([
    'builds',
    'a.b',
    '.hidden',
    'plain',
  ]);
});
