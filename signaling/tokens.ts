/**
 * What opens a room: signed tokens in the links' fragments, and the keys by which a browser proves
 * to be a member or an actor again. The keys are message authentication codes, so that the server
 * keeps none of them and a crash loses none.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { err, ok, type Result } from "#shared/lib/result.ts";
import { Role } from "#shared/protocol/messages.ts";
import { errors, jwtVerify, SignJWT } from "jose";
import * as v from "valibot";

/** From its last use: every welcome carries fresh links. */
export const TOKEN_DAYS = 90;
const DAY = 86_400;

const Claims = v.object({
  room: v.pipe(v.string(), v.maxLength(40)),
  role: Role,
  /** Raised for a role when its links are to end. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type Claims = v.InferOutput<typeof Claims>;

/** One life of a browser in a room, and what proves it. */
interface ShownActor {
  readonly actor: number;
  readonly actorKey: string;
}

/** What a browser that comes in shows of who it has been. */
export interface ShownKeys {
  readonly memberKey: string | undefined;
  readonly resume: ShownActor | undefined;
  readonly earlier?: readonly ShownActor[] | undefined;
}

/** Whom its keys prove it to be; null for nobody. */
interface Proved {
  readonly member: number | null;
  /** The actor that goes on. */
  readonly actor: number | null;
  /** Actors that it was. */
  readonly earlier: readonly number[];
}

export class Tokens {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** `now` in Unix seconds. */
  async sign(claims: Claims, now: number): Promise<string> {
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuedAt(Math.floor(now))
      .setExpirationTime(Math.floor(now) + TOKEN_DAYS * DAY)
      .sign(this.#secret);
  }

  async verify(token: string, now: number): Promise<Result<Claims, "TOKEN_INVALID" | "TOKEN_EXPIRED">> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        algorithms: ["HS256"],
        requiredClaims: ["exp"],
        currentDate: new Date(now * 1000),
      });
      const claims = v.safeParse(Claims, payload);
      return claims.success ? ok(claims.output) : err("TOKEN_INVALID");
    } catch (error) {
      if (error instanceof errors.JWTExpired) return err("TOKEN_EXPIRED");
      if (error instanceof errors.JOSEError) return err("TOKEN_INVALID");
      throw error;
    }
  }

  /** Kept by the browser: whoever shows it is this member of this room. It says which by itself. */
  memberKey(room: string, member: number): string {
    return `${member}.${this.#code("member", room, member)}`;
  }

  /** The member a key belongs to, or null where it is none of this room's. */
  memberOf(room: string, key: string): number | null {
    const member = Number(key.slice(0, key.indexOf(".")));
    if (!Number.isSafeInteger(member) || member < 1) return null;
    return equal(key, this.memberKey(room, member)) ? member : null;
  }

  /** Kept by one connection: with it a lost connection goes on as the same actor. */
  actorKey(room: string, member: number, actor: number): string {
    return this.#code("actor", room, member, actor);
  }

  /** A key that proves nothing is as one that was not shown. */
  prove(room: string, { memberKey, resume, earlier = [] }: ShownKeys): Proved {
    const member = memberKey === undefined ? null : this.memberOf(room, memberKey);
    const isOwn = ({ actor, actorKey }: ShownActor): boolean =>
      member !== null && equal(actorKey, this.actorKey(room, member, actor));
    return {
      member,
      actor: resume && isOwn(resume) ? resume.actor : null,
      earlier: earlier.filter(isOwn).map(({ actor }) => actor),
    };
  }

  #code(...words: (string | number)[]): string {
    return createHmac("sha256", this.#secret).update(words.join("\n")).digest("base64url");
  }
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
