//! Messages in Teams. Graph has no idempotency key for them, so each carries a mark that can be read at its end: that it is there proves
//! that it arrived, that it is not there proves nothing. All is done as an account that was signed in: Microsoft lets no app post by itself.

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::graph::{Graph, GraphError};
use crate::mail::Attachment;

/// What the account has to agree to, as Microsoft calls it.
pub const SCOPES: [&str; 6] = [
    "ChannelMessage.Send",
    "ChannelMessage.Read.All",
    "Channel.ReadBasic.All",
    "Files.ReadWrite.All",
    "Chat.ReadWrite",
    "User.ReadBasic.All",
];
/// Messages that are looked through for the mark, newest first: what was sent a moment ago is among them.
const NEWEST: &str = "50";
/// The longest time after which a message may still appear though its answer was lost. Microsoft names none, so it is longer than all who
/// could still hold the request: our own wait for an answer (30 s), and the 60 to 100 s after which proxies and gateways usually give up.
pub const MAX_ARRIVAL: Duration = Duration::from_mins(2);

/// A message as it is to go out.
#[derive(Debug, Clone)]
pub struct Post {
    /// Where to.
    pub to: To,
    /// The idempotency key: one per effect, the same for every try.
    pub key: String,
    /// For whom the account writes, as the reader knows them.
    pub from: String,
    /// The title of a post in a channel; empty for none.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Files, which a post in a channel may have.
    pub files: Vec<Attachment>,
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// A channel of the team, by its name.
    Channel(String),
    /// One person, by their address.
    Person(String),
}

/// A channel of the team.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    /// `19:…@thread.tacv2`; letter case matters.
    pub id: String,
    /// As people see it.
    pub display_name: String,
}

/// Why a message can't be sent or looked for.
#[derive(Debug, thiserror::Error)]
pub enum TeamsError {
    /// Graph failed or refused.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Nobody has said which team it is.
    #[error("no team is set: MS_TEAMS_TEAM_ID names the one whose channels are posted in")]
    NoTeam,
    /// The team has no such channel.
    #[error("the team has no channel “{0}”")]
    NoChannel(String),
    /// A file went up, and Graph named it in a way that no message can point to.
    #[error("Microsoft 365 gave the file “{0}” no id that a message can name")]
    NoFileId(String),
}

/// Posts in one team, and to its people.
#[derive(Clone)]
pub struct Teams {
    graph: Graph,
    team: String,
}

/// A message whose place is known and whose files are there: one request away from its readers.
pub struct ReadyPost {
    url: Url,
    message: Value,
}

/// A place for messages, found.
enum Destination {
    Channel(String),
    Chat(String),
}

