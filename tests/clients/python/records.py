"""Records through the SDK: made, read, listed in pages, changed, upserted, searched, deleted."""

import datetime

from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.header_map import HeaderMap
from zohocrmsdk.src.com.zoho.crm.api.record import (
    BodyWrapper,
    Field,
    FileBodyWrapper,
    GetDeletedRecordsParam,
    GetRecordParam,
    GetRecordsHeader,
    GetRecordsParam,
    LineItemProduct,
    Record,
    RecordCountParam,
    RecordOperations,
    SearchRecordsParam,
)
from zohocrmsdk.src.com.zoho.crm.api.util import Choice, StreamWrapper

from session import answered, done, equal, params, refused, shown

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001000530d1c60000000049454e44ae426082"
)


def body(*records, **more):
    """A request body of these records."""
    wrapper = BodyWrapper()
    wrapper.set_data(list(records))
    for name, value in more.items():
        getattr(wrapper, f"set_{name}")(value)
    return wrapper


def record(**values):
    """A record with these fields."""
    made = Record()
    for name, value in values.items():
        made.add_key_value(name, value)
    return made


def one(module, id, *fields):
    """One record by its id."""
    given = params((GetRecordParam.fields, ",".join(fields))) if fields else params()
    rows = answered(RecordOperations(module).get_record(int(id), given)).get_data()
    equal(len(rows), 1)
    return rows[0]


def create_lead():
    """Every kind of value that a lead has; the id comes back as digits."""
    lead = Record()
    lead.add_field_value(Field.Leads.last_name(), "Marlow")
    lead.add_field_value(Field.Leads.first_name(), "Ines")
    lead.add_field_value(Field.Leads.company(), "Marlow & Sons")
    lead.add_field_value(Field.Leads.email(), "ines.marlow@example.com")
    lead.add_field_value(Field.Leads.phone(), "+1 555 0177 321")
    lead.add_field_value(Field.Leads.lead_source(), Choice("Trade Show"))
    lead.add_field_value(Field.Leads.annual_revenue(), 1250000.5)
    lead.add_field_value(Field.Leads.no_of_employees(), 42)
    lead.add_field_value(Field.Leads.email_opt_out(), True)
    details = done(answered(RecordOperations("Leads").create_records(body(lead)), 201).get_data())
    assert details["id"].isdigit(), details
    assert details["Created_By"].get_name() if hasattr(details["Created_By"], "get_name") else details["Created_By"]["name"]
    return int(details["id"])


def read_lead(id):
    """What was written comes back as the SDK's own types."""
    lead = one("Leads", id)
    equal(lead.get_id(), id)
    equal(lead.get_key_value("Last_Name"), "Marlow")
    equal(lead.get_key_value("Full_Name"), "Ines Marlow")
    equal(lead.get_key_value("Annual_Revenue"), 1250000.5)
    equal(lead.get_key_value("No_of_Employees"), 42)
    equal(lead.get_key_value("Email_Opt_Out"), True)
    equal(lead.get_key_value("Lead_Source").get_value(), "Trade Show")
    equal(type(lead.get_key_value("Owner")).__name__, "MinifiedUser")
    assert "@" in lead.get_key_value("Owner").get_email()
    assert isinstance(lead.get_created_time(), datetime.datetime), lead.get_created_time()
    assert lead.get_created_by().get_id() > 0
    equal(lead.get_tag(), [])


def read_missing():
    """An id that belongs to nothing is no content."""
    answered(RecordOperations("Leads").get_record(5725767000009999999, params()), 204)


def list_fields():
    """A list holds the wanted fields."""
    given = params((GetRecordsParam.fields, "Last_Name,Company,Owner"), (GetRecordsParam.per_page, 5))
    rows = answered(RecordOperations("Leads").get_records(given)).get_data()
    equal(len(rows), 5)
    for row in rows:
        equal(set(row.get_key_values()), {"Last_Name", "Company", "Owner", "id"})


def list_without_fields():
    """From version 3 on a list has to name its fields."""
    refused(answered(RecordOperations("Leads").get_records(params()), 400), "REQUIRED_PARAM_MISSING")


def list_pages():
    """Pages by number and by token reach the same records."""
    def page(*more):
        given = params((GetRecordsParam.fields, "Last_Name"), (GetRecordsParam.per_page, 3), *more)
        return answered(RecordOperations("Contacts").get_records(given))

    first, second = page((GetRecordsParam.page, 1)), page((GetRecordsParam.page, 2))
    info = first.get_info()
    equal((info.get_page(), info.get_per_page(), info.get_count(), info.get_more_records()), (1, 3, 3, True))
    assert isinstance(info.get_page_token_expiry(), datetime.datetime), info.get_page_token_expiry()
    by_token = page((GetRecordsParam.page_token, info.get_next_page_token()))
    ids = [row.get_id() for row in second.get_data()]
    equal([row.get_id() for row in by_token.get_data()], ids)
    assert not set(ids) & {row.get_id() for row in first.get_data()}


