/** Real Chromium, headless, and pages of it used the way a musician uses them. */
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import type { CommandInput } from "#shared/protocol/commands.ts";
import type { TuttiInspector } from "../../../web/inspector.ts";
import { CHROMIUM, CHROMIUM_FLAGS } from "../../chromium.ts";
import { type PackedRecording, type Recording, tapExpression, unpackRecording } from "./recording.ts";
import { until } from "./until.ts";
import { WatchedPage } from "./watched-page.ts";

export const launch = (...flags: string[]): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, headless: true, args: [...CHROMIUM_FLAGS, ...flags] });

/**
 * What stands still unless a test is about motion: a page that plays in this size takes a whole core for its
 * painting (no graphics card does it here), and half of that with reduced motion.
 */
export const STILL = { reducedMotion: "reduce" } as const;

export type Inspection = ReturnType<TuttiInspector["inspect"]>;

export class JamPage extends WatchedPage<Inspection> {
  /** A page in a context of its own: another person, who has asked for reduced motion. */
  static async open(
    browser: Browser,
    url: string,
    viewport = { width: 1440, height: 900 },
  ): Promise<JamPage> {
    const context = await browser.newContext({ viewport, ...STILL });
    return JamPage.openIn(context, url);
  }

  /** Another tab of the same person. */
  static async openIn(context: BrowserContext, url: string): Promise<JamPage> {
    const jam = new JamPage(await context.newPage(), context);
    await jam.page.goto(url);
    return jam;
  }

  /** "TRACK step N" of a drum, or "PITCH step N" of the open part. */
  cell(name: string) {
    return this.page.getByRole("button", { name, exact: true });
  }

  override inspect(): Promise<Inspection> {
    return this.page.evaluate(() => window.tutti?.inspect() as Inspection);
  }

  /** Throws with the code of a refused command. */
  dispatch(command: CommandInput): Promise<void> {
    return this.page.evaluate((input) => window.tutti?.dispatch(input), command);
  }

  async whenJamming(): Promise<void> {
    await until(
      async () => {
        const state = await this.inspect();
        return state?.engine.state === "running" && state.clock.state === "locked";
      },
      { what: "sound and a locked clock", timeoutMs: 30_000, detail: () => this.errors.join("\n") },
    );
  }

  /** Its process dies, without a word to anybody. */
  async crash(): Promise<void> {
    const devtools = await this.context.newCDPSession(this.page);
    const crashed = this.page.waitForEvent("crash");
    // Nothing is left to answer.
    devtools.send("Page.crash").catch(() => {});
    await crashed;
  }

  /** The room mix of the next `seconds`, both channels added. */
  async tap(seconds: number): Promise<Recording> {
    return unpackRecording(await this.page.evaluate<PackedRecording>(tapExpression(seconds)));
  }
}
