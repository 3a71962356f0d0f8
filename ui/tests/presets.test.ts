// The presets in the dialog that adds a feed, as a person uses them.
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp, type Rendered } from './render_app';
import { byId } from './screen';

async function adding(url: string): Promise<Rendered> {
  const rendered = await renderApp();
  rendered.windowState.dialog = { kind: 'add', url };
  await expect.element(byId('feed-url')).toBeVisible();
  return rendered;
}

beforeEach(() => page.viewport(1240, 760));

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
