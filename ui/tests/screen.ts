// What stands on the screen, as the tests of the window look for it.
import type { Locator } from 'vitest/browser';
import { cdp, page } from 'vitest/browser';

export function byId(id: string): Locator {
  return page.getByTestId(id);
}

/** What scrolls the list of events. */
export function scroller(): HTMLElement {
  const element = document.querySelector<HTMLElement>('[data-testid="event-list"]');
  if (!element) throw new Error('the list is not drawn');
  return element;
}

/** A number, such as a place, once it has not changed for ten frames. */
export async function settled(read: () => number): Promise<number> {
  let last = read();
  for (let still = 0; still < 10; still += 1) {
    await new Promise(requestAnimationFrame);
    const now = read();
    if (!Object.is(now, last)) still = 0;
    last = now;
  }
  return last;
}

/** What the desktop may ask for: `''` is nothing in particular. */
type Wish =
  | { name: 'prefers-color-scheme'; value: 'light' | 'dark' | '' }
  | { name: 'prefers-contrast'; value: 'more' | '' }
  | { name: 'prefers-reduced-motion'; value: 'reduce' | '' }
  | { name: 'forced-colors'; value: 'active' | '' };

/** Has the desktop ask for something, from now on and instead of all that it asked for before. */
export async function wish(...features: Wish[]): Promise<void> {
  await cdp().send('Emulation.setEmulatedMedia', { features });
}
