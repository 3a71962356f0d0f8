// Whether the user is at the keyboard: what opens by it has its first item at hand, what opens by the pointer has none.
let key = false;

addEventListener('keydown', () => (key = true), true);
addEventListener('pointerdown', () => (key = false), true);

export function byKeyboard(): boolean {
  return key;
}
