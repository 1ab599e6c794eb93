// What hangs on records, through the SDK: related records, notes, attachments, tags, files, conversion.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstId, insert, link, one } from "./records.mjs";
import { answered, done, downloaded, equal, holds, params, sdk } from "./session.mjs";

const { Attachments, ConvertLead, Files, Notes, RelatedRecords, Tags } = sdk;
const CONTENT = Buffer.from("first line\r\n\u0000 second line\n");

function file(folder, name) {
  const path = join(folder, name);
  writeFileSync(path, CONTENT);
  return new sdk.StreamWrapper(null, null, path);
}

async function relatedLinks(lead) {
  const product = await firstId("Products");
  const operations = new RelatedRecords.RelatedRecordsOperations("Products", "Leads");
  const wrapper = new RelatedRecords.BodyWrapper();
  wrapper.setData([link(product)]);
  done(answered(await operations.updateRelatedRecords(lead, wrapper)).getData());
  const given = await params([RelatedRecords.GetRelatedRecordsParam.FIELDS, "Product_Name"]);
  equal(answered(await operations.getRelatedRecords(lead, given)).getData().map((row) => row.getId()), [product]);
  equal(answered(await operations.getRelatedRecord(product, lead)).getData()[0].getId(), product);
  done(answered(await operations.delinkRecord(product, lead)).getData());
  answered(await operations.getRelatedRecords(lead, given), 204);
}

async function relatedList() {
  const account = await firstId("Accounts");
  const operations = new RelatedRecords.RelatedRecordsOperations("Contacts", "Accounts");
  const given = await params([RelatedRecords.GetRelatedRecordsParam.FIELDS, "Last_Name,Account_Name"]);
  const rows = answered(await operations.getRelatedRecords(account, given)).getData();
  holds(rows.length > 0 && rows.every((row) => row.getKeyValue("Account_Name").getId() === account), "contacts of the account");
}

async function note(lead) {
  const operations = new Notes.NotesOperations();
  const [made, parent, module] = [new Notes.Note(), new Notes.ParentId(), new sdk.Modules.MinifiedModule()];
  module.setAPIName("Leads");
  parent.setId(lead);
  parent.setModule(module);
  made.setNoteTitle("Called");
  made.setNoteContent("Wants twelve boats");
  made.setParentId(parent);
  const wrapper = new Notes.BodyWrapper();
  wrapper.setData([made]);
  const id = BigInt(done(answered(await operations.createNotes(wrapper), 201).getData()).id);
  const read = answered(await operations.getNote(id)).getData()[0];
  equal([read.getNoteTitle(), read.getNoteContent(), read.getParentId().getId()], ["Called", "Wants twelve boats", lead]);
  const change = new Notes.Note();
  change.setNoteContent("Wants thirteen");
  wrapper.setData([change]);
  done(answered(await operations.updateNote(id, wrapper)).getData());
  equal(answered(await operations.getNote(id)).getData()[0].getNoteContent(), "Wants thirteen");
  const fields = await params([Notes.GetNotesParam.FIELDS, "Note_Title,Parent_Id"]);
  holds(answered(await operations.getNotes(fields)).getData().some((row) => row.getId() === id), "the note in the list");
  done(answered(await operations.deleteNote(id)).getData());
  answered(await operations.getNote(id), 204);
}

async function attachment(lead, folder) {
  const operations = new Attachments.AttachmentsOperations();
  const wrapper = new Attachments.FileBodyWrapper();
  wrapper.setFile(file(folder, "offer.bin"));
  const id = BigInt(done(answered(await operations.uploadAttachments(lead, "Leads", wrapper)).getData()).id);
  const given = await params([Attachments.GetAttachmentsParam.FIELDS, "id,File_Name,Size"]);
  const rows = answered(await operations.getAttachments(lead, "Leads", given)).getData();
  equal(rows.map((row) => [row.getId(), row.getFileName()]), [[id, "offer.bin"]]);
  const download = await downloaded(await operations.getAttachment(id, lead, "Leads"));
  equal([download.getName(), Buffer.from(download.getStream())], ["offer.bin", CONTENT]);
  done(answered(await operations.deleteAttachment(id, lead, "Leads")).getData());
  answered(await operations.getAttachments(lead, "Leads", given), 204);
}

async function files(folder) {
  const operations = new Files.FilesOperations();
  const wrapper = new Files.BodyWrapper();
  wrapper.setFile([file(folder, "plan.txt")]);
  const [row] = answered(await operations.uploadFiles(wrapper)).getData();
  const id = Object.fromEntries(row.getDetails()).id;
  const download = await downloaded(await operations.getFile(await params([Files.GetFileParam.ID, id])));
  equal(Buffer.from(download.getStream()), CONTENT);
}

async function tags(lead, name) {
  const operations = new Tags.TagsOperations();
  const tag = new Tags.Tag();
  tag.setName(name);
  const wrapper = new Tags.BodyWrapper();
  wrapper.setTags([tag]);
  const made = answered(await operations.createTags(wrapper, await params([Tags.CreateTagsParam.MODULE, "Leads"])), 201).getTags();
  equal(made[0].getStatus().getValue(), "success");
  const listed = answered(await operations.getTags(await params([Tags.GetTagsParam.MODULE, "Leads"]))).getTags();
  const id = listed.find((known) => known.getName() === name).getId();
  const put = new Tags.NewTagRequestWrapper();
  put.setTags([tag]);
  answered(await operations.addTags("Leads", lead, put));
  equal((await one("Leads", lead)).getTag().map((known) => known.getName()), [name]);
  const off = new Tags.ExistingTagRequestWrapper();
  const gone = new Tags.ExistingTag();
  gone.setName(name);
  off.setTags([gone]);
  answered(await operations.removeTags("Leads", lead, off));
  equal(answered(await operations.deleteTag(id)).getTags()[0].getStatus().getValue(), "success");
}

async function convert(lead) {
  const wrapper = new ConvertLead.BodyWrapper();
  wrapper.setData([new ConvertLead.LeadConverter()]);
  const [row] = answered(await new ConvertLead.ConvertLeadOperations(lead).convertLead(wrapper)).getData();
  equal(row.getStatus().getValue(), "success");
}

/** All checks of what hangs on records. */
export async function run(tally, folder, name) {
  const lead = await tally.check("a lead of its own", insert, "Leads", { Last_Name: "Ostrander", Company: `Ostrander ${name}` });
  await tally.check("related list", relatedList);
  await tally.check("link and take off", relatedLinks, lead);
  await tally.check("notes", note, lead);
  await tally.check("attachments", attachment, lead, folder);
  await tally.check("files", files, folder);
  await tally.check("tags", tags, lead, name);
  await tally.check("convert a lead", convert, lead);
}
