// The time, as something a view can depend on. It ticks only while a view reads it, so an idle window has no timer.
// Deliberately not here: how times are written (time.ts).
import { createSubscriber } from 'svelte/reactivity';

class Clock {
  readonly #second = ticking(1_000);
  readonly #minute = ticking(60_000);

  /** Milliseconds since the Unix epoch; the reader is run again each second. */
  get now(): number {
    this.#second();
    return Date.now();
  }

  /** The same, for readers to whom a minute is near enough. */
  get minute(): number {
    this.#minute();
    return Date.now();
  }
}

function ticking(every: number): () => void {
  return createSubscriber((update) => {
    const timer = setInterval(() => {
      if (!document.hidden) update();
    }, every);
    document.addEventListener('visibilitychange', update);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', update);
    };
  });
}

export const clock = new Clock();
