// The presets in the dialog that adds a feed, as a person uses them.
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp, type Rendered } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

async function adding(url: string): Promise<Rendered> {
  const rendered = await renderApp();
  rendered.windowState.dialog = { kind: 'add', url };
  await expect.element(byId('feed-url')).toBeVisible();
  return rendered;
}

beforeEach(() => viewport(1240, 760));

describe('an address', () => {
  test('of a known source is proposed to be set up for it, which can be taken back', async () => {
    await adding('');
    await userEvent.fill(byId('feed-url'), 'https://ntfy.sh/alerts');
    await expect.element(byId('preset-proposal')).toHaveTextContent('This is ntfy');
    await expect.element(byId('preset-proposal')).toHaveTextContent('resumes with since');
    await expect.element(byId('preset-corrected')).toHaveTextContent('https://ntfy.sh/alerts/sse');
    await expect.element(byId('preset-credentials')).toHaveTextContent('It may want a token');
    await byId('preset-use').click();
    await expect.element(byId('preset-proposal')).toHaveTextContent('Set up for ntfy');
    await expect.element(byId('feed-url')).toHaveValue('https://ntfy.sh/alerts/sse');
    await expect.element(byId('feed-name')).toHaveValue('alerts');
    await byId('preset-undo').click();
    await expect.element(byId('feed-url')).toHaveValue('https://ntfy.sh/alerts');
    await expect.element(byId('feed-name')).toHaveValue('');
  });

  test('that is typed after that is kept when it is taken back', async () => {
    const { backend } = await adding('https://ntfy.sh/alerts');
    await byId('preset-use').click();
    await userEvent.fill(byId('feed-url'), 'https://ntfy.example/alerts/sse');
    const asked = (): boolean => backend.tried.includes('https://ntfy.example/alerts/sse');
    await expect.poll(asked).toBe(true);
    await expect.element(byId('preset-proposal')).toHaveTextContent('Set up for ntfy');
    await byId('preset-undo').click();
    await expect.element(byId('feed-url')).toHaveValue('https://ntfy.example/alerts/sse');
    await expect.element(byId('feed-name')).toHaveValue('');
  });

  test('that may be of a source is only said to look like it', async () => {
    await adding('http://meter.local/events');
    await expect.element(byId('preset-proposal')).toHaveTextContent('Looks like ESPHome');
    await expect.element(byId('preset-proposal')).toHaveTextContent('Not tried with a live server');
  });

  test('of nothing that is known is left alone', async () => {
    await adding('https://example.org/events');
    await expect.element(byId('preset-choose')).toBeVisible();
    await expect.element(byId('preset-proposal')).not.toBeInTheDocument();
  });
});

test('how a source resumes stands in the fields for it, and is not lost when one of them is changed', async () => {
  const { session } = await adding('https://ntfy.sh/alerts');
  await byId('preset-use').click();
  await byId('advanced').click();
  await expect.element(byId('feed-resume-parameter')).toHaveValue('since');
  await expect.element(byId('feed-resume-path')).toHaveValue('id');
  await expect.element(byId('feed-repeats-path')).toHaveValue('id');
  await userEvent.fill(byId('feed-resume-path'), 'number');
  await byId('feed-save').click();
  await expect
    .poll(() => session.feeds.all.at(-1)?.feed.resume)
    .toEqual({ kind: 'query', parameter: 'since', path: 'number', types: [] });
});

test('a source is chosen, asked about and set up', async () => {
  await adding('');
  await byId('preset-choose').click();
  await userEvent.selectOptions(byId('preset-source'), 'ntfy');
  await byId('preset-fill').click();
  await expect.element(byId('preset-problem')).toHaveTextContent('is missing: fill it in');
  await userEvent.fill(byId('preset-field-topics'), 'backups');
  await userEvent.keyboard('{Enter}');
  await expect.element(byId('feed-url')).toHaveValue('https://ntfy.sh/backups/sse');
  await expect.element(byId('preset-proposal')).toHaveTextContent('Set up for ntfy');
});

