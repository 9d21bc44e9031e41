use std::time::{Duration, Instant};

use mezzofy_agent::tool::{Context, Outcome, ToolError};
use mezzofy_domain::language::Language;
use mezzofy_domain::people::Person;
use mezzofy_domain::reporting::Query;
use mezzofy_store::people;
use mezzofy_store::reporting::{self, QueryLimits, Refusal};
use mezzofy_testing::Answer;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, Row};
use uuid::Uuid;

use crate::app::{TestApp, text};

const FEW: QueryLimits = QueryLimits { time: 300, rows: 5_000, columns: 3, value: 20, bytes: 100_000 };

async fn who(app: &TestApp, mailbox: &str) -> Person {
    let mut tx = app.app.store.begin().await.unwrap();
    people::find(&mut tx, &format!("{mailbox}@mezzofy.example")).await.unwrap().unwrap()
}

/// What the tool answers, or the sentence that is told.
async fn ask(app: &TestApp, person: &Person, sql: &str) -> Result<Value, String> {
    let tools = &app.app.tools;
    let input = json!({"sql": sql});
    tools.check("database_query", &input).unwrap();
    let run = Uuid::new_v4().into();
    let kept = std::collections::BTreeMap::new();
    let context = Context {
        person,
        run,
        call: "1.0",
        language: Language::En,
        now: app.now(),
        kept: &kept,
        facts: None,
        outside: false,
    };
    match tools.get("database_query").unwrap().call(context, input).await {
        Ok(Outcome::Done(output)) => Ok(output.result),
        Ok(Outcome::Send(mail)) => panic!("{mail:?}"),
        Err(ToolError::Tell(told)) => Err(told),
        Err(ToolError::Abort(error) | ToolError::Retry(error) | ToolError::Outage(error)) => panic!("{sql}: {error}"),
    }
}

async fn limited(app: &TestApp, person: &Person, sql: &str) -> Result<reporting::Answer, Refusal> {
    let query = Query::parse(sql).unwrap();
    reporting::run(&app.app.store, &app.app.scope(person), &query, FEW, app.app.zone).await.unwrap()
}

#[tokio::test]
async fn the_figures_are_those_of_the_ledger_to_the_last_digit() {
    let app = TestApp::new().await;
    let ana = who(&app, "finance.manager").await;
    let found = ask(
        &app,
        &ana,
        "-- October
         SELECT account_name AS account, -sum(amount) AS revenue FROM reporting.ledger_lines AS l
         WHERE account_kind = 'revenue' AND NOT closing AND l.date BETWEEN DATE '2026-10-01' AND DATE '2026-10-31'
         GROUP BY account_code, account_name ORDER BY account_code;",
    )
    .await
    .unwrap();
    assert_eq!(found["columns"], json!(["account", "revenue"]));
    let mut owner = app.database().await;
    let sql = "SELECT a.name, (-sum(l.amount))::text FROM ledger_lines l JOIN ledger_entries e USING (entry_id)
               JOIN ledger_accounts a ON a.code = l.account_code
               WHERE a.kind = 'revenue' AND NOT e.closing AND e.date >= '2026-10-01' AND e.date < '2026-11-01'
               GROUP BY a.code, a.name ORDER BY a.code";
    let truth: Vec<Value> = owner
        .fetch_all(sql)
        .await
        .unwrap()
        .iter()
        .map(|row| json!([row.get::<String, _>(0), row.get::<String, _>(1)]))
        .collect();
    assert!(truth.len() > 1);
    assert_eq!(found["rows"], json!(truth));
    assert_eq!((&found["row_count"], &found["truncated"]), (&json!(truth.len()), &json!(false)));

    let whole = ask(&app, &ana, "SELECT a, ARRAY[1, 2] FROM ledger_accounts AS a WHERE code = '1010'").await.unwrap();
    assert!(text(&whole["rows"][0][0]).starts_with("(1010,"), "{whole}");
    assert_eq!(whole["rows"][0][1], "{1,2}");

    let total: Decimal = truth.iter().map(|row| row[1].as_str().unwrap().parse::<Decimal>().unwrap()).sum();
    let run = app.person("finance.manager").await.ask("October statement").await;
    let shown = text(&run["answer"]).replace(',', "");
    assert!(shown.contains(&format!("{total:.2}")), "{total}: {shown}");

    let values = ask(&app, &ana, "SELECT 1.50::numeric(6,4), true, NULL, DATE '2026-02-01', 'a' || chr.x, 2 / 4.0 FROM (SELECT '银行') AS chr(x)").await.unwrap();
    assert_eq!(values["rows"], json!([["1.5000", "true", null, "2026-02-01", "a银行", "0.50000000000000000000"]]));
    app.end().await;
}

