//! Faults of running scripts (DG2xx) and the limits that end a run (DG3xx).

use super::{Page, outside};

pub const PAGES: &[Page] = &[
    Page {
        code: "DG201",
        kind: "run.zero",
        title: "a division by zero",
        text: "The right side of `/` or `%` is 0. Test it first, or catch the error.",
        wrong: "parts = 0;\ninfo 10 / parts;",
        right: "parts = 0;\nif(parts != 0)\n{\n\tinfo 10 / parts;\n}",
    },
    Page {
        code: "DG202",
        kind: "run.null",
        title: "a null value where a value is needed",
        text: "Arithmetic, comparison and almost every function refuse null. Only the null tests (`isNull`, `isBlank`, \
`isEmpty`, `ifnull`), `toString` and joining with text take it. A missing key of a map gives null.",
        wrong: "lead = {\"Name\":\"Ada\"};\ninfo lead.get(\"City\").toUpperCase();",
        right: "lead = {\"Name\":\"Ada\"};\ninfo ifnull(lead.get(\"City\"),\"\").toUpperCase();",
    },
    Page {
        code: "DG203",
        kind: "run.type",
        title: "a value of the wrong type",
        text: "An operator or a function met a value that it cannot take or convert. `info x;` shows what it is; \
`toNumber`, `toDecimal`, `toString`, `toList`, `toMap` and `toDate` convert.",
        wrong: "order = {\"price\":\"12\"};\ninfo order.get(\"price\") * 2;",
        right: "order = {\"price\":\"12\"};\ninfo order.get(\"price\").toNumber() * 2;",
    },
    Page {
        code: "DG204",
        kind: "run.index",
        title: "an index beyond the end",
        text: "Elements and letters are counted from 0 to one less than the size.",
        wrong: "names = {\"Ada\",\"Grace\"};\ninfo names.get(2);",
        right: "names = {\"Ada\",\"Grace\"};\ninfo names.get(1);",
    },
    Page {
        code: "DG205",
        kind: "run.convert",
        title: "a text that cannot be converted",
        text: "The text is not what the function reads: JSON, XML, a number.",
        wrong: "info \"not json\".toMap();",
        right: "info \"{\\\"a\\\":1}\".toMap();",
    },
    Page {
        code: "DG206",
        kind: "run.date",
        title: "a date or time that cannot be read",
        text: "The text fits no known format, or has parts out of range. Name the format: `toDate(text, \"dd/MM/yyyy\")`. \
ISO text needs its `T` replaced by a blank.",
        wrong: "",
        right: "",
    },
    outside(
        "DG207",
        "run.http",
        "a request that got no answer",
        "The server could not be reached, broke off, or did not answer in 40 seconds. An answer with an error status is no \
fault: it is the value of the call. Requests are refused altogether in a run without network.",
    ),
    outside(
        "DG208",
        "run.connection",
        "a connection that is missing or not authorised",
        "No connection has the link name, or its credentials are missing, expired or short of a scope. \
`ararat connections list` shows what there is; `ararat connections connect LINK` signs in.",
    ),
    Page {
        code: "DG209",
        kind: "run.return",
        title: "a function returned a value of another type",
        text: "The value of `return` is not of the type that the header names.",
        wrong: "int size(map lead)\n{\n\treturn lead.get(\"Name\");\n}\ninfo size({\"Name\":\"Ada\"});",
        right: "string size(map lead)\n{\n\treturn lead.get(\"Name\");\n}\ninfo size({\"Name\":\"Ada\"});",
    },
    Page {
        code: "DG210",
        kind: "run.unsupported",
        title: "part of Deluge that is not done here",
        text: "The construct is known and named, and this runtime does not carry it out: forms and records of Creator, some \
tasks. Nothing is skipped in silence. For a task without a mapping, call the service's REST API with `invokeurl`.",
        wrong: "// with --dialect creator\nhide Stage;",
        right: "",
    },
    Page {
        code: "DG211",
        kind: "run.value",
        title: "a value that the function cannot take",
        text: "The type is right and the value is not: out of range, empty, or not one of the words that the function knows.",
        wrong: "",
        right: "",
    },
    Page {
        code: "DG212",
        kind: "run.overflow",
        title: "a result out of range",
        text: "The result leaves the 64 bits of a NUMBER. Compute with decimals (`n.toDecimal()`), or earlier with less.",
        wrong: "n = 9223372036854775807;\ninfo n + 1;",
        right: "n = 9223372036854775806;\ninfo n + 1;",
    },
    outside(
        "DG213",
        "run.function",
        "a call that does not fit the function",
        "The number of arguments fits one form of the function, and not the one for the receiver's type. \
`ararat doc NAME` prints all forms.",
    ),
    outside(
        "DG214",
        "run.mail",
        "a mail or message that cannot be sent",
        "An address is no address, an entry has the wrong type, the mail server refused the mail, or the run has neither server nor outbox.",
    ),
    outside(
        "DG215",
        "run.mandatory",
        "a mandatory value is missing",
        "A value that the service demands was not given.",
    ),
    outside(
        "DG298",
        "run.stopped",
        "the run was stopped",
        "Ctrl-C, or the caller's own time limit. A script cannot catch it.",
    ),
    outside("DG299", "run.other", "a fault without a name of its own", "The message says all there is to know."),
    outside(
        "DG301",
        "limit.statements",
        "too many statements",
        "The profile in force allows no more statements: 200,000 for `--limits crm`, 5,000 for `creator` and `generic`. \
Each turn of a loop counts its header and its statements. A script cannot catch limits.",
    ),
    outside("DG302", "limit.lines", "too many lines", "The profile in force allows no more executed lines."),
    outside(
        "DG303",
        "limit.calls",
        "too many function calls",
        "The profile in force allows no more calls of own functions: 75 for `creator` and `generic`.",
    ),
    outside("DG304", "limit.time", "too much time", "The run took longer than the profile in force allows."),
    outside(
        "DG305",
        "limit.size",
        "a value or an output that is too large",
        "Documented sizes: `repeat` 100,000 characters, `addAll` 25,000 elements, JSON text 5 MB, a file of a loop 2 MB; \
the output of `info` by profile.",
    ),
    Page {
        code: "DG306",
        kind: "limit.depth",
        title: "functions call each other too deep",
        text: "256 calls inside calls are allowed. Most often a function calls itself without an end.",
        wrong: "int down(int n)\n{\n\treturn down(n + 1);\n}\ninfo down(1);",
        right: "int down(int n)\n{\n\tif(n > 9)\n\t{\n\t\treturn n;\n\t}\n\treturn down(n + 1);\n}\ninfo down(1);",
    },
    outside(
        "DG307",
        "limit.http",
        "too many or too large requests, mails or messages",
        "The profile in force, or `--limit`, allows no more requests, mails or messages, or no larger request.",
    ),
    outside(
        "DG308",
        "limit.memory",
        "too much memory",
        "The values of the run take more memory than its limit allows: `--limit memory=64MB` for `ararat run`, 256 MB for an execution of the engine.",
    ),
];
