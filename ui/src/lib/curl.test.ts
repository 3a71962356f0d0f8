import { expect, test } from 'vitest';
import { curl } from './curl';
import { newConfig } from './feeds.svelte';
import type { FeedConfig } from './ipc/types.gen';

const STANDARD = "-H 'Accept: text/event-stream' -H 'Cache-Control: no-cache'";

test.each<[Partial<FeedConfig>, string]>([
  [{ url: 'https://h/events' }, `curl -N -v ${STANDARD} https://h/events`],
  [
    { url: "https://anna:s3cret@h:8443/p?a='x'&access%5Ftoken=s3cret&b" },
    `curl -N -v ${STANDARD} 'https://<user>:<password>@h:8443/p?a=%27x%27&access%5Ftoken=<access_token>&b'`,
  ],
  [
    {
      url: 'http://h/',
      insecure: true,
      caFile: '/my ca.pem',
      proxy: { kind: 'url', url: 'http://bob:s3cret@proxy:3128' },
      headers: [
        { name: 'Authorization', value: 'Bearer s3cret' },
        { name: 'accept', value: 'text/x' },
        { name: 'X-Note', value: "it's" },
      ],
    },
    "curl -N -v --insecure --cacert '/my ca.pem' --proxy 'http://<user>:<password>@proxy:3128/'" +
      " -H 'Cache-Control: no-cache' -H 'Authorization: <authorization>' -H 'accept: text/x'" +
      String.raw` -H 'X-Note: it'\''s' http://h/`,
  ],
  [{ url: 'http://h/', proxy: { kind: 'none' } }, `curl -N -v --noproxy '*' ${STANDARD} http://h/`],
])('%j', (config, expected) => {
  const command = curl({ ...newConfig(''), ...config });
  expect(command).toBe(expected);
  expect(command).not.toContain('s3cret');
});
