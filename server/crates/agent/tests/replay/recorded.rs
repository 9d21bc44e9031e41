use std::fs;
use std::path::{Path, PathBuf};

use mezzofy_testing::{Answer, Chop};

use super::*;

fn streams() -> Vec<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let folder = above.map(|folder| folder.join("shared/protocol/models/recorded")).find(|folder| folder.is_dir());
    let files = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut streams: Vec<PathBuf> = files.map(|file| file.path()).collect();
    streams.retain(|path| path.extension().is_some_and(|kind| kind == "sse"));
    streams.sort();
    streams
}

#[tokio::test]
async fn a_recorded_reply_goes_back_to_claude_as_it_came() {
    let streams = streams();
    if streams.is_empty() {
        eprintln!("there are no recorded streams beside the project: nothing to server");
    }
    for stream in streams {
        let body = fs::read(&stream).unwrap();
        let server = Replay::start(KEY).await.unwrap();
        let asked = ReplayedModel::claude(&server, "claude-sonnet-5-5");
        for seed in 0..3 {
            server.script([Answer::raw(body.clone()).chunks(Chop::Random(seed)), Answer::says("Well")]);
            let mut history = vec![says("Hello")];
            let reply = asked.turn(&mut history).await;
            match calls(&reply).len() {
                0 => history.push(says("And?")),
                calls => history.push(results(&vec!["1"; calls])),
            }
            asked.turn(&mut history).await;
        }
        assert_eq!(server.end(), Vec::<String>::new(), "{}", stream.display());
    }
}
