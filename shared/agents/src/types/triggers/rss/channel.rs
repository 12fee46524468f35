//! What a feed of XML says of itself.

use super::feed::{Link, links_value, whole};
use super::xml::Reader;
use crate::dates;
use rookery_markup::Item;
use serde_json::{Map, Value};
use url::Url;

impl Reader<'_> {
    /// What the feed says of itself.
    pub(super) fn info(&self, channel: Item, kind: &str, base: Option<&Url>) -> Map<String, Value> {
        let base = self.base(channel, base);
        let (mut texts, mut more) = (Map::new(), Map::new());
        let (mut links, mut authors) = (Vec::new(), Vec::new());
        let (mut published, mut updated) = (None, None);
        for (item, space, local) in self.children(channel) {
            let name = match (space, local) {
                ("atom", "id") => "id",
                ("" | "atom", "title") | ("dc", "title") => "title",
                ("", "description") | ("atom", "subtitle" | "tagline") | ("dc", "description") => "description",
                ("", "copyright") | ("atom", "rights") | ("dc", "rights") => "copyright",
                ("" | "atom", "generator") => "generator",
                ("atom", "icon" | "logo") => "icon",
                ("", "language") | ("dc", "language") => "language",
                ("", "image") => {
                    let url = self.children(item).find(|(.., local)| *local == "url").and_then(|(url, ..)| self.text(url));
                    texts.entry("icon").or_insert_with(|| url.into());
                    continue;
                }
                ("" | "atom", "link") => {
                    let link = self.link(item).map(|link| Link { href: whole(&link.href, base.as_ref()), ..link });
                    links.extend(link);
                    continue;
                }
                ("atom", "author") | ("", "managingEditor") | ("dc", "creator") => {
                    authors.extend(self.person(item));
                    continue;
                }
                ("", "pubDate") | ("atom", "published") | ("dc", "date") => {
                    self.date(&mut published, item);
                    continue;
                }
                ("", "lastBuildDate") | ("atom", "updated" | "modified") => {
                    self.date(&mut updated, item);
                    continue;
                }
                ("itunes", _) => {
                    if let Some((name, value)) = self.itunes(item, local) {
                        match (more.get_mut(&name), value) {
                            (Some(Value::Array(had)), Value::Array(more)) => had.extend(more),
                            (Some(_), _) => {}
                            (None, value) => drop(more.insert(name, value)),
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            if let Some(text) = self.content(item) {
                texts.entry(name).or_insert(text.into());
            }
        }
        let iso = |date: Option<String>| date.and_then(|text| dates::read(&text)).map(|(_, text)| text);
        let (published, updated) = (iso(published), iso(updated));
        let main = links.iter().find(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
        let mut info = Map::new();
        for name in ["id", "title", "description", "copyright", "generator", "icon", "language"] {
            info.insert(name.to_owned(), texts.remove(name).unwrap_or_default());
        }
        info.extend([
            ("type".to_owned(), kind.into()),
            ("url".to_owned(), main.map(|link| link.href.clone()).into()),
            ("links".to_owned(), links_value(&links)),
            ("authors".to_owned(), authors.into()),
            ("date_published".to_owned(), published.clone().or_else(|| updated.clone()).into()),
            ("last_updated".to_owned(), updated.or(published).into()),
        ]);
        info.extend(more);
        info
    }
}
