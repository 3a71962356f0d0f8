// Mounts the whole window on a mock backend. Deliberately not here: assertions.
import { render } from 'vitest-browser-svelte';
import App from '../src/App.svelte';
import { MockBackend, type MockOptions } from '../src/lib/ipc/mock';
import { Session } from '../src/lib/session.svelte';
import { WindowState } from '../src/lib/window_state.svelte';

export interface Rendered {
  backend: MockBackend;
  session: Session;
  windowState: WindowState;
  /** Draws the window anew on the same backend, as after a reload. */
  reload: () => Promise<Rendered>;
}

export function renderApp(options: MockOptions = {}): Promise<Rendered> {
  return renderOn(new MockBackend(options));
}

async function renderOn(backend: MockBackend): Promise<Rendered> {
  const session = new Session(backend);
  const windowState = new WindowState();
  const screen = await render(App, { session, windowState });
  // The window fills the page, as it does in main.ts.
  screen.container.style.height = '100vh';
  await session.start();
  const reload = async (): Promise<Rendered> => {
    window.dispatchEvent(new Event('pagehide'));
    await screen.unmount();
    screen.container.remove();
    return renderOn(backend);
  };
  return { backend, session, windowState, reload };
}
