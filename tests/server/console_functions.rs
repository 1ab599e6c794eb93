//! Functions and executions in the console over plain HTTP.

use super::console::{Browser, Seen, add_user, set_up};
use super::support::{Engine, call, config, slow_server};
use ararat::server::app::Given;
use serde_json::Value;
use std::time::Duration;

const GREET: &str = "/*\n * Greets <em>somebody</em>.\n * @rest apikey\n */\nstring standalone.greet(String name, Map more)\n{\n\tinfo \"<script>alert('\" + name + \"')</script>\";\n\treturn \"Hello, \" + name;\n}\n";

/// An engine with an administrator, a user, and a published function.
async fn stage() -> (Engine, Browser, Browser) {
    let (engine, admin) = set_up(config()).await;
    engine.publish(GREET).await;
    let user = add_user(&admin, "bo", "user").await;
    (engine, admin, user)
}

/// Looks at an execution's page until it shows a text.
async fn follow(browser: &Browser, path: &str, text: &str) -> Seen {
    for _ in 0..100 {
        let seen = browser.get(path).await;
        if seen.text.contains(text) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("expected `{text}` on {path}");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_look_and_run_and_do_not_change() {
    let (engine, admin, user) = stage().await;
    let stranger = Browser::new(&engine.url);
    for path in ["/console/functions", "/console/functions/standalone.greet", "/console/executions"] {
        assert_eq!(stranger.get(path).await.status, 303, "{path}");
        assert_eq!(user.get(path).await.status, 200, "{path}");
        assert_eq!(admin.get(path).await.status, 200, "{path}");
    }
    let page = user.get("/console/functions/standalone.greet").await.text;
    assert!(page.contains("readonly") && page.contains("Run version 1"), "{page}");
    assert!(!page.contains("Publish") && !page.contains("Save draft") && !page.contains("Test this source"), "{page}");
    assert_eq!(user.get("/console/functions/new").await.status, 403);
    let fields = [("source", "evil"), ("category", "standalone"), ("name", "evil"), ("version", "1")];
    for change in ["draft", "publish", "discard", "rollback", "delete", "test"] {
        let path = format!("/console/functions/standalone.greet/{change}");
        assert_eq!(user.post(&path, &fields).await.status, 403, "{change}");
        assert_eq!(admin.post_raw(&path, &fields).await.status, 403, "{change} without a token");
    }
    assert_eq!(user.post("/console/functions/new", &fields).await.status, 403);
    assert_eq!(engine.app.functions().await.expect("functions").len(), 1);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_an_execution_with_its_own_page() {
    let (engine, admin, user) = stage().await;
    let fields = [("argument:name", "<b>Ada</b>"), ("argument:more", "{\"password\": \"planted pepper\"}")];
    let run = user.post("/console/functions/standalone.greet/run", &fields).await;
    assert_eq!(run.status, 303, "{}", run.text);
    let page = follow(&user, run.location(), "Succeeded").await;
    assert!(page.text.contains("&lt;script&gt;alert('&lt;b&gt;Ada&lt;/b&gt;')&lt;/script&gt;"), "{}", page.text);
    assert!(!page.text.contains("<script>alert") && !page.text.contains("<b>Ada"), "{}", page.text);
    assert!(page.text.contains("by bo, in the console") && page.text.contains("Statements"), "{}", page.text);
    assert!(!page.text.contains("planted pepper"), "arguments are shown masked: {}", page.text);
    assert!(page.text.contains("<svg class=\"times-strip\"") && !page.text.contains(" style="), "{}", page.text);
    let tape = user.get(&format!("{}/tape", run.location())).await;
    let first: Value = serde_json::from_str(tape.text.lines().next().expect("a line")).expect("JSON");
    assert_eq!((tape.status, first["function"].as_str()), (200, Some("standalone.greet")), "{}", tape.text);
    assert!(tape.headers["content-disposition"].to_str().expect("text").starts_with("attachment"));
    let list = admin.get("/console/executions").await.text;
    assert!(
        list.contains("standalone.greet") && list.contains("data-live=\"/console/executions?fragment=true\""),
        "{list}"
    );
    let part = admin.get("/console/executions?fragment=true").await.text;
    assert!(part.starts_with("<div class=\"scroll\"") && part.contains("Succeeded"), "{part}");
    for (query, is_there) in [
        ("q=HELLO", true),
        ("q=nothing+such", false),
        ("state=failed", false),
        ("state=succeeded&function=standalone.greet", true),
    ] {
        let found = admin.get(&format!("/console/executions?{query}")).await.text;
        assert_eq!(found.contains("<td><a class=\"strong\""), is_there, "{query}: {found}");
    }
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_it_runs_for_repeats_and_stops_an_execution() {
    let (engine, admin, user) = stage().await;
    let run = admin.post("/console/functions/standalone.greet/run", &[("argument:name", "Ada")]).await;
    follow(&admin, run.location(), "Succeeded").await;
    let rerun = format!("{}/rerun", run.location());
    assert!(!user.get(run.location()).await.text.contains("Run again"));
    for path in [&rerun, &format!("{}/stop", run.location())] {
        assert_eq!(user.post(path, &[]).await.status, 403, "{path}");
    }
    assert_eq!(admin.post_raw(&rerun, &[]).await.status, 403, "no token");
    let again = admin.post(&rerun, &[]).await;
    assert!(again.status == 303 && again.location() != run.location(), "{}", again.text);
    assert!(follow(&admin, again.location(), "Succeeded").await.text.contains("as a rerun"));
    for (path, status) in [("/console/executions/0", 404), ("/console/executions/0/tape", 404)] {
        assert_eq!(admin.get(path).await.status, status, "{path}");
    }
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_execution_is_followed_and_stopped() {
    let (engine, admin, user) = stage().await;
    let url = slow_server().await;
    let source = format!(
        "void automation.slow()\n{{\n\tinfo \"began\";\n\tgetUrl(\"{url}/wait/1\");\n\tgetUrl(\"{url}/wait/30000\");\n}}"
    );
    engine.publish(&source).await;
    let run = user.post("/console/functions/automation.slow/run", &[]).await;
    let page = follow(&user, run.location(), "/wait/30000").await;
    assert!(page.text.contains("under way") && page.text.contains("line 5"), "{}", page.text);
    assert!(page.text.contains("Running") && page.text.contains("data-live="), "{}", page.text);
    assert!(admin.get("/console/executions?state=running").await.text.contains("automation.slow"));
    let part = user.get(&format!("{}?fragment=true", run.location())).await.text;
    assert!(part.starts_with("<div>") && !part.contains("data-settled") && part.contains("Stop"), "{part}");
    assert_eq!(user.post(&format!("{}/stop", run.location()), &[]).await.status, 303);
    let page = follow(&user, run.location(), "Cancelled").await;
    assert!(page.text.contains("data-settled") && !page.text.contains("data-live="), "{}", page.text);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_run_again_or_dismissed() {
    let (engine, admin, user) = stage().await;
    let dead_letters = "/console/executions/dead-letters";
    assert!(admin.get(dead_letters).await.text.contains("No dead letters"));
    engine.publish("// @retry attempts=1\nint standalone.parse(String text) { return text.toLong(); }").await;
    let given = vec![("text".to_owned(), Given::Text("<x>".to_owned()))];
    let first = engine.app.enqueue(call("parse").arguments(given)).await.expect("accepted");
    engine.app.wait_for(&first).await.expect("an execution");
    let listed = admin.get(dead_letters).await.text;
    assert!(listed.contains("standalone.parse") && listed.contains("Dismiss"), "{listed}");
    let path = |id: &str| format!("/console/executions/{id}");
    assert!(admin.get(&path(&first)).await.text.contains("none follows"));
    let looked = user.get(dead_letters).await.text;
    assert!(looked.contains("standalone.parse") && !looked.contains("Dismiss"), "it is not the user's: {looked}");
    for act in ["retry", "dismiss"] {
        assert_eq!(user.post(&format!("{}/{act}", path(&first)), &[]).await.status, 403);
    }
    let again = admin.post(&format!("{}/retry", path(&first)), &[]).await;
    let page = follow(&admin, again.location(), "Failed").await.text;
    assert!(page.contains(&format!("href=\"{}\"", path(&first))), "{page}");
    assert_eq!(admin.post(&format!("{}/retry", path(&first)), &[]).await.status, 404);
    let gone = admin.post(&format!("{}/dismiss", again.location()), &[]).await;
    assert_eq!(gone.location(), dead_letters);
    assert!(admin.get(dead_letters).await.text.contains("No dead letters"));
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_shown_in_its_source() {
    let (engine, admin, _) = stage().await;
    engine.publish("int standalone.fails()\n{\n\tx = \"<i>\".toLong();\n\treturn x;\n}").await;
    let run = admin.post("/console/functions/standalone.fails/run", &[]).await;
    let page = follow(&admin, run.location(), "Failed").await.text;
    assert!(page.contains("line 3") && page.contains("<span class=\"line marked\">\tx = &quot;&lt;i&gt;"), "{page}");
    assert!(!page.contains("<i>"), "{page}");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_written_tested_published_and_taken_back() {
    let (engine, admin, _) = stage().await;
    let made = admin.post("/console/functions/new", &[("category", "standalone"), ("name", "fresh")]).await;
    assert_eq!(made.location(), "/console/functions/standalone%2Efresh", "{}", made.text);
    let base = "/console/functions/standalone.fresh";
    assert!(admin.get(base).await.text.contains("not published"));
    assert!(engine.app.published().find_exact("standalone.fresh").is_none());
    let taken = admin.post("/console/functions/new", &[("category", "standalone"), ("name", "FRESH")]).await;
    assert!(taken.status == 422 && taken.text.contains("already"), "{}", taken.text);
    let named = admin.post("/console/functions/new", &[("category", "standalone"), ("name", "a b")]).await;
    assert_eq!(named.status, 422, "{}", named.text);

    let one = "int standalone.fresh(int a)\r\n{\r\n\treturn a + 1;\r\n}\r\n";
    let tested = admin.post(&format!("{base}/test"), &[("source", one), ("argument:a", "41")]).await;
    assert_eq!(tested.status, 303, "{}", tested.text);
    let page = follow(&admin, tested.location(), "Succeeded").await.text;
    assert!(page.contains("a draft") && page.contains("<code>42</code>"), "{page}");

    let wrong = "int standalone.fresh(int a)\n{\n\treturn b;\n</textarea><script>\n}";
    let refused = admin.post(&format!("{base}/publish"), &[("source", wrong), ("note", "first")]).await;
    assert!(refused.status == 422 && refused.text.contains("class=\"error\""), "{}", refused.text);
    assert!(
        refused.text.contains("&lt;/textarea&gt;") && !refused.text.contains("</textarea><script>"),
        "{}",
        refused.text
    );
    let other = admin.post(&format!("{base}/publish"), &[("source", GREET)]).await;
    assert!(other.status == 422 && other.text.contains("declares `standalone.greet`"), "{}", other.text);

    for (source, note) in [(one, "first"), ("int standalone.fresh(int a)\n{\n\treturn a + 2;\n}\n", "<u>second</u>")] {
        let done = admin.post(&format!("{base}/publish"), &[("source", source), ("note", note)]).await;
        assert_eq!(done.status, 303, "{}", done.text);
    }
    let kept = engine.app.version("standalone.fresh", 1).await.expect("a version").source;
    assert_eq!(kept, one.replace("\r\n", "\n"), "line ends as in a file");
    let versions = admin.get(&format!("{base}/versions")).await.text;
    assert!(versions.contains("&lt;u&gt;second&lt;/u&gt;") && versions.contains("in force"), "{versions}");
    let second = admin.get(&format!("{base}/versions/2")).await.text;
    assert!(second.contains("<span class=\"removed\">-\treturn a + 1;"), "{second}");
    assert!(second.contains("<span class=\"added\">+\treturn a + 2;"), "{second}");
    assert_eq!(admin.get(&format!("{base}/versions/7")).await.status, 404);
    let back = admin.post(&format!("{base}/rollback"), &[("version", "1")]).await;
    assert_eq!(back.status, 303, "{}", back.text);
    assert_eq!(engine.app.function("standalone.fresh").await.expect("a function").row.version, Some(3));

    let saved = admin.post(&format!("{base}/draft"), &[("source", "half")]).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    assert!(admin.get(base).await.text.contains(">draft</span>"));
    assert_eq!(admin.post(&format!("{base}/discard"), &[]).await.status, 303);
    assert_eq!(admin.post(&format!("{base}/delete"), &[]).await.location(), "/console/functions");
    assert_eq!(admin.get(base).await.status, 404);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_calls_what_is_gone_does_not_come_back() {
    let (engine, admin, _) = stage().await;
    engine.publish("int standalone.one()\n{\n\treturn 1;\n}").await;
    engine.publish("int standalone.two()\n{\n\treturn standalone.one() + 1;\n}").await;
    engine.publish("int standalone.two()\n{\n\treturn 2;\n}").await;
    engine.app.delete_function("standalone.one", "test").await.expect("deleted");
    let back = admin.post("/console/functions/standalone.two/rollback", &[("version", "1")]).await;
    assert!(back.status == 422 && back.text.contains("does not compile any more"), "{}", back.text);
    assert_eq!(engine.app.function("standalone.two").await.expect("a function").row.version, Some(2));
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checker_answers_while_somebody_types() {
    let (engine, admin, user) = stage().await;
    let csrf = user.get("/console/account").await.csrf();
    let ask = |source: &str| {
        let request = reqwest::Client::new().post(format!("{}/console/check", engine.url)).form(&[("source", source)]);
        request.header("origin", &engine.url).header("sec-fetch-site", "same-origin")
    };
    let answer = user.send(ask("void standalone.x()\n{\n\tinfo nothing;\n}").header("x-csrf-token", &csrf)).await;
    let found: Value = serde_json::from_str(&answer.text).expect("JSON");
    assert_eq!(
        (&found["diagnostics"][0]["line"], &found["diagnostics"][0]["severity"]),
        (&3.into(), &"error".into()),
        "{found}"
    );
    let clean = user.send(ask(GREET).header("x-csrf-token", &csrf)).await;
    let found: Value = serde_json::from_str(&clean.text).expect("JSON");
    assert!(found["diagnostics"].as_array().is_some_and(Vec::is_empty), "{found}");
    assert!(found["arguments"].as_str().is_some_and(|fields| fields.contains("argument:more")), "{found}");
    assert_eq!(user.send(ask(GREET)).await.status, 403, "no token");
    let no_session = Browser::new(&admin.url);
    assert!(no_session.send(ask(GREET)).await.text.contains("<h1>Sign in</h1>"));
    engine.stop().await;
}
