// The test of an address in the add dialog: when it is made, what it says, what it proposes.
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { completedAddress } from '../src/lib/live_test.svelte';
import { renderApp, type Rendered } from './render_app';
import { viewport } from './viewport';

beforeEach(() => viewport(1240, 760));

async function typed(url: string): Promise<Rendered> {
  const rendered = await renderApp();
  rendered.windowState.dialog = { kind: 'add', url: '' };
  await page.getByTestId('feed-url').fill(url);
  return rendered;
}

const strip = () => page.getByTestId('live-test');
const step = (name: string) =>
  page
    .getByTestId('test-step')
    .elements()
    .find(({ dataset }) => dataset.step === name);

describe('while an address is typed', () => {
  test('it is tried once, and each layer is told with its time', async () => {
    const { backend } = await typed('https://ci.example/e');
    await page.getByTestId('feed-url').fill('https://ci.example/events');
    await expect.element(strip()).toHaveAttribute('data-outcome', 'works');
    expect(backend.tried).toEqual(['https://ci.example/events']);
    expect(
      page
        .getByTestId('test-step')
        .elements()
        .map(({ dataset }) => dataset.verdict),
    ).toEqual(Array(8).fill('good'));
    expect(step('tls')).toHaveTextContent('41 ms');
    expect(step('tls')).toHaveTextContent('TLS 1.3 · ci.example');
    await expect.element(page.getByTestId('preview').first()).toHaveTextContent('Deploy to production');
    await expect.element(page.getByTestId('preview').nth(1)).toHaveTextContent('kept silently');
  });

  test('and cannot be, it says why, and is tried again when that is asked for', async () => {
    const { backend, windowState } = await renderApp();
    const refusal = vi.spyOn(backend, 'testAddress').mockRejectedValueOnce({ code: 'x', message: 'Too many tests.' });
    windowState.dialog = { kind: 'add', url: 'https://ci.example/events' };
    await expect.element(strip()).toHaveTextContent('Too many tests.');
    refusal.mockRestore();
    await page.getByTestId('live-test-again').click();
    await expect.element(strip()).toHaveAttribute('data-outcome', 'works');
  });

  test('what is no address is not tried, and the scheme that was left out is offered', async () => {
    const { backend } = await typed('ci.example/events');
    await page.getByTestId('complete-address').click();
    await expect.element(page.getByTestId('feed-url')).toHaveValue('https://ci.example/events');
    await expect.element(strip()).toHaveAttribute('data-outcome', 'works');
    expect(backend.tried).toEqual(['https://ci.example/events']);
  });

  test('headers and secrets go to no host that is half typed or another, before the user says so', async () => {
    const { backend, session } = await typed('https://ci.example/events');
    await expect.poll(() => backend.tried.length).toBe(1);
    await page.getByTestId('headers').click();
    await page.getByTestId('header-add').click();
    await page.getByTestId('header-name').fill('X-Team');
    await page.getByTestId('header-value').fill('ours');
    await page.getByTestId('signing-in').click();
    await page.getByTestId('feed-auth').selectOptions('bearer');
    await page.getByTestId('feed-secret').fill('s3cret');
    await expect.poll(() => backend.carried.at(-1)).toBe('ours,s3cret');
    const before = backend.tried.length;
    // From here on a request would be made at once, …
    session.test.pause = 0;
    for (const url of ['https://ci.example.or', 'https://another.example/events']) {
      await page.getByTestId('feed-url').fill(url);
      await page.getByTestId('feed-name').click();
      // … and this comes later than that.
      await expect.poll(() => backend.recognised.at(-1)).toBe(url);
      await expect.element(strip()).toHaveAttribute('data-outcome', 'held');
      expect(backend.tried.slice(before)).toEqual([]);
    }
    // Back at the host for which they were entered nothing has to be said, …
    await page.getByTestId('feed-url').fill('https://ci.example/other');
    await expect.poll(() => backend.tried.slice(before)).toEqual(['https://ci.example/other']);
    // … and elsewhere once.
    await page.getByTestId('feed-url').fill('https://another.example/events');
    await page.getByTestId('live-test-again').click();
    await expect.element(strip()).toHaveAttribute('data-outcome', 'works');
    await page.getByTestId('feed-url').fill('https://another.example/more');
    await expect.poll(() => backend.tried.at(-1)).toBe('https://another.example/more');
    expect(backend.carried.slice(before)).toEqual(Array(3).fill('ours,s3cret'));
  });

  test('a name does not make another test', async () => {
    const { backend } = await typed('https://ci.example/events');
    await expect.element(strip()).toHaveAttribute('data-outcome', 'works');
    await page.getByTestId('feed-name').fill('Builds');
    await page.getByTestId('live-test-again').click();
    await expect.element(strip()).toHaveAttribute('data-outcome', 'works');
    expect(backend.tried.length).toBe(2);
  });
});

