//! Streams that were recorded from the real service, where they lie beside the project.

use super::*;

/// Each file's number, why it stopped, its input and its output tokens.
const FACTS: [(&str, StopReason, u64, u64); 9] = [
    ("01", StopReason::Ended, 4772, 20),
    ("02", StopReason::Ended, 18, 1),
    ("03", StopReason::Calls, 755, 84),
    ("04", StopReason::Calls, 621, 39),
    ("05", StopReason::Ended, 100, 13),
    ("06", StopReason::Calls, 1001, 161),
    ("07", StopReason::Ended, 102, 630),
    ("08", StopReason::Calls, 671, 113),
    ("09", StopReason::Ended, 12_229, 86),
];

fn folder() -> Option<PathBuf> {
    let above = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    above.ancestors().map(|it| it.join("shared/protocol/models/recorded")).find(|it| it.is_dir())
}

#[test]
fn recorded_replies_are_read_as_they_were_meant() {
    let Some(folder) = folder() else {
        eprintln!("skipped: there are no recorded streams beside the project");
        return;
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|file| file.unwrap().file_name().into_string().unwrap().strip_suffix(".sse").map(str::to_owned))
        .collect();
    names.sort();
    assert_eq!(names.len(), FACTS.len());
    for (name, (number, stop, input, output)) in names.iter().zip(FACTS) {
        let body = std::fs::read_to_string(folder.join(format!("{name}.sse"))).unwrap();
        let (reply, said) = read(&body);
        let reply = reply.unwrap();
        let kind =
            |block: &Block| serde_json::from_str::<Value>(block.json()).unwrap()["type"].as_str().unwrap().to_owned();
        let kinds: Vec<String> = reply.blocks.iter().map(kind).collect();
        let told = name.split_once('_').unwrap();
        let wanted: Vec<&str> = told.1.split('+').filter(|kind| *kind != "empty").collect();

        assert_eq!((told.0, kinds), (number, wanted.iter().map(|it| (*it).to_owned()).collect()));
        assert_eq!((&reply.stop, said), (&stop, reply.text()), "{name}");
        assert_eq!(reply.usage, Usage { input, output, ..Usage::default() }, "{name}");
        assert!(inputs(&reply).iter().all(Result::is_ok), "{name}");
    }
}
