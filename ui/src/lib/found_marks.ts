// Marks what was searched for in whatever an element shows, without touching what it consists of: links stay links, and
// a text of megabytes is not cut into pieces. Deliberately not here: what counts as found (search_marks).
import type { Attachment } from 'svelte/attachments';
import { searchMarks } from './search_marks';

/** The name by which app.css colours what was found. */
const NAME = 'found';
/** However often it stands there, so many are marked. */
const MOST = 1_000;

/** Keeps the text below an element marked. One element at a time. */
export function foundMarks(search: string): Attachment<HTMLElement> {
  return (element) => {
    // An engine without highlights shows none.
    if (!('highlights' in CSS)) return;
    const marks = searchMarks(search);
    const mark = (): void => {
      const ranges = search === '' ? [] : rangesIn(element, marks);
      if (ranges.length > 0) CSS.highlights.set(NAME, new Highlight(...ranges));
      else CSS.highlights.delete(NAME);
    };
    const observer = new MutationObserver(mark);
    observer.observe(element, { childList: true, characterData: true, subtree: true });
    mark();
    return () => {
      observer.disconnect();
      CSS.highlights.delete(NAME);
    };
  };
}

function rangesIn(element: HTMLElement, marks: ReturnType<typeof searchMarks>): Range[] {
  const ranges: Range[] = [];
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (texts.nextNode() && ranges.length < MOST) {
    let at = 0;
    for (const { text, hit } of marks(texts.currentNode.textContent ?? '')) {
      if (hit) {
        const range = new Range();
        range.setStart(texts.currentNode, at);
        range.setEnd(texts.currentNode, at + text.length);
        ranges.push(range);
      }
      at += text.length;
    }
  }
  return ranges;
}
