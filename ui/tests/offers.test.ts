// Feeds that come from outside: by a link, dropped on the window, pasted. They fill in the dialog, and nobody is asked before
// the user says so.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Offer } from '../src/lib/ipc/types.gen';
import { renderApp } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

beforeEach(() => viewport(1240, 900));

const strip = () => byId('live-test');

function drop(data: Record<string, string>, target: Element = document.body): DragEvent {
  const dataTransfer = new DataTransfer();
  for (const [type, text] of Object.entries(data)) dataTransfer.setData(type, text);
  const over = new DragEvent('dragover', { bubbles: true, cancelable: true, dataTransfer });
  target.dispatchEvent(over);
  target.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
  return over;
}

function paste(text: string, target: Element = document.body): void {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}

const OFFER: Offer = {
  url: 'https://ci.example/events',
  name: 'Build farm',
  folder: 'Work',
  preset: null,
  credential: { kind: 'none' },
  secret: null,
};

describe('a link', () => {
  test('fills in the dialog, asks nobody by itself, and adds nothing', async () => {
    const { backend, session } = await renderApp();
    session.test.pause = 0;
    backend.send({ kind: 'show', place: { kind: 'add', offer: OFFER } });
    await expect.element(byId('feed-url')).toHaveValue('https://ci.example/events');
    await expect.element(byId('feed-name')).toHaveValue('Build farm');
    await expect.element(strip()).toHaveAttribute('data-outcome', 'held');
    await expect.poll(() => backend.recognised.at(-1)).toBe('https://ci.example/events');
    // Another name or address is still not the user's word.
    await byId('feed-name').fill('Builds');
    await byId('feed-url').fill('https://ci.example/others');
    await expect.poll(() => backend.recognised.at(-1)).toBe('https://ci.example/others');
    expect(backend.tried).toEqual([]);
    await byId('live-test-again').click();
    await expect.element(strip()).toHaveAttribute('data-outcome', 'works');
    expect(backend.tried).toEqual(['https://ci.example/others']);
    expect(backend.calls).not.toContain('addFeed');
  });

  test('without an address opens the dialog, where an address is tried as it is typed', async () => {
    const { backend, session } = await renderApp();
    session.test.pause = 0;
    backend.send({ kind: 'show', place: { kind: 'add', offer: { ...OFFER, url: '', name: '', folder: '' } } });
    await expect.element(byId('feed-url')).toHaveValue('');
    await byId('feed-url').fill('https://ci.example/events');
    await expect.poll(() => backend.tried).toEqual(['https://ci.example/events']);
  });

  test('that has a password gives it to the field that hides it', async () => {
    const { backend } = await renderApp();
    const offer: Offer = { ...OFFER, credential: { kind: 'basic', user: 'anna' }, secret: 's3cret' };
    backend.send({ kind: 'show', place: { kind: 'add', offer } });
    await expect.element(byId('feed-auth-user')).toHaveValue('anna');
    await expect.element(byId('feed-secret')).toHaveAttribute('type', 'password');
    await expect.element(byId('feed-secret')).toHaveValue('s3cret');
    await byId('live-test-again').click();
    await expect.poll(() => backend.carried).toEqual(['s3cret']);
  });

  test('proposes the preset that it names, and sets nothing by it', async () => {
    const { backend } = await renderApp();
    backend.send({ kind: 'show', place: { kind: 'add', offer: { ...OFFER, preset: 'ntfy' } } });
    await expect.element(byId('preset-proposal')).toHaveTextContent('Looks like ntfy');
    await expect.element(byId('preset-use')).toBeVisible();
    await expect.element(byId('feed-url')).toHaveValue('https://ci.example/events');
  });

  test('waits for its turn while something stands in a form', async () => {
    const { backend, windowState } = await renderApp();
    windowState.dialog = { kind: 'add', url: '' };
    await byId('feed-name').fill('Mine');
    backend.send({ kind: 'show', place: { kind: 'add', offer: OFFER } });
    await expect.element(byId('toast')).toHaveTextContent('What was asked for follows this dialog.');
    await expect.element(byId('feed-name')).toHaveValue('Mine');
    await byId('feed-cancel').click();
    await expect.element(byId('feed-name')).toHaveValue('Build farm');
    await expect.element(strip()).toHaveAttribute('data-outcome', 'held');
  });

  test.each(['add', 'import', 'save', 'restore', 'replay'] as const)(
    'or the tray’s wish for settings takes nothing away that stands in the dialog “%s”',
    async (kind) => {
      const { backend, windowState } = await renderApp();
      const form = kind === 'add' ? { kind, url: '' } : kind === 'save' ? { kind, what: 'backup' as const } : { kind };
      windowState.dialog = form;
      await expect.poll(() => backend.unsaved).toBe(true);
      backend.send({ kind: 'show', place: { kind: 'settings' } });
      await expect.element(byId('toast')).toHaveTextContent('What was asked for follows this dialog.');
      expect(windowState.dialog).toBe(form);
      windowState.dialog = null;
      await expect.poll(() => windowState.dialog?.kind).toBe('settings');
    },
  );

  test('that offers nothing says so', async () => {
    const { backend, windowState } = await renderApp();
    backend.send({ kind: 'show', place: { kind: 'nowhere' } });
    await expect.element(byId('toast')).toHaveTextContent('nothing that can be followed');
    expect(windowState.dialog).toBe(null);
  });
});

