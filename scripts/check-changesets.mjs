// `changeset status` compares with main; on main itself, or where a clone lacks main, it still checks the changeset files.
import { runChecks } from "./internal/check-list.mjs";
import { capture } from "./internal/workspace.mjs";

const commitOf = async (name) => {
  const { code, output } = await capture("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
  return code === 0 ? output.trim() : undefined;
};

await runChecks([
  {
    name: "changeset status",
    run: async () => {
      const main = await commitOf("main");
      const onBranch = main !== undefined && main !== (await commitOf("HEAD"));
      return capture("pnpm", ["exec", "changeset", "status", ...(onBranch ? [] : ["--since=HEAD"])]);
    },
  },
]);
