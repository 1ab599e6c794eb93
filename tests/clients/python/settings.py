"""What the CRM says about itself, through the SDK: modules, fields, users, the organisation, queries, jobs."""

import io
import zipfile

from zohocrmsdk.src.com.zoho.crm.api import coql, fields, layouts, modules, org, profiles, related_lists, roles, users
from zohocrmsdk.src.com.zoho.crm.api import bulk_read as bulk_read_api
from zohocrmsdk.src.com.zoho.crm.api import bulk_write as bulk_write_api
from zohocrmsdk.src.com.zoho.crm.api import custom_views, variables
from zohocrmsdk.src.com.zoho.crm.api.header_map import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.util import Choice, StreamWrapper

from session import answered, equal, params, refused


def all_modules():
    """The list of modules."""
    listed = answered(modules.ModulesOperations().get_modules()).get_modules()
    named = {module.get_api_name(): module for module in listed}
    for name in ("Leads", "Contacts", "Deals", "Quotes", "Notes"):
        assert name in named, sorted(named)
    leads = named["Leads"]
    assert leads.get_id() > 0
    equal((leads.get_singular_label(), leads.get_plural_label()), ("Lead", "Leads"))
    equal(leads.get_generated_type().get_value(), "default")
    equal(leads.get_api_supported(), True)
    assert leads.get_profiles()[0].get_id() > 0
    return leads.get_id()


def one_module(id):
    """A module by its API name and by its id."""
    by_name = answered(modules.ModulesOperations().get_module_by_api_name("Leads")).get_modules()
    by_id = answered(modules.ModulesOperations().get_module(id)).get_modules()
    equal([module.get_api_name() for module in by_name + by_id], ["Leads", "Leads"])
    equal(by_name[0].get_id(), id)
    refused(answered(modules.ModulesOperations().get_module_by_api_name("Nonsense"), 400), "INVALID_MODULE")


def all_fields():
    """The fields of a module, with lookups, subforms and picklists."""
    def named(module):
        given = params((fields.GetFieldsParam.module, module))
        return {field.get_api_name(): field for field in answered(fields.FieldsOperations().get_fields(given)).get_fields()}

    leads = named("Leads")
    equal((leads["Last_Name"].get_system_mandatory(), leads["Last_Name"].get_length()), (True, 80))
    equal(leads["Email"].get_data_type(), "email")
    assert "Trade Show" in [value.get_display_value() for value in leads["Lead_Source"].get_pick_list_values()]
    deals = named("Deals")
    lookup = deals["Account_Name"].get_lookup()
    equal(lookup.get_module().get_api_name(), "Accounts")
    assert lookup.get_module().get_id() > 0
    lines = named("Quotes")["Quoted_Items"]
    equal((lines.get_data_type(), lines.get_associated_module().get_module()), ("subform", "Quoted_Items"))
    assert "Quantity" in named("Quoted_Items")
    return leads["Email"].get_id()


def one_field(id):
    """A field by its id."""
    found = answered(fields.FieldsOperations().get_field(id, params((fields.GetFieldParam.module, "Leads")))).get_fields()
    equal([field.get_api_name() for field in found], ["Email"])


def all_layouts():
    """The layouts of a module with their sections."""
    found = answered(layouts.LayoutsOperations().get_layouts(params((layouts.GetLayoutsParam.module, "Leads")))).get_layouts()
    assert "Last_Name" in [field.get_api_name() for section in found[0].get_sections() for field in section.get_fields()]
    given = params((layouts.GetLayoutParam.module, "Leads"))
    equal(answered(layouts.LayoutsOperations().get_layout(found[0].get_id(), given)).get_layouts()[0].get_name(), found[0].get_name())


def all_related_lists():
    """The related lists of a module."""
    given = params((related_lists.GetRelatedListsParam.module, "Leads"))
    found = answered(related_lists.RelatedListsOperations().get_related_lists(given)).get_related_lists()
    named = {entry.get_api_name(): entry for entry in found}
    equal(named["Notes"].get_module().get_api_name(), "Notes")
    given = params((related_lists.GetRelatedListParam.module, "Leads"))
    one = answered(related_lists.RelatedListsOperations().get_related_list(named["Notes"].get_id(), given))
    equal(one.get_related_lists()[0].get_api_name(), "Notes")


def all_users():
    """Users by type, and one by the id."""
    def listed(kind):
        given = params((users.GetUsersParam.type, kind), (users.GetUsersParam.per_page, 50))
        return answered(users.UsersOperations().get_users(given))

    active = listed("ActiveUsers")
    equal(active.get_info().get_count(), len(active.get_users()))
    me = listed("CurrentUser").get_users()
    equal(len(me), 1)
    assert "@" in me[0].get_email() and me[0].get_role().get_name() and me[0].get_profile().get_id() > 0
    same = answered(users.UsersOperations().get_user(me[0].get_id())).get_users()
    equal([user.get_full_name() for user in same], [me[0].get_full_name()])


def organisation():
    """The organisation."""
    found = answered(org.OrgOperations().get_organization()).get_org()
    equal(len(found), 1)
    assert found[0].get_company_name() and found[0].get_zgid().isdigit() and found[0].get_iso_code()


