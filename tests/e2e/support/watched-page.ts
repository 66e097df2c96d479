/** A page of a test: what it says of itself, and what a developer should have heard of it. */
import type { BrowserContext, Page } from "playwright-core";
import { until } from "./until.ts";

/** `State`: what its inspector tells. */
export abstract class WatchedPage<State> {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught errors and console errors. */
  readonly errors: string[] = [];

  constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.context = context;
    page.on("pageerror", (error) => this.errors.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
  }

  /** Not before its scripts run. */
  abstract inspect(): Promise<State>;

  async press(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  async untilInspect(what: string, holds: (state: State) => boolean, timeoutMs = 20_000): Promise<State> {
    let last: State | null = null;
    return until(
      async () => {
        last = await this.inspect();
        return last && holds(last) ? last : null;
      },
      { what, timeoutMs, detail: () => `${JSON.stringify(last)}\n${this.errors.join("\n")}` },
    );
  }
}
