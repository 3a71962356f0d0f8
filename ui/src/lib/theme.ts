// Applies the chosen theme to the page; "system" leaves it to the desktop. Deliberately not here: the colours (app.css).
import type { Theme } from './ipc/types.gen';

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