def roles_and_profiles():
    """Roles and profiles, and one of each by its id."""
    found = answered(roles.RolesOperations().get_roles()).get_roles()
    one = answered(roles.RolesOperations().get_role(found[0].get_id())).get_roles()
    equal(one[0].get_name(), found[0].get_name())
    found = answered(profiles.ProfilesOperations().get_profiles()).get_profiles()
    one = answered(profiles.ProfilesOperations().get_profile(found[0].get_id())).get_profiles()
    equal(one[0].get_name(), found[0].get_name())


def query():
    """A query in COQL."""
    wish = coql.BodyWrapper()
    wish.set_select_query("select Last_Name, Account_Name from Contacts where Last_Name is not null order by id limit 2")
    answer = answered(coql.CoqlOperations().get_records(wish))
    rows = answer.get_data()
    equal(len(rows), 2)
    assert rows[0].get_id() > 0 and rows[0].get_key_value("Last_Name")
    equal(answer.get_info().get_more_records(), True)


def all_views():
    """The custom views of a module, and one by its id."""
    found = answered(custom_views.CustomViewsOperations().get_custom_views(params((custom_views.GetCustomViewsParam.module, "Leads"))))
    views = {view.get_name(): view for view in found.get_custom_views()}
    given = params((custom_views.GetCustomViewParam.module, "Leads"))
    one = answered(custom_views.CustomViewsOperations().get_custom_view(views["My Leads"].get_id(), given))
    equal(one.get_custom_views()[0].get_name(), "My Leads")


def bulk_read():
    """A bulk job: its state and its file."""
    operations = bulk_read_api.BulkReadOperations()
    wrapper, wish, module = bulk_read_api.BodyWrapper(), bulk_read_api.Query(), modules.MinifiedModule()
    module.set_api_name("Leads")
    wish.set_module(module)
    wish.set_fields(["Last_Name", "Company"])
    wish.set_page(1)
    wrapper.set_query(wish)
    row = answered(operations.create_bulk_read_job(wrapper), 201).get_data()[0]
    id = int(row.get_details()["id"])
    job = answered(operations.get_bulk_read_job_details(id)).get_data()[0]
    equal(job.get_state().get_value(), "COMPLETED")
    assert job.get_result().get_count() > 0 and job.get_created_by().get_id() > 0
    content = answered(operations.download_result(id)).get_file().get_stream().content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        table = archive.read(archive.namelist()[0]).decode().splitlines()
    equal(table[0], "Last_Name,Company")
    equal(len(table), job.get_result().get_count() + 1)


def bulk_write(info):
    """A table in a zip file becomes records."""
    operations = bulk_write_api.BulkWriteOperations()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("leads.csv", "Last_Name,Company\nBulkwright,Bulk Ltd\n,Nobody\n")
    upload, headers = bulk_write_api.FileBodyWrapper(), HeaderMap()
    upload.set_file(StreamWrapper(name="leads.zip", stream=packed.getvalue()))
    zgid = answered(org.OrgOperations().get_organization()).get_org()[0].get_zgid()
    headers.add(bulk_write_api.UploadFileHeader.feature, "bulk-write")
    headers.add(bulk_write_api.UploadFileHeader.x_crm_org, zgid)
    file = answered(operations.upload_file(upload, headers))
    wrapper, resource, module = bulk_write_api.RequestWrapper(), bulk_write_api.Resource(), modules.MinifiedModule()
    module.set_api_name("Leads")
    resource.set_type(Choice("data"))
    resource.set_module(module)
    resource.set_file_id(str(file.get_details()["file_id"]))
    wrapper.set_operation(Choice("insert"))
    wrapper.set_resource([resource])
    id = answered(operations.create_bulk_write_job(wrapper), 201).get_details()["id"]
    job = answered(operations.get_bulk_write_job_details(id))
    counts = job.get_resource()[0].get_file()
    equal((counts.get_added_count(), counts.get_skipped_count(), counts.get_total_count()), (1, 1, 2))
    assert job.get_result().get_download_url().startswith(info["api_url"])


def variable():
    """A variable is read and changed."""
    operations = variables.VariablesOperations()
    found = answered(operations.get_variables()).get_variables()
    assert found[0].get_id() > 0
    change, wrapper = variables.Variable(), variables.BodyWrapper()
    change.set_value("33")
    wrapper.set_variables([change])
    rows = answered(operations.update_variable_by_apiname("Discount_Limit", wrapper)).get_variables()
    equal(rows[0].get_status().get_value(), "success")
    given = params((variables.GetVariableByAPINameParam.group, "General"))
    found = answered(operations.get_variable_by_apiname("Discount_Limit", given)).get_variables()
    equal(found[0].get_value(), "33")
    assert isinstance(found[0].get_type(), Choice), found[0].get_type()


def run(tally, info):
    """All checks of what the CRM says about itself."""
    check = tally.check
    id = check("modules", all_modules)
    check("a module", one_module, id)
    id = check("fields", all_fields)
    check("a field", one_field, id)
    check("layouts", all_layouts)
    check("related lists", all_related_lists)
    check("users", all_users)
    check("the organisation", organisation)
    check("roles and profiles", roles_and_profiles)
    check("a query", query)
    check("variables", variable)
    check("custom views", all_views)
    check("bulk read", bulk_read)
    check("bulk write", bulk_write, info)
