/** The installation's signing key: 32 random bytes, made once, readable by its owner only. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "./atomic-file.ts";

const SECRET_BYTES = 32;

/** Throws when the file is there and is not a key: making another would silently end every link. */
export async function loadSecret(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, "secret");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const secret = randomBytes(SECRET_BYTES);
    await writeAtomically(path, `${secret.toString("base64url")}\n`, { mode: 0o600 });
    return secret;
  }
  const secret = Buffer.from(text.trim(), "base64url");
  if (secret.length !== SECRET_BYTES)
    throw new Error(`${path} does not hold a key of ${SECRET_BYTES} bytes; restore it or remove it`);
  return secret;
}
