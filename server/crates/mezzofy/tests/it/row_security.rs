//! What the database shows and lets change, whatever the SQL says: as a person, and as an administrator. The tables are those
//! of the catalog, so that a new one without a policy fails here.

use std::borrow::Cow;

use mezzofy_domain::people::Person;
use mezzofy_domain::reporting::Query;
use mezzofy_store::reporting::{self, QueryLimits, Refusal};
use mezzofy_store::{Scope, Store, Tx, commit, people};
use serde_json::{Value, json};
use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use uuid::Uuid;

use crate::app::{TestApp, text};

const DENIED: &str = "42501";
const ROLES: [&str; 3] = ["mezzofy_member", "mezzofy_admin", "mezzofy_reader"];
/// What everybody may see of a table that has more: the directory, and the head of the audit log.
const FOR_ALL: [&str; 2] = ["people", "audit_head"];

async fn who(app: &TestApp, mailbox: &str) -> Person {
    let mut tx = app.app.store.begin().await.unwrap();
    people::find(&mut tx, &format!("{mailbox}@mezzofy.example")).await.unwrap().unwrap()
}

async fn member(app: &TestApp, person: &Person) -> Tx {
    app.app.store.begin_as(&app.app.scope(person)).await.unwrap()
}

async fn administrator(app: &TestApp, person: &Person) -> Tx {
    app.app.store.begin_as(&Scope::administering(person, &app.app.roles)).await.unwrap()
}

async fn texts(db: &mut PgConnection, sql: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(db).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

async fn count(db: &mut PgConnection, table: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).fetch_one(db).await.unwrap()
}

/// What of the company's data neither of the two who are compared may read.
const OF_OTHERS: [&str; 5] = ["leads", "lead_contacts", "lead_activities", "tickets", "campaigns"];

/// Every table of ours and of the queue.
async fn tables(db: &mut PgConnection) -> Vec<String> {
    let sql = "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                 AND c.relname <> '_sqlx_migrations' ORDER BY 1";
    let tables = texts(db, sql).await;
    assert!(tables.len() >= 22, "{tables:?}");
    tables
}

/// The columns of a table that a role may use so.
async fn columns(db: &mut PgConnection, role: &str, table: &str, privilege: &str) -> Vec<String> {
    let sql = "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = $2::regclass AND attnum > 0
                 AND NOT attisdropped AND has_column_privilege($1, attrelid, attnum, $3) ORDER BY attnum";
    sqlx::query_scalar(sql).bind(role).bind(table).bind(privilege).fetch_all(db).await.unwrap()
}

/// Tries a statement in a savepoint; answers how many rows it changed, or the code of the refusal.
async fn attempt(tx: &mut Tx, sql: &str) -> Result<u64, String> {
    let mut inner = tx.begin().await.unwrap();
    match inner.execute(AssertSqlSafe(sql)).await {
        Ok(done) => {
            inner.commit().await.unwrap();
            Ok(done.rows_affected())
        }
        Err(error) => {
            let code = error.as_database_error().and_then(DatabaseError::code).map(Cow::into_owned);
            Err(code.unwrap_or_else(|| panic!("{sql}: {error}")))
        }
    }
}

