// Starts a thread of `measureRates` from source; see src/internal/policy/worker-from-source.mjs.
import { register } from "tsx/esm/api";

register();
await import("./rate-thread.ts");
