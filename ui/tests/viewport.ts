// The size of the window that a test looks at.
import { page } from 'vitest/browser';

/** Sets it, and waits until the page has heard of it: what closes when the window changes is not open yet. */
export async function viewport(width: number, height: number): Promise<void> {
  await page.viewport(width, height);
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}
