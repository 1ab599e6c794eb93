// A sandbox to talk to, Zoho's SDK pointed at it, and the tally of checks.
//
// The SDK stays as its registry ships it: what is ours is an `Environment` whose three addresses are the
// sandbox's, and a folder for the files that the SDK writes (tokens, field descriptions, its log).

import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as ZOHOCRMSDK from "@zohocrm/nodejs-sdk-8.0";

export const sdk = ZOHOCRMSDK;

/** The line of a running sandbox, or of one started here with a way to stop it. */
export async function sandbox(line) {
  if (line) {
    return { info: JSON.parse(line), stop: () => {} };
  }
  const child = spawn(process.env.ARARAT_BIN, ["sandbox", "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const first of createInterface({ input: child.stdout })) {
    return { info: JSON.parse(first), stop: () => child.kill("SIGINT") };
  }
  throw new Error("the sandbox did not start");
}

/** Starts the SDK from a `grant` token or from the `refresh` token, with nothing remembered. */
export async function initialise(info, start, folder) {
  mkdirSync(folder, { recursive: true });
  const builder = new sdk.OAuthBuilder().clientId(info.client_id).clientSecret(info.client_secret);
  const token = (start === "grant" ? builder.grantToken(info.grant_token) : builder.refreshToken(info.refresh_token)).build();
  const environment = new sdk.Environment(info.api_url, `${info.accounts_url}/oauth/v2/token`, info.api_url);
  await (await new sdk.InitializeBuilder())
    .environment(environment)
    .token(token)
    .store(new sdk.FileStore(join(folder, "tokens.txt")))
    .SDKConfig(new sdk.SDKConfigBuilder().pickListValidation(true).autoRefreshFields(start === "refresh").build())
    .resourcePath(`${folder}/`)
    .logger(new sdk.LogBuilder().level(sdk.Levels.ERROR).filePath(join(folder, "sdk.log")).build())
    .initialize();
  return token;
}

/** Runs checks, prints a line for each, and counts. */
export class Tally {
  constructor(prefix) {
    this.prefix = prefix;
    this.passed = 0;
    this.failed = 0;
  }

  /** Runs one check; what it returns is handed on, nothing where it failed. */
  async check(name, act, ...given) {
    try {
      const result = await act(...given);
      this.passed += 1;
      console.log(`ok ${this.prefix}${name}`);
      return result;
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED ${this.prefix}${name}: ${described(error)}`);
      return undefined;
    }
  }
}

function described(error) {
  const place = String(error?.stack ?? "").split("\n").find((line) => line.includes(".mjs"))?.trim() ?? "";
  const words = [error?.code, error?.message, error?.details && JSON.stringify(error.details, text)];
  return `${words.filter(Boolean).join(" ")} (${place})`;
}

function text(_, value) {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Holds that two values are the same. */
export function equal(found, expected) {
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(`expected ${JSON.stringify(expected, text)}, found ${JSON.stringify(found, text)}`);
  }
}

/** Holds that something is so. */
export function holds(truth, words) {
  if (!truth) {
    throw new Error(`expected ${words}`);
  }
}

/** A parameter map of `[Param, value]` pairs. */
export async function params(...pairs) {
  const map = new sdk.ParameterMap();
  for (const [param, value] of pairs) {
    await map.add(param, value);
  }
  return map;
}

/** The object in a response, where its status is the expected one and the SDK could read it. */
export function answered(response, status = 200) {
  holds(response, "a response");
  equal(response.getStatusCode(), status);
  const found = response.getObject();
  holds(found || status === 204 || status === 304, `an object of status ${status}`);
  return found;
}

/** The file in a response; the SDK promises it where it hands other objects over. */
export async function downloaded(response) {
  return (await answered(response)).getFile();
}

/** Holds that an object of the SDK is Zoho's error with this code. */
export function refused(found, code) {
  equal(found.constructor.name, "APIException");
  equal(found.getCode().getValue(), code);
  return found;
}

/** The details of the only row of an answer to a change, as an object. */
export function done(rows) {
  equal(rows.length, 1);
  const [row] = rows;
  if (row.constructor.name !== "SuccessResponse") {
    throw new Error(`refused: ${row.getCode?.().getValue()} ${JSON.stringify([...(row.getDetails?.() ?? [])], text)}`);
  }
  equal(row.getStatus().getValue(), "success");
  return Object.fromEntries(row.getDetails());
}