/// Something of everybody's in every table: two people who have had a statement mailed, one of them with a failed sign-in, a
/// model call and a budget. Answers the ids of all that is the second one's.
async fn lived_in(app: &TestApp) -> (Person, Person, Vec<String>) {
    for mailbox in ["finance.manager", "ceo"] {
        let run = app.person(mailbox).await.ask("Send the October statement to the CEO").await;
        assert_eq!(run["state"], "succeeded", "{run}");
    }
    app.settled().await;
    app.nobody().sign_in("ceo", "a wrong one").await;
    let (ana, ben) = (who(app, "finance.manager").await, who(app, "ceo").await);
    let mut owner = app.database().await;
    for sql in [
        "INSERT INTO model_calls (id, run_id, person_id, department, provider, model, task, state, reserved, cost, created_at)
         SELECT gen_random_uuid(), id, person_id, 'finance', 'claude', 'm', 'plan', 'settled', 1, 1, now() FROM runs",
        "INSERT INTO budgets (scope, subject, monthly_usd, updated_at) SELECT 'person', id::text, 5, now() FROM people",
        "INSERT INTO local365_blobs (id, bytes) SELECT id, 'secret' FROM people",
        "INSERT INTO approvals (id, person_id, department, run_id, conversation_id, call, state, summary, why, effects, recipients,
                payload_hash, created_at, expires_at)
         SELECT gen_random_uuid(), person_id, 'finance', id, conversation_id, '1.0', 'pending', 's', 'w', '[]', 1, 'h', now(), now()
         FROM runs",
        "INSERT INTO standing_approvals (id, person_id, department, skill, rule, allowed, limit_a_day, created_at)
         SELECT gen_random_uuid(), id, department, 'financial_reporting', 'anyone', '{}', 1, now() FROM people",
        "INSERT INTO second_factors (person_id, sealed_secret) SELECT id, 'sealed' FROM people",
        "INSERT INTO recovery_codes (person_id, hash) SELECT id, 'hash' FROM people",
        "INSERT INTO source_secrets (id, source, sealed_secret, created_at) VALUES (gen_random_uuid(), 's', 'sealed', now())",
        "INSERT INTO endpoints (id, name, url, events, created_at) VALUES (gen_random_uuid(), 'e', 'https://e.example', '{run.ended}', now())",
        "INSERT INTO sendings (id, endpoint_id, event, data, state, created_at) SELECT gen_random_uuid(), id, 'run.ended', '{}', 'done', now() FROM endpoints",
        "INSERT INTO service_accounts (id, sealed_token, connected_by, connected_at) SELECT gen_random_uuid(), 'sealed', id, now() FROM people LIMIT 1",
        "INSERT INTO microsoft_sign_ins (state_hash, verifier, redirect_uri, person_id, begun_at)
         SELECT id::text, 'verifier', 'back', id, now() FROM people",
        "INSERT INTO deliveries (id, source, key, event, body, received_at, state, run_id)
         SELECT gen_random_uuid(), 's', id::text, 'e', 'said', now(), 'started', id FROM runs",
        "INSERT INTO memories (id, person_id, text, created_at) SELECT gen_random_uuid(), id, 'a fact', now() FROM people",
        "INSERT INTO devices (id, person_id, session_id, token, language, created_at, seen_at)
         SELECT gen_random_uuid(), person_id, id, id::text, 'en', now(), now() FROM sessions",
        "INSERT INTO query_sessions (pid, email, reads) SELECT 1, email, '{ledger}' FROM people LIMIT 1",
        "INSERT INTO notification_settings (person_id, decisions, results, schedules) SELECT id, true, true, true FROM people",
        "INSERT INTO pushes (id, person_id, device_id, key, matter, state, created_at)
         SELECT gen_random_uuid(), person_id, id, 'k', 'result', 'done', now() FROM devices",
    ] {
        owner.execute(sql).await.unwrap();
    }
    let mut ids = Vec::new();
    for table in [
        "conversations",
        "runs",
        "files",
        "effects",
        "approvals",
        "standing_approvals",
        "sessions",
        "memories",
        "schedules",
        "devices",
        "pushes",
    ] {
        let sql = format!("SELECT id::text FROM {table} WHERE person_id = '{}'", ben.id);
        let found = texts(&mut owner, &sql).await;
        assert!(!found.is_empty(), "{table}");
        ids.extend(found);
    }
    (ana, ben, ids)
}

#[tokio::test]
async fn every_table_is_behind_row_security_and_the_roles_have_no_power_of_their_own() {
    let app = TestApp::without_data().await;
    let mut owner = app.database().await;
    for table in tables(&mut owner).await {
        let sql = format!("SELECT relrowsecurity::text FROM pg_class WHERE oid = '{table}'::regclass");
        let secured = texts(&mut owner, &sql).await == ["true"];
        let ours = !table.starts_with("apalis.");
        assert!(secured || !ours, "{table} has no row security");
        for role in ROLES {
            let mut granted = Vec::new();
            for privilege in ["SELECT", "INSERT", "UPDATE", "REFERENCES"] {
                if !columns(&mut owner, role, &table, privilege).await.is_empty() {
                    granted.push(privilege);
                }
            }
            let sql = format!(
                "SELECT policyname::text FROM pg_policies WHERE format('%I.%I', schemaname, tablename)::regclass = '{table}'::regclass
                   AND '{role}' = ANY (roles)"
            );
            let policies = texts(&mut owner, &sql).await;
            if ours {
                assert_eq!(granted.is_empty(), policies.is_empty(), "{role} {table}: {granted:?} {policies:?}");
            } else {
                let enqueues = (role, table.as_str()) == (ROLES[0], "apalis.jobs");
                assert_eq!(granted, if enqueues { vec!["INSERT"] } else { vec![] }, "{role} {table}");
            }
        }
    }
    for role in ROLES {
        let sql = format!(
            "SELECT rolname::text FROM pg_roles WHERE rolname = '{role}' AND NOT rolsuper AND NOT rolbypassrls
             AND NOT rolcanlogin AND NOT rolcreaterole AND NOT rolcreatedb"
        );
        assert_eq!(texts(&mut owner, &sql).await, [role]);
        let sql = format!("SELECT relname::text FROM pg_class WHERE relowner = '{role}'::regrole");
        assert_eq!(texts(&mut owner, &sql).await, Vec::<String>::new(), "{role}");
    }
    app.end().await;
}

