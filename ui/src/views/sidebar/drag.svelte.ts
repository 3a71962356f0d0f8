// Dragging a row of the sidebar with the mouse or a pen. The desktop's own drag and drop is left to events and links.
// Deliberately not here: what letting go means (moves.ts).
import type { Item } from '../../lib/ipc/types.gen';
import { dropAt, itemOfKey, type Drop, type Row } from './moves';

/** How far the pointer moves before it drags, so that a click with an unsteady hand stays a click. */
const SLACK = 5;
/** How near the edge the list begins to scroll, and how far it goes with each frame. */
const EDGE = 28;
const SCROLL = 7;

export class Drag {
  /** What is being dragged. */
  item = $state.raw<Item | null>(null);
  drop = $state.raw<Drop | null>(null);

  /** Begins when the pointer has moved a little; ends with the button, or with Escape, which moves nothing. */
  begin(press: PointerEvent, item: Item, list: HTMLElement, move: (item: Item, drop: Drop) => void): void {
    if (press.button !== 0 || press.pointerType === 'touch') return;
    const ending = new AbortController();
    const { signal } = ending;
    let y = press.clientY;
    const follow = (event: PointerEvent): void => {
      y = event.clientY;
      if (this.item === null) {
        if (Math.hypot(event.clientX - press.clientX, y - press.clientY) < SLACK) return;
        this.item = item;
        scroll();
      }
      this.drop = dropAt(rowsOf(list), item, y);
    };
    const scroll = (): void => {
      if (this.item === null || signal.aborted) return;
      const { top, bottom } = list.getBoundingClientRect();
      const by = y < top + EDGE ? -SCROLL : y > bottom - EDGE ? SCROLL : 0;
      const from = list.scrollTop;
      list.scrollTop += by;
      if (list.scrollTop !== from) this.drop = dropAt(rowsOf(list), item, y);
      requestAnimationFrame(scroll);
    };
    const end = (): void => {
      ending.abort();
      this.item = null;
      this.drop = null;
    };
    const release = (): void => {
      const { drop } = this;
      const dragged = this.item !== null;
      end();
      if (!dragged) return;
      // The click that follows is none.
      const swallow = (click: MouseEvent): void => {
        click.stopPropagation();
        click.preventDefault();
      };
      addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener('click', swallow, { capture: true }));
      if (drop !== null) move(item, drop);
    };
    const key = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || this.item === null) return;
      event.preventDefault();
      event.stopPropagation();
      end();
    };
    addEventListener('pointermove', follow, { signal });
    addEventListener('pointerup', release, { signal });
    addEventListener('pointercancel', end, { signal });
    addEventListener('blur', end, { signal });
    addEventListener('keydown', key, { signal, capture: true });
  }
}

function rowsOf(list: HTMLElement): Row[] {
  return [...list.querySelectorAll<HTMLElement>('[data-row]')].flatMap((row) => {
    const item = itemOfKey(row.dataset['row']);
    const { top, bottom } = row.getBoundingClientRect();
    return item ? [{ item, folder: row.dataset['folder'] ?? '', top, bottom }] : [];
  });
}
