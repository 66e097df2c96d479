/**
 * The three typefaces, latin only, fetched after the first sound (or after the landing page has been
 * painted): until then, and where they do not come, the system's own stand in.
 */
import hyperlegible from "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2?url";
import fraunces from "@fontsource-variable/fraunces/files/fraunces-latin-wght-italic.woff2?url";
import redHat from "@fontsource-variable/red-hat-mono/files/red-hat-mono-latin-wght-normal.woff2?url";

const FACES: readonly (readonly [string, string, FontFaceDescriptors])[] = [
  ["Atkinson Hyperlegible Next", hyperlegible, { weight: "200 800", display: "swap" }],
  ["Fraunces", fraunces, { weight: "100 900", style: "italic", display: "swap" }],
  ["Red Hat Mono", redHat, { weight: "300 700", display: "swap" }],
];

let loaded = false;

/** Idempotent. A face that does not come leaves its stand-in. */
export function loadFonts(): void {
  if (loaded || typeof FontFace === "undefined") return;
  loaded = true;
  for (const [family, url, descriptors] of FACES) {
    const face = new FontFace(family, `url(${url}) format("woff2")`, descriptors);
    document.fonts.add(face);
    face.load().catch(() => document.fonts.delete(face));
  }
}
