// What Tab reaches within an element, in its order. Deliberately not here: an order of its own (positive tabindex) and
// groups of radio buttons, of which Tab reaches one.

const CANDIDATES = 'a[href], button, input, select, textarea, summary, [tabindex]';

export function tabOrder(within: Element): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>(CANDIDATES)].filter(
    (element) => element.tabIndex >= 0 && !element.matches(':disabled, [inert] *') && element.checkVisibility(),
  );
}
