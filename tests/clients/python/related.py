"""What hangs on records, through the SDK: related records, notes, attachments, tags, conversion."""

import datetime
import os
import tempfile

from zohocrmsdk.src.com.zoho.crm.api import attachments, convert_lead, notes, related_records, tags
from zohocrmsdk.src.com.zoho.crm.api.modules import MinifiedModule
from zohocrmsdk.src.com.zoho.crm.api.record import GetRecordsParam, RecordOperations
from zohocrmsdk.src.com.zoho.crm.api.util import Choice, StreamWrapper

from records import body, one, record
from session import answered, done, equal, params, shown

FILE = b"first line\r\n\x00\xff second line\n"


def first_id(module):
    """The id of a record of the seed."""
    given = params((GetRecordsParam.fields, "id"), (GetRecordsParam.per_page, 1), (GetRecordsParam.sort_order, "asc"))
    return answered(RecordOperations(module).get_records(given)).get_data()[0].get_id()


def new_lead():
    """A lead for this run."""
    made = RecordOperations("Leads").create_records(body(record(Last_Name="Ostrander", Company="Ostrander Ltd")))
    return int(done(answered(made, 201).get_data())["id"])


def related_list():
    """The contacts of an account."""
    account = first_id("Accounts")
    contact = record(Last_Name="Related")
    parent = record()
    parent.set_id(account)
    contact.add_key_value("Account_Name", parent)
    id = int(done(answered(RecordOperations("Contacts").create_records(body(contact)), 201).get_data())["id"])
    given = params((related_records.GetRelatedRecordsParam.fields, "Last_Name,Account_Name"))
    operations = related_records.RelatedRecordsOperations("Contacts", "Accounts")
    rows = answered(operations.get_related_records(account, given)).get_data()
    mine = [row for row in rows if row.get_id() == id]
    equal(len(mine), 1)
    equal(mine[0].get_key_value("Account_Name").get_id(), account)
    answered(RecordOperations("Contacts").delete_record(id))


def related_links(lead):
    """A product is linked with a lead, read, and taken off again."""
    product = first_id("Products")
    operations = related_records.RelatedRecordsOperations("Products", "Leads")
    linked = record()
    linked.set_id(product)
    wrapper = related_records.BodyWrapper()
    wrapper.set_data([linked])
    done(answered(operations.update_related_records(lead, wrapper)).get_data())
    given = params((related_records.GetRelatedRecordsParam.fields, "Product_Name"))
    equal([row.get_id() for row in answered(operations.get_related_records(lead, given)).get_data()], [product])
    equal(answered(operations.get_related_record(product, lead)).get_data()[0].get_id(), product)
    done(answered(operations.delink_record(product, lead)).get_data())
    answered(operations.get_related_records(lead, given), 204)


def note_body(*all):
    wrapper = notes.BodyWrapper()
    wrapper.set_data(list(all))
    return wrapper


def create_note(lead):
    """A note on a lead."""
    note, parent, module = notes.Note(), notes.ParentId(), MinifiedModule()
    module.set_api_name("Leads")
    parent.set_id(lead)
    parent.set_module(module)
    note.set_note_title("Called")
    note.set_note_content("Wants twelve boats")
    note.set_parent_id(parent)
    return int(done(answered(notes.NotesOperations().create_notes(note_body(note)), 201).get_data())["id"])


def read_note(id, lead):
    """A note by its id, in the list of notes, and in that of its lead."""
    fields = "Note_Title,Note_Content,Parent_Id,Owner,Created_Time"
    note = answered(notes.NotesOperations().get_note(id, params((notes.GetNoteParam.fields, fields)))).get_data()[0]
    equal((note.get_note_title(), note.get_note_content()), ("Called", "Wants twelve boats"))
    equal(note.get_parent_id().get_id(), lead)
    assert isinstance(note.get_created_time(), datetime.datetime), note.get_created_time()
    listed = answered(notes.NotesOperations().get_notes(params((notes.GetNotesParam.fields, fields))))
    assert id in [row.get_id() for row in listed.get_data()]
    assert listed.get_info().get_count() > 0
    whole = answered(notes.NotesOperations().get_note(id)).get_data()[0]
    equal(whole.get_parent_id().get_module().get_api_name(), "Leads")
    given = params((related_records.GetRelatedRecordsParam.fields, "Note_Title"))
    mine = answered(related_records.RelatedRecordsOperations("Notes", "Leads").get_related_records(lead, given))
    equal([row.get_id() for row in mine.get_data()], [id])


