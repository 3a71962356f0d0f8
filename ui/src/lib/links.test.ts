import { expect, test } from 'vitest';
import { linked } from './links';

test.each([
  ['no address', []],
  ['see https://example.org/a.', ['https://example.org/a']],
  ['(https://example.org/a)', ['https://example.org/a']],
  ['https://en.example.org/wiki/Foo_(bar), and', ['https://en.example.org/wiki/Foo_(bar)']],
  [
    'http://a.example, https://b.example; mailto:x@y.example!',
    ['http://a.example', 'https://b.example', 'mailto:x@y.example'],
  ],
  ['“https://example.org/?q=1&r=2#s”', ['https://example.org/?q=1&r=2#s']],
  ['详见https://ci.example/1，请处理', ['https://ci.example/1']],
  ['（https://ci.example/1）或《mailto:x@y.example》。', ['https://ci.example/1', 'mailto:x@y.example']],
  ['“https://ci.example/1”、‘https://ci.example/2’', ['https://ci.example/1', 'https://ci.example/2']],
  ['https://zh.example/新闻/1', ['https://zh.example/新闻/1']],
  ['<a href="https://example.org/x">', ['https://example.org/x']],
  ['javascript:alert(1) data:text/html,x file:///etc/passwd', []],
  ['HTTPS://EXAMPLE.ORG', ['HTTPS://EXAMPLE.ORG']],
  ['xhttp://example.org', []],
  ['https://', []],
] as const)('the addresses in %j are %j', (text, addresses) => {
  const pieces = linked(text);
  expect(pieces.flatMap(({ url }) => (url === undefined ? [] : [url]))).toEqual(addresses);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
});

test('a long text of brackets is cut without delay', () => {
  const text = `https://example.org/${')'.repeat(20_000)}`;
  expect(linked(text)[0]?.url).toBe('https://example.org/');
});