#[tokio::test]
async fn a_model_asks_the_books_reads_what_was_wrong_and_answers() {
    let (app, replay) = TestApp::with_models().await;
    let query = |sql: &str| Answer::calls([("database_query", json!({"sql": sql}))]);
    replay.script([
        query("SELECT sum(debit) FROM reporting.ledger_line"),
        query("SELECT currency, count(*) FROM reporting.ledger_lines GROUP BY currency"),
        query("SELECT * FROM reporting.ledger_lines"),
        Answer::says("The books hold lines in one currency."),
    ]);
    let finance = app.person("finance.manager").await;
    let run = finance.ask("How many lines do our books have, by currency?").await;
    assert_eq!((run["state"].as_str(), run["skill"].as_str()), (Some("succeeded"), None), "{run}");
    let events = finance.items(&format!("/v1/runs/{}/events", text(&run["id"]))).await;
    let done: Vec<&Value> =
        events.iter().filter(|event| event["kind"] == "tool.done").map(|event| &event["data"]).collect();
    assert!(
        text(&done[0]["error"]).contains("relation \"reporting.ledger_line\" does not exist (at character 24)"),
        "{}",
        done[0]
    );
    assert_eq!(done[1]["result"]["rows"][0][0], "SGD");
    assert_eq!((&done[2]["result"]["row_count"], run["files"].as_array().unwrap().len()), (&json!(5_000), 1));
    assert_eq!(replay.end(), Vec::<String>::new());
    app.end().await;
}

#[tokio::test]
async fn a_person_without_the_ledger_sees_nothing_of_it() {
    let app = TestApp::new().await;
    for (mailbox, reads) in
        [("finance.viewer", true), ("ceo", true), ("sales.manager", false), ("support.agent", false)]
    {
        let person = who(&app, mailbox).await;
        for view in ["ledger_accounts", "ledger_entries", "ledger_lines"] {
            let found = ask(&app, &person, &format!("SELECT count(*) > 0 FROM {view}")).await.unwrap();
            assert_eq!(found["rows"], json!([[reads.to_string()]]), "{mailbox} {view}");
        }
        for (view, sees) in [("leads", ["ceo", "sales.manager"]), ("tickets", ["ceo", "support.agent"])] {
            let found = ask(&app, &person, &format!("SELECT count(*) > 0 FROM {view}")).await.unwrap();
            assert_eq!(found["rows"], json!([[sees.contains(&mailbox).to_string()]]), "{mailbox} {view}");
        }
        let spec = app.app.tools.spec("database_query").unwrap();
        assert!(app.app.gate().authorize_tool(&person, spec, "books", Language::En).is_ok(), "{mailbox}");
    }
    app.end().await;
}

#[tokio::test]
async fn what_writes_waits_reads_files_or_leaves_the_schema_is_refused_with_its_place() {
    let app = TestApp::new().await;
    let ana = who(&app, "finance.manager").await;
    for (sql, told) in [
        ("DELETE FROM ledger_lines", "it must begin with SELECT or WITH (at character 1)"),
        ("WITH x AS (UPDATE ledger_lines SET amount = 0 RETURNING 1) SELECT * FROM x", "UPDATE is not possible"),
        ("SELECT 1; DROP TABLE people", "there is more than one statement (at character 9)"),
        ("SELECT pg_sleep(60)", "only the schema reporting can be read, not pg_sleep (at character 8)"),
        ("SELECT pg_read_file('/etc/passwd')", "only the schema reporting"),
        ("SELECT set_config('role', 'none', true)", "the function set_config is not among those"),
        ("SELECT * FROM public.people", "only the schema reporting can be read, not public (at character 15)"),
        ("SELECT * FROM pg_roles", "only the schema reporting"),
        ("SELECT * FROM people", "The query is wrong: relation \"people\" does not exist (at character 15)."),
        ("SELECT colour FROM ledger_lines", "The query is wrong: column \"colour\" does not exist (at character 8)."),
        ("SELECT 1 / 0", "The query is wrong: division by zero."),
        (
            "SELECT sum(amount) FROM ledger_lines WHERE description = 5",
            "operator does not exist: text = integer (at character",
        ),
        ("SELECT 1 +", "The query is wrong: syntax error at end of input (at character 11)."),
        ("SELECT FROM ledger_lines", "The query is wrong: it selects no column."),
        ("SELECT 'x'::regclass", "The query is wrong: relation \"x\" does not exist"),
    ] {
        let refused = ask(&app, &ana, sql).await.unwrap_err();
        assert!(refused.contains(told), "{sql}: {refused}");
    }
    app.end().await;
}