def update_note(id):
    """A note's text is changed by the address and by the body."""
    change = notes.Note()
    change.set_note_content("Wants thirteen")
    done(answered(notes.NotesOperations().update_note(id, note_body(change))).get_data())
    change = notes.Note()
    change.set_id(id)
    change.set_note_title("Called again")
    done(answered(notes.NotesOperations().update_notes(note_body(change))).get_data())
    note = answered(notes.NotesOperations().get_note(id)).get_data()[0]
    equal((note.get_note_title(), note.get_note_content()), ("Called again", "Wants thirteen"))


def delete_note(id):
    """A deleted note is gone."""
    done(answered(notes.NotesOperations().delete_note(id)).get_data())
    answered(notes.NotesOperations().get_note(id), 204)


def upload(lead):
    """A file on a lead, under its name."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "offer 1.bin")
        with open(path, "wb") as file:
            file.write(FILE)
        wrapper = attachments.FileBodyWrapper()
        wrapper.set_file(StreamWrapper(file_path=path))
        response = attachments.AttachmentsOperations().upload_attachments(lead, "Leads", wrapper)
        return int(done(answered(response).get_data())["id"])


def list_attachments(id, lead):
    """The lead's files."""
    given = params((attachments.GetAttachmentsParam.fields, "id,File_Name,Size,Owner,Parent_Id,Created_Time"))
    listed = answered(attachments.AttachmentsOperations().get_attachments(lead, "Leads", given))
    equal(len(listed.get_data()), 1)
    row = listed.get_data()[0]
    equal((row.get_id(), row.get_file_name(), row.get_size()), (id, "offer 1.bin", str(len(FILE))))
    equal(row.get_parent_id().get_id(), lead)
    assert isinstance(row.get_created_time(), datetime.datetime), row.get_created_time()
    equal(listed.get_info().get_count(), 1)


def download(id, lead):
    """The file comes back byte for byte, under its name."""
    file = answered(attachments.AttachmentsOperations().get_attachment(id, lead, "Leads")).get_file()
    equal(file.get_name(), "offer 1.bin")
    equal(file.get_stream().content, FILE)


def link(lead):
    """An address instead of a file."""
    given = params(
        (attachments.UploadUrlAttachmentsParam.attachmenturl, "https://example.com/offer"),
        (attachments.UploadUrlAttachmentsParam.title, "Offer"),
    )
    response = attachments.AttachmentsOperations().upload_url_attachments(lead, "Leads", given)
    id = int(done(answered(response).get_data())["id"])
    given = params((attachments.DeleteAttachmentsParam.ids, str(id)))
    done(answered(attachments.AttachmentsOperations().delete_attachments(lead, "Leads", given)).get_data())


def delete_attachment(id, lead):
    """A deleted file is gone."""
    done(answered(attachments.AttachmentsOperations().delete_attachment(id, lead, "Leads")).get_data())
    given = params((attachments.GetAttachmentsParam.fields, "id"))
    answered(attachments.AttachmentsOperations().get_attachments(lead, "Leads", given), 204)


def tag_named(name):
    tag = tags.Tag()
    tag.set_name(name)
    return tag


def tag_wrapper(*all):
    wrapper = tags.BodyWrapper()
    wrapper.set_tags(list(all))
    return wrapper


def create_tag(name):
    """A tag of the leads."""
    given = params((tags.CreateTagsParam.module, "Leads"))
    rows = answered(tags.TagsOperations().create_tags(tag_wrapper(tag_named(name)), given), 201).get_tags()
    id = int(done(rows)["id"])
    listed = answered(tags.TagsOperations().get_tags(params((tags.GetTagsParam.module, "Leads"))))
    mine = [tag for tag in listed.get_tags() if tag.get_id() == id]
    equal([tag.get_name() for tag in mine], [name])
    assert isinstance(mine[0].get_created_time(), datetime.datetime), mine[0].get_created_time()
    equal(listed.get_info().get_count(), len(listed.get_tags()))
    return id


