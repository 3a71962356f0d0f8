// The modal dialogs that are open. Whatever is not within the uppermost of them is inert, so what has to be seen and
// reached over it is drawn within it. Deliberately not here: how a dialog looks, and what closes it
// (components/DialogFrame.svelte).
import { tick, untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { tabOrder } from './tab_order';

let open = $state.raw<readonly HTMLDialogElement[]>([]);
/** What had the focus before the first of them opened. */
let before: Element | null = null;

/** Shows a dialog as a modal one for as long as it is drawn. Focus goes into it, and returns to where it was. */
export const modal: Attachment<HTMLDialogElement> = (dialog) => {
  before ??= document.activeElement;
  untrack(() => (open = [...open, dialog]));
  dialog.showModal();
  // By itself it would also choose what Tab does not reach: a tab that is not the chosen one, a text that scrolls.
  (dialog.querySelector<HTMLElement>('[autofocus]') ?? tabOrder(dialog)[0])?.focus();
  return () => {
    open = untrack(() => open.filter((other) => other !== dialog));
    void giveBack();
  };
};

async function giveBack(): Promise<void> {
  // What lay behind is inert until the page is drawn anew, and another dialog may take the place of this one.
  await tick();
  if (open.length > 0) return;
  if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
  before = null;
}

/** Draws an element at the end of the page, over all else, and over whatever dialog is open or opens. */
export const overModals: Attachment<HTMLElement> = (element) => {
  (open.at(-1) ?? document.body).append(element);
  return () => element.remove();
};
