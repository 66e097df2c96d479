/** The Sync panel, used as a musician uses it. */
import type { Locator } from "playwright-core";
import type { JamPage } from "./browser.ts";
import { until } from "./until.ts";

export const panelOf = ({ page }: JamPage): Locator =>
  page.getByRole("dialog", { name: "Sync", exact: true });
export const badgeOf = ({ page }: JamPage): Locator => page.getByRole("button", { name: /^In sync within/ });

export async function openPanel(jam: JamPage): Promise<void> {
  await badgeOf(jam).click();
  await panelOf(jam).waitFor();
}

export async function closePanel(jam: JamPage): Promise<void> {
  await jam.page.keyboard.press("Escape");
  await panelOf(jam).waitFor({ state: "detached" });
}

export async function setTrim(jam: JamPage, ms: number): Promise<void> {
  const field = panelOf(jam).getByRole("textbox", { name: "Trim in milliseconds" });
  await field.fill(String(ms));
  await field.press("Enter");
  const slider = panelOf(jam).getByRole("slider", { name: "Trim" });
  await until(async () => (await slider.inputValue()) === String(ms), { what: `a trim of ${ms} ms` });
}
