// Focus that would be lost goes on somewhere sensible: what had it was removed, or lies under something else now.
// Deliberately not here: dialogs and menus, which give it back themselves as long as there is something to give it to.
import type { Attachment } from 'svelte/attachments';

/** Keeps focus within an element; it goes to the first of the selectors that can take it. */
export function keepFocus(...selectors: readonly string[]): Attachment<HTMLElement> {
  return (element) => {
    let last: Element | null = null;

    const remember = ({ target }: FocusEvent): void => {
      if (target instanceof Element) last = target;
    };
    const keep = (): void => {
      // What became inert may keep the focus until the next frame.
      const has = document.activeElement;
      if (last === null || element.inert || (has !== document.body && reachable(has))) return;
      // It was left on purpose.
      if (reachable(last) && !wasInert) return;
      const next = reachable(last)
        ? last
        : selectors.map((selector) => element.querySelector(selector)).find(reachable);
      if (next instanceof HTMLElement) next.focus({ preventScroll: true });
    };
    let wasInert = element.inert;
    const observer = new MutationObserver(() => {
      keep();
      wasInert = element.inert;
    });

    element.addEventListener('focusin', remember);
    observer.observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ['inert'] });
    return () => {
      element.removeEventListener('focusin', remember);
      observer.disconnect();
    };
  };
}

function reachable(element: Element | null): boolean {
  return element !== null && element.isConnected && element.closest('[inert]') === null;
}
