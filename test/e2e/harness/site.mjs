// A district of its own for a test: bin/huying on a free port of 127.0.0.1, with its database in a folder.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..", "..", "..");
export const pack = join(root, "packs", "zhuhai-gaoxin");

/** Serves the demonstration whose database and files are (or will be) in dir, on a day if told. Resolves when it can be asked for pages. */
export async function serve(dir, { packDir = pack, day = "" } = {}) {
  const child = spawn(
    join(root, "bin", "huying"),
    ["serve", "--demo", "--pack", packDir, "--database", `sqlite:${join(dir, "huying.db")}`, "--files", join(dir, "files"), "--listen", "127.0.0.1:0", "--lang", "en", ...(day ? ["--demo-date", day] : [])],
    { cwd: dir, stdio: ["ignore", "pipe", "pipe"] },
  );
  const gone = once(child, "exit");
  let said = "";
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (log += text));
  const url = await new Promise((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) resolve(found[0]);
    });
    child.on("exit", (status) => reject(new Error(`huying serve ended with ${status}:\n${said}${log}`)));
  });
  return {
    url,
    dir,
    /** What the server has logged as an error so far. */
    errors: () => log.split("\n").filter((line) => line.includes('"level":"ERROR"')),
    /** Stops the server in its own time; a server that does not end well is an error. */
    async stop() {
      child.kill("SIGTERM");
      const [status, signal] = await gone;
      if (status !== 0) throw new Error(`huying serve ended with ${status ?? signal}:\n${log}`);
    },
  };
}
