/**
 * What mediasoup-client brings and Tutti never runs stays out of the bundle, a third of its bytes: handlers of
 * engines that cannot run Tutti anyway (React Native, Chrome before 111), its fakes for tests, and how profiles
 * of H.264 are compared, as there is no video here.
 */
import type { Plugin } from "vite";

const refusal = (name: string): string =>
  `exports.${name} = { createFactory() { throw new Error("This browser is too old for the SFU."); } };`;

/** In place of a file whose name ends so. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "mediasoup-client/lib/test/fakeParameters.js": "exports.fake = null;",
  "mediasoup-client/lib/handlers/ReactNative106.js": refusal("ReactNative106"),
  "mediasoup-client/lib/handlers/Chrome74.js": refusal("Chrome74"),
  "mediasoup-client/lib/handlers/FakeHandler.js": refusal("FakeHandler"),
  "h264-profile-level-id/lib/index.js": "exports.isSameProfile = () => false;",
};

export const mediasoupHandlers = (): Plugin => ({
  name: "tutti:mediasoup-handlers",
  apply: "build",
  load(id) {
    const path = id.replaceAll("\\", "/");
    const name = Object.keys(LEFT_OUT).find((end) => path.endsWith(`/node_modules/${end}`));
    return name === undefined ? null : LEFT_OUT[name];
  },
});
