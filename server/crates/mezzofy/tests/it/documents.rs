//! Documents that a model describes: their figures come from data that the run has read, or the document is not made.

use mezzofy_domain::file::media_type::media_type;
use mezzofy_domain::language::Language;
use mezzofy_testing::Answer;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Client, TestApp, read, text};
use crate::files_in::upload;
use crate::models::{newest_results, said_in};

const SQL: &str = "SELECT to_char(date, 'YYYY-MM') AS month, -sum(amount) AS revenue FROM reporting.ledger_lines \
                   WHERE account_kind = 'revenue' AND currency = 'SGD' GROUP BY 1 ORDER BY 1 DESC LIMIT 6";

fn query() -> Answer {
    Answer::calls([("database_query", json!({"sql": SQL}))])
}

/// A dashboard of the rows of this call.
fn dashboard(call: &str, said: &str) -> Value {
    json!({
        "title": "Revenue by month", "language": "en", "facts": [{"name": "For", "value": "Grace Tan"}],
        "sections": [{"title": "Where we stand", "blocks": [
            {"type": "paragraph", "text": said},
            {"type": "chart", "form": "columns", "title": "Revenue (SGD)", "from": call, "category": "month", "series": [{"column": "revenue"}]},
            {"type": "table", "from": call, "total": "Total"}
        ]}]
    })
}

