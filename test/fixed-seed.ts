import fc from "fast-check";

// A law must hold for every seed, but a run of the tests must be the same run twice: whoever wants other samples names another seed.
const seed = Number(process.env.BRIDGE_TEST_SEED ?? 20_251_122);
if (!Number.isInteger(seed)) throw new Error(`BRIDGE_TEST_SEED is ${process.env.BRIDGE_TEST_SEED}; use a whole number`);
fc.configureGlobal({ seed });
