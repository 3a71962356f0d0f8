// Whether the pointer is on its way to a sub menu, across other items. Deliberately not here: how long it is given.

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Whether a move leads towards an area to the right or the left: between the lines to its two nearer corners. */
export function aimsAt(before: Point, now: Point, area: DOMRectReadOnly): boolean {
  const toRight = now.x > before.x;
  const edge = toRight ? area.left : area.right;
  if (now.x === before.x || (toRight ? before.x > edge : before.x < edge)) return false;
  const slope = (now.y - before.y) / (now.x - before.x);
  const reached = before.y + slope * (edge - before.x);
  return reached >= area.top && reached <= area.bottom;
}
