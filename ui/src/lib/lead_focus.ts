// Where the focus goes on in a form, once that is drawn: what is wrong, and the row beside one that is gone. Deliberately not
// here: focus that is lost in the window (keep_focus).
import { tick } from 'svelte';

/** To the first field that is wrong. */
export async function toFault(form: HTMLElement): Promise<void> {
  await tick();
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

/** Into a row: to the first of `wanted` that can be used. Without one to the button below the rows, which adds one. */
export async function toRow(
  list: HTMLElement | undefined,
  rows: string,
  index: number,
  ...wanted: readonly string[]
): Promise<void> {
  await tick();
  const row = list?.querySelectorAll(rows)[index];
  const found = wanted.map((selector) => row?.querySelector<HTMLElement>(`${selector}:not(:disabled)`)).find(Boolean);
  (found ?? list?.querySelector<HTMLElement>(':scope > button'))?.focus();
  row?.scrollIntoView({ block: 'nearest' });
}
