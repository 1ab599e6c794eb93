// Records through the SDK: made, read, listed in pages, changed, upserted, searched, deleted.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answered, done, downloaded, equal, holds, params, refused, sdk } from "./session.mjs";

const { Record } = sdk;
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAACAAABAAUw0cYAAAAASUVORK5CYII=", "base64");

/** A record with these fields. */
export function record(values) {
  const made = new Record.Record();
  for (const [name, value] of Object.entries(values)) {
    made.addKeyValue(name, value);
  }
  return made;
}

/** A request body of these records. */
export function body(...records) {
  const wrapper = new Record.BodyWrapper();
  wrapper.setData(records);
  return wrapper;
}

/** Another record, as lookups name it. */
export function link(id) {
  const made = new Record.Record();
  made.setId(id);
  return made;
}

const operations = (module) => new Record.RecordOperations(module);

/** Inserts one record; its id. */
export async function insert(module, values) {
  const details = done(answered(await operations(module).createRecords(body(record(values))), 201).getData());
  return BigInt(details.id);
}

/** One record by its id. */
export async function one(module, id) {
  const rows = answered(await operations(module).getRecord(id)).getData();
  equal(rows.length, 1);
  return rows[0];
}

/** The id of a record of the seed. */
export async function firstId(module) {
  const given = await params([Record.GetRecordsParam.FIELDS, "id"], [Record.GetRecordsParam.PER_PAGE, 1], [Record.GetRecordsParam.SORT_ORDER, "asc"]);
  return answered(await operations(module).getRecords(given)).getData()[0].getId();
}

async function createLead() {
  return insert("Leads", {
    Last_Name: "Marlow", First_Name: "Ines", Company: "Marlow & Sons", Email: "ines.marlow@example.org",
    Lead_Source: new sdk.Choice("Trade Show"), Annual_Revenue: 1250000.5, No_of_Employees: 42, Email_Opt_Out: true,
  });
}

async function readLead(id) {
  const lead = await one("Leads", id);
  equal(lead.getId(), id);
  equal([lead.getKeyValue("Last_Name"), lead.getKeyValue("Full_Name")], ["Marlow", "Ines Marlow"]);
  equal([lead.getKeyValue("Annual_Revenue"), lead.getKeyValue("No_of_Employees")], [1250000.5, 42]);
  equal([lead.getKeyValue("Email_Opt_Out"), lead.getKeyValue("Lead_Source").getValue()], [true, "Trade Show"]);
  equal(lead.getKeyValue("Owner").constructor.name, "MinifiedUser");
  holds(lead.getCreatedTime() instanceof Date, "a moment");
}

async function readMissing() {
  answered(await operations("Leads").getRecord(5725767000009999999n), 204);
}

async function listPages() {
  const page = async (...more) => answered(await operations("Contacts").getRecords(
    await params([Record.GetRecordsParam.FIELDS, "Last_Name"], [Record.GetRecordsParam.PER_PAGE, 3], ...more)));
  const [first, second] = [await page([Record.GetRecordsParam.PAGE, 1]), await page([Record.GetRecordsParam.PAGE, 2])];
  const info = first.getInfo();
  equal([info.getPage(), info.getPerPage(), info.getCount(), info.getMoreRecords()], [1, 3, 3, true]);
  const byToken = await page([Record.GetRecordsParam.PAGE_TOKEN, info.getNextPageToken()]);
  const ids = (found) => found.getData().map((row) => row.getId());
  equal(ids(byToken), ids(second));
  holds(ids(first).every((id) => !ids(second).includes(id)), "other records on the second page");
}

async function listWithoutFields() {
  refused(answered(await operations("Leads").getRecords(await params()), 400), "REQUIRED_PARAM_MISSING");
}

async function listUnchanged() {
  const headers = new sdk.HeaderMap();
  await headers.add(Record.GetRecordsHeader.IF_MODIFIED_SINCE, new Date("2099-01-01T00:00:00Z"));
  answered(await operations("Leads").getRecords(await params([Record.GetRecordsParam.FIELDS, "id"]), headers), 304);
}

async function updateLead(id) {
  done(answered(await operations("Leads").updateRecord(id, body(record({ City: "Kiel" })))).getData());
  const change = link(id);
  change.addKeyValue("City", "Oslo");
  done(answered(await operations("Leads").updateRecords(body(change))).getData());
  equal((await one("Leads", id)).getKeyValue("City"), "Oslo");
}

async function upsertLead(id) {
  const wrapper = body(record({ Last_Name: "Marlow", Email: "ines.marlow@example.org", Company: "Upserted" }));
  wrapper.setDuplicateCheckFields(["Email"]);
  const [row] = answered(await operations("Leads").upsertRecords(wrapper)).getData();
  equal([row.getAction()?.getValue?.() ?? row.getAction(), row.getDuplicateField()], ["update", "Email"]);
  equal(Object.fromEntries(row.getDetails()).id, id.toString());
}

async function search(id, param, value) {
  const rows = answered(await operations("Leads").searchRecords(await params([param, value]))).getData();
  holds(rows.some((row) => row.getId() === id), `the record ${id}`);
}