def list_sorted():
    """`sort_by` and `sort_order` hold."""
    given = params(
        (GetRecordsParam.fields, "Last_Name"), (GetRecordsParam.sort_by, "Last_Name"), (GetRecordsParam.sort_order, "asc")
    )
    names = [row.get_key_value("Last_Name") for row in answered(RecordOperations("Contacts").get_records(given)).get_data()]
    equal(names, sorted(names, key=str.lower))


def list_unchanged():
    """Nothing was changed since tomorrow."""
    since = HeaderMap()
    since.add(GetRecordsHeader.if_modified_since, datetime.datetime.now() + datetime.timedelta(days=1))
    answered(RecordOperations("Leads").get_records(params((GetRecordsParam.fields, "Last_Name")), since), 304)


def update_lead(id):
    """A record is changed by its id in the address, and in the body."""
    change = record(Company="Marlow Partners")
    done(answered(RecordOperations("Leads").update_record(id, body(change))).get_data())
    change = record(Designation="Owner")
    change.set_id(id)
    done(answered(RecordOperations("Leads").update_records(body(change))).get_data())
    lead = one("Leads", id, "Company", "Designation")
    equal((lead.get_key_value("Company"), lead.get_key_value("Designation")), ("Marlow Partners", "Owner"))


def upsert_lead(id):
    """An upsert finds the record with this address; another address makes one."""
    def upsert(email):
        change = record(Last_Name="Marlow", Company="Upserted", Email=email)
        wrapper = body(change, duplicate_check_fields=["Email"])
        rows = answered(RecordOperations("Leads").upsert_records(wrapper)).get_data()
        return rows[0].get_action().get_value(), rows[0].get_duplicate_field(), done(rows)

    action, field, details = upsert("ines.marlow@example.com")
    equal((action, field, int(details["id"])), ("update", "Email", id))
    action, field, details = upsert("another.marlow@example.com")
    equal((action, field), ("insert", None))
    done(answered(RecordOperations("Leads").delete_record(int(details["id"]))).get_data())


def search(id, param, value):
    """A search finds the lead."""
    rows = answered(RecordOperations("Leads").search_records(params((param, value)))).get_data()
    assert id in [row.get_id() for row in rows], [row.get_id() for row in rows]


def search_nothing():
    """A search that finds nothing is no content."""
    answered(RecordOperations("Leads").search_records(params((SearchRecordsParam.word, "zzqqzz"))), 204)


def count(id):
    """The number of records that a criteria finds."""
    given = params((RecordCountParam.criteria, f"(id:equals:{id})"))
    equal(answered(RecordOperations("Leads").record_count(given)).get_count(), 1)


def mandatory_missing():
    """A record without its mandatory field is refused, by row."""
    answer = answered(RecordOperations("Leads").create_records(body(record(Company="No name"))), 400)
    details = refused(answer.get_data()[0], "MANDATORY_NOT_FOUND").get_details()
    equal(details["api_name"], "Last_Name")


def picklist_refused():
    """The SDK refuses what is none of a picklist's values."""
    try:
        RecordOperations("Leads").create_records(body(record(Last_Name="X", Lead_Source=Choice("Nowhere"))))
    except SDKException as error:
        assert "Lead_Source" in f"{error} {getattr(error, 'details', '')}", error
        return
    raise AssertionError("expected a refusal, found none")


def sandbox_refuses(id):
    """An error of the CRM reaches the caller as the SDK's exception object."""
    row = answered(RecordOperations("Leads").update_record(id, body(record(Email="no address"))), 400).get_data()[0]
    details = refused(row, "INVALID_DATA").get_details()
    equal(details["api_name"], "Email")


def unknown_module():
    """The SDK asks for the fields of a module first, and hands on that there is none."""
    try:
        RecordOperations("Nonsense").get_records(params((GetRecordsParam.fields, "id")))
    except SDKException as error:
        equal(error.details["code"], "INVALID_MODULE")
        return
    raise AssertionError("expected a refusal, found none")


def deal_with_lookups():
    """Dates, lookups and numbers of a deal."""
    given = params((GetRecordsParam.fields, "Account_Name"), (GetRecordsParam.per_page, 1))
    account = answered(RecordOperations("Accounts").get_records(given)).get_data()[0]
    parent = Record()
    parent.set_id(account.get_id())
    deal = record(
        Deal_Name="Twelve boats",
        Stage=Choice("Qualification"),
        Closing_Date=datetime.date(2031, 2, 28),
        Amount=99.5,
        Account_Name=parent,
    )
    id = int(done(answered(RecordOperations("Deals").create_records(body(deal)), 201).get_data())["id"])
    deal = one("Deals", id)
    equal(deal.get_key_value("Closing_Date"), datetime.date(2031, 2, 28))
    equal(deal.get_key_value("Amount"), 99.5)
    equal(deal.get_key_value("Stage").get_value(), "Qualification")
    equal(deal.get_key_value("Account_Name").get_id(), account.get_id())
    equal(deal.get_key_value("Account_Name").get_key_value("name"), account.get_key_value("Account_Name"))
    done(answered(RecordOperations("Deals").delete_record(id)).get_data())


