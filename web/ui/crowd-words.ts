/** How many listen, in words: on the screens of those who play and of those who listen. */
export const crowdWords = (listeners: number): string =>
  listeners === 1 ? "1 person listens." : `${listeners} people listen.`;