/// Signs in as queries do, with what the database keeps for it.
async fn query_role(app: &TestApp) -> (String, PgConnection) {
    let mut owner = app.database().await;
    let row = owner.fetch_one("SELECT role, password FROM query_sign_in").await.unwrap();
    let (role, password): (String, String) = (row.get(0), row.get(1));
    let options = app.database_options().username(&role).password(&password);
    (role, options.connect().await.unwrap())
}

/// The database's own walls, behind the one that reads the query.
#[tokio::test]
async fn the_role_of_queries_can_do_nothing_else_even_if_a_query_got_through() {
    let app = TestApp::new().await;
    let (role, mut queries) = query_role(&app).await;
    for sql in [
        "SELECT * FROM public.people",
        "SELECT * FROM public.ledger_lines",
        "SELECT * FROM public.query_sign_in",
        "SELECT * FROM public.query_sessions",
        "SELECT * FROM apalis.jobs",
        "SELECT * FROM pg_roles",
        "SELECT * FROM pg_settings",
        "SELECT * FROM pg_stat_activity",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_sleep(1)",
        "SELECT set_config('role', 'none', true)",
        "SELECT set_config('statement_timeout', '0', true)",
        "SELECT ('mezzofy.person'::text).current_setting",
        "SELECT query_to_xml('SELECT 1', true, true, '')",
        "SELECT (('select to_tsvector(''simple'', set_config(''role'',''none'',true))'::text).ts_stat).*",
        "SELECT lo_create(0)",
        "SELECT pg_notify('x', 'y')",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_terminate_backend(pid) FROM generate_series(1, 9) AS pid",
        "SET ROLE mezzofy",
        "SET ROLE mezzofy_member",
        "SET SESSION AUTHORIZATION mezzofy",
        "INSERT INTO reporting.ledger_accounts VALUES ('1', 'x', 'asset')",
        "CREATE VIEW reporting.mine AS SELECT 1",
        "CREATE TEMP TABLE mine (x int)",
        "COPY (SELECT 1) TO PROGRAM 'id'",
    ] {
        let error = queries.execute(sql).await.unwrap_err();
        let code = error.as_database_error().unwrap().code().unwrap().into_owned();
        assert!(["42501", "25006"].contains(&code.as_str()), "{sql}: {code} {error}");
    }
    // Nobody has said for whom it works, so it sees nothing, whatever it sets.
    queries.execute("SET mezzofy.reads = 'ledger,leads,tickets'").await.unwrap();
    let seen: i64 = queries.fetch_one("SELECT count(*) FROM reporting.ledger_lines").await.unwrap().get(0);
    assert_eq!(seen, 0);
    let mut owner = app.database().await;
    let member_of = "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = $1";
    let member_of: i64 = sqlx::query_scalar(member_of).bind(&role).fetch_one(&mut owner).await.unwrap();
    assert_eq!(member_of, 0);
    app.end().await;
}

