//! Lists of feeds as other readers write them: OPML, of which the addresses, names and folders are read.
//!
//! Nothing is fetched and no entity is known but the five of XML, so that nothing can grow. Deliberately not here: writing
//! it, because little of a feed could be said in it.
use super::{FEEDS_LIMIT, FeedsFile, FileFault, FileFeed};
use crate::FeedConfig;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

/// Outlines in outlines. No reader shows that many.
const DEPTH_LIMIT: usize = 64;

pub(super) fn read(text: &str) -> Result<FeedsFile, FileFault> {
    let mut reader = Reader::from_str(text);
    let mut file = FeedsFile::default();
    // For each open element: the folder, if it is one.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut is_opml = false;
    let mut in_title = false;
    loop {
        let (element, stays_open) = match reader.read_event().map_err(|error| no_xml(&error))? {
            Event::Start(element) => (element, true),
            Event::Empty(element) => (element, false),
            Event::End(_) => {
                open.pop();
                in_title = false;
                continue;
            }
            Event::Text(text) if in_title => {
                file.title.push_str(&text.xml10_content());
                continue;
            }
            Event::GeneralRef(entity) if in_title => {
                let character = entity.resolve_char_ref().map_err(|error| no_xml(&error))?;
                match character {
                    Some(character) => file.title.push(character),
                    None => {
                        file.title.push_str(resolve_predefined_entity(entity.borrow().as_ref()).unwrap_or_default());
                    }
                }
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        if open.len() >= DEPTH_LIMIT {
            return Err(FileFault::TooDeep);
        }
        let name = element.local_name();
        let is = |word: &str| name.as_ref().eq_ignore_ascii_case(word);
        is_opml |= is("opml");
        if !is_opml {
            return Err(FileFault::OtherXml);
        }
        in_title = stays_open && is("title");
        let folder = if is("outline") { outline(&element, &open, &mut file)? } else { None };
        if stays_open {
            open.push(folder);
        }
        if file.feeds.len() > FEEDS_LIMIT {
            break;
        }
    }
    file.title = file.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if is_opml { Ok(file) } else { Err(FileFault::OtherXml) }
}

/// Takes a feed in, or says which folder it is.
fn outline(
    element: &BytesStart<'_>,
    open: &[Option<String>],
    file: &mut FeedsFile,
) -> Result<Option<String>, FileFault> {
    let [mut text, mut title, mut xml_url, mut url, mut html_url] = [const { String::new() }; 5];
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| no_xml(&error))?;
        let place = match attribute.key.local_name().as_ref().to_ascii_lowercase().as_str() {
            "text" => &mut text,
            "title" => &mut title,
            "xmlurl" => &mut xml_url,
            "url" => &mut url,
            "htmlurl" => &mut html_url,
            _ => continue,
        };
        let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
        value.map_err(|error| no_xml(&error))?.trim().clone_into(place);
    }
    let name = if text.is_empty() { title } else { text };
    let address = [xml_url, url, html_url].into_iter().find(|address| !address.is_empty());
    let Some(address) = address else { return Ok(Some(name).filter(|name| !name.is_empty())) };
    let folders: Vec<_> = open.iter().flatten().map(String::as_str).collect();
    let config = FeedConfig { folder: folders.join(" / "), ..FeedConfig::new(name, address) };
    file.feeds.push(FileFeed::new(config, false));
    Ok(None)
}

fn no_xml(error: &impl std::fmt::Display) -> FileFault {
    FileFault::NoXml { why: error.to_string() }
}