async fn bytes(who: &Client, file: &Value) -> Vec<u8> {
    let path = format!("/v1/files/{}/content", text(&file["id"]));
    let answer = who.request(Method::GET, &path).send().await.unwrap();
    assert!(answer.status().is_success());
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_model_describes_documents_and_their_figures_come_from_the_books() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    replay.script([
        query(),
        Answer::with(|body| {
            let call = said_in(body, "call");
            let content = dashboard(&call, "The last six months that have entries.");
            Answer::calls([
                ("pdf_generator", json!({"template": "dashboard", "content": content})),
                ("pptx_generator", json!({"content": content})),
                ("docx_generator", json!({"content": content})),
                ("xlsx_export", json!({"content": content})),
                ("csv_export", json!({"title": "Revenue", "from": call})),
            ])
        }),
        Answer::says("Here they are."),
    ]);
    let run = finance.ask("Make a dashboard of our revenue over the last six months").await;
    assert_eq!(run["state"], "succeeded", "{run}");
    let files = run["files"].as_array().unwrap();
    let mut names: Vec<&str> = files.iter().map(|file| text_of(&file["name"])).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "revenue-by-month.docx",
            "revenue-by-month.pdf",
            "revenue-by-month.pptx",
            "revenue-by-month.xlsx",
            "revenue.csv"
        ]
    );
    for file in files {
        let made = bytes(&finance, file).await;
        match text_of(&file["media_type"]) {
            "application/pdf" => assert!(made.starts_with(b"%PDF-")),
            "text/csv" => {
                let rows = String::from_utf8(made).unwrap();
                assert!(rows.starts_with("\u{feff}month,revenue\r\n2026-10,"), "{rows}");
                assert_eq!(rows.lines().count(), 7);
            }
            office => {
                assert_eq!(media_type(&made), Some(office));
                let said = read(office, &made).await.whole(Language::En);
                assert!(said.contains("| 2026-10 |"), "{said}");
            }
        }
    }
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn a_figure_that_nothing_has_shown_makes_no_document() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let made = |said: &'static str| {
        Answer::with(move |body| {
            let content = dashboard(&said_in(body, "call"), said);
            Answer::calls([("pdf_generator", json!({"template": "digest", "content": content}))])
        })
    };
    replay.script([query(), made("Revenue grew by 37.5%."), Answer::says("I could not make it.")]);
    let run = finance.ask("Make a digest of our revenue over the last six months").await;
    assert_eq!((run["files"].as_array().unwrap().len(), &run["state"]), (0, &json!("succeeded")), "{run}");
    let result = newest_results(&replay);
    assert!(result.contains("Nothing that was read in this run has 37.5%, so the document was not made."), "{result}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn a_picture_that_a_person_has_uploaded_is_shown_in_documents() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let (_, picture) = upload(&finance, "card.png", &png()).await;
    let (_, broken) = upload(&finance, "broken.png", &png()[..40]).await;
    let rep = app.person("sales.rep").await;
    let (_, foreign) = upload(&rep, "card.png", &png()).await;
    let with = |file: &Value| {
        json!({"title": "Stamp card", "sections": [{"title": "How it looks", "blocks": [
            {"type": "image", "file": text(&file["id"]), "alt": "A stamp card", "caption": "The new card"}]}]})
    };
    let blocks: Vec<Value> =
        (1..=11).map(|at| json!({"type": "image", "file": format!("file {at}"), "alt": "One of many"})).collect();
    let many = json!({"title": "Album", "sections": [{"title": "All", "blocks": blocks}]});
    let calls = [
        ("pdf_generator", json!({"template": "playbook", "content": with(&picture)})),
        ("docx_generator", json!({"content": with(&picture)})),
        ("pptx_generator", json!({"content": with(&picture)})),
        ("docx_generator", json!({"content": with(&broken)})),
        ("docx_generator", json!({"content": many})),
        ("docx_generator", json!({"content": with(&foreign)})),
    ];
    replay.script([Answer::calls(calls), Answer::says("Here they are.")]);
    let run = finance.ask("Show my picture three times").await;
    assert_eq!((run["files"].as_array().unwrap().len(), &run["state"]), (3, &json!("succeeded")), "{run}");
    for file in run["files"].as_array().unwrap() {
        assert!(bytes(&finance, file).await.len() > 5_000, "{file}");
    }
    let results = newest_results(&replay);
    let foreign = format!("There is no picture {} of yours", text(&foreign["id"]));
    let many = "A document shows 10 different pictures at most.";
    for told in ["broken.png is damaged or too large to be drawn.", foreign.as_str(), many] {
        assert!(results.contains(told), "{told} is not in {results}");
    }
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

#[tokio::test]
async fn pdfs_of_a_person_become_one_and_those_of_others_do_not() {
    let (app, replay) = TestApp::with_models().await;
    let finance = app.person("finance.manager").await;
    let letter = json!({"title": "Offer", "sections": [{"title": "Coupons", "blocks": [{"type": "paragraph", "text": "A stamp card for breakfast guests."}]}]});
    let made = Answer::calls([("pdf_generator", json!({"template": "letter", "content": letter}))]);
    replay.script([made, Answer::says("Here it is.")]);
    let first = finance.ask("Write a letter about coupons").await;
    let pdf = bytes(&finance, &first["files"][0]).await;
    let (_, uploaded) = upload(&finance, "offer.pdf", &pdf).await;
    let (_, broken) = upload(&finance, "broken.pdf", &pdf[..pdf.len() / 2]).await;
    let (_, foreign) = upload(&app.person("sales.rep").await, "theirs.pdf", &pdf).await;
    let merge = |file: &Value| {
        ("pdf_merge", json!({"title": "Both offers", "files": [text(&first["files"][0]["id"]), text(&file["id"])]}))
    };
    let calls = Answer::calls([merge(&uploaded), merge(&broken), merge(&foreign)]);
    replay.script([calls, Answer::says("Here is one.")]);
    let run = finance.ask("Merge both").await;
    let files = run["files"].as_array().unwrap();
    assert_eq!(files.len(), 1, "{run}");
    assert_eq!(text(&files[0]["name"]), "both-offers.pdf");
    let said = read("application/pdf", &bytes(&finance, &files[0]).await).await;
    assert_eq!(said.parts.iter().filter(|part| part.text.contains("stamp card for breakfast")).count(), 2);
    let results = newest_results(&replay);
    let foreign = format!("There is no file {} of yours.", text(&foreign["id"]));
    for told in ["broken.pdf can't be merged: it is damaged", foreign.as_str()] {
        assert!(results.contains(told), "{told} is not in {results}");
    }
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}

/// A green square.
fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let square = image::RgbImage::from_pixel(60, 60, image::Rgb([15, 118, 110]));
    square.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn fifty_files_an_hour_are_one_persons_share() {
    let (app, replay) = TestApp::with_tuned_models(|config| config.settings.limits.files_an_hour = 2).await;
    let finance = app.person("finance.manager").await;
    let export = || {
        Answer::with(|body| Answer::calls([("csv_export", json!({"title": "Revenue", "from": said_in(body, "call")}))]))
    };
    for files in [1, 1, 0] {
        replay.script([query(), export(), Answer::says("Done.")]);
        let run = finance.ask("Export our revenue over the last six months as CSV").await;
        assert_eq!(run["files"].as_array().unwrap().len(), files, "{run}");
    }
    let result = newest_results(&replay);
    assert!(result.contains("2 files were made for you within an hour, and that is the limit."), "{result}");
    app.end().await;
    assert_eq!(replay.end(), Vec::<String>::new());
}
