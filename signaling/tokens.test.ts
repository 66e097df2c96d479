import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadSecret } from "./secret.ts";
import { Tokens } from "./tokens.ts";

const tokens = new Tokens(new Uint8Array(32).fill(7));
const claims = { room: "abc", role: "performer", generation: 2 } as const;
const now = 1_700_000_000;

test("[TOK1] a token says its room, role and generation", async () => {
  expect(await tokens.verify(await tokens.sign(claims, now), now)).toEqual({ ok: true, value: claims });
});

test("[TOK2] a token ends 90 days after it was made", async () => {
  const token = await tokens.sign(claims, now);
  expect((await tokens.verify(token, now + 89 * 86_400)).ok).toBe(true);
  expect(await tokens.verify(token, now + 91 * 86_400)).toEqual({ ok: false, error: "TOKEN_EXPIRED" });
});

test("[TOK1] a token of another installation or a changed one is invalid", async () => {
  const token = await tokens.sign(claims, now);
  const invalid = { ok: false, error: "TOKEN_INVALID" };
  expect(await new Tokens(new Uint8Array(32)).verify(token, now)).toEqual(invalid);
  const [header, , signature] = token.split(".");
  const forged = Buffer.from(JSON.stringify({ ...claims, role: "leader", exp: now + 9 })).toString(
    "base64url",
  );
  expect(await tokens.verify(`${header}.${forged}.${signature}`, now)).toEqual(invalid);
  const unsigned = Buffer.from('{"alg":"none"}').toString("base64url");
  expect(await tokens.verify(`${unsigned}.${forged}.`, now)).toEqual(invalid);
});

test("[TOK1] any text is refused with a code", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 1_024 }), async (text) => {
      expect(await tokens.verify(text, now)).toEqual({ ok: false, error: "TOKEN_INVALID" });
    }),
    { numRuns: 200 },
  );
});

test("[TOK3] a member's key proves that member in its own room only", () => {
  const key = tokens.memberKey("abc", 12);
  expect(key.length).toBeLessThanOrEqual(64);
  expect(tokens.memberOf("abc", key)).toBe(12);
  expect(tokens.memberOf("abd", key)).toBeNull();
  expect(tokens.memberOf("abc", key.replace("12.", "13."))).toBeNull();
  for (const text of ["", ".", "12", "12.", "-1.x", "1e3.y", "NaN.z"])
    expect(tokens.memberOf("abc", text)).toBeNull();
});

test("[TOK3] an actor's key holds for its member only", () => {
  const actorKey = tokens.actorKey("abc", 12, 40);
  const resumes = (actor: number, shown: string, member = 12): number | null => {
    const memberKey = tokens.memberKey("abc", member);
    return tokens.prove("abc", { memberKey, resume: { actor, actorKey: shown } }).actor;
  };
  expect(resumes(40, actorKey)).toBe(40);
  expect(resumes(40, actorKey, 13)).toBeNull();
  expect(resumes(41, actorKey)).toBeNull();
  expect(resumes(40, "")).toBeNull();
});

test("[TOK3] what proves nothing is left out, and without its member no actor is proved", () => {
  const memberKey = tokens.memberKey("abc", 12);
  const [resume, earlier, foreign] = [
    { actor: 40, actorKey: tokens.actorKey("abc", 12, 40) },
    { actor: 39, actorKey: tokens.actorKey("abc", 12, 39) },
    { actor: 38, actorKey: tokens.actorKey("abc", 13, 38) },
  ];
  const shown = { memberKey, resume, earlier: [foreign, earlier] };
  expect(tokens.prove("abc", shown)).toEqual({ member: 12, actor: 40, earlier: [39] });
  const nobody = { member: null, actor: null, earlier: [] };
  expect(tokens.prove("abd", shown)).toEqual(nobody);
  expect(tokens.prove("abc", { ...shown, memberKey: undefined })).toEqual(nobody);
});

test("[TOK4] the signing key is made once and only its owner may read it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tutti-"));
  const secret = await loadSecret(folder);
  expect(secret).toHaveLength(32);
  expect(await loadSecret(folder)).toEqual(secret);
  expect((await stat(join(folder, "secret"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, "secret"), "utf8")).toMatch(/^[\w-]{43}\n$/);
  await writeFile(join(folder, "secret"), "short");
  await expect(loadSecret(folder)).rejects.toThrow(/restore it/);
  await rm(folder, { recursive: true });
});
