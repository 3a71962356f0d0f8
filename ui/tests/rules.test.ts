// Words and rules of a feed, edited as a person does: with the keyboard, and with the result beside what is typed.
import { beforeEach, describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderApp, type Rendered } from './render_app';
import type { MockOptions } from '../src/lib/ipc/mock';
import { byId } from './screen';
import { viewport } from './viewport';

/** Opens the editor of the first feed from its menu. */
async function openEditor(options: MockOptions = {}): Promise<Rendered> {
  const rendered = await renderApp(options);
  await page.getByTestId('feed-row').filter({ hasText: 'Build farm' }).click({ button: 'right' });
  await byId('menu-rules').click();
  await expect.element(page.getByRole('dialog', { name: 'Words and rules: Build farm' })).toBeVisible();
  return rendered;
}

async function addRule(): Promise<void> {
  await byId('rule-add').click();
}

beforeEach(() => viewport(1240, 760));

describe('words', () => {
  test('show what an empty field becomes, and the newest event as it is', async () => {
    await openEditor();
    await expect.element(byId('map-urgency')).toHaveAttribute('placeholder', 'By itself: priority, level or severity');
    await expect.element(byId('try-event')).toHaveTextContent(/Deploy to production failed/);
    await expect.element(byId('tried-title')).toHaveTextContent(/^Deploy to production failed$/);
    await expect.element(byId('tried-link')).toHaveTextContent('https://ci.example/deploys/991');
    await expect.element(byId('tried-verdict')).toHaveTextContent('Announced (no rule matches)');
  });

  test('are completed from the event by the keyboard, shown at once, and saved', async () => {
    const { session } = await openEditor();
    await expect.element(byId('tried-title')).toBeVisible();
    (byId('map-title').element() as HTMLElement).focus();
    await userEvent.keyboard('Service {{{{ ');
    await expect.element(byId('completion').first()).toHaveTextContent('event.json.event');
    await userEvent.keyboard('serv{ArrowDown}{ArrowUp}');
    await expect.element(byId('map-title')).toHaveAttribute('aria-activedescendant', expect.stringMatching(/-0$/));
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('map-title')).toHaveValue('Service {{ event.json.service.name }}');
    await expect.element(byId('map-title')).toHaveFocus();
    await expect.element(byId('tried-title')).toHaveTextContent('Service web');
    await expect.element(byId('rules-state')).toHaveTextContent('Not saved yet.');
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    await expect.poll(() => session.feeds.get(1)?.feed.mapping.title).toBe('Service {{ event.json.service.name }}');
  });

  test('offer what the event has when asked with the arrow, and Esc closes only the list', async () => {
    await openEditor();
    await expect.element(byId('tried-title')).toBeVisible();
    (byId('map-link').element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowDown}');
    await expect.element(page.getByRole('listbox', { name: 'What the event has' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('listbox', { name: 'What the event has' })).not.toBeInTheDocument();
    await expect.element(page.getByRole('dialog')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });

  test('are taken from the list with the mouse', async () => {
    await openEditor();
    await expect.element(byId('tried-title')).toBeVisible();
    await byId('map-link').fill('{{ cli');
    await byId('completion').filter({ hasText: 'event.json.click' }).click();
    await expect.element(byId('map-link')).toHaveValue('{{ event.json.click }}');
  });

  test('say line and column of a mistake at its field, and are not saved with it', async () => {
    const { backend } = await openEditor();
    await byId('map-body').fill('First\nthen {{ event.json.title');
    await expect.element(byId('map-body-fault')).toHaveTextContent('Line 2, column 6: unexpected end of input.');
    await expect.element(byId('map-body')).toHaveAttribute('aria-invalid', 'true');
    await expect.element(byId('try-fault')).toBeVisible();
    await byId('rules-save').click();
    await expect.element(byId('map-body')).toHaveFocus();
    expect(backend.calls).not.toContain('editFeed');
    await byId('map-body').fill('{{ event.json.title }}');
    await expect.element(byId('map-body-fault')).not.toBeInTheDocument();
    await expect.element(byId('tried-body')).toHaveTextContent(/^Deploy to production failed$/);
  });

  test('show another event when one is chosen, and what goes wrong with it', async () => {
    await openEditor();
    await byId('map-link').fill('{{ event.json.title }}');
    await expect.element(byId('tried-problem')).toHaveTextContent('no address that begins with http');
    const other = (byId('try-event').element() as HTMLSelectElement).options[1];
    await byId('try-event').selectOptions(other?.value ?? '');
    await expect.element(byId('tried-title')).toHaveTextContent(/^Nightly #2041/);
  });

  test('can be written before anything has come', async () => {
    const { backend, session, windowState } = await renderApp({ feeds: false });
    const feed = await backend.startDemo();
    await expect.poll(() => session.feeds.get(feed.id)).toBeDefined();
    windowState.dialog = { kind: 'rules', feed };
    await expect.element(byId('no-captured')).toBeVisible();
    await byId('map-title').fill('{{ x');
    await expect.element(byId('map-title-fault')).toBeVisible();
  });

  test('count what comes first after connecting', async () => {
    const { session } = await openEditor();
    await byId('map-firstEvents').fill('3');
    await byId('map-firstSeconds').fill('-5');
    await byId('rules-save').click();
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    expect(session.feeds.get(1)?.feed.mapping).toMatchObject({ firstEvents: 3, firstSeconds: 0 });
  });
});

describe('rules', () => {
  test('are added, ordered and removed, and focus goes with them', async () => {
    const { session } = await openEditor();
    await byId('pane-rules').click();
    await addRule();
    await expect.element(byId('rule-name')).toHaveFocus();
    await userEvent.keyboard('First');
    await addRule();
    await expect.element(byId('rule-name').nth(1)).toHaveFocus();
    await userEvent.keyboard('Second');
    await expect.element(page.getByRole('button', { name: 'Move rule 1 up' })).toBeDisabled();
    await page.getByRole('button', { name: 'Move rule 2 up' }).click();
    await expect.element(byId('rule-name').first()).toHaveValue('Second');
    // It is the first now: what is left is to move it down again.
    await expect.element(page.getByRole('button', { name: 'Move rule 1 down' })).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('rule-name').first()).toHaveValue('First');
    await expect.element(page.getByRole('button', { name: 'Move rule 2 up' })).toHaveFocus();
    await page.getByRole('button', { name: 'Remove rule 1' }).click();
    await expect.element(byId('rule-name')).toHaveValue('Second');
    await expect.element(page.getByRole('button', { name: 'Remove rule 1' })).toHaveFocus();
    await byId('rules-save').click();
    await expect.poll(() => session.feeds.get(1)?.feed.rules.map(({ name }) => name)).toEqual(['Second']);
  });

  test('say what becomes of the history, by outcome and by event', async () => {
    await openEditor();
    await byId('pane-rules').click();
    await expect.element(byId('count-announce')).toHaveTextContent('100 Announced');
    await addRule();
    await byId('rule-name').fill('Starts');
    await byId('rule-types').fill('build, other');
    await byId('rule-words').fill('started');
    await byId('rule-action').selectOptions('silent');
    await expect.element(byId('count-silent')).toHaveTextContent(/^\d+ Kept silently$/);
    const row = byId('history-row').filter({ hasText: 'Nightly #2041 started' }).first();
    await expect.element(row).toHaveTextContent('Rule 1 · Starts');
    await byId('count-silent').click();
    await expect.element(byId('count-silent')).toHaveAttribute('aria-pressed', 'true');
    await expect.element(byId('history-row').filter({ hasText: 'passed' })).not.toBeInTheDocument();
    // Without any of that outcome, all are shown.
    await byId('rule-action').selectOptions('announce');
    await expect.element(byId('count-silent')).not.toBeInTheDocument();
    await expect.element(byId('history-row').filter({ hasText: 'passed' }).first()).toBeVisible();
  });

  test('are saved whole', async () => {
    const { session } = await openEditor();
    await byId('pane-rules').click();
    await addRule();
    await byId('rule-name').fill('Failures');
    await byId('rule-types').fill('deploy,  build');
    await byId('rule-words').fill('failed');
    await byId('rule-regex').fill('prod.*');
    await byId('rule-expression').fill('event.json.priority > 3');
    await byId('rule-urgency').selectOptions('urgent');
    await byId('rule-more').click();
    await byId('rule-sound').fill('bell');
    await byId('rule-link').fill('https://example.org/');
    await expect.element(byId('rule-hook')).not.toBeInTheDocument();
    await byId('rules-save').click();
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
    expect(session.feeds.get(1)?.feed.rules).toEqual([
      {
        name: 'Failures',
        when: {
          eventTypes: ['deploy', 'build'],
          words: 'failed',
          regex: 'prod.*',
          expression: 'event.json.priority > 3',
        },
        then: {
          action: { kind: 'announce', urgency: 'urgent' },
          sound: 'bell',
          link: 'https://example.org/',
          hook: null,
        },
      },
    ]);
  });

  test('start programs only where the settings allow it', async () => {
    const { session, windowState } = await renderApp();
    windowState.dialog = { kind: 'settings' };
    await byId('setting-hooks').click();
    await userEvent.keyboard('{Escape}');
    const feed = session.feeds.get(1)?.feed;
    if (feed) windowState.dialog = { kind: 'rules', feed };
    await byId('pane-rules').click();
    await addRule();
    await byId('rule-more').click();
    await byId('rule-hook').fill('notify\n--say\ntwo words');
    await byId('rule-hook-limit').fill('5');
    await byId('rules-save').click();
    await expect
      .poll(() => session.feeds.get(1)?.feed.rules[0]?.then.hook)
      .toEqual({ command: ['notify', '--say', 'two words'], timeLimit: 5 });
  });

  test('lead to the mistake that keeps them from being saved, from the other pane too', async () => {
    const { backend } = await openEditor();
    await byId('pane-rules').click();
    await addRule();
    await addRule();
    await byId('rule-regex').nth(1).fill('(');
    await expect.element(byId('rule-regex-fault')).toHaveTextContent('unclosed group.');
    await byId('pane-mapping').click();
    await expect.element(byId('pane-rules')).toHaveTextContent('!');
    await byId('rules-save').click();
    await expect.element(byId('rule-regex').nth(1)).toHaveFocus();
    await expect
      .element(byId('rules-state'))
      .toHaveTextContent('What is marked must be mended before it can be saved.');
    expect(backend.calls).not.toContain('editFeed');
  });

  test('lead to a mistake in a field that their action has no use for, until it is mended', async () => {
    const { session } = await openEditor();
    await byId('pane-rules').click();
    await addRule();
    await byId('rule-more').click();
    await byId('rule-sound').fill('my bell');
    await byId('rule-action').selectOptions('drop');
    await expect.element(byId('rule-sound')).not.toBeInTheDocument();
    await byId('rules-save').click();
    await expect.element(byId('rule-sound')).toHaveFocus();
    await userEvent.keyboard('{End}{Backspace}{Backspace}{Backspace}{Backspace}{Backspace}');
    await expect.element(byId('rule-sound')).toHaveValue('my');
    await byId('rules-save').click();
    await expect.poll(() => session.feeds.get(1)?.feed.rules[0]?.then.sound).toBe('my');
  });

  test('stay open when saving is refused, and say why', async () => {
    const { backend } = await openEditor();
    await byId('map-title').fill('x');
    backend.refusal = { code: 'store', message: 'The disk is full.' };
    await byId('rules-save').click();
    await expect.element(byId('rules-state')).toHaveTextContent('The disk is full.');
    await expect.element(page.getByRole('dialog')).toBeVisible();
    await expect.element(byId('map-title')).toHaveValue('x');
  });

  test('are not lost by Esc', async () => {
    await openEditor();
    await byId('map-title').fill('x');
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('dialog')).toBeVisible();
    await byId('rules-cancel').click();
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });

  test('keep what was changed elsewhere meanwhile', async () => {
    const { backend, session } = await openEditor();
    const feed = session.feeds.get(1)?.feed;
    const { id: _id, paused: _paused, ...config } = feed ?? {};
    await backend.editFeed(1, { ...(config as Parameters<typeof backend.editFeed>[1]), name: 'Renamed' });
    await byId('map-title').fill('x');
    await byId('rules-save').click();
    await expect.poll(() => session.feeds.get(1)?.feed.mapping.title).toBe('x');
    expect(session.feeds.get(1)?.feed.name).toBe('Renamed');
  });
});

describe('a value in the JSON of an event', () => {
  test('becomes the title, and the editor opens there with that event', async () => {
    const { session } = await renderApp();
    await session.step(1);
    await page.getByText('"service"').click();
    const menu = page.getByRole('button', { name: 'Use or copy revision' });
    (menu.element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('menu-use-title')).toBeVisible();
    await byId('menu-use-title').click();
    await expect.element(byId('map-title')).toHaveValue('{{ event.json.service.revision }}');
    await expect.element(byId('map-title')).toHaveFocus();
    await expect.element(byId('tried-title')).toHaveTextContent('7f9c');
    await byId('rules-save').click();
    await expect.poll(() => session.feeds.get(1)?.feed.mapping.title).toBe('{{ event.json.service.revision }}');
  });

  test('gives focus back when its menu is left', async () => {
    const { session } = await renderApp();
    await session.step(1);
    const menu = page.getByRole('button', { name: 'Use or copy priority' });
    (menu.element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(byId('menu-copy-path')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await expect.element(byId('menu-copy-path')).not.toBeInTheDocument();
    await expect.element(byId('json-tree')).toHaveFocus();
  });
});
