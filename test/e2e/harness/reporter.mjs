// One line for a test, what went wrong in full at the end, and the counts. A skipped test and a run of no test are failures.
import { stripVTControlCharacters } from "node:util";

export default class Reporter {
  #passed = 0;
  #skipped = 0;
  #failed = [];
  #broken = [];

  printsToStdio() {
    return true;
  }

  onTestEnd(test, result) {
    const name = test.titlePath().slice(1).join(" › ");
    const bad = result.status !== test.expectedStatus;
    if (result.status === "skipped") this.#skipped++;
    else if (bad) this.#failed.push({ name, result });
    else this.#passed++;
    console.log(`${bad ? "FAILED" : result.status === "skipped" ? "skip  " : "ok    "} ${(result.duration / 1000).toFixed(1).padStart(5)} s  ${name}`);
  }

  onError(error) {
    this.#broken.push(error);
  }

  onStdOut(text) {
    process.stdout.write(text);
  }

  onEnd() {
    for (const { name, result } of this.#failed) {
      console.log(`\n--- ${name}`);
      for (const e of result.errors) console.log(stripVTControlCharacters(e.stack ?? e.message ?? String(e.value)));
      for (const a of result.attachments) if (a.path) console.log(`  ${a.name}: ${a.path}`);
    }
    for (const e of this.#broken) console.log(`\n--- outside a test\n${stripVTControlCharacters(e.stack ?? e.message ?? String(e.value))}`);
    if (this.#skipped > 0) console.log("a test that is skipped proves nothing: make it run, or take it out");
    console.log(`${this.#passed} passed, ${this.#failed.length} failed, ${this.#skipped} skipped`);
    if (this.#skipped > 0 || this.#passed === 0 || this.#broken.length > 0) return { status: "failed" };
  }
}
