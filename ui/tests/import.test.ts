// Feeds come in from a file, and leave as one; everything is backed up and restored. What the backend makes of files is
// tested there.
import { beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { renderApp, type Rendered } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

const LIST = ['https://x.example/new', 'https://x.example/insecure', 'https://x.example/broken'];

async function importOf(lines: readonly string[], options = {}): Promise<Rendered> {
  const rendered = await renderApp(options);
  rendered.windowState.dialog = { kind: 'import', file: new File([lines.join('\n')], 'pack.toml') };
  return rendered;
}

beforeEach(() => viewport(1240, 900));

test('what is new and harmless is chosen, what is dangerous is named, and all of it is taken back at once', async () => {
  const { backend, session } = await importOf(LIST);
  const boxes = page.getByRole('checkbox');
  await expect.element(boxes.nth(0)).toBeChecked();
  await expect.element(boxes.nth(1)).not.toBeChecked();
  await expect.element(boxes.nth(2)).toBeDisabled();
  await expect.element(byId('import-item').nth(1)).toHaveTextContent('Accepts any certificate');
  // Each of two rules starts it.
  await expect.element(byId('import-item').nth(1)).toHaveTextContent(/(left out: rm -rf \/.*){2}/);
  await expect.element(byId('import-item').nth(2)).toHaveTextContent('“colour” means nothing.');
  expect(backend.calls).not.toContain('importFeeds');

  const before = session.feeds.all.length;
  await boxes.nth(1).click();
  await expect.element(byId('import-take')).toHaveTextContent('Import 2');
  await byId('import-take').click();
  await expect.poll(() => session.feeds.all.length).toBe(before + 2);
  await expect.element(byId('import-dialog')).not.toBeInTheDocument();
  await byId('undo').click();
  await expect.poll(() => session.feeds.all.length).toBe(before);
});

test('settings of a feed that is there are replaced only if that is chosen, and come back', async () => {
  const { session } = await importOf([]);
  const feed = session.feeds.all[0]?.feed;
  if (feed === undefined) throw new Error('no feed');
  await byId('import-file').upload(new File([feed.url], 'list.txt'));
  await expect.element(byId('import-item')).toHaveTextContent(`Replaces settings of “${feed.name}”: mapping`);
  await expect.element(byId('import-take')).toBeDisabled();
  await page.getByRole('checkbox').click();
  await byId('import-take').click();
  await expect.poll(() => session.feeds.get(feed.id)?.feed.name).not.toBe(feed.name);
  await byId('undo').click();
  await expect.poll(() => session.feeds.get(feed.id)?.feed.name).toBe(feed.name);
});

test('a passphrase opens what is sealed, a wrong one says so, and without one feeds come without', async () => {
  const { backend } = await importOf(['sealed', 'https://x.example/new']);
  await expect.element(byId('import-item')).toHaveTextContent('has to be entered');
  await byId('passphrase').fill('wrong');
  await byId('import-unlock').click();
  await expect.element(page.getByRole('alert').filter({ hasText: 'The passphrase is not the one' })).toBeVisible();
  await byId('passphrase').fill('open');
  await byId('import-unlock').click();
  await expect.element(byId('passphrase')).not.toBeInTheDocument();
  await byId('import-take').click();
  await expect.poll(() => backend.calls).toContain('importFeeds');
});

test('a file that is none says so and another can be chosen; the first run offers it', async () => {
  const { session } = await renderApp({ feeds: false });
  await byId('first-import').click();
  await byId('import-file').upload(new File(['format = 9'], 'x.toml'));
  await expect.element(page.getByRole('alert').filter({ hasText: 'no list of feeds' })).toBeVisible();
  await expect.element(byId('import-take')).toBeDisabled();
  await byId('import-file').upload(new File(['https://x.example/new'], 'x.txt'));
  await expect.element(byId('import-take')).toBeEnabled();
  // Of the one before, nothing stays.
  await byId('import-file').upload(new File(['format = 9'], 'x.toml'));
  await expect.element(page.getByRole('alert').filter({ hasText: 'no list of feeds' })).toBeVisible();
  await expect.element(byId('import-take')).toBeDisabled();
  await byId('import-file').upload(new File(['https://x.example/new'], 'x.txt'));
  await byId('import-take').click();
  await expect.poll(() => session.feeds.all.length).toBe(1);
});

test('some feeds are exported: a folder, or a choice; what may tell a secret is named before', async () => {
  const { backend, session, windowState } = await renderApp({ folders: true });
  const folder = session.feeds.folders[0];
  const feeds = session.feeds.all.map(({ feed }) => feed);
  if (folder === undefined) throw new Error('no folder');
  const within = folder.feeds.map(({ feed }) => feed.id);
  const other = feeds.find(({ id }) => !within.includes(id));
  if (other === undefined) throw new Error('no other feed');
  await backend.editFeed(other.id, { ...other, name: 'Telling', url: `${other.url}?token=s3cret` });

  await byId('folder-row').first().click({ button: 'right' });
  await byId('menu-export').click();
  await expect.element(byId('choose-all')).not.toBeChecked();
  await expect.element(byId('save-warning')).not.toBeInTheDocument();
  await byId('save').click();
  await expect.poll(() => backend.begun[0]).toEqual(['feeds', within]);

  windowState.dialog = { kind: 'save', what: 'feeds' };
  await expect.element(byId('save-warning')).toHaveTextContent('may be secret, and are written as they are: Telling.');
  await page.getByRole('checkbox', { name: 'Telling' }).click();
  await expect.element(byId('save-warning')).not.toBeInTheDocument();
  await byId('save').click();
  await expect
    .poll(() => backend.begun[0])
    .toEqual(['feeds', feeds.map(({ id }) => id).filter((id) => id !== other.id)]);

  windowState.dialog = { kind: 'save', what: 'feeds' };
  await byId('choose-all').click();
  await expect.element(byId('save')).toBeDisabled();
  await byId('choose-all').click();
  await byId('save').click();
  await expect.poll(() => backend.begun[0]).toEqual(['feeds', null]);
});

test('everything is backed up, with a passphrase that was typed twice, and restored', async () => {
  const { backend } = await renderApp();
  await byId('settings').click();
  await byId('settings-data').click();
  await byId('feeds-export').click();
  await byId('save').click();
  await expect.poll(() => backend.begun[0]?.[0]).toBe('feeds');

  await byId('settings').click();
  await byId('settings-data').click();
  await byId('backup').click();
  await byId('passphrase').fill('horse');
  await expect.element(byId('save')).toBeDisabled();
  await byId('passphrase').nth(1).fill('hose');
  await expect.element(byId('save-dialog')).toHaveTextContent('The two are not the same.');
  await byId('passphrase').nth(1).fill('horse');
  await expect.element(byId('save-dialog')).not.toHaveTextContent('The two are not the same.');
  await byId('save').click();
  await expect.poll(() => backend.begun[0]).toEqual(['backup', 'horse']);

  await byId('settings').click();
  await byId('settings-data').click();
  await byId('restore-ask').click();
  await byId('restore-backup').nth(1).click();
  await expect.element(byId('passphrase')).not.toBeInTheDocument();
  await byId('restore').click();
  await expect
    .poll(() => backend.begun[0])
    .toEqual(['restore', { kind: 'downloads', name: 'tidings-backup-1.db' }, null]);

  // One from elsewhere.
  await byId('settings').click();
  await byId('settings-data').click();
  await byId('restore-ask').click();
  await byId('restore-file').upload(new File(['no backup'], 'holiday.db'));
  await expect.element(page.getByRole('alert').filter({ hasText: '“holiday.db” is no backup' })).toBeVisible();
  await byId('restore-file').upload(new File(['SQLite format 3\0 sealed'], 'kept.db'));
  await expect.element(byId('restore-handed')).toBeChecked();
  await byId('passphrase').fill('horse');
  await byId('restore').click();
  await expect.poll(() => backend.begun[0]).toEqual(['restore', { kind: 'handed', file: 2 }, 'horse']);
});
