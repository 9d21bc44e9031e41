//! Documents that administrators add to the knowledge base: found at once by those they are for, and removed again.

use chrono::TimeDelta;
use mezzofy_domain::id::Id;
use mezzofy_store::commit;
use mezzofy_store::knowledge::{self, Chunk, NewDocument};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Client, TestApp, text};

const PATH: &str = "/v1/admin/knowledge";

async fn add(who: &Client, name: &str, department: Option<&str>, bytes: &[u8]) -> (StatusCode, Value) {
    let mut form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
    if let Some(department) = department {
        form = form.text("department", department.to_owned());
    }
    let answer = who.request(Method::POST, PATH).multipart(form).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn found(who: &Client, words: &str) -> Vec<String> {
    let hits = who.get(&format!("/v1/search?q={words}")).await;
    let hits = hits["items"].as_array().unwrap();
    hits.iter().filter(|hit| hit["kind"] == "knowledge").map(|hit| text(&hit["title"])).collect()
}

#[tokio::test]
async fn a_document_that_an_administrator_adds_is_found_by_those_it_is_for_until_it_is_removed() {
    let app = TestApp::new().await;
    let (admin, rep, agent) =
        (app.person("admin").await, app.person("sales.rep").await, app.person("support.agent").await);
    let page = "# Kiosk hand-over\n\nThe zanzibar kiosk is handed over by the installer.\n";

    let (status, added) = add(&admin, "kiosk.md", Some("support"), page.as_bytes()).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
    assert_eq!(
        (&added["title"], &added["department"], &added["uploaded"]),
        (&json!("Kiosk hand-over"), &json!("support"), &json!(true))
    );
    assert_eq!(found(&agent, "zanzibar").await, ["Kiosk hand-over"]);
    assert_eq!(found(&rep, "zanzibar").await, Vec::<String>::new(), "it is for support");
    let said =
        text(&agent.ask("What does the knowledge base say about the hand-over of the zanzibar kiosk?").await["answer"]);
    assert!(said.contains("installer") && said.contains("Kiosk hand-over"), "{said}");

    app.advance(TimeDelta::seconds(1));
    // Under the same name it takes the place of the first, now for everybody.
    let (status, again) = add(&admin, "kiosk.md", None, page.replace("installer", "reseller").as_bytes()).await;
    assert_eq!((status, &again["department"]), (StatusCode::CREATED, &Value::Null));
    assert_eq!(found(&rep, "zanzibar").await.len(), 1);
    let listed = admin.items(&format!("{PATH}?limit=200")).await;
    assert_eq!(listed.iter().filter(|document| document["uploaded"] == true).count(), 1);
    assert_eq!(listed[0]["id"], again["id"], "newest first");

    let path = format!("{PATH}/{}", text(&again["id"]));
    assert_eq!(admin.send(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(found(&rep, "zanzibar").await, Vec::<String>::new());
    assert_eq!(admin.send(Method::DELETE, &path, None).await.0, StatusCode::NOT_FOUND);
    let log = admin.items("/v1/admin/audit").await;
    let actions: Vec<&str> = log
        .iter()
        .filter_map(|entry| entry["action"].as_str())
        .filter(|action| action.starts_with("knowledge"))
        .collect();
    assert_eq!(actions, ["knowledge_removed", "knowledge_added", "knowledge_added"]);
    app.end().await;
}

#[tokio::test]
async fn a_folder_and_the_uploads_leave_each_other_alone() {
    let app = TestApp::new().await;
    let admin = app.person("admin").await;
    let before = admin.items(&format!("{PATH}?limit=200")).await;
    let of_folder = before.iter().find(|document| document["uploaded"] == false).unwrap();
    let (status, refused) = admin.send(Method::DELETE, &format!("{PATH}/{}", text(&of_folder["id"])), None).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");

    let name = text(&of_folder["name"]);
    let plain = name.rsplit('/').next().unwrap().to_owned();
    assert_eq!(add(&admin, &plain, None, b"# Mine\n\nzanzibar").await.0, StatusCode::CREATED);
    let mut tx = app.app.store.begin().await.unwrap();
    let chunk = Chunk { page: None, heading: String::new(), text: "lusaka".to_owned() };
    let new = NewDocument {
        name: plain.clone(),
        title: "Theirs".to_owned(),
        department: None,
        uploaded: false,
        sha256: Id::<NewDocument>::new(app.now()).to_string(),
        chunks: vec![chunk],
    };
    knowledge::put(&mut tx, &new, app.now()).await.unwrap();
    knowledge::remove_others(&mut tx, std::slice::from_ref(&plain)).await.unwrap();
    commit(tx).await.unwrap();
    let mut after: Vec<String> = admin.items(PATH).await.iter().map(|document| text(&document["title"])).collect();
    after.sort();
    assert_eq!(after, ["Mine", "Theirs"]);
    app.end().await;
}

#[tokio::test]
async fn what_cannot_be_found_later_is_refused_and_only_administrators_add() {
    let app = TestApp::without_data().await;
    let admin = app.person("admin").await;
    for (name, department, bytes) in [
        ("picture.png", None, &b"\x89PNG\r\n"[..]),
        ("broken.md", None, b"\xff\xfe\xff"),
        ("blank.md", None, b"   \n\n"),
        ("page.md", Some("engineering"), b"# A page"),
        ("broken.pdf", None, b"%PDF-1.7 and nothing more"),
    ] {
        let (status, problem) = add(&admin, name, department, bytes).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {problem}");
        assert!(text(&problem["detail"]).contains(if department.is_some() { "department" } else { name }), "{problem}");
    }
    assert_eq!(admin.items(PATH).await.len(), 0);
    let manager = app.person("support.manager").await;
    assert_eq!(add(&manager, "page.md", None, b"# A page\n\nof words").await.0, StatusCode::FORBIDDEN);
    assert_eq!(manager.send(Method::GET, PATH, None).await.0, StatusCode::FORBIDDEN);
    app.end().await;
}

/// What people ask, in words that are not always those of the page, and the page that answers it.
const ASKED: [(&str, &str); 26] = [
    ("How do our staff redeem a coupon at the counter?", "Redeeming coupons"),
    ("The camera won't read the QR code, what now?", "Redeeming coupons"),
    ("What does error E42 mean?", "Redeeming coupons"),
    ("Can redemptions be made without a network?", "Redeeming coupons"),
    ("A customer was charged twice on her card", "Refunds and charges"),
    ("Who decides on the refund of a gift voucher?", "Refunds and charges"),
    ("The verification code does not arrive by SMS", "Members who can't sign in"),
    ("How can a locked account be unlocked?", "Members who can't sign in"),
    ("The member has a new phone number", "Members who can't sign in"),
    ("How many days of annual leave do I have?", "Office and leave"),
    ("May I work from home on Thursday?", "Office and leave"),
    ("Is the office closed on public holidays?", "Office and leave"),
    ("When is the settlement report ready?", "Reports and exports"),
    ("The export takes very long, why?", "Reports and exports"),
    ("Where is the data of merchants in Hong Kong kept?", "Data and security"),
    ("How long are logs kept?", "Data and security"),
    ("How do I report a security incident?", "Data and security"),
    ("How much discount may a representative give?", "Discounts and offers"),
    ("How long does a trial run?", "Discounts and offers"),
    ("What do we say about paper stamp cards?", "When customers compare us"),
    ("怎么核销优惠券？", "优惠券常见问题"),
    ("二维码扫不出来", "优惠券常见问题"),
    ("优惠券能不能退款？", "优惠券常见问题"),
    ("积分多久到账？", "会员与积分"),
    ("积分有效期是多长时间？", "会员与积分"),
    ("会员等级是怎么计算的", "会员与积分"),
];

#[tokio::test]
async fn what_people_ask_finds_the_page_that_answers_it() {
    let app = TestApp::new().await;
    let manager = app.person("sales.manager").await;
    let mut missed = Vec::new();
    for (question, page) in ASKED {
        let pages = found(&manager, question).await;
        if !pages.iter().take(3).any(|found| found.contains(page)) {
            missed.push(format!("{question}: {pages:?}"));
        }
    }
    assert!(missed.len() * 20 <= ASKED.len(), "{} of {} missed: {missed:#?}", missed.len(), ASKED.len());
    app.end().await;
}
