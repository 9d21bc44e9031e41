//! Walking XML without a tree: begin, text and end of elements by their local names. Entities that a document defines itself are
//! not resolved, so none can grow.

use mezzofy_domain::reading::ReadingError;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const MAX_ELEMENT_DEPTH: usize = 256;

pub(crate) enum XmlEvent<'a> {
    Begin(&'a str, &'a BytesStart<'a>),
    Text(&'a str),
    End(&'a str),
}

/// Tells everything in the order in which it stands.
pub(crate) fn walk(xml: &str, mut tell: impl FnMut(XmlEvent<'_>)) -> Result<(), ReadingError> {
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|_| ReadingError::Damaged)? {
            Event::Start(start) => {
                depth += 1;
                if depth > MAX_ELEMENT_DEPTH {
                    return Err(ReadingError::Damaged);
                }
                tell(XmlEvent::Begin(&local(start.name().as_ref()), &start));
            }
            Event::Empty(start) => {
                let name = local(start.name().as_ref());
                tell(XmlEvent::Begin(&name, &start));
                tell(XmlEvent::End(&name));
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                tell(XmlEvent::End(&local(end.name().as_ref())));
            }
            Event::Text(text) => tell(XmlEvent::Text(&text)),
            Event::CData(text) => tell(XmlEvent::Text(&text)),
            Event::GeneralRef(name) => {
                if let Some(character) = resolved(&name) {
                    tell(XmlEvent::Text(character.encode_utf8(&mut [0; 4])));
                }
            }
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

/// The value of an attribute, by its local name.
pub(crate) fn attribute(start: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let found = start.attributes().flatten().find(|attribute| local(attribute.key.as_ref()) == wanted);
    found.map(|attribute| attribute.value.into_owned())
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

/// One of the five entities of XML, or a character by its number.
fn resolved(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
