/**
 * The sixteen note heads. A part is known by its shape: it is the mask of its notes, its tab and the
 * cap of its meter. Paths stand in a box of 24 by 24, and are used as CSS masks, so colour comes from
 * whoever wrote the note.
 */

interface Shape {
  readonly name: string;
  readonly path: string;
}

export const SHAPES: readonly Shape[] = [
  { name: "disc", path: "M12 2a10 10 0 1 1 0 20a10 10 0 0 1 0-20z" },
  { name: "diamond", path: "M12 1L23 12L12 23L1 12z" },
  { name: "tick", path: "M9.5 2h5v20h-5z" },
  { name: "ring", path: "M12 2a10 10 0 1 1 0 20a10 10 0 0 1 0-20zM12 7a5 5 0 1 0 0 10a5 5 0 0 0 0-10z" },
  { name: "double tick", path: "M5 2h5v20H5zM14 2h5v20h-5z" },
  { name: "bar", path: "M3 7.5h18a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2z" },
  { name: "wedge", path: "M3 2L22 12L3 22z" },
  { name: "lozenge", path: "M7 5h10L23 12L17 19H7L1 12z" },
  { name: "square", path: "M3.5 3h17v18h-17z" },
  { name: "triangle", path: "M12 2L23 21H1z" },
  { name: "plus", path: "M9 2h6v7h7v6h-7v7H9v-7H2V9h7z" },
  { name: "drop", path: "M12 1C15 7 20 10 20 15a8 8 0 0 1-16 0C4 10 9 7 12 1z" },
  { name: "half moon", path: "M3 5h18a9 13 0 0 1-9 15a9 13 0 0 1-9-15z" },
  { name: "cross", path: "M5 1L12 8L19 1L23 5L16 12L23 19L19 23L12 16L5 23L1 19L8 12L1 5z" },
  { name: "chevron", path: "M2 3h8l12 9l-12 9H2l8-9z" },
  { name: "hourglass", path: "M2 2h20L15 12L22 22H2L9 12z" },
];

export const shape = (index: number): Shape =>
  SHAPES[((index % SHAPES.length) + SHAPES.length) % SHAPES.length] ?? { name: "disc", path: "" };

/** The bar is drawn as long as its note. */
export const BAR = 5;

const masks = new Map<number, string>();

/** A CSS `url(…)` of the shape, for `mask`. */
export function shapeMask(index: number): string {
  let mask = masks.get(index);
  if (mask === undefined) {
    const stretch = index === BAR ? " preserveAspectRatio='none'" : "";
    const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'${stretch}><path fill-rule='evenodd' d='${shape(index).path}'/></svg>`;
    mask = `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
    masks.set(index, mask);
  }
  return mask;
}
