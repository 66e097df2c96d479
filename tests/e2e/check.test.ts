/** The connection check, in real Chromium: what it says where everything works, and where not everything does. */
import type { Browser, Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { NO_UDP_FLAG } from "../chromium.ts";
import { seriousFindings } from "./support/axe.ts";
import { launch, STILL } from "./support/browser.ts";
import { Coturn, coturnMissing } from "./support/coturn.ts";
import { TestServer } from "./support/server.ts";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;

async function stage(flags: { server: string[]; browser?: string[] }) {
  const [server, browser] = await Promise.all([
    TestServer.start(...flags.server),
    launch(...(flags.browser ?? [])),
  ]);
  onTestFinished(async () => {
    await browser.close();
    await server.close();
  });
  return { server, browser };
}

async function open(browser: Browser, server: TestServer, viewport: (typeof SIZES)[number] = SIZES[0]) {
  const context = await browser.newContext({ viewport, colorScheme: "dark", ...STILL });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  const page = await context.newPage();
  await page.goto(`${server.url}/check`);
  return page;
}

/** Its lines once it is done, each with its sign; and what they mean. */
async function found(page: Page): Promise<{ lines: string[]; meaning: string }> {
  await page.locator("[data-done=true]").waitFor({ timeout: 30_000 });
  const lines = await page
    .locator("li")
    .evaluateAll((rows) =>
      rows.map(
        (row) => `${(row as HTMLElement).dataset["sign"]}: ${row.querySelector("p")?.lastChild?.textContent}`,
      ),
    );
  return { lines, meaning: (await page.locator("[data-done=true]").textContent()) ?? "" };
}

const like = (text: string): unknown => expect.stringContaining(text);

test("[CHK1] where everything works each line says so, in a sentence, at every size, and axe finds nothing serious", async () => {
  const { server, browser } = await stage({ server: ["--sfu-workers", "1"] });
  for (const size of SIZES) {
    const page = await open(browser, server, size);
    const { lines, meaning } = await found(page);
    expect(lines).toEqual([
      "works: The page is secure and isolated: the sound engine shares memory.",
      like("works: The server answers by WebSocket in "),
      expect.stringMatching(/^works: UDP reaches the SFU at 127\.0\.0\.1:\d+ in \d+\sms\.$/),
      expect.stringMatching(/^works: TCP reaches the SFU at 127\.0\.0\.1:\d+ in \d+\sms\.$/),
      like("unknown: No STUN server is set"),
      like("works: People on the same network can reach this computer directly"),
    ]);
    expect(meaning).toBe(
      "Edits will go directly between you on one network, and with many people through the SFU.",
    );
    expect(await seriousFindings({ page })).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await page.getByRole("button", { name: "Daylight" }).press("Enter");
    expect(await seriousFindings({ page })).toEqual([]);
    await page.context().close();
  }
}, 120_000);

test("[CHK2] with UDP blocked it says that TCP carries the jam", async () => {
  const { server, browser } = await stage({ server: ["--sfu-workers", "1"], browser: [NO_UDP_FLAG] });
  const { lines, meaning } = await found(await open(browser, server));
  expect(lines).toEqual(
    expect.arrayContaining([
      like("fails: UDP does not reach the SFU at 127.0.0.1:"),
      like("works: TCP reaches the SFU at 127.0.0.1:"),
      like("fails: This browser sends no UDP of its own"),
    ]),
  );
  expect(meaning).toBe("Edits will go through the SFU over TCP: it works, a little slower.");
}, 90_000);

test("[CHK3] without an SFU it says so; when the server goes it says that, too", async () => {
  const { server, browser } = await stage({ server: ["--sfu-workers", "0"] });
  const page = await open(browser, server);
  const { lines, meaning } = await found(page);
  expect(lines).toEqual(
    expect.arrayContaining([
      "unknown: No UDP to try: this server runs without an SFU.",
      "unknown: No TCP to try: this server runs without an SFU.",
    ]),
  );
  expect(meaning).toBe("Edits will go directly between you on one network, else only through the server.");
  await server.down();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.getByText("The server does not answer by WebSocket.").waitFor();
  expect((await found(page)).meaning).toBe("From here nobody can join a jam: the server is not reached.");
}, 90_000);

describe.skipIf(coturnMissing() !== null)("with coturn", () => {
  test("[CHK4] it asks STUN and TURN, and the copied report holds no password and no address of this computer", async () => {
    const coturn = await Coturn.start();
    onTestFinished(() => coturn.close());
    const turn = ["udp", "tcp"].map((way) => `${coturn.url}?transport=${way}`).join();
    const ice = ["--stun-urls", `stun:127.0.0.1:${coturn.port}`, "--turn-urls", turn];
    const { server, browser } = await stage({
      server: ["--sfu-workers", "0", ...ice, "--turn-secret", coturn.secret],
    });
    const page = await open(browser, server);
    const given = new Promise<string>((resolve) =>
      page.on("websocket", (socket) =>
        socket.on("framereceived", ({ payload }) => {
          if (String(payload).includes('"check"')) resolve(String(payload));
        }),
      ),
    );
    await page.reload();
    const { lines } = await found(page);
    expect(lines).toEqual(
      expect.arrayContaining([
        "works: A STUN server sees this computer’s public address.",
        "works: The TURN server relays for this computer by UDP.",
        "works: The TURN server relays for this computer by TCP.",
      ]),
    );
    await page.getByRole("button", { name: "Copy report" }).click();
    await page.getByText("Copied.").waitFor();
    const report = await page.evaluate(() => navigator.clipboard.readText());
    expect(report).toContain("[works] The TURN server relays for this computer by UDP.");
    const [server1] = (
      JSON.parse(await given) as { iceServers: { credential?: string; username?: string }[] }
    ).iceServers.filter(({ credential }) => credential !== undefined);
    expect(server1?.credential).toBeTruthy();
    for (const secret of [server1?.credential, server1?.username, coturn.secret])
      expect(report).not.toContain(secret);
  }, 90_000);
});