test('what comes shows the source where the address does not', async () => {
  await adding('https://example.org/beats');
  await expect.element(byId('preset-proposal')).toHaveTextContent('Looks like ESPHome');
  // Beside how it is now stands how it would be, before anything is taken.
  await expect.element(byId('preview').first()).toHaveTextContent('Deploy to production');
  await expect.element(byId('proposed-preview').first()).toHaveTextContent('Device: deploy');
  await byId('preset-use').click();
  await expect.element(byId('proposed-preview')).not.toBeInTheDocument();
});

test('the credential that a source wants is chosen with its preset, and taken back with it', async () => {
  await adding('https://bridge.example/eventstream');
  await byId('preset-choose').click();
  await userEvent.selectOptions(byId('preset-source'), 'hue');
  await byId('preset-fill').click();
  await expect.element(byId('feed-auth')).toHaveValue('header');
  await expect.element(byId('feed-auth-name')).toHaveValue('hue-application-key');
  await expect.element(byId('feed-secret')).toBeVisible();
  await byId('preset-undo').click();
  await expect.element(byId('feed-auth')).toHaveValue('none');
});

test('on the first run the sources are a click away', async () => {
  const { windowState } = await renderApp({ feeds: false });
  await byId('first-source').click();
  await expect.element(byId('preset-source')).toHaveValue('ntfy');
  await expect.element(byId('preset-field-topics')).toBeVisible();
  await byId('feed-cancel').click();
  await expect.poll(() => windowState.dialog).toBe(null);
  await byId('first-sources').click();
  await expect.element(byId('preset-source')).toHaveValue('');
});

test('a feed is saved as a preset, and one of its name is replaced only when told', async () => {
  const { backend, session, windowState } = await renderApp();
  const feed = session.feeds.get(1)?.feed;
  if (feed) windowState.dialog = { kind: 'preset', feed };
  await expect.element(byId('preset-name')).toHaveValue('Build farm');
  await userEvent.fill(byId('preset-name'), '…');
  await byId('preset-save').click();
  await expect.element(byId('preset-dialog')).toHaveTextContent('makes no id');
  await userEvent.fill(byId('preset-name'), 'Our CI');
  await expect.element(byId('preset-dialog')).not.toHaveTextContent('makes no id');
  await byId('preset-save').click();
  await expect.element(byId('preset-dialog')).toHaveTextContent('of yours already');
  await expect.element(byId('preset-save')).toHaveTextContent('Replace');
  await byId('preset-save').click();
  await expect.element(byId('preset-dialog')).not.toBeInTheDocument();
  await expect.element(byId('toast')).toHaveTextContent('Saved.');
  expect(backend.calls.filter((call) => call === 'savePreset').length).toBe(3);
});

test('heartbeats and refusals are edited', async () => {
  const { session } = await renderApp();
  await session.go({ kind: 'feed', feed: 1 });
  await byId('tab-settings').click();
  await byId('advanced').click();
  await byId('heartbeat-add').click();
  await expect.element(byId('heartbeat-types')).toHaveFocus();
  await expect.element(byId('heartbeat-types')).toHaveAccessibleName('Types, parted by commas');
  await byId('heartbeat-add').click();
  await expect.element(byId('heartbeat-types').nth(1)).toHaveFocus();
  const remove = page.getByRole('group', { name: 'Heartbeats' }).getByRole('button', { name: 'Remove' });
  await remove.first().click();
  await expect.element(remove).toHaveFocus();
  await remove.click();
  await expect.element(byId('heartbeat-add')).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  await userEvent.fill(byId('heartbeat-types'), 'ping, alive');
  await byId('refusal-add').click();
  await userEvent.fill(byId('refusal-data'), 'unauthorized');
  await userEvent.fill(byId('refusal-expression'), 'event.json.code == 401');
  await byId('settings-save').click();
  await expect
    .poll(() => session.feeds.get(1)?.feed.signals)
    .toEqual({
      heartbeats: [{ eventTypes: ['ping', 'alive'], expression: '' }],
      refusals: [{ eventTypes: [], data: 'unauthorized', expression: 'event.json.code == 401' }],
    });
});
