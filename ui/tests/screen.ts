// What stands on the screen, as the tests of the window look for it.
// Only for the types of what drives the browser.
import type {} from '@vitest/browser-playwright';
import { expect } from 'vitest';
import type { Locator } from 'vitest/browser';
import { cdp, page } from 'vitest/browser';

export function byId(id: string): Locator {
  return page.getByTestId(id);
}

/** The row of a feed in the sidebar. */
export function feed(name: string): Locator {
  return byId('feed-row').filter({ hasText: name });
}

/** Where the row of an event stands on the page. */
export function top(id: number): number {
  return document.getElementById(`event-${id}`)?.getBoundingClientRect().top ?? NaN;
}

/** Waits until what slides or fades stands. */
export async function still(): Promise<void> {
  const running = (): Animation[] => document.getAnimations().filter(({ playState }) => playState === 'running');
  await expect.poll(() => running().length).toBe(0);
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
