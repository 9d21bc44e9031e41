use std::path::Path;

use mezzofy_domain::ledger::import::{self, ImportErrors};
use mezzofy_store::commit;
use mezzofy_store::ledger::{self, LedgerImport};

use crate::app::{TestApp, text};

const HEADER: &str = "entry_id,date,account_code,account_name,account_type,debit,credit,currency,description\n";
const GOOD: &str = "1,2026-10-05,1010,DBS bank,asset,100.00,,SGD,Fee\n1,2026-10-05,4010,Fees,revenue,,100.00,SGD,Fee\n";

async fn try_import(app: &TestApp, csv: &str) -> Result<LedgerImport, ImportErrors> {
    let file = import::parse(csv.as_bytes())?;
    let mut tx = app.app.store.begin().await.unwrap();
    let imported = ledger::import(&mut tx, &file).await.unwrap()?;
    commit(tx).await.unwrap();
    Ok(imported)
}

#[tokio::test]
async fn the_same_entries_again_change_nothing_and_other_content_refuses_the_whole_file() {
    let app = TestApp::without_data().await;
    let file = format!("{HEADER}{GOOD}");
    assert_eq!(try_import(&app, &file).await, Ok(LedgerImport { new: 1, known: 0 }));
    assert_eq!(try_import(&app, &file).await, Ok(LedgerImport { new: 0, known: 1 }));

    let other = format!(
        "{HEADER}2,2026-10-06,1010,DBS bank,asset,5,,SGD,\n2,2026-10-06,4010,Fees,revenue,,5,SGD,\n{}",
        GOOD.replace("100.00", "99.00")
    );
    let errors = try_import(&app, &other).await.unwrap_err();
    assert_eq!((errors.problems[0].line, errors.problems[0].column.as_deref()), (4, Some("entry_id")), "{errors}");
    let type_changed =
        format!("{HEADER}3,2026-10-06,1010,DBS bank,liability,5,,SGD,\n3,2026-10-06,4010,Fees,revenue,,5,SGD,\n");
    let errors = try_import(&app, &type_changed).await.unwrap_err();
    assert_eq!((errors.problems[0].line, errors.problems[0].column.as_deref()), (2, Some("account_type")), "{errors}");

    let run = app.person("finance.manager").await.ask("October statement").await;
    assert!(text(&run["answer"]).contains("SGD 100.00"), "{run}");
    app.end().await;
}

#[tokio::test]
async fn a_year_with_closing_entries_shows_its_profit_and_balances() {
    let app = TestApp::without_data().await;
    let closing = "CLOSE-2025,2025-12-31,4010,Fees,revenue,70,,SGD,\nCLOSE-2025,2025-12-31,3100,Retained earnings,equity,,70,SGD,\n";
    let entry = "1,2025-06-01,1010,DBS bank,asset,70,,SGD,\n1,2025-06-01,4010,Fees,revenue,,70,SGD,\n";
    try_import(&app, &format!("{HEADER}{entry}{closing}")).await.unwrap();
    let run = app.person("finance.manager").await.ask("financial statement 2025").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    assert!(text(&run["answer"]).contains("Revenue: SGD 70.00"), "{run}");
    app.end().await;
}

/// Yearly totals of the open project's books, by another accounting program.
#[tokio::test]
async fn a_real_ledger_gives_the_totals_that_another_program_computed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/ledger-open-project.csv");
    let Ok(csv) = std::fs::read_to_string(&file) else {
        eprintln!("the open project's ledger is not on this machine, so its totals are not checked");
        return;
    };
    let app = TestApp::without_data().await;
    try_import(&app, &csv).await.unwrap();
    let finance = app.person("finance.manager").await;
    for (year, revenue, expenses, net) in [
        (2023, "1,868.00", "1,265.93", "602.07"),
        (2024, "1,277.00", "1,370.03", "−93.03"),
        (2025, "1,779.00", "1,979.99", "−200.99"),
    ] {
        let run = finance.ask(&format!("financial statement {year}")).await;
        let answer = text(&run["answer"]);
        for figure in [revenue, expenses, net] {
            assert!(answer.contains(figure), "{year} {figure}: {answer}");
        }
        assert_eq!(run["files"].as_array().unwrap().len(), 1);
    }
    app.end().await;
}