#[tokio::test]
async fn a_person_sees_no_row_of_another_in_any_table() {
    let app = TestApp::new().await;
    // The second one runs the company, so only what is a person's own is compared, and the first one's share of company data.
    let (ana, ben, bens) = lived_in(&app).await;
    let mut owner = app.database().await;
    let mut seen = Vec::new();
    for table in tables(&mut owner).await {
        assert!(count(&mut owner, &table).await > 0, "{table} is empty, so that nothing is shown by this test");
        let readable = columns(&mut owner, ROLES[0], &table, "SELECT").await;
        let mut tx = member(&app, &ana).await;
        assert_eq!(attempt(&mut tx, &format!("SELECT 1 FROM {table}")).await.is_ok(), !readable.is_empty(), "{table}");
        if readable.is_empty() {
            continue;
        }
        let sql = format!("SELECT to_jsonb(t)::text FROM (SELECT {} FROM {table}) t", readable.join(", "));
        let rows = texts(&mut tx, &sql).await;
        if OF_OTHERS.contains(&table.as_str()) {
            assert!(rows.is_empty(), "{table}");
            continue;
        }
        assert!(!rows.is_empty(), "{table}: not even one's own");
        seen.push(table.clone());
        if FOR_ALL.contains(&table.as_str()) {
            assert!(rows.iter().all(|row| !row.contains("password") && !row.contains("argon2")), "{table}");
            continue;
        }
        for id in bens.iter().chain([&ben.id.to_string()]) {
            assert!(!rows.iter().any(|row| row.contains(id.as_str())), "{table} shows {id}");
        }
    }
    assert!(seen.len() >= 14, "{seen:?}");
    for table in [
        "audit",
        "budgets",
        "sign_in_failures",
        "refused_sign_ins",
        "second_factors",
        "recovery_codes",
        "local365_documents",
        "local365_blobs",
        "source_secrets",
        "service_accounts",
        "microsoft_sign_ins",
        "deliveries",
        "query_sign_in",
        "query_sessions",
        "apalis.jobs",
    ] {
        assert!(!seen.contains(&table.to_owned()), "{table}");
    }

    // Somebody without the ledger, and nobody at all.
    let mut tx = member(&app, &who(&app, "sales.rep").await).await;
    for table in ["ledger_accounts", "ledger_entries", "ledger_lines", "ledger_state"] {
        assert_eq!(count(&mut tx, table).await, 0, "{table}");
    }
    drop(tx);
    sqlx::query("SET ROLE mezzofy_member").execute(&mut owner).await.unwrap();
    for table in seen.iter().filter(|table| !FOR_ALL.contains(&table.as_str())) {
        let sql = format!("SELECT count(*)::text FROM (SELECT 1 FROM {table}) t");
        assert_eq!(texts(&mut owner, &sql).await, ["0"], "{table}");
    }
    app.end().await;
}

