//! Imports with the real program: all or nothing, with the line, the column and the reason of what is wrong.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::app::home;

fn import(data_dir: &Path, what: &str, content: &str) -> Output {
    let file = data_dir.join("file.csv");
    std::fs::write(&file, content).unwrap();
    Command::new(env!("CARGO_BIN_EXE_mezzofy"))
        .args(["import", what])
        .arg(&file)
        .env("DATA_DIR", data_dir)
        .env("MEZZOFY_HOME", home())
        .env("RUST_LOG", "error")
        .env_remove("DATABASE_URL")
        .output()
        .unwrap()
}

fn said(output: &Output) -> (bool, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn leads_and_tickets_come_in_whole_or_not_at_all_and_errors_name_their_place() {
    let folder = TempDir::new().unwrap();
    let data_dir = folder.path();
    let leads = "company,contact_name,email,location,website,opted_out\n\
        Kopi House Pte Ltd,Ana Tan,ana@kopihouse.example,Singapore,https://kopihouse.example,\n\
        KOPI HOUSE,Ben Lee,not an address,Singapore,www.kopihouse.example,\n\
        Lotus Spa,Mei,mei@lotusspa.example,Penang,,yes\n";
    let (good, out, error) = said(&import(data_dir, "leads", leads));
    assert!(good, "{error}");
    assert_eq!(out, "imported 2, merged 1, invalid_email 1, opted_out 1");
    assert_eq!(said(&import(data_dir, "leads", leads)).1, "imported 0, merged 3, invalid_email 1, opted_out 1");
    let (good, out, error) =
        said(&import(data_dir, "leads", &leads.replace("Lotus Spa", "").replace(",yes", ",perhaps")));
    assert!(!good && out.is_empty());
    assert!(error.contains("line 4") && error.contains("company") && error.contains("opted_out"), "{error}");

    let tickets = "id,created_at,customer,subject,body,category,priority,status,resolved_at,language\n\
        T-1,2026-11-20T09:00:00+08:00,Kopi House,Cannot log in,The app says no,login,high,open,,en\n\
        T-2,yesterday,Lotus Spa,Refund,Where is it,billing,low,open,,en\n\
        ,2026-11-20T10:00:00+08:00,Lotus Spa,Refund,Where is it,billing,low,open,,en\n";
    let (good, _, error) = said(&import(data_dir, "tickets", tickets));
    assert!(!good);
    for part in ["line 3", "created_at", "line 4", "id"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let mended = tickets.replace("yesterday", "2026-11-20T09:30:00+08:00").replace("\n,2026", "\nT-3,2026");
    assert_eq!(said(&import(data_dir, "tickets", &mended)).1, "imported 3, changed 0, there already 0");

    if let Ok(place) = std::fs::read_to_string(data_dir.join("postgres.location")) {
        std::fs::remove_dir_all(Path::new("/var/lib/mezzofy").join(place.trim())).unwrap();
    }
}
