// What is ticked in a list. Deliberately not here: how it is drawn.

/** What is chosen once one more is, or is not any more. */
export function withChoice<T>(chosen: ReadonlySet<T>, one: T, on: boolean): ReadonlySet<T> {
  const next = new Set(chosen);
  if (on) next.add(one);
  else next.delete(one);
  return next;
}