#[tokio::test]
async fn a_person_can_write_no_row_of_another_in_any_table() {
    let app = TestApp::new().await;
    let (ana, ben, bens) = lived_in(&app).await;
    let mut owner = app.database().await;
    let all = tables(&mut owner).await;
    let mut before = Vec::new();
    for table in &all {
        before.push(texts(&mut owner, &rows_of(table)).await);
    }

    for (table, rows) in all.iter().zip(&before) {
        // A row of the other's, or one of nobody's, put in once more: refused before it could be found to be there already.
        let others =
            rows.iter().find(|row| bens.iter().chain([&ben.id.to_string()]).any(|id| row.contains(id.as_str())));
        let row = others.unwrap_or(&rows[0]).replace('\'', "''");
        let mine = rows.iter().filter(|row| row.contains(&ana.id.to_string())).count() as u64;
        let mut deleting = member(&app, &ana).await;
        match attempt(&mut deleting, &format!("DELETE FROM {table}")).await {
            Ok(deleted) if OF_OTHERS.contains(&table.as_str()) => assert_eq!(deleted, 0, "{table}"),
            Ok(deleted) => {
                assert!(
                    ["conversations", "memories", "schedules", "occurrences", "devices"].contains(&table.as_str()),
                    "{table}"
                );
                // Of the one schedule that is theirs, the moment ahead.
                assert_eq!(deleted, if table == "occurrences" { 1 } else { mine }, "{table}");
            }
            Err(code) => assert_eq!(code, DENIED, "{table}"),
        }
        drop(deleting);
        let mut tx = member(&app, &ana).await;
        let sql = format!(
            "INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::{table}, '{row}')"
        );
        assert_eq!(attempt(&mut tx, &sql).await, Err(DENIED.to_owned()), "{sql}");

        for column in columns(&mut owner, ROLES[0], table, "UPDATE").await {
            let changed = attempt(&mut tx, &format!("UPDATE {table} SET {column} = {column}")).await;
            match table.as_str() {
                // Messages belong to the conversation, tokens to the session: nobody changes those.
                "audit_head" => assert_eq!(changed, Err("P0001".to_owned()), "{column}"),
                "people" => assert_eq!(changed, Ok(1), "{column}"),
                // Neither of them may give one, or end it.
                "standing_approvals" => assert_eq!(changed, Ok(0), "{column}"),
                _ => assert_eq!(changed, Ok(mine), "{table} {column}"),
            }
        }
        assert_eq!(attempt(&mut tx, &format!("TRUNCATE {table} CASCADE")).await, Err(DENIED.to_owned()), "{table}");
        commit(tx).await.unwrap();
    }

    let mut tx = member(&app, &ana).await;
    for (table, refusal) in [("conversations", DENIED), ("runs", DENIED), ("files", DENIED), ("effects", "P0001")] {
        let sql = format!("UPDATE {table} SET person_id = '{}'", ben.id);
        assert_eq!(attempt(&mut tx, &sql).await, Err(refusal.to_owned()), "{sql}");
    }
    let into = format!("UPDATE runs SET conversation_id = '{}'", bens[0]);
    assert_eq!(attempt(&mut tx, &into).await, Err(DENIED.to_owned()));
    drop(tx);
    for (table, before) in all.iter().zip(before) {
        let now = texts(&mut owner, &rows_of(table)).await;
        assert_eq!(now, before, "{table}");
    }
    app.end().await;
}

/// The rows of a table as text, without what the queue writes of its workers by itself.
fn rows_of(table: &str) -> String {
    format!("SELECT (to_jsonb(t) - 'last_seen')::text FROM {table} t ORDER BY 1")
}

#[tokio::test]
async fn neither_a_person_nor_an_administrator_can_take_row_security_away() {
    let app = TestApp::new().await;
    let (ana, ..) = lived_in(&app).await;
    let admin = who(&app, "admin").await;
    let powers = [
        "ALTER TABLE conversations DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE conversations OWNER TO mezzofy_member",
        "DROP POLICY own ON conversations",
        "CREATE POLICY all_of_it ON conversations TO mezzofy_member USING (true)",
        "ALTER POLICY own ON conversations USING (true)",
        "GRANT SELECT ON local365_documents TO mezzofy_member",
        "ALTER ROLE mezzofy_member BYPASSRLS",
        "CREATE ROLE another SUPERUSER",
        "CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql SECURITY DEFINER RETURN 1",
        "ALTER TABLE audit DISABLE TRIGGER USER",
        "SELECT password_hash FROM people",
        "SELECT hash FROM refresh_tokens",
        "SELECT * FROM local365_documents",
        "SELECT job FROM apalis.jobs",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
    ];
    for mut tx in [member(&app, &ana).await, administrator(&app, &admin).await] {
        for sql in powers {
            assert_eq!(attempt(&mut tx, sql).await, Err(DENIED.to_owned()), "{sql}");
        }
        attempt(&mut tx, "SET LOCAL row_security = off").await.unwrap();
        assert_eq!(attempt(&mut tx, "SELECT id FROM model_calls WHERE cost < 0").await, Err(DENIED.to_owned()));
    }
    let mut tx = administrator(&app, &admin).await;
    for private in [
        "conversations",
        "messages",
        "runs",
        "files",
        "events",
        "effects",
        "sessions",
        "refresh_tokens",
        "ledger_lines",
    ] {
        assert_eq!(attempt(&mut tx, &format!("SELECT 1 FROM {private}")).await, Err(DENIED.to_owned()), "{private}");
    }
    assert!(count(&mut tx, "model_calls").await > 0 && count(&mut tx, "audit").await > 0);
    drop(tx);
    app.end().await;
}

