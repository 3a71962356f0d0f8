// Where a menu goes: beside what it belongs to, and within the window. Deliberately not here: drawing it.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Placing {
  /** On which side of what it belongs to, if there is room; else on the opposite one. */
  readonly side: 'bottom' | 'top' | 'right';
  /** Which of its edges is in line with that. */
  readonly align: 'start' | 'end';
  /** How far it stays off, in pixels. */
  readonly gap: number;
}

/** So far it stays off the edges of the window, in pixels. */
const MARGIN = 8;
/** From the edge of a menu to its first item, in pixels: beside an item, that is in line with it. */
const TO_ITEM = 6;

/** The place of its upper left corner in the window, in pixels. */
export function place(
  anchor: DOMRectReadOnly,
  menu: Size,
  room: Size,
  { side, align, gap }: Placing,
): DOMPointReadOnly {
  const { left, right, top, bottom } = anchor;
  if (side === 'right') {
    const x = beside(left, right, menu.width, room.width, gap, true);
    return new DOMPointReadOnly(x, within(top - TO_ITEM, menu.height, room.height));
  }
  const y = beside(top, bottom, menu.height, room.height, gap, side === 'bottom');
  return new DOMPointReadOnly(within(align === 'start' ? left : right - menu.width, menu.width, room.width), y);
}

function beside(from: number, to: number, size: number, room: number, gap: number, after: boolean): number {
  const [before, behind] = [from - gap - size, to + gap];
  const fits = { before: before >= MARGIN, behind: behind + size <= room - MARGIN };
  const turned = after ? !fits.behind && fits.before : !fits.before && fits.behind;
  return within(after === turned ? before : behind, size, room);
}

function within(start: number, size: number, room: number): number {
  return Math.max(MARGIN, Math.min(start, room - MARGIN - size));
}