def rename_tag(id, name):
    """A tag under another name, by the address and by the body."""
    given = params((tags.UpdateTagParam.module, "Leads"))
    done(answered(tags.TagsOperations().update_tag(id, tag_wrapper(tag_named(f"{name} a")), given)).get_tags())
    tag = tag_named(f"{name} b")
    tag.set_id(id)
    given = params((tags.UpdateTagsParam.module, "Leads"))
    done(answered(tags.TagsOperations().update_tags(tag_wrapper(tag), given)).get_tags())
    listed = answered(tags.TagsOperations().get_tags(params((tags.GetTagsParam.module, "Leads")))).get_tags()
    equal([tag.get_name() for tag in listed if tag.get_id() == id], [f"{name} b"])


def tag_record(id, lead, name):
    """A tag is put on one record, on several, counted, and taken off again."""
    wrapper = tags.NewTagRequestWrapper()
    wrapper.set_tags([tag_named(f"{name} b")])
    operations = tags.TagsOperations()
    done(answered(operations.add_tags("Leads", lead, wrapper)).get_data())
    equal([tag.get_id() for tag in one("Leads", lead).get_tag()], [id])
    counted = answered(operations.get_record_count_for_tag(id, params((tags.GetRecordCountForTagParam.module, "Leads"))))
    equal(counted.get_count(), "1")
    gone = tags.ExistingTagRequestWrapper()
    tag = tags.ExistingTag()
    tag.set_name(f"{name} b")
    gone.set_tags([tag])
    done(answered(operations.remove_tags("Leads", lead, gone)).get_data())
    equal(one("Leads", lead).get_tag(), [])
    wrapper.set_ids([lead])
    done(answered(operations.add_tags_to_multiple_records("Leads", wrapper)).get_data())
    equal([tag.get_name() for tag in one("Leads", lead).get_tag()], [f"{name} b"])


def delete_tag(id):
    """A deleted tag is on no record."""
    rows = answered(tags.TagsOperations().delete_tag(id)).get_tags()
    done(rows)
    listed = answered(tags.TagsOperations().get_tags(params((tags.GetTagsParam.module, "Leads")))).get_tags()
    assert id not in [tag.get_id() for tag in listed]


def convert(lead):
    """A lead becomes an account, a contact and a deal."""
    wish = convert_lead.LeadConverter()
    wish.set_overwrite(True)
    wish.set_notify_lead_owner(False)
    wish.set_deals(record(Deal_Name="Twelve boats", Stage=Choice("Qualification"), Closing_Date=datetime.date(2031, 1, 1)))
    wrapper = convert_lead.BodyWrapper()
    wrapper.set_data([wish])
    row = answered(convert_lead.ConvertLeadOperations(lead).convert_lead(wrapper)).get_data()[0]
    equal(row.get_code().get_value(), "SUCCESS")
    details = row.get_details()
    for key in ("Contacts", "Accounts", "Deals"):
        assert int(identity(details[key])) > 0, shown(row)
    equal(one("Deals", int(identity(details["Deals"]))).get_key_value("Deal_Name"), "Twelve boats")


def identity(found):
    """The id of a record in an answer, as a record or as a map."""
    return found["id"] if isinstance(found, dict) else found.get_id()


def run(tally):
    """All checks of what hangs on records."""
    check = tally.check
    check("related records of a lookup", related_list)
    lead = check("a lead to hang things on", new_lead)
    check("related records by links", related_links, lead)
    note = check("create a note", create_note, lead)
    check("get notes", read_note, note, lead)
    check("update a note", update_note, note)
    check("delete a note", delete_note, note)
    file = check("upload an attachment", upload, lead)
    check("list attachments", list_attachments, file, lead)
    check("download an attachment", download, file, lead)
    check("delete an attachment", delete_attachment, file, lead)
    check("attach an address", link, lead)
    name = f"boats {tally.prefix[:-2]}"  # Tags of the first run must not be in the way of the second.
    tag = check("create a tag", create_tag, name)
    check("rename a tag", rename_tag, tag, name)
    check("tag records", tag_record, tag, lead, name)
    check("delete a tag", delete_tag, tag)
    check("convert a lead", convert, lead)
