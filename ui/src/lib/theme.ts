// Light or dark: the theme that was chosen, on the page; "system" leaves it to the desktop. Deliberately not here: the
// colours (app.css).
import type { Theme } from './ipc/types.gen';

/** What was chosen last, for a window that has not heard from the backend yet, or that never will. */
const KEY = 'tidings.theme';

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  apply(theme);
}

export function applyLastTheme(): void {
  apply(localStorage.getItem(KEY));
}

function apply(theme: string | null): void {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
  else delete document.documentElement.dataset['theme'];
}
