import { expect, test, vi } from 'vitest';
import { copy } from './copy';

test('where the clipboard refuses, the old way leaves the focus where it was', async () => {
  vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('not allowed'));
  const button = document.body.appendChild(document.createElement('button'));
  button.focus();
  await copy('text');
  expect(document.activeElement).toBe(button);
  button.remove();
});
