/**
 * How one client and the others reach each other beside the server: the fast path that is in use, the one
 * that was left and lingers, and who is heard on which. What is sent there is `pairs.ts` and `broadcast.ts`.
 */

/** How this client reaches the others fast. The server is always there beside it. */
export type Path =
  | { readonly kind: "relay" }
  /** `peers`: whose channels are open. `rtt`: seconds, a guess until each pair has measured its own. */
  | { readonly kind: "mesh"; readonly peers: ReadonlySet<number>; readonly rtt: number }
  | { readonly kind: "sfu"; readonly open: boolean };

export type Via = "mesh" | "sfu";
type Of<K extends Via> = Extract<Path, { readonly kind: K }>;

const RELAY: Path = { kind: "relay" };
const NO_PEERS = { peers: new Set<number>(), rtt: 0 };

export class Ways {
  #path = RELAY;
  /** "relay" where nothing lingers. */
  #leaving = RELAY;
  /** What comes before this side's own path is set counts too. */
  readonly #heard = { mesh: new Set<number>(), sfu: new Set<number>() };

  set(path: Path, leaving: Path = RELAY): void {
    this.#path = path;
    this.#leaving = leaving;
    for (const via of ["mesh", "sfu"] as const) if (!this.#of(via)) this.#heard[via].clear();
  }

  /** Whose mesh channels are open. */
  get mesh(): { readonly peers: ReadonlySet<number>; readonly rtt: number } {
    return this.#of("mesh") ?? NO_PEERS;
  }

  /** Whether the SFU is one of the paths, open or not. */
  get hasSfu(): boolean {
    return this.#of("sfu") !== undefined;
  }

  /** Whether a broadcast goes out. */
  get mayBroadcast(): boolean {
    return this.#of("sfu")?.open ?? false;
  }

  /** Whether edits take the SFU to stay there, where the server hears them. */
  get isOnSfu(): boolean {
    return this.#path.kind === "sfu" && this.#path.open;
  }

  hear(actor: number, via: Via): void {
    this.#heard[via].add(actor);
  }

  /** Not heard any more: on this path, or on any. */
  forget(actor: number, via?: Via): void {
    for (const path of ["mesh", "sfu"] as const) if (path === (via ?? path)) this.#heard[path].delete(actor);
  }

  /** Whether the SFU should bring what this actor writes. */
  isDueFromSfu(actor: number): boolean {
    return this.#path.kind === "sfu" && this.#heard.sfu.has(actor);
  }

  /**
   * Who is heard fast, on either path. On the way back to the relay the one that lingers does not count: the
   * server is not to wait for what is about to end.
   */
  get direct(): ReadonlySet<number> {
    const counts = (via: Via) => this.#path.kind !== "relay" || this.#leaving.kind !== via;
    return new Set((["mesh", "sfu"] as const).filter(counts).flatMap((via) => [...this.#heard[via]]));
  }

  #of<K extends Via>(kind: K): Of<K> | undefined {
    return [this.#path, this.#leaving].find((each): each is Of<K> => each.kind === kind);
  }
}
