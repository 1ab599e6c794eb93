// Zoho's own CRM SDK for Node against the sandbox: a line for each check, then the count.
//
//     crm.mjs              starts `$ARARAT_BIN sandbox --json`
//     crm.mjs LINE         uses the running sandbox whose line of JSON this is
//
// All checks run twice: once the SDK starts from the grant token, once from the refresh token.
// Exit code 0 means that every check passed.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as records from "./records.mjs";
import * as related from "./related.mjs";
import { Tally, holds, initialise, sandbox } from "./session.mjs";
import * as settings from "./settings.mjs";

async function start(info, kind, folder) {
  const token = await initialise(info, kind, folder);
  await token.generateToken?.();
  holds(token, "a token");
}

const { info, stop } = await sandbox(process.argv[2]);
const counts = { passed: 0, failed: 0 };
try {
  for (const kind of ["grant", "refresh"]) {
    const folder = join(mkdtempSync(join(tmpdir(), "crm-")), kind);
    const tally = new Tally(`${kind}: `);
    await tally.check("start", start, info, kind, folder);
    await records.run(tally, folder);
    await related.run(tally, folder, kind);
    await settings.run(tally);
    counts.passed += tally.passed;
    counts.failed += tally.failed;
  }
} finally {
  stop();
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);
