/** Left and right, Home and End move the focus among the buttons of a row, which is one stop for Tab. */
export function roveFocus(row: HTMLElement | null, event: KeyboardEvent): void {
  if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  const buttons = [...(row?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])];
  const at = buttons.indexOf(event.target as HTMLButtonElement);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
  const button = at < 0 || to === undefined ? undefined : buttons[to];
  if (!button) return;
  event.preventDefault();
  for (const each of buttons) each.tabIndex = each === button ? 0 : -1;
  button.focus();
}