#[tokio::test]
async fn requests_runs_and_tools_act_as_the_person_and_administrators_as_such() {
    let app = TestApp::new().await;
    let mut owner = app.database().await;
    let note = "CREATE FUNCTION note_who() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER AS $$
        BEGIN
            IF current_user <> TG_ARGV[0] THEN RAISE EXCEPTION '% writes %', current_user, TG_TABLE_NAME; END IF;
            RETURN NULL;
        END $$";
    owner.execute(note).await.unwrap();
    let private = ["conversations", "runs", "messages", "files", "effects"].map(|table| (table, ROLES[0]));
    for (table, role) in private.into_iter().chain([("budgets", ROLES[1])]) {
        let sql = format!(
            "CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION note_who('{role}')"
        );
        owner.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let finance = app.person("finance.manager").await;
    let conversation = finance.conversation().await;
    let run = finance.say(&conversation, "Send the October statement to the CEO").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    let (file, path) = (text(&run["files"][0]["id"]), format!("/v1/conversations/{conversation}"));
    for (method, path, body) in [
        (reqwest::Method::PATCH, path.clone(), json!({"title": "October"})),
        (reqwest::Method::DELETE, format!("/v1/files/{file}"), Value::Null),
        (reqwest::Method::DELETE, path, Value::Null),
    ] {
        let (status, answer) = finance.send(method, &path, Some(&body)).await;
        assert!(status.is_success(), "{path}: {answer}");
    }
    let budget = json!({"scope": "company", "subject": "", "limit": "1"});
    let (status, answer) =
        app.person("admin").await.send(reqwest::Method::PUT, "/v1/admin/budgets", Some(&budget)).await;
    assert!(status.is_success(), "{answer}");
    app.end().await;
}

#[tokio::test]
async fn a_database_user_that_may_not_make_the_roles_is_told_what_to_do() {
    let app = TestApp::without_data().await;
    let name = format!("plain_{}", Uuid::new_v4().simple());
    let mut root = app.server().connect().await.unwrap();
    for sql in [format!("CREATE ROLE {name} LOGIN"), format!("CREATE DATABASE {name} OWNER {name}")] {
        root.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let store = Store::open(app.server().username(&name).database(&name), 2);
    let refused = store.migrate().await.unwrap_err();
    let told = refused.to_string();
    assert!(told.contains(&format!("GRANT mezzofy_member, mezzofy_admin, mezzofy_reader TO {name}")), "{told}");

    root.execute(AssertSqlSafe(format!("GRANT mezzofy_member, mezzofy_admin, mezzofy_reader TO {name}")))
        .await
        .unwrap();
    // A new start: the failed one's connection still holds the lock of migrations.
    store.close().await;
    let store = Store::open(app.server().username(&name).database(&name), 2);
    store.migrate().await.unwrap();
    let mut tx = store.begin_as(&app.app.scope(&who(&app, "sales.rep").await)).await.unwrap();
    assert_eq!(texts(&mut tx, "SELECT current_user::text").await, [ROLES[0]]);
    assert_eq!(count(&mut tx, "conversations").await, 0);
    drop(tx);
    let query = Query::parse("SELECT count(*) FROM ledger_lines").unwrap();
    let limits = QueryLimits { time: 1_000, rows: 1, columns: 1, value: 10, bytes: 10 };
    let scope = app.app.scope(&who(&app, "ceo").await);
    // It may not make the role of queries either, so there are none until somebody makes one and says how to sign in.
    let answer = reporting::run(&store, &scope, &query, limits, app.app.zone).await.unwrap();
    assert_eq!((answer, store.queries_sign_in().await), (Err(Refusal::Off), false));
    store.close().await;
    let queries = format!("{name}_queries");
    root.execute(AssertSqlSafe(format!("CREATE ROLE {queries} LOGIN NOINHERIT; GRANT {queries} TO {name}")))
        .await
        .unwrap();
    let owner = app.server().username(&name).database(&name);
    let store = Store::open(owner.clone(), 2).with_query_options(Some(owner.username(&queries)));
    store.migrate().await.unwrap();
    assert!(store.queries_sign_in().await);
    let answer = reporting::run(&store, &scope, &query, limits, app.app.zone).await.unwrap().unwrap();
    assert_eq!(answer.rows, [[Some("0".to_owned())]]);
    store.close().await;
    for sql in [format!("DROP DATABASE {name}"), format!("DROP ROLE {queries}, {name}")] {
        root.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    app.end().await;
}
