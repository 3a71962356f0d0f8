// The settings: each change is made at once; long work is begun there, shown quietly, and can be broken off.
import { beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { renderApp } from './render_app';
import type { SettingsPart } from '../src/lib/window_state.svelte';
import { viewport } from './viewport';

beforeEach(() => viewport(1240, 760));

async function open(part: SettingsPart) {
  const rendered = await renderApp();
  rendered.windowState.dialog = { kind: 'settings', part };
  await expect.element(page.getByTestId('settings-dialog')).toBeVisible();
  return rendered;
}

test('what is kept is chosen for all feeds', async () => {
  const { session } = await open('data');
  await page.getByTestId('keep-days').selectOptions('30');
  await page.getByTestId('keep-events').selectOptions('10000');
  await expect.poll(() => session.settings.retention).toEqual({ days: 30, events: 10_000 });
  await page.getByTestId('keep-days').selectOptions('0');
  await expect.poll(() => session.settings.retention).toEqual({ days: 0, events: 10_000 });
  // A bound that was chosen elsewhere is shown, too.
  await session.changeSettings({ retention: { days: 45, events: 0 } });
  await expect.element(page.getByTestId('keep-days')).toHaveValue('45');
  await expect.element(page.getByText('For 45 days')).toBeInTheDocument();
});

test('rows of events that are gone go from the list, and the starred stay', async () => {
  const { backend, session } = await renderApp({ events: 200 });
  const of = session.list.rows[30];
  if (!of) throw new Error('there are rows');
  const before = session.list.rows;
  backend.tell({ kind: 'pruned', feed: of.feedId, until: of.id });
  const left = before.filter((row) => row.feedId !== of.feedId || row.id > of.id || row.starred);
  await expect.poll(() => session.list.rows.map(({ id }) => id)).toEqual(left.map(({ id }) => id));
});

test('long work is begun, shown, and broken off', async () => {
  const { backend, session } = await open('data');
  await page.getByTestId('export-csv').click();
  await page.getByTestId('vacuum').click();
  await expect.element(page.getByTestId('vacuum')).toBeDisabled();
  expect(session.jobs.map(({ work }) => work)).toEqual(['export', 'vacuum']);
  // Where it was begun, and then in the window.
  const lines = page.getByTestId('job');
  await expect
    .poll(() => lines.elements().map((line) => line.closest('[role="dialog"]') !== null))
    .toEqual([true, true]);
  await page.getByTestId('settings-dialog').getByText('Close').click();
  await expect
    .poll(() => lines.elements().map((line) => line.closest('[role="dialog"]') !== null))
    .toEqual([false, false]);
  await page.getByTestId('job-cancel').first().click();
  await expect.poll(() => session.jobs.map(({ work }) => work)).toEqual(['vacuum']);
  backend.setJobs([{ id: 2, work: 'backup', state: 'done', amount: 5_000, file: '/a.db' }]);
  await expect.element(page.getByTestId('job')).toHaveTextContent('Backed up: 5 kB.');
  await page.getByTestId('job-show').click();
  expect(backend.opened).toEqual(['job 2']);
  await page.getByTestId('job-dismiss').click();
  await expect.poll(() => session.jobs).toEqual([]);
});

test('a refused change is taken back', async () => {
  const { backend } = await open('general');
  await expect.element(page.getByTestId('setting-autostart')).toHaveAttribute('aria-checked', 'false');
  await page.getByTestId('setting-autostart').click();
  await expect.element(page.getByTestId('setting-autostart')).toHaveAttribute('aria-checked', 'true');
  backend.refusal = { code: 'autostart', message: 'That was not changed.' };
  await page.getByTestId('setting-autostart').click();
  await expect.element(page.getByTestId('toast')).toHaveTextContent('That was not changed.');
  await expect.element(page.getByTestId('setting-autostart')).toHaveAttribute('aria-checked', 'true');
});

// The window at 200 %: as many pixels, half as many of the page's.
test.each([
  ['general', 590],
  ['notifications', 590],
  ['data', 590],
  ['about', 420],
] as const)('nothing of “%s” is cut off at a width of %i', async (part, width) => {
  await viewport(width, 380);
  await open(part);
  const pane = document.querySelector<HTMLElement>('.settings-pane:not([hidden])');
  expect(pane?.scrollWidth).toBeLessThanOrEqual(pane?.clientWidth ?? 0);
  const right = document.querySelector('.dialog')?.getBoundingClientRect().right ?? Infinity;
  expect(right).toBeLessThanOrEqual(width);
  for (const control of pane?.querySelectorAll('button, select, input') ?? []) {
    expect(control.getBoundingClientRect().right).toBeLessThanOrEqual(right);
  }
});

test('the way to servers is saved as a whole, and a refusal is said', async () => {
  const { backend, session } = await open('network');
  const save = page.getByTestId('network-save');
  await expect.element(save).toBeDisabled();
  await page.getByTestId('network-proxy').selectOptions('url');
  await page.getByTestId('network-proxy-url').fill('nonsense');
  await save.click();
  await expect.element(page.getByText('The proxy address has to begin with')).toBeVisible();
  expect(session.settings.network.proxy).toEqual({ kind: 'system' });
  await page.getByTestId('network-proxy-url').fill('socks5://anna@proxy.example:1080');
  await page.getByTestId('network-proxy-secret').fill('s3cret');
  await page.getByTestId('network-ca').fill(' /etc/ssl/ours.pem ');
  await save.click();
  await expect.poll(() => session.settings.network.caFile).toBe('/etc/ssl/ours.pem');
  expect(session.settings.network.proxy).toEqual({ kind: 'url', url: 'socks5://anna@proxy.example:1080' });
  expect(backend.calls.filter((call) => call === 'changeNetwork')).toHaveLength(2);
  // What is kept is not shown, and the form is at rest again.
  await expect.element(page.getByTestId('network-proxy-secret-kept')).toBeVisible();
  await expect.element(save).toBeDisabled();
  // Other settings leave it as it is.
  await session.changeSettings({ notify: false });
  expect(session.settings.network.caFile).toBe('/etc/ssl/ours.pem');
});
