//! What the database refuses ends its run or is told at once, and what it can't do now is tried a few times, never without end.

use mezzofy_testing::Answer;
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::app::{TestApp, text};
use crate::models::newest_results;

/// From now on whoever reads leads gets this error.
async fn refuse_leads(app: &TestApp, code: &str) {
    let sql = format!(
        "CREATE OR REPLACE FUNCTION refuse() RETURNS boolean LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'refused by a test' USING ERRCODE = '{code}'; END $$;
         DROP POLICY IF EXISTS refused ON leads;
         CREATE POLICY refused ON leads AS RESTRICTIVE USING (refuse());"
    );
    app.database().await.execute(AssertSqlSafe(sql)).await.unwrap();
}

#[tokio::test]
async fn what_the_database_will_refuse_again_is_told_at_once() {
    let (app, replay) = TestApp::with_models().await;
    let manager = app.person("sales.manager").await;
    for (code, told) in
        [("42501", "your role may not read or change"), ("22003", "a value is not one that it can store")]
    {
        refuse_leads(&app, code).await;
        replay.script([Answer::calls([("crm_query", json!({}))]), Answer::says("I could not read them.")]);
        let run = manager.ask("Show me our leads").await;
        assert_eq!((&run["state"], &run["answer"]), (&json!("succeeded"), &json!("I could not read them.")), "{run}");
        let result = newest_results(&replay);
        assert!(result.contains("because the database refused it") && result.contains(told), "{result}");
    }
    refuse_leads(&app, "42P01").await;
    replay.script([Answer::calls([("crm_query", json!({}))])]);
    let run = manager.ask("Show me our leads").await;
    assert_eq!((&run["state"], &run["error"]["kind"]), (&json!("failed"), &json!("internal")), "{run}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn what_never_passes_ends_its_run_after_five_tries_with_a_sentence() {
    let (app, replay) = TestApp::with_models().await;
    let manager = app.person("sales.manager").await;
    refuse_leads(&app, "40001").await;
    replay.script([Answer::calls([("crm_query", json!({}))])]);
    let run = manager.ask("Show me our leads").await;
    assert_eq!((&run["state"], &run["error"]["kind"]), (&json!("failed"), &json!("internal")), "{run}");
    assert!(text(&run["answer"]).contains("refused it or did not answer, 5 times"), "{run}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}
