// Puts text on the clipboard. Deliberately not here: reading from it.
import { m } from './paraglide/messages.js';
import type { Session } from './session.svelte';

/** False if the clipboard refused. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A web view may lack the permission outside of a direct user gesture; the old way needs none.
    const before = document.activeElement;
    const field = document.createElement('textarea');
    field.value = text;
    field.style.cssText = 'position:fixed;opacity:0';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    // The field had it, and would lose it to nobody.
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    return done;
  }
}

/** Copies a text and says whether that worked. */
export async function copyAndSay(session: Session, text: string): Promise<void> {
  if (await copy(text)) session.toasts.say(m.copied());
  else session.toasts.say(m.copy_failed(), true);
}