/// A call can be written as an attribute of its argument: `('x'::text).current_setting`.
#[tokio::test]
async fn no_function_that_does_more_than_compute_can_be_called_by_a_query_however_it_is_written() {
    let app = TestApp::new().await;
    let (role, mut queries) = query_role(&app).await;
    let mut owner = app.database().await;
    let sql = "SELECT p.proname::text, p.proargtypes[0]::regtype::text, has_function_privilege($1, p.oid, 'EXECUTE'), p.provolatile = 'v',
                 EXISTS (SELECT FROM pg_type k WHERE k.typname = p.proname)
               FROM pg_proc p JOIN pg_type t ON t.oid = p.proargtypes[0] JOIN pg_namespace n ON n.oid = p.pronamespace
               WHERE p.pronargs = 1 AND p.prokind = 'f' AND n.nspname = 'pg_catalog' AND t.typtype IN ('b', 'r', 'm') AND NOT p.proretset
                 AND has_type_privilege($1, t.oid, 'USAGE') ORDER BY 1, 2";
    let functions: Vec<(String, String, bool, bool, bool)> =
        sqlx::query_as(sql).bind(&role).fetch_all(&mut owner).await.unwrap();
    assert!(functions.len() > 500, "{}", functions.len());
    let mut refused = 0;
    for (name, argument, allowed, is_volatile, is_type) in functions {
        assert!(!(allowed && is_volatile), "{name}({argument}) does more than compute");
        if allowed {
            continue;
        }
        // Not a constant, whose call the planner may spare itself.
        let call = format!("SELECT (x).{name} FROM (SELECT NULL::{argument} AS x OFFSET 0) AS q");
        let Err(error) = queries.execute(AssertSqlSafe(call.clone())).await else {
            // A name that is also a type's is a cast, which calls what reads and writes values.
            assert!(is_type, "{call} was called");
            continue;
        };
        let code = error.as_database_error().unwrap().code().unwrap().into_owned();
        // A type that can't be written so, and a name that is a type's, are errors of the sentence: nothing was called.
        assert!(
            ["42501", "42601", "42703", "42883", "0A000", "42809"].contains(&code.as_str()),
            "{call}: {code} {error}"
        );
        refused += usize::from(code == "42501");
    }
    assert!(refused > 400, "{refused}");
    let all = "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.provolatile = 'v' AND has_function_privilege($1, p.oid, 'EXECUTE')
                 AND has_schema_privilege($1, p.pronamespace, 'USAGE')";
    let all: Vec<String> = sqlx::query_scalar(all).bind(&role).fetch_all(&mut owner).await.unwrap();
    assert_eq!(all, Vec::<String>::new(), "what is not only computed");
    app.end().await;
}

#[tokio::test]
async fn a_query_without_end_is_ended_and_a_large_result_is_cut() {
    let app = TestApp::new().await;
    let ana = who(&app, "finance.manager").await;
    let began = Instant::now();
    for bomb in [
        "SELECT count(*) FROM generate_series(1, 10000000) AS a, generate_series(1, 10000000) AS b",
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n",
        "SELECT a.amount FROM ledger_lines AS a, ledger_lines AS b, ledger_lines AS c ORDER BY a.amount + b.amount * c.amount",
    ] {
        assert_eq!(limited(&app, &ana, bomb).await, Err(Refusal::TooLong), "{bomb}");
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());

    let rows = ask(&app, &ana, "SELECT a.number FROM ledger_lines AS a, ledger_lines AS b").await.unwrap();
    assert_eq!((&rows["row_count"], &rows["truncated"]), (&json!(5_000), &json!(true)));
    assert_eq!(rows["rows"].as_array().unwrap().len(), 5_000);
    let filling = ask(&app, &ana, "SELECT g FROM generate_series(1, 100000000000) AS g").await.unwrap_err();
    assert!(filling.contains("too much memory or disk"), "{filling}");
    let all = ask(&app, &ana, "SELECT g FROM generate_series(1, 5000) AS g").await.unwrap();
    assert_eq!((&all["row_count"], &all["truncated"]), (&json!(5_000), &json!(false)));

    let long = limited(&app, &ana, "SELECT string_agg('银', '') FROM generate_series(1, 21)").await.unwrap();
    assert_eq!((long.rows, long.truncated), (vec![vec![Some("银".repeat(20))]], true));
    let many =
        limited(&app, &ana, "SELECT '12345678901234567890', '12345678901234567890' FROM generate_series(1, 5000)")
            .await
            .unwrap();
    assert_eq!((many.rows.len(), many.truncated), (2_500, true));
    assert_eq!(limited(&app, &ana, "SELECT 1, 2, 3, 4").await, Err(Refusal::TooWide(4)));
    // The connection is as good as before.
    assert_eq!(limited(&app, &ana, "SELECT 1").await.unwrap().rows, [[Some("1".to_owned())]]);
    app.end().await;
}
