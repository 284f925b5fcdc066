/** The examples below a command's help, commands in one column and what they are for in the other. */
export function examples(rows: readonly (readonly [command: string, purpose: string])[]): string {
  return `\nExamples:\n${rows.map(([command, purpose]) => `  # ${purpose}\n  $ ${command}`).join("\n")}`;
}

/** Shown below `bridge --help`. */
export const exitCodeHelp = `
Exit codes:
  0    done
  1    something failed
  2    a flag, an option or a config that cannot be
  3    a file that is missing, broken, or not what the command reads
  4    the run directory holds another run, or is in use
  130  stopped by Ctrl-C (143 by SIGTERM); what can be resumed was saved

NO_COLOR turns colours off; without a terminal, progress comes as plain lines on standard error.`;
