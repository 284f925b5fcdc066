// Every changeset has to be one that a release can take, and what changed since main has to have one (on main itself: what is not committed).
import { runChecks } from "./internal/check-list.mjs";
import { capture } from "./internal/workspace.mjs";

const isCommit = async (name) => (await capture("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`])).code === 0;

await runChecks([
  {
    name: "changeset status",
    run: async () => {
      // Told what to compare with, changesets reads only the files that are newer; only without does it read all.
      if (await isCommit("main")) return capture("pnpm", ["exec", "changeset", "status"]);
      if (await isCommit("origin/main")) return capture("pnpm", ["exec", "changeset", "status", "--since=origin/main"]);
      return { skipped: "this clone has no main to compare with" };
    },
  },
]);
