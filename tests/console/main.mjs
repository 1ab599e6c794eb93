// Runs everything, one after the other, and says how it went.

import { connections } from "./connections.mjs";
import { engine } from "./engine.mjs";
import { entrance } from "./entrance.mjs";
import { look } from "./look.mjs";
import { Tally, equal, files_with_secrets, open } from "./stage.mjs";

const tally = new Tally();
const stage = await open();
try {
  const people = await entrance(stage, tally);
  await connections(stage, tally, people);
  await engine(stage, tally, people);
  await look(stage, tally);
  await tally.check("no page loads from elsewhere, breaks its policy or shows a secret", async () => equal(stage.unusual, []));
  await tally.check("no file and no log holds a secret", async () => {
    equal(files_with_secrets(stage.folder), []);
    const { PLANTED } = await import("./stage.mjs");
    equal(PLANTED.filter((secret) => stage.log.join("").includes(secret)), []);
  });
} finally {
  await stage.close();
}
console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed === 0 ? 0 : 1);
