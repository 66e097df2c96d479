/** A listener of a test that measures what the audience of a room hears (`programme-ear.ts`), in a page of its own. */
import type { Browser, Page } from "playwright-core";
import { join } from "node:path";
import { build } from "vite";
import type { Ear, Silence } from "./programme-ear.ts";
import { until } from "./until.ts";

let script: Promise<string> | null = null;

async function bundle(): Promise<string> {
  const root = join(import.meta.dirname, "../../..");
  const built = await build({
    root,
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, "programme-ear.ts"), formats: ["iife"], name: "ear" },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const [chunk] = output && "output" in output ? output.output : [];
  if (chunk?.type !== "chunk") throw new Error("nothing was built");
  return chunk.code;
}

/** What a page's ear says of itself now. */
export type Heard = Pick<Ear, "programme" | "silences" | "silentSince" | "consumed"> & {
  readonly now: number;
};

export class ProgrammeListener {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async open(browser: Browser, serverUrl: string, link: string): Promise<ProgrammeListener> {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    // Any page of this origin: what it shows is of no interest.
    await page.goto(`${serverUrl}/icon.svg`);
    await page.evaluate(await (script ??= bundle()));
    const [, token = ""] = link.split("#");
    await page.evaluate(([url, mine]) => window.openEar?.(url, mine), [
      `${serverUrl.replace("http", "ws")}/ws`,
      token,
    ] as const);
    return new ProgrammeListener(page);
  }

  heard(): Promise<Heard> {
    return this.#page.evaluate(() => {
      const ear = window.ear!;
      const { programme, silences, silentSince, consumed } = ear;
      return { programme, silences, silentSince, consumed, now: ear.now() };
    });
  }

  async until(what: string, holds: (heard: Heard) => boolean, timeoutMs = 20_000): Promise<Heard> {
    let last: Heard | null = null;
    return until(
      async () => {
        last = await this.heard();
        return holds(last) ? last : null;
      },
      { what, timeoutMs, detail: () => JSON.stringify(last) },
    );
  }

  /** The longest silence that ended after this instant; 0 for none. */
  static longest({ silences }: { readonly silences: readonly Silence[] }, from: number): number {
    return Math.max(
      0,
      ...silences.filter((each) => each.from + each.length > from).map(({ length }) => length),
    );
  }

  close(): Promise<void> {
    return this.#page.context().close();
  }
}
