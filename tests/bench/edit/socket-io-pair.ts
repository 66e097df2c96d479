/** The rival's two pages and its server. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser } from "playwright-core";
import { type Pair, recordFrames } from "./agent.ts";

async function startServer(): Promise<{ child: ChildProcess; url: string }> {
  const program = join(import.meta.dirname, "socket-io-server.ts");
  const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
  const deadline = AbortSignal.timeout(20_000);
  const [port] = (await once(createInterface(child.stdout), "line", { signal: deadline })) as [string];
  return { child, url: `http://127.0.0.1:${port}/` };
}

export async function openSocketIoPair(browser: Browser): Promise<Pair> {
  const { child, url } = await startServer();
  const open = async () => {
    const context = await browser.newContext();
    await context.addInitScript(recordFrames);
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => window.editAgent !== undefined);
    return page;
  };
  const [editor, other] = [await open(), await open()];
  return {
    editor,
    other,
    close: async () => {
      await Promise.all([editor.context().close(), other.context().close()]);
      const exited = once(child, "exit");
      child.kill();
      await exited;
    },
  };
}