#[derive(Deserialize)]
struct WithId {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Folder {
    id: String,
    parent_reference: Parent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parent {
    drive_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Uploaded {
    e_tag: String,
    web_url: String,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    body: Option<Content>,
}

#[derive(Deserialize)]
struct Content {
    content: Option<String>,
}

impl Teams {
    /// The team of this id, empty for none, through a client of a signed-in account.
    #[must_use]
    pub fn new(graph: Graph, team: String) -> Self {
        Self { graph, team }
    }

    /// The team's channels.
    pub async fn channels(&self) -> Result<Vec<Channel>, GraphError> {
        self.graph.list(&self.lane(), self.graph.at(&["teams", &self.team, "channels"])).await
    }

    /// Does all that nobody sees yet: what fails here, or is done twice, is no message.
    pub async fn prepare(&self, post: &Post) -> Result<ReadyPost, TeamsError> {
        let place = self.place(&post.to).await?;
        let mut files = Vec::new();
        if let Destination::Channel(channel) = &place {
            for file in &post.files {
                files.push(self.upload(channel, &post.key, file).await?);
            }
        }
        Ok(ReadyPost { url: self.messages(&place), message: message(post, &files) })
    }

    /// Sends the message and answers with its id. Whether it went out when this fails says [`GraphError::outcome`].
    pub async fn send(&self, ready: &ReadyPost) -> Result<String, GraphError> {
        let answer = self.graph.post(&self.lane(), ready.url.clone(), &ready.message).await?;
        Ok(answer.read::<WithId>()?.id)
    }

    /// The id of the message that carries the key's mark, if it is there now.
    pub async fn find(&self, post: &Post) -> Result<Option<String>, TeamsError> {
        let place = self.place(&post.to).await?;
        let mut url = self.messages(&place);
        url.query_pairs_mut().append_pair("$top", NEWEST);
        let mark = mark(&post.key);
        let carries = |message: &Message| {
            message.body.as_ref().and_then(|body| body.content.as_ref()).is_some_and(|text| text.contains(&mark))
        };
        let newest: Newest = self.graph.get(&self.lane(), url).await?;
        Ok(newest.value.into_iter().find(carries).map(|found| found.id))
    }

    async fn place(&self, to: &To) -> Result<Destination, TeamsError> {
        match to {
            To::Channel(_) if self.team.is_empty() => Err(TeamsError::NoTeam),
            To::Channel(name) => {
                let channels = self.channels().await?;
                let channel = channels.into_iter().find(|channel| channel.display_name.eq_ignore_ascii_case(name));
                channel
                    .map(|channel| Destination::Channel(channel.id))
                    .ok_or_else(|| TeamsError::NoChannel(name.clone()))
            }
            To::Person(address) => {
                let id = |url| async { self.graph.get::<WithId>(&self.lane(), url).await.map(|found| found.id) };
                let (me, you) = (id(self.graph.at(&["me"])).await?, id(self.graph.url(address, &[])).await?);
                let member = |id: &str| {
                    json!({
                        "@odata.type": "#microsoft.graph.aadUserConversationMember",
                        "roles": ["owner"],
                        "user@odata.bind": format!("https://graph.microsoft.com/v1.0/users('{id}')"),
                    })
                };
                // Where the two have a chat already, Graph answers with that one.
                let chat = json!({"chatType": "oneOnOne", "members": [member(&me), member(&you)]});
                let answer = self.graph.post(&self.lane(), self.graph.at(&["chats"]), &chat).await?;
                Ok(Destination::Chat(answer.read::<WithId>()?.id))
            }
        }
    }

    fn messages(&self, place: &Destination) -> Url {
        match place {
            Destination::Channel(id) => self.graph.at(&["teams", &self.team, "channels", id, "messages"]),
            Destination::Chat(id) => self.graph.at(&["chats", id, "messages"]),
        }
    }

    /// Puts a file where the channel's files are, in a folder of the message, so that files of one name never meet.
    async fn upload(&self, channel: &str, key: &str, file: &Attachment) -> Result<Value, TeamsError> {
        let folder = self.graph.at(&["teams", &self.team, "channels", channel, "filesFolder"]);
        let folder: Folder = self.graph.get(&self.lane(), folder).await?;
        let (root, name) = (format!("{}:", folder.id), format!("{}:", file.name));
        let drive = &folder.parent_reference.drive_id;
        let url = self.graph.at(&["drives", drive, "items", &root, &mark(key), &name, "content"]);
        let answer = self.graph.put_file(&self.lane(), url, &file.media_type, file.bytes.clone()).await?;
        let uploaded: Uploaded = answer.read()?;
        let id = guid(&uploaded.e_tag).ok_or_else(|| TeamsError::NoFileId(file.name.clone()))?;
        Ok(json!({"id": id, "contentType": "reference", "contentUrl": uploaded.web_url, "name": file.name}))
    }

    fn lane(&self) -> String {
        format!("team {}", self.team)
    }
}

#[derive(Deserialize)]
struct Newest {
    value: Vec<Message>,
}

/// What a message carries so that it is found again: short, and nobody's but this message's.
fn mark(key: &str) -> String {
    let hash = Sha256::digest(key);
    hash.iter().take(6).fold(String::new(), |mark, byte| format!("{mark}{byte:02x}"))
}

/// The id in a file's `eTag`: `"{GUID},1"`.
fn guid(e_tag: &str) -> Option<String> {
    let inside = e_tag.split_once('{')?.1.split_once('}')?.0;
    (inside.len() == 36).then(|| inside.to_lowercase())
}

/// The message as Graph takes it: HTML in which the text is only text.
fn message(post: &Post, files: &[Value]) -> Value {
    let lines = post.text.trim().lines().map(escaped).collect::<Vec<_>>().join("<br>");
    let named = |file: &Value| format!("<attachment id=\"{}\"></attachment>", file["id"].as_str().unwrap_or_default());
    let files_named: String = files.iter().map(named).collect();
    let foot = format!("{} · {}", escaped(&post.from), mark(&post.key));
    let content = format!("<p>{lines}</p>{files_named}<p><em>{foot}</em></p>");
    let mut message = json!({"body": {"contentType": "html", "content": content}});
    if !post.subject.is_empty() {
        message["subject"] = json!(post.subject);
    }
    if !files.is_empty() {
        message["attachments"] = json!(files);
    }
    message
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_says_is_shown_and_never_read_as_markup() {
        let post = Post {
            to: To::Channel("sales".to_owned()),
            key: "run/1".to_owned(),
            from: "Mezzofy AI for <Grace>".to_owned(),
            subject: String::new(),
            text: "New customer: <b>A & B</b>\nsecond line".to_owned(),
            files: Vec::new(),
        };
        let message = message(&post, &[json!({"id": "f"})]);
        let mark = mark("run/1");
        assert_eq!(
            message["body"]["content"],
            format!(
                "<p>New customer: &lt;b&gt;A &amp; B&lt;/b&gt;<br>second line</p><attachment id=\"f\"></attachment>\
                 <p><em>Mezzofy AI for &lt;Grace&gt; · {mark}</em></p>"
            )
        );
        assert_eq!(message.get("subject"), None);
        assert_eq!(mark.len(), 12);
    }

    #[test]
    fn a_file_is_named_by_the_id_in_its_tag() {
        let tag = "\"{5CAF7A33-0C24-4A3A-8B3C-8F1E6D2B9A10},2\"";
        assert_eq!(guid(tag).as_deref(), Some("5caf7a33-0c24-4a3a-8b3c-8f1e6d2b9a10"));
        assert_eq!(guid("\"x\""), None);
    }
}