describe('what is wrong', () => {
  test('is said, and a better address is taken and tried', async () => {
    const { backend } = await typed('https://ci.example/page');
    await expect.element(page.getByTestId('finding')).toHaveAttribute('data-kind', 'linked');
    expect(step('contentType')?.dataset.verdict).toBe('failed');
    expect(step('firstBytes')?.dataset.verdict).toBe('skipped');
    await page.getByTestId('take-proposal').click();
    await expect.element(strip()).toHaveAttribute('data-outcome', 'works');
    expect(backend.tried).toEqual(['https://ci.example/page', 'https://ci.example/events']);
  });

  test('keeps nobody from saving the feed', async () => {
    const { backend } = await typed('https://nowhere.example/');
    await expect.element(strip()).toHaveAttribute('data-outcome', 'failed');
    await page.getByTestId('feed-save').click();
    await expect.poll(() => backend.calls.includes('addFeed')).toBe(true);
  });
});

test('a certificate that nobody vouches for is trusted by its fingerprint, and tried again', async () => {
  const { backend, session } = await typed('https://locked.example/self-signed');
  await expect.element(strip()).toHaveAttribute('data-outcome', 'failed');
  const [number, report] = [backend.trying ?? -1, session.test.report];
  const cause = { layer: 'tls', short: 'TLS', message: 'It is self-signed.', fingerprint: 'AB:CD' };
  if (report !== null) backend.send({ kind: 'test', number, report: { ...report, cause } });
  await page.getByTestId('live-test-trust').click();
  await expect.element(page.getByTestId('feed-pinned')).toHaveTextContent('AB:CD');
  await expect.poll(() => backend.tried.length).toBe(2);
});

test('nothing is asked once the dialog is closed', async () => {
  const { backend, windowState } = await typed('https://ci.example/events');
  await page.getByTestId('feed-cancel').click();
  await expect.element(page.getByTestId('feed-dialog')).not.toBeInTheDocument();
  windowState.dialog = { kind: 'add', url: 'https://ci.example/later' };
  await expect.element(strip()).toHaveAttribute('data-outcome', 'works');
  // The earlier one would have been asked before this.
  expect(backend.tried).toEqual(['https://ci.example/later']);
});

test('a test that is under way ends with the dialog, and what is told of it afterwards is not shown', async () => {
  const { backend, session } = await typed('https://slow.example/events');
  await expect.element(strip()).toHaveAttribute('data-outcome', 'running');
  const number = backend.trying ?? -1;
  const running = session.test.report;
  await page.getByTestId('feed-cancel').click();
  await expect.poll(() => backend.trying).toBe(null);
  if (running !== null) backend.send({ kind: 'test', number, report: running });
  expect(session.test.report).toBe(null);
});

test.each([
  ['ntfy.sh/topic/sse', 'https://ntfy.sh/topic/sse'],
  ['localhost:4874/events', 'http://localhost:4874/events'],
  ['192.168.1.5/events', 'http://192.168.1.5/events'],
  ['printer:631/events', 'http://printer:631/events'],
  ['nothing', null],
  ['anna@example.org', null],
  ['https://example.org/', null],
  ['', null],
])('%s becomes %s', (typed, completed) => {
  expect(completedAddress(typed)).toBe(completed);
});
