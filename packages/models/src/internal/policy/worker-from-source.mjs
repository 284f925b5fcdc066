// Starts the worker thread of a checkout, where its file is TypeScript. Node can't read that, and a worker inherits neither a test runner's
// loader nor, in every version, tsx's: it registers its own.
import { register } from "tsx/esm/api";

register();
await import("../../policy-worker-thread.ts");