def event_with_times():
    """Moments with an offset from UTC."""
    start = datetime.datetime(2031, 3, 1, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    end = start + datetime.timedelta(hours=1)
    event = record(Event_Title="Launch", Start_DateTime=start, End_DateTime=end)
    id = int(done(answered(RecordOperations("Events").create_records(body(event)), 201).get_data())["id"])
    event = one("Events", id)
    equal((event.get_key_value("Start_DateTime"), event.get_key_value("End_DateTime")), (start, end))
    done(answered(RecordOperations("Events").delete_record(id)).get_data())


def quote_with_lines():
    """The lines of a quote, which are records of a module of their own."""
    given = params((GetRecordsParam.fields, "Product_Name"), (GetRecordsParam.per_page, 1))
    product = answered(RecordOperations("Products").get_records(given)).get_data()[0]
    named = LineItemProduct()
    named.set_id(product.get_id())
    line = record(Product_Name=named, Quantity=3.0, List_Price=20.0, Discount="10%", Description="by hand")
    account = Record()
    account.set_id(answered(RecordOperations("Accounts").get_records(params((GetRecordsParam.fields, "id")))).get_data()[0].get_id())
    quote = record(Subject="Three of them", Account_Name=account, Quoted_Items=[line])
    id = int(done(answered(RecordOperations("Quotes").create_records(body(quote)), 201).get_data())["id"])
    lines = one("Quotes", id).get_key_value("Quoted_Items")
    equal(len(lines), 1)
    equal(type(lines[0]).__name__, "Record")
    equal(type(lines[0].get_key_value("Product_Name")).__name__, "LineItemProduct")
    equal(lines[0].get_key_value("Product_Name").get_id(), product.get_id())
    equal((lines[0].get_key_value("Quantity"), lines[0].get_key_value("Total")), (3.0, 60.0))
    equal((lines[0].get_key_value("Discount"), lines[0].get_key_value("Net_Total")), ("6.0", 54.0))
    done(answered(RecordOperations("Quotes").delete_record(id)).get_data())


def photo(id):
    """A photo goes up, comes back, and goes."""
    wrapper = FileBodyWrapper()
    wrapper.set_file(StreamWrapper(name="face.png", stream=PIXEL))
    leads = RecordOperations("Leads")
    answered(leads.upload_photo(id, wrapper))
    stream = answered(leads.get_photo(id)).get_file().get_stream()
    equal(stream.content, PIXEL)
    answered(leads.delete_photo(id))


def delete(id):
    """A deleted record is gone, and listed among the deleted."""
    done(answered(RecordOperations("Leads").delete_record(id)).get_data())
    answered(RecordOperations("Leads").get_record(id, params()), 204)
    given = params((GetDeletedRecordsParam.type, "all"))
    rows = answered(RecordOperations("Leads").get_deleted_records(given)).get_data()
    mine = [row for row in rows if row.get_id() == id]
    equal(len(mine), 1)
    assert isinstance(mine[0].get_deleted_time(), datetime.datetime), shown(mine[0])
    assert mine[0].get_deleted_by().get_id() > 0


def run(tally):
    """All checks of records."""
    check = tally.check
    id = check("create a record", create_lead)
    check("get a record by id", read_lead, id)
    check("get a record that is not there", read_missing)
    check("list with fields", list_fields)
    check("list without fields is refused", list_without_fields)
    check("list in pages", list_pages)
    check("list sorted", list_sorted)
    check("list what changed since", list_unchanged)
    check("update records", update_lead, id)
    check("upsert records", upsert_lead, id)
    check("search by criteria", search, id, SearchRecordsParam.criteria, "((Last_Name:equals:Marlow)and(Company:starts_with:Ups))")
    check("search by email", search, id, SearchRecordsParam.email, "ines.marlow@example.com")
    check("search by phone", search, id, SearchRecordsParam.phone, "+1 555 0177 321")
    check("search by word", search, id, SearchRecordsParam.word, "Marlow")
    check("search that finds nothing", search_nothing)
    check("count records", count, id)
    check("a mandatory field is missing", mandatory_missing)
    check("picklist values are known", picklist_refused)
    check("errors are read", sandbox_refuses, id)
    check("an unknown module", unknown_module)
    check("dates and lookups of a deal", deal_with_lookups)
    check("moments of an event", event_with_times)
    check("lines of a quote", quote_with_lines)
    check("photo of a record", photo, id)
    check("delete a record", delete, id)
