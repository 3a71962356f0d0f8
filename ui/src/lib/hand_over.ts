// A file that was chosen or dropped, handed to the backend piece by piece, however large it is: the page knows no paths. And one
// that only the backend was given, the other way round.
// Deliberately not here: what becomes of it.
import type { Backend } from './ipc/backend';

/** The file that was dropped and that the page was not given; `null`: there is none. */
export async function takeDropped(backend: Backend): Promise<File | null> {
  const name = await backend.takeDropped();
  if (name === null) return null;
  const pieces: ArrayBuffer[] = [];
  for (;;) {
    const piece = await backend.readDropped();
    if (piece.byteLength === 0) return new File(pieces, name);
    pieces.push(piece);
  }
}

/** Bytes. */
const PIECE = 1024 * 1024;

/** The number by which the backend knows the file then. `progress`: from 0 to 1. */
export async function handOver(backend: Backend, file: File, progress: (part: number) => void): Promise<number> {
  const number = await backend.beginFile(file.name);
  for (let at = 0; at < file.size; at += PIECE) {
    await backend.addToFile(number, new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
    progress(Math.min(1, (at + PIECE) / file.size));
  }
  return number;
}
