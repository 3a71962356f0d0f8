// Whether what asked for something is still there when the answer comes: a dialog may be closed meanwhile, and another be
// open in its place.
import { onDestroy } from 'svelte';

/** To be called while a component begins. */
export function stillThere(): () => boolean {
  let there = true;
  onDestroy(() => (there = false));
  return () => there;
}
