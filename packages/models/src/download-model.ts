import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";

export interface DownloadModelOptions {
  /** Branch, tag or commit. @defaultValue "main" */
  readonly revision?: string;
  /** For gated and private repositories. @defaultValue none */
  readonly accessToken?: string;
  /** Another hub, such as a mirror. @defaultValue "https://huggingface.co" */
  readonly hubUrl?: string;
  /** Makes the requests, for a proxy or for tests. @defaultValue the global fetch */
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: { file: string; bytes: number; totalBytes: number }) => void;
}

/** A file of a repository, as the hub lists it. */
interface RemoteFile {
  readonly path: string;
  readonly size: number;
  /** Of the contents, which the hub tells of large files. */
  readonly sha256?: string;
}

const wanted =
  /^(config\.json|generation_config\.json|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|vocab\.json|merges\.txt|chat_template\.(jinja|json)|model(-\d+-of-\d+)?\.safetensors|model\.safetensors\.index\.json)$/;

/**
 * Downloads a model from the Hugging Face hub into a folder that appears once it is complete: config, tokenizer and safetensors. Needs the
 * optional `@huggingface/hub`. Sizes are checked, and contents where the hub tells their SHA-256.
 *
 * @param repository  `owner/name`
 * @throws BridgeError `missing-dependency`; `run-conflict` where the folder exists; `missing-file` where the hub refuses or has no such
 *   model; `unsupported` for one without safetensors; `invalid-file` where a file arrives damaged; `cancelled`
 */
export async function downloadModel(repository: string, directory: string, options: DownloadModelOptions = {}): Promise<void> {
  const { signal, onProgress } = options;
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(repository)) {
    throw new BridgeError("invalid-input", `"${repository}" names no repository; pass owner/name, as in Qwen/Qwen2.5-0.5B`);
  }
  if (existsSync(directory)) throw new BridgeError("run-conflict", `${directory} exists already; remove it, or pass another folder`);
  const hub = await importHub();
  const cancellable: typeof fetch = (input, init) => (options.fetch ?? fetch)(input, signal ? { ...init, signal } : init);
  const shared = {
    repo: { type: "model" as const, name: repository },
    revision: options.revision ?? "main",
    fetch: cancellable,
    ...(options.hubUrl === undefined ? {} : { hubUrl: options.hubUrl }),
    ...(options.accessToken === undefined ? {} : { accessToken: options.accessToken }),
  };
  const files = await asking(repository, signal, async () => {
    const found: RemoteFile[] = [];
    for await (const { type, path, size, lfs } of hub.listFiles(shared)) {
      if (type === "file" && wanted.test(path)) found.push({ path, size, ...(lfs === undefined ? {} : { sha256: lfs.oid }) });
    }
    return found;
  });
  if (!files.some(({ path }) => path.endsWith(".safetensors"))) {
    throw new BridgeError(
      "unsupported",
      `${repository} has no model.safetensors (${files.length} known files); convert its weights to safetensors`,
    );
  }
  const totalBytes = files.reduce((total, { size }) => total + size, 0);
  const aside = `${directory}.partial`;
  await mkdir(dirname(directory), { recursive: true });
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  try {
    let bytes = 0;
    for (const file of files) {
      const blob = await asking(repository, signal, () => hub.downloadFile({ ...shared, path: file.path }));
      if (blob === null) throw new BridgeError("missing-file", `${repository} lists ${file.path} but doesn't have it; try again`);
      const report = (count: number): void => {
        bytes += count;
        onProgress?.({ file: file.path, bytes, totalBytes });
      };
      await asking(repository, signal, () => writeChecked(join(aside, file.path), blob.stream(), file, report));
    }
    await rename(aside, directory);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

async function writeChecked(
  path: string,
  stream: ReadableStream<Uint8Array>,
  { path: name, size, sha256 }: RemoteFile,
  report: (bytes: number) => void,
): Promise<void> {
  const hash = createHash("sha256");
  let written = 0;
  const target = await open(path, "w");
  try {
    for await (const chunk of stream) {
      hash.update(chunk);
      for (let done = 0; done < chunk.length; ) done += (await target.write(chunk, done)).bytesWritten;
      written += chunk.length;
      report(chunk.length);
    }
  } finally {
    await target.close();
  }
  if (written !== size) throw new BridgeError("invalid-file", `${name} arrived with ${written} bytes, the hub lists ${size}; try again`);
  const digest = hash.digest("hex");
  if (sha256 !== undefined && digest !== sha256) {
    throw new BridgeError("invalid-file", `${name} arrived damaged: its SHA-256 is ${digest}, the hub lists ${sha256}; try again`);
  }
}

/** Says which repository a request was about, and tells a cancelled one from a failed one. */
async function asking<Result>(repository: string, signal: AbortSignal | undefined, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    if (signal?.aborted) throw new BridgeError("cancelled", `the download of ${repository} was cancelled`, { cause });
    if (BridgeError.isInstance(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError(
      "missing-file",
      `${repository} could not be downloaded: ${reason}. Check its name, the network and the access token`,
      {
        cause,
      },
    );
  }
}

async function importHub(): Promise<typeof import("@huggingface/hub")> {
  try {
    return await import("@huggingface/hub");
  } catch (cause) {
    throw new BridgeError("missing-dependency", "downloading needs @huggingface/hub; install it with npm install @huggingface/hub", {
      cause,
    });
  }
}
