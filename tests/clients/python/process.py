"""What happens around records, through the SDK: files, processes, sharing, owners, histories, the bin."""

from zohocrmsdk.src.com.zoho.crm.api import blueprint, change_owner, files, recycle_bin, share_records, timelines, users
from zohocrmsdk.src.com.zoho.crm.api.record import RecordOperations
from zohocrmsdk.src.com.zoho.crm.api.util import Choice, StreamWrapper

from records import body, one, record
from session import answered, done, equal, params

CONTENT = b"a plan\r\n\x00\xff"
COLLEAGUE = 5725767000000411002


def new(module, **values):
    """A record for this run."""
    made = RecordOperations(module).create_records(body(record(**values)))
    return int(done(answered(made, 201).get_data())["id"])


def new_lead():
    """A lead for this run."""
    return new("Leads", Last_Name="Passer")


def file_up_and_down():
    """A file goes up under its name and comes back byte for byte."""
    wrapper = files.BodyWrapper()
    wrapper.set_file([StreamWrapper(name="plan.txt", stream=CONTENT)])
    row = answered(files.FilesOperations().upload_files(wrapper)).get_data()[0]
    given = params((files.GetFileParam.id, row.get_details()["id"]))
    equal(answered(files.FilesOperations().get_file(given)).get_file().get_stream().content, CONTENT)


def through_a_blueprint():
    """A case takes the transition that asks for its solution."""
    case = new("Cases", Subject="Leak", Status=Choice("New"), Case_Origin=Choice("Web"))
    operations = blueprint.BlueprintOperations(str(case), "Cases")
    found = answered(operations.get_blueprint()).get_blueprint()
    equal(found.get_process_info().get_field_value(), "New")
    close = [step for step in found.get_transitions() if step.get_name() == "Close"][0]
    step, wrapper = blueprint.BluePrint(), blueprint.BodyWrapper()
    step.set_transition_id(str(close.get_id()))
    step.set_data(record(Solution="Caulk it"))
    wrapper.set_blueprint([step])
    equal(answered(operations.update_blueprint(wrapper)).get_status().get_value(), "success")
    equal(one("Cases", case).get_key_value("Status").get_value(), "Closed")


def shared(lead):
    """A record is shared with a colleague, and taken back."""
    operations = share_records.ShareRecordsOperations(lead, "Leads")
    share, user, wrapper = share_records.ShareRecord(), users.Users(), share_records.BodyWrapper()
    user.set_id(COLLEAGUE)
    share.set_user(user)
    share.set_permission("read_write")
    share.set_share_related_records(False)
    wrapper.set_share([share])
    equal(answered(operations.share_record(wrapper)).get_share()[0].get_status().get_value(), "success")
    found = answered(operations.get_shared_record_details()).get_share()[0]
    equal((found.get_user().get_id(), found.get_permission()), (COLLEAGUE, "read_write"))
    equal(answered(operations.revoke_shared_record()).get_share().get_status().get_value(), "success")


def owner_changed(lead):
    """A record gets another owner."""
    owner, wrapper = change_owner.Owner(), change_owner.BodyWrapper()
    owner.set_id(COLLEAGUE)
    wrapper.set_owner(owner)
    rows = answered(change_owner.ChangeOwnerOperations("Leads").single_update(lead, wrapper)).get_data()
    equal(rows[0].get_status().get_value(), "success")
    equal(one("Leads", lead).get_key_value("Owner").get_id(), COLLEAGUE)


def told(lead):
    """The timeline has the change of owner and the beginning."""
    entries = answered(timelines.TimelinesOperations().get_timelines("Leads", str(lead), params())).get_timeline()
    equal([entry.get_action() for entry in entries], ["updated", "added"])
    equal(entries[0].get_field_history()[0].get_api_name(), "Owner")


def binned(lead):
    """A deleted record lies in the bin until it is deleted there."""
    done(answered(RecordOperations("Leads").delete_record(lead)).get_data())
    operations = recycle_bin.RecycleBinOperations()
    found = answered(operations.get_recyclebin_record(lead)).get_recycle_bin()
    equal([row.get_id() for row in found], [lead])
    rows = answered(operations.delete_recyclebin_record(lead)).get_recycle_bin()
    equal(rows[0].get_status().get_value(), "success")
    answered(operations.get_recyclebin_record(lead), 204)


def run(tally):
    """All checks of what happens around records."""
    check = tally.check
    check("files", file_up_and_down)
    check("a blueprint", through_a_blueprint)
    lead = check("a lead to pass around", new_lead)
    check("share a record", shared, lead)
    check("change the owner", owner_changed, lead)
    check("the timeline", told, lead)
    check("the recycle bin", binned, lead)
