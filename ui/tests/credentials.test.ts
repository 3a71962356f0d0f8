// What the window asks of passwords, tokens and certificates, and that it never shows what is kept.
import { beforeEach, expect, test } from 'vitest';
import { renderApp, type Rendered } from './render_app';
import { byId } from './screen';
import { viewport } from './viewport';

const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');

async function openSettings(feed: number): Promise<Rendered> {
  const rendered = await renderApp();
  await rendered.session.go({ kind: 'feed', feed });
  await byId('tab-settings').click();
  return rendered;
}

beforeEach(() => viewport(1240, 900));

test('a token is entered, is kept apart, is not shown again and can be replaced', async () => {
  const { session } = await openSettings(1);
  const saved = () => session.feeds.get(1)?.feed;
  await byId('signing-in').click();
  await expect.element(byId('feed-secret')).not.toBeInTheDocument();
  await byId('feed-auth').selectOptions('bearer');
  await expect.element(byId('feed-secret')).toHaveAttribute('type', 'password');
  await byId('feed-secret').fill('s3cret');
  await byId('settings-save').click();
  await expect.poll(() => saved()?.credential).toEqual({ kind: 'bearer' });
  expect(saved()?.secrets).toEqual([
    { of: { kind: 'credential' }, place: 'keyring', key: expect.any(String) as string },
  ]);
  expect(JSON.stringify(saved())).not.toContain('s3cret');
  await expect.element(byId('feed-secret-kept')).toHaveTextContent('Kept in the keyring');
  await expect.element(byId('feed-secret')).not.toBeInTheDocument();
  // A new one alone is something to save.
  await byId('feed-secret-replace').click();
  await expect.element(byId('feed-secret')).toHaveValue('');
  await expect.element(byId('settings-save')).toBeDisabled();
  await byId('feed-secret').fill('another');
  await byId('settings-save').click();
  await expect.element(byId('feed-secret-kept')).toBeVisible();
});

test('each kind asks for its public part', async () => {
  const { session } = await openSettings(1);
  await byId('signing-in').click();
  await byId('feed-auth').selectOptions('basic');
  await byId('feed-auth-user').fill('anna');
  await byId('settings-save').click();
  await expect.poll(() => session.feeds.get(1)?.feed.credential).toEqual({ kind: 'basic', user: 'anna' });
  for (const kind of ['header', 'query', 'cookie'] as const) {
    await byId('feed-auth').selectOptions(kind);
    await byId('feed-auth-name').fill(`x-${kind}`);
    await byId('settings-save').click();
    await expect.poll(() => session.feeds.get(1)?.feed.credential).toEqual({ kind, name: `x-${kind}` });
  }
});

test('the way to the server is chosen: proxy, authority, limits and risks', async () => {
  const { session } = await openSettings(1);
  const saved = () => session.feeds.get(1)?.feed;
  await byId('connecting').click();
  await expect.element(byId('feed-proxy')).toHaveValue('system');
  await byId('feed-proxy').selectOptions('url');
  await byId('feed-proxy-url').fill('http://anna@proxy.example:3128');
  await byId('feed-proxy-secret').fill('s3cret');
  await byId('feed-ca').fill(' /etc/ssl/own.pem ');
  await byId('feed-idleLimit').selectOptions('300');
  await byId('feed-eventLimit').selectOptions('64000000');
  await byId('feed-insecure').click();
  await byId('feed-credentialsFollowRedirects').click();
  await byId('settings-save').click();
  await expect.poll(saved).toMatchObject({
    proxy: { kind: 'url', url: 'http://anna@proxy.example:3128' },
    caFile: '/etc/ssl/own.pem',
    idleLimit: 300,
    eventLimit: 64_000_000,
    insecure: true,
    credentialsFollowRedirects: true,
  });
  expect(JSON.stringify(saved())).not.toContain('s3cret');
  await expect.element(byId('feed-proxy-secret-kept')).toBeVisible();
  // Each way back, too.
  await byId('feed-proxy').selectOptions('none');
  await byId('feed-ca').fill('');
  await byId('feed-idleLimit').selectOptions('');
  await byId('feed-insecure').click();
  await byId('settings-save').click();
  await expect.poll(saved).toMatchObject({ proxy: { kind: 'none' }, caFile: null, idleLimit: null, insecure: false });
});

test('a certificate that nobody vouches for is trusted by its fingerprint, and given up again', async () => {
  const { backend, session } = await renderApp();
  await session.go({ kind: 'feed', feed: 1 });
  const cause = { layer: 'tls', message: 'It is self-signed.', short: 'TLS', fingerprint: FINGERPRINT };
  backend.setState(1, { state: 'needsAttention', retryAt: Date.now() + 60_000, cause });
  await expect.element(byId('problem-fingerprint')).toHaveTextContent(FINGERPRINT);
  await byId('problem-trust').click();
  await expect.poll(() => session.feeds.get(1)?.feed.pinned).toBe(FINGERPRINT);
  // When it changes, the new one is never trusted by itself.
  backend.setState(1, { state: 'needsAttention', retryAt: Date.now() + 60_000, cause: { ...cause, short: 'changed' } });
  await expect.element(byId('problem-trust')).toHaveTextContent('Trust the new one instead');
  await byId('tab-settings').click();
  await expect.element(byId('feed-pinned')).toHaveTextContent(FINGERPRINT);
  await byId('feed-unpin').click();
  await byId('settings-save').click();
  await expect.poll(() => session.feeds.get(1)?.feed.pinned).toBe(null);
});

test('the settings say where they are kept and move them', async () => {
  const { backend, session } = await openSettings(1);
  await byId('signing-in').click();
  await byId('feed-auth').selectOptions('bearer');
  await byId('feed-secret').fill('s3cret');
  await byId('settings-save').click();
  await expect.poll(() => session.feeds.get(1)?.feed.secrets.length).toBe(1);
  await byId('settings').click();
  await byId('settings-data').click();
  await byId('secrets-to-file').click();
  await expect.poll(() => session.feeds.get(1)?.feed.secrets[0]?.place).toBe('file');
  expect(backend.calls).toContain('moveSecrets');
  await expect.element(byId('secrets-to-keyring')).toBeVisible();
});
