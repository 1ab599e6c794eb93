//! Errors of saving (DG1xx): what Zoho's editor refuses, in its own words where they are known
//! (`deluge/help/error-messages`).

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "DG100",
        kind: "save.source",
        title: "the file cannot be read",
        text: "The file does not exist, cannot be opened, is larger than 4 GB or holds bytes that are no UTF-8. \
Save it as UTF-8; a byte-order mark is fine.",
        wrong: "",
        right: "",
    },
    Page {
        code: "DG101",
        kind: "save.statement",
        title: "a statement that cannot be read",
        text: "Zoho says `Improper Statement. Error might be due to missing ';' at end of the line or incomplete \
expression`. The caret stands where reading stopped: most often a `;`, a bracket or a closing quote is missing just before it.",
        wrong: "total = 1\ninfo total;",
        right: "total = 1;\ninfo total;",
    },
    Page {
        code: "DG102",
        kind: "save.brace",
        title: "a block is not closed",
        text: "A `{` has no `}`. The caret stands at the brace that is still open at the end of the file.",
        wrong: "if(1 == 1)\n{\n\tinfo \"yes\";",
        right: "if(1 == 1)\n{\n\tinfo \"yes\";\n}",
    },
    Page {
        code: "DG103",
        kind: "save.comment",
        title: "a comment is not closed",
        text: "A `/*` has no `*/`. Such comments do not nest.",
        wrong: "/* the total\ninfo 1;",
        right: "/* the total */\ninfo 1;",
    },
    Page {
        code: "DG104",
        kind: "save.token",
        title: "a token that Deluge does not have",
        text: "Deluge has no `a ? b : c`. Its conditional expression is the function `if(condition, a, b)`.",
        wrong: "n = 1;\nsize = n > 5 ? \"big\" : \"small\";\ninfo size;",
        right: "n = 1;\nsize = if(n > 5,\"big\",\"small\");\ninfo size;",
    },
    Page {
        code: "DG105",
        kind: "save.statement",
        title: "brackets do not read an element",
        text: "`x[0]` and `m[\"k\"]` are not Deluge: brackets behind a name fetch records of a Creator form. \
Elements are read with `get`.",
        wrong: "names = {\"Ada\",\"Grace\"};\ninfo names[0];",
        right: "names = {\"Ada\",\"Grace\"};\ninfo names.get(0);",
    },
    Page {
        code: "DG106",
        kind: "save.number",
        title: "a number out of range",
        text: "A NUMBER has 64 bits: from -9223372036854775808 to 9223372036854775807. Longer digits belong into text.",
        wrong: "n = 99999999999999999999;\ninfo n;",
        right: "n = 9223372036854775807;\ninfo n;",
    },
    Page {
        code: "DG110",
        kind: "save.depth",
        title: "brackets are nested too deep",
        text: "Brackets may be nested 200 levels deep. Put inner parts into variables.",
        wrong: "",
        right: "",
    },
    Page {
        code: "DG120",
        kind: "save.undefined",
        title: "a variable is not defined",
        text: "A function reads a variable that no earlier line sets. One assignment anywhere above is enough, also in a \
branch that is not taken. In a script without a function header such names are inputs, unless `--strict` is given.",
        wrong: "void hello()\n{\n\tinfo nmae;\n}",
        right: "void hello()\n{\n\tname = \"Ada\";\n\tinfo name;\n}",
    },
    Page {
        code: "DG121",
        kind: "save.argtype",
        title: "an argument of the wrong type",
        text: "A function is given a value that it cannot take, and the type is certain: a literal, a built-in's \
result, or a variable that is only ever set to one type. Arguments are counted from 1, the value before the dot included. \
What comes out of `get`, a task or an input has no certain type and is never refused.",
        wrong: "info \"Deluge\".subString(\"one\");",
        right: "info \"Deluge\".subString(1);",
    },
    Page {
        code: "DG122",
        kind: "save.args",
        title: "the wrong number of arguments",
        text: "The call does not have as many arguments as the function, task or conditional `if` takes. \
`ararat doc NAME` prints its signature.",
        wrong: "info \"Deluge\".contains();",
        right: "info \"Deluge\".contains(\"lug\");",
    },
    Page {
        code: "DG123",
        kind: "save.return",
        title: "a return that does not fit the header",
        text: "A function with a type has to return a value of that type, and a void function returns none. \
Types are compared only where they are certain.",
        wrong: "void total()\n{\n\treturn 5;\n}",
        right: "int total()\n{\n\treturn 5;\n}",
    },
    Page {
        code: "DG124",
        kind: "save.type",
        title: "an operator on types it does not take",
        text: "Arithmetic takes numbers; `+` joins when one side is text; two dates can be subtracted. Both types have to be \
certain for this message. Turn text into a number with `toNumber()` or `toDecimal()`; move dates with `addDay` and its like.",
        wrong: "price = \"12\";\ninfo price * 2;",
        right: "price = \"12\";\ninfo price.toNumber() * 2;",
    },
    Page {
        code: "DG125",
        kind: "save.function",
        title: "a function that does not exist",
        text: "No built-in, task or function of this file or of the functions folder has this name. Names of built-ins are \
written in any case.",
        wrong: "info \"a-b\".split(\"-\");",
        right: "info \"a-b\".toList(\"-\");",
    },
    Page {
        code: "DG126",
        kind: "save.unused",
        title: "the value of a function is not used",
        text: "The function only computes a value; as a statement of its own it does nothing. Texts are never changed in \
place. With `--strict` this is an error, as in Zoho's editor; else it is the warning `lint.unused`.",
        wrong: "// with --strict\nname = \" Ada \";\nname.trim();\ninfo name;",
        right: "// with --strict\nname = \" Ada \";\nname = name.trim();\ninfo name;",
    },
    Page {
        code: "DG127",
        kind: "save.novalue",
        title: "a function that gives no value is used as one",
        text: "Functions such as `put`, `add` and `clear` change their receiver and give nothing back; so do void functions. \
Write them as statements of their own.",
        wrong: "names = List();\nresult = names.add(\"Ada\");\ninfo result;",
        right: "names = List();\nnames.add(\"Ada\");\ninfo names;",
    },
    Page {
        code: "DG128",
        kind: "save.mail",
        title: "sendmail lacks a key or has a bad one",
        text: "`sendmail` needs `from`, `to`, `subject` and `message`, and knows `cc`, `bcc`, `reply to`, `content type` and \
`attachments`. From and To are texts with addresses; To may be a list of them.",
        wrong: "sendmail\n[\n\tfrom :zoho.adminuserid\n\tto :\"ada@example.com\"\n\tmessage :\"Hello\"\n]",
        right: "sendmail\n[\n\tfrom :zoho.adminuserid\n\tto :\"ada@example.com\"\n\tsubject :\"News\"\n\tmessage :\"Hello\"\n]",
    },
    Page {
        code: "DG129",
        kind: "save.sms",
        title: "sendsms lacks a key or has a bad one",
        text: "`sendsms` needs `to` and `message`, and knows `from` and `connection`.",
        wrong: "sendsms\n[\n\tto :\"+15550100\"\n];",
        right: "sendsms\n[\n\tto :\"+15550100\"\n\tmessage :\"Hello\"\n];",
    },
    Page {
        code: "DG130",
        kind: "save.statement",
        title: "Deluge has no while",
        text: "No Zoho product documents `while`. Loop over a list of the most turns you need and leave with `break`. \
`--allow-while` accepts it here.",
        wrong: "n = 0;\nwhile(n < 3)\n{\n\tn = n + 1;\n}",
        right: "n = 0;\nfor each turn in {1,2,3}\n{\n\tn = n + turn;\n}\ninfo n;",
    },
    Page {
        code: "DG131",
        kind: "save.statement",
        title: "break or continue outside every loop",
        text: "`break` and `continue` act on the innermost loop around them, and there is none.",
        wrong: "if(1 == 1)\n{\n\tbreak;\n}",
        right: "for each n in {1,2}\n{\n\tbreak;\n}",
    },
    Page {
        code: "DG132",
        kind: "save.key",
        title: "a block lacks a key or has a bad one",
        text: "`invokeurl` needs `url`, `invokeapi` needs `service` and `path`. `body` and `parameters` do not go together. \
The message names the keys that the block knows.",
        wrong: "reply = invokeurl\n[\n\ttype :GET\n];\ninfo reply;",
        right: "reply = invokeurl\n[\n\turl :\"https://example.com\"\n\ttype :GET\n];\ninfo reply;",
    },
    Page {
        code: "DG133",
        kind: "save.task",
        title: "a task that the product does not take",
        text: "Cliq refuses a task without its connection, which is its last argument.",
        wrong: "// with --dialect cliq\ninfo zoho.crm.getRecordById(\"Leads\",1);",
        right: "// with --dialect cliq\ninfo zoho.crm.getRecordById(\"Leads\",1,Map(),\"crm_link\");",
    },
    Page {
        code: "DG134",
        kind: "save.reserved",
        title: "a reserved word as a name",
        text: "Zoho lists the word as reserved. Scripts in the wild use many of them as variables, so this is the warning \
`lint.reserved` unless `--strict` is given.",
        wrong: "// with --strict\nstring = \"Ada\";\ninfo string;",
        right: "// with --strict\nname = \"Ada\";\ninfo name;",
    },
    Page {
        code: "DG190",
        kind: "save.header",
        title: "a tag in the comment above a function that cannot be read",
        text: "The comment above a function may hold tags such as `@name value`, which say how the server runs it.",
        wrong: "",
        right: "",
    },
    Page {
        code: "DG191",
        kind: "save.function",
        title: "a source that the server cannot take as a function",
        text: "The server keeps one function for each source, under a namespace that is its category: \
`string standalone.hello(String name) { … }`.",
        wrong: "",
        right: "",
    },
    Page {
        code: "DG192",
        kind: "save.project",
        title: "an `ararat.toml` that cannot be taken",
        text: "A project's file holds options of commands, `[engine]` those of `ararat serve`, `[test]` of `ararat test`, `[deploy]` of \
`ararat deploy`, and `[[schedules]]`. A name that none of them knows is refused, and so is a secret in clear.",
        wrong: "",
        right: "",
    },
];