describe('what is dropped on the window', () => {
  test.each([
    ['a link of a web browser', { 'text/uri-list': '# a page\r\nhttps://ci.example/events\r\n' }],
    ['a selected address', { 'text/plain': ' https://ci.example/events\n' }],
    ['a link to add it', { 'text/uri-list': 'tidings://add?url=https%3A%2F%2Fci.example%2Fevents' }],
    ['a link with a title', { 'text/uri-list': 'https://ci.example/events', 'text/plain': 'Events of our CI' }],
  ])('%s fills in the dialog, and nobody is asked', async (_, data) => {
    const { backend } = await renderApp();
    const over = drop(data);
    expect(over.defaultPrevented).toBe(true);
    await expect.element(byId('feed-url')).toHaveValue('https://ci.example/events');
    await expect.element(strip()).toHaveAttribute('data-outcome', 'held');
    expect(backend.tried).toEqual([]);
    expect(backend.calls).not.toContain('addFeed');
  });

  test.each([
    ['words', { 'text/plain': 'nothing in particular' }],
    ['a file', { 'text/uri-list': 'file:///etc/passwd' }],
    ['a script', { 'text/uri-list': 'javascript:alert(1)' }],
    ['nothing', {}],
  ])('%s is left alone', async (_, data) => {
    const { backend, windowState } = await renderApp();
    drop(data);
    expect(backend.calls).not.toContain('readOffer');
    expect(windowState.dialog).toBe(null);
  });

  test('is not taken while a dialog is open', async () => {
    const { windowState, backend } = await renderApp();
    windowState.dialog = { kind: 'shortcuts' };
    drop({ 'text/uri-list': 'https://ci.example/events' });
    expect(backend.calls).not.toContain('readOffer');
  });
});

describe('what is pasted', () => {
  test('into the list is tried at once, a password apart; what others say in a link is not', async () => {
    const { backend, windowState } = await renderApp();
    paste('https://anna:s3cret@ci.example/events');
    await expect.element(byId('feed-url')).toHaveValue('https://ci.example/events');
    await expect.element(byId('feed-auth-user')).toHaveValue('anna');
    await expect.poll(() => backend.carried).toEqual(['s3cret']);
    await byId('feed-cancel').click();
    await expect.poll(() => windowState.dialog).toBe(null);
    paste('tidings://add?url=https://ci.example/later&name=Later');
    await expect.element(byId('feed-name')).toHaveValue('Later');
    await expect.element(strip()).toHaveAttribute('data-outcome', 'held');
    expect(backend.tried).toEqual(['https://ci.example/events']);
  });

  test('and offers nothing is told why', async () => {
    const { windowState } = await renderApp();
    paste('tidings://add?url=nonsense');
    await expect.element(byId('toast')).toHaveTextContent('This cannot be followed.');
    expect(windowState.dialog).toBe(null);
  });

  test('into the field loses its password to the field for that, and a link its wrapping', async () => {
    const { windowState } = await renderApp();
    windowState.dialog = { kind: 'add', url: '' };
    await expect.element(byId('feed-url')).toBeVisible();
    paste('https://anna:s3cret@ci.example/events', byId('feed-url').element());
    await expect.element(byId('feed-url')).toHaveValue('https://ci.example/events');
    await expect.element(byId('feed-secret')).toHaveValue('s3cret');
    paste('tidings://add?url=https://ci.example/later&name=Later', byId('feed-url').element());
    await expect.element(byId('feed-url')).toHaveValue('https://ci.example/later');
    await expect.element(byId('feed-name')).toHaveValue('Later');
    paste('tidings://add?url=nonsense', byId('feed-url').element());
    await expect.element(byId('feed-refused')).toBeVisible();
  });
});