async function searchNothing() {
  answered(await operations("Leads").searchRecords(await params([Record.SearchRecordsParam.WORD, "zzqqzz"])), 204);
}

async function count(id) {
  const given = await params([Record.RecordCountParam.CRITERIA, `(id:equals:${id})`]);
  equal(Number(answered(await operations("Leads").recordCount(given)).getCount()), 1);
}

async function mandatoryMissing() {
  const rows = answered(await operations("Leads").createRecords(body(record({ Company: "No name" }))), 400).getData();
  equal(Object.fromEntries(refused(rows[0], "MANDATORY_NOT_FOUND").getDetails()).api_name, "Last_Name");
}

async function picklistRefused() {
  try {
    await operations("Leads").createRecords(body(record({ Last_Name: "X", Lead_Source: new sdk.Choice("Nowhere") })));
  } catch (error) {
    return;
  }
  throw new Error("expected a refusal, found none");
}

async function dealWithLookups() {
  const account = await firstId("Accounts");
  const id = await insert("Deals", {
    Deal_Name: "Twelve boats", Stage: new sdk.Choice("Qualification"), Closing_Date: new Date(2031, 1, 28), Amount: 99.5, Account_Name: link(account),
  });
  const deal = await one("Deals", id);
  equal([deal.getKeyValue("Amount"), deal.getKeyValue("Account_Name").getId()], [99.5, account]);
  holds(deal.getKeyValue("Closing_Date") instanceof Date, "a day");
  done(answered(await operations("Deals").deleteRecord(id)).getData());
}

async function quoteWithLines() {
  const product = new Record.LineItemProduct();
  product.setId(await firstId("Products"));
  const line = record({ Product_Name: product, Quantity: 3, List_Price: 20, Description: "by hand" });
  const id = await insert("Quotes", { Subject: "Three of them", Account_Name: link(await firstId("Accounts")), Quoted_Items: [line] });
  const lines = (await one("Quotes", id)).getKeyValue("Quoted_Items");
  equal([lines.length, lines[0].getKeyValue("Quantity"), lines[0].getKeyValue("Total")], [1, 3, 60]);
  done(answered(await operations("Quotes").deleteRecord(id)).getData());
}

async function several() {
  const made = answered(await operations("Leads").createRecords(body(record({ Last_Name: "A" }), record({}), record({ Last_Name: "C" }))), 207).getData();
  equal(made.map((row) => row.constructor.name), ["SuccessResponse", "APIException", "SuccessResponse"]);
  const ids = [made[0], made[2]].map((row) => Object.fromEntries(row.getDetails()).id);
  const gone = answered(await operations("Leads").deleteRecords(await params([Record.DeleteRecordsParam.IDS, ids.join(",")]))).getData();
  equal(gone.map((row) => row.getStatus().getValue()), ["success", "success"]);
}

async function photo(id, folder) {
  const path = join(folder, "face.png");
  writeFileSync(path, PIXEL);
  const wrapper = new Record.FileBodyWrapper();
  wrapper.setFile(new sdk.StreamWrapper(null, null, path));
  answered(await operations("Leads").uploadPhoto(id, wrapper));
  const file = await downloaded(await operations("Leads").getPhoto(id));
  equal(Buffer.from(file.getStream()), PIXEL);
  answered(await operations("Leads").deletePhoto(id));
  equal(readFileSync(path), PIXEL);
}

async function remove(id) {
  done(answered(await operations("Leads").deleteRecord(id)).getData());
  answered(await operations("Leads").getRecord(id), 204);
  const rows = answered(await operations("Leads").getDeletedRecords(await params([Record.GetDeletedRecordsParam.TYPE, "all"]))).getData();
  equal(rows.filter((row) => row.getId() === id).length, 1);
}

/** All checks of records. */
export async function run(tally, folder) {
  const id = await tally.check("create a record", createLead);
  await tally.check("get a record by id", readLead, id);
  await tally.check("get a record that is not there", readMissing);
  await tally.check("list in pages", listPages);
  await tally.check("list without fields is refused", listWithoutFields);
  await tally.check("list what changed since", listUnchanged);
  await tally.check("update records", updateLead, id);
  await tally.check("upsert records", upsertLead, id);
  await tally.check("search by criteria", search, id, Record.SearchRecordsParam.CRITERIA, "((Last_Name:equals:Marlow)and(City:starts_with:Os))");
  await tally.check("search by email", search, id, Record.SearchRecordsParam.EMAIL, "ines.marlow@example.org");
  await tally.check("search by word", search, id, Record.SearchRecordsParam.WORD, "Marlow");
  await tally.check("search that finds nothing", searchNothing);
  await tally.check("count records", count, id);
  await tally.check("a mandatory field is missing", mandatoryMissing);
  await tally.check("picklist values are known", picklistRefused);
  await tally.check("dates and lookups of a deal", dealWithLookups);
  await tally.check("lines of a quote", quoteWithLines);
  await tally.check("several records, one wrong", several);
  await tally.check("photo of a record", photo, id, folder);
  await tally.check("delete a record", remove, id);
}
