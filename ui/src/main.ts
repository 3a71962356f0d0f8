// Where the window begins. Deliberately not here: anything but wiring.
import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import type { Backend } from './lib/ipc/backend';
import { commands } from './lib/ipc/commands';
import { Session } from './lib/session.svelte';
import { WindowState } from './lib/window_state.svelte';

/** The real backend inside the program; a mock in a plain browser during development, absent from what is shipped. */
async function backend(): Promise<Backend> {
  if (import.meta.env.DEV && !('__TAURI_INTERNALS__' in window)) {
    const { mockFromAddress } = await import('./lib/ipc/mock');
    return mockFromAddress(location.search);
  }
  return commands;
}

/** How long the first frame waits for the events in it: a frame without them takes as long as they do, and flickers. */
const SOON_MS = 150;

const session = new Session(await backend());
await Promise.race([session.start(), new Promise((resolve) => setTimeout(resolve, SOON_MS))]);
const target = document.getElementById('app');
if (target) mount(App, { target, props: { session, windowState: new WindowState() } });
