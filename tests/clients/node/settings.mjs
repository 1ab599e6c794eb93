// What the CRM says about itself, through the SDK: modules, fields, users, the organisation; queries and jobs.

import { answered, downloaded, equal, holds, params, refused, sdk } from "./session.mjs";

const { BulkRead, Coql, CustomViews, Fields, Layouts, Modules, Org, Profiles, RelatedLists, Roles, Users, Variables } = sdk;

async function modules() {
  const listed = answered(await new Modules.ModulesOperations().getModules()).getModules();
  const leads = listed.find((module) => module.getAPIName() === "Leads");
  equal([leads.getSingularLabel(), leads.getAPISupported()], ["Lead", true]);
  const same = answered(await new Modules.ModulesOperations().getModule(leads.getId())).getModules();
  equal(same[0].getAPIName(), "Leads");
  refused(answered(await new Modules.ModulesOperations().getModuleByAPIName("Nonsense"), 400), "INVALID_MODULE");
}

async function fields() {
  const listed = answered(await new Fields.FieldsOperations().getFields(await params([Fields.GetFieldsParam.MODULE, "Deals"]))).getFields();
  const named = Object.fromEntries(listed.map((field) => [field.getAPIName(), field]));
  equal(named.Deal_Name.getSystemMandatory(), true);
  equal(named.Account_Name.getLookup().getModule().getAPIName(), "Accounts");
  holds(named.Stage.getPickListValues().some((value) => value.getDisplayValue() === "Closed Won"), "a stage");
  const one = await new Fields.FieldsOperations().getField(named.Amount.getId(), await params([Fields.GetFieldParam.MODULE, "Deals"]));
  equal(answered(one).getFields()[0].getAPIName(), "Amount");
}

async function layouts() {
  const found = answered(await new Layouts.LayoutsOperations().getLayouts(await params([Layouts.GetLayoutsParam.MODULE, "Leads"]))).getLayouts();
  holds(found[0].getSections()[0].getFields().some((field) => field.getAPIName() === "Last_Name"), "a field");
}

async function relatedLists() {
  const found = answered(await new RelatedLists.RelatedListsOperations().getRelatedLists(await params([RelatedLists.GetRelatedListsParam.MODULE, "Leads"])));
  holds(found.getRelatedLists().some((list) => list.getAPIName() === "Notes"), "a list of notes");
}

async function customViews() {
  const given = await params([CustomViews.GetCustomViewsParam.MODULE, "Leads"]);
  const views = answered(await new CustomViews.CustomViewsOperations().getCustomViews(given)).getCustomViews();
  const one = await params([CustomViews.GetCustomViewParam.MODULE, "Leads"]);
  const found = answered(await new CustomViews.CustomViewsOperations().getCustomView(views[0].getId(), one)).getCustomViews();
  equal(found[0].getName(), "All Leads");
}

async function users() {
  const given = await params([Users.GetUsersParam.TYPE, "CurrentUser"]);
  const [me] = answered(await new Users.UsersOperations().getUsers(given)).getUsers();
  holds(me.getEmail().includes("@") && me.getRole().getName(), "a user with a role");
  equal(answered(await new Users.UsersOperations().getUser(me.getId())).getUsers()[0].getFullName(), me.getFullName());
}

async function organisation() {
  const [found] = answered(await new Org.OrgOperations().getOrganization()).getOrg();
  holds(found.getCompanyName() && found.getIsoCode(), "a company");
}

async function rolesAndProfiles() {
  holds(answered(await new Roles.RolesOperations().getRoles()).getRoles()[0].getName(), "a role");
  holds(answered(await new Profiles.ProfilesOperations().getProfiles()).getProfiles()[0].getName(), "a profile");
}

async function variables() {
  const operations = new Variables.VariablesOperations();
  const [change, wrapper] = [new Variables.Variable(), new Variables.BodyWrapper()];
  change.setValue("44");
  wrapper.setVariables([change]);
  equal(answered(await operations.updateVariableByApiname("Discount_Limit", wrapper)).getVariables()[0].getStatus().getValue(), "success");
  const given = await params([Variables.GetVariableByAPINameParam.GROUP, "General"]);
  equal(answered(await operations.getVariableByApiname("Discount_Limit", given)).getVariables()[0].getValue(), "44");
}

async function query() {
  const wish = new Coql.BodyWrapper();
  wish.setSelectQuery("select Last_Name, Account_Name from Contacts where Last_Name is not null order by id limit 2");
  const answer = answered(await new Coql.CoqlOperations().getRecords(wish));
  equal([answer.getData().length, answer.getInfo().getMoreRecords()], [2, true]);
  holds(answer.getData()[0].getKeyValue("Last_Name"), "a name");
}

async function bulkRead() {
  const operations = new BulkRead.BulkReadOperations();
  const [wrapper, wish, module, criteria, field] =
    [new BulkRead.BodyWrapper(), new BulkRead.Query(), new sdk.Modules.MinifiedModule(), new BulkRead.Criteria(), new sdk.Fields.MinifiedField()];
  module.setAPIName("Leads");
  wish.setModule(module);
  wish.setFields(["Last_Name", "Company"]);
  wish.setPage(1);
  field.setAPIName("Last_Name");
  criteria.setField(field);
  criteria.setComparator(new sdk.Choice("not_equal"));
  criteria.setValue("Nobody");
  wish.setCriteria(criteria);
  wrapper.setQuery(wish);
  const [row] = answered(await operations.createBulkReadJob(wrapper), 201).getData();
  const id = BigInt(Object.fromEntries(row.getDetails()).id);
  const [job] = answered(await operations.getBulkReadJobDetails(id)).getData();
  equal(job.getState().getValue(), "COMPLETED");
  holds(job.getResult().getCount() > 0, "records");
  const file = await downloaded(await operations.downloadResult(id));
  equal(Buffer.from(file.getStream()).subarray(0, 2).toString(), "PK");
}

/** All checks of what the CRM says about itself. */
export async function run(tally) {
  await tally.check("modules", modules);
  await tally.check("fields", fields);
  await tally.check("layouts", layouts);
  await tally.check("related lists", relatedLists);
  await tally.check("custom views", customViews);
  await tally.check("users", users);
  await tally.check("the organisation", organisation);
  await tally.check("roles and profiles", rolesAndProfiles);
  await tally.check("variables", variables);
  await tally.check("a query", query);
  await tally.check("bulk read", bulkRead);
}
