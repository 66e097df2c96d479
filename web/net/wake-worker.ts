/** The Worker behind `WakeTimer`: a number in is a delay in ms, a message out is the wake-up. */
let timer: ReturnType<typeof setTimeout> | undefined;

addEventListener("message", (event: MessageEvent<number>) => {
  clearTimeout(timer);
  timer = setTimeout(() => postMessage(null), event.data);
});
