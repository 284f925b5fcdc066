import { main } from "./main.js";

// Where the reader of a table or a help text has gone, as in `bridge --help | head`, there is nobody left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && stream.listenerCount("error") === 1) throw error;
  });
}

process.exitCode = await main(process.argv.slice(2));
