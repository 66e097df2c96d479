/**
 * mediasoup-client brings a handler for every engine it ever knew. Those that cannot run Tutti anyway (React
 * Native, Chrome before 111) and its fakes for tests stay out of the bundle: a quarter of its bytes.
 */
import type { Plugin } from "vite";

const FAKES = /[\\/]mediasoup-client[\\/]lib[\\/]test[\\/]fakeParameters\.js$/;
const LEFT_OUT = /[\\/]mediasoup-client[\\/]lib[\\/]handlers[\\/](ReactNative106|Chrome74|FakeHandler)\.js$/;

export const mediasoupHandlers = (): Plugin => ({
  name: "tutti:mediasoup-handlers",
  apply: "build",
  load(id) {
    if (FAKES.test(id)) return "exports.fake = null;";
    const name = LEFT_OUT.exec(id)?.[1];
    if (name === undefined) return null;
    return `exports.${name} = { createFactory() { throw new Error("This browser is too old for the SFU."); } };`;
  },
});
