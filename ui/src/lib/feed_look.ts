// The colour and the sign of a feed's icon: those that were chosen, else ones of its own. Deliberately not here: its shape
// (components/FeedIcon.svelte).
import type { FeedLook } from './feeds.svelte';
import type { FeedColor } from './ipc/types.gen';
import { m } from './paraglide/messages.js';

/** White reads on each of them (4.5:1 or more). */
export const COLOURS: Readonly<Record<FeedColor, string>> = {
  green: '#2a7a51',
  orange: '#b9501d',
  blue: '#2b6cb0',
  purple: '#6b46c1',
  pink: '#b83280',
  teal: '#2a7273',
  brown: '#975a16',
  slate: '#5a6778',
  red: '#a43b3b',
};

export const COLOUR_NAMES = Object.keys(COLOURS) as readonly FeedColor[];

export function colourName(colour: FeedColor): string {
  switch (colour) {
    case 'green':
      return m.colour_green();
    case 'orange':
      return m.colour_orange();
    case 'blue':
      return m.colour_blue();
    case 'purple':
      return m.colour_purple();
    case 'pink':
      return m.colour_pink();
    case 'teal':
      return m.colour_teal();
    case 'brown':
      return m.colour_brown();
    case 'slate':
      return m.colour_slate();
    case 'red':
      return m.colour_red();
  }
}

export function colourOf({ id, color }: Pick<FeedLook, 'id' | 'color'>): FeedColor {
  return color ?? COLOUR_NAMES[Math.abs(id - 1) % COLOUR_NAMES.length] ?? 'slate';
}

export function signOf({ icon, name }: Pick<FeedLook, 'icon' | 'name'>): string {
  return icon || (name.match(/[\p{L}\p{N}]/u)?.[0] ?? '·').toLocaleUpperCase();
}

/** As much of a text as fits into an icon: two letters, or an emoji, as a reader counts them. */
export function fitIcon(text: string): string {
  const signs = [...new Intl.Segmenter().segment(text.trim())].map(({ segment }) => segment);
  const first = signs[0] ?? '';
  return /^\p{Extended_Pictographic}/u.test(first) ? first : signs.slice(0, 2).join('').replaceAll(/\s/g, '');
}
