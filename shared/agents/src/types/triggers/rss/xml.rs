//! Reads feeds of XML: RSS 0.9 to 2.0, RDF and Atom, with the elements of Dublin Core, iTunes and Media RSS. Elements are known by their
//! namespace, or by the usual prefix where it is not declared. What a feed says of itself is in `channel`.

use super::feed::{Enclosure, Feed, Link, Raw, no_feed, person};
use crate::{AgentError, dates};
use rookery_markup::{Item, Tree};
use serde_json::Value;
use url::Url;

/// The kinds of names that are read: how their namespace begins, and their usual prefix.
const SPACES: [(&str, &str); 13] = [
    ("http://purl.org/rss/1.0/modules/content", "content"),
    ("http://purl.org/rss/1.0", ""),
    ("http://my.netscape.com/rdf/simple/0.9", ""),
    ("http://backend.userland.com", ""),
    ("http://www.w3.org/2005/atom", "atom"),
    ("http://purl.org/atom", "atom"),
    ("http://purl.org/dc/elements", "dc"),
    ("http://purl.org/dc/terms", "dcterms"),
    ("http://www.itunes.com/dtds", "itunes"),
    ("http://search.yahoo.com/mrss", "media"),
    ("http://www.w3.org/1999/02/22-rdf", "rdf"),
    ("http://rssnamespace.org/feedburner", "feedburner"),
    ("http://www.w3.org/xml", "xml"),
];

pub(super) fn read(text: &str, base: Option<&Url>) -> Result<Feed, AgentError> {
    let tree = Tree::xml(text).map_err(|error| AgentError::fail("feed_too_large", error.to_string()))?;
    let root = tree.root().ok_or_else(|| no_feed("It is not XML"))?;
    let mut reader = Reader { tree: &tree, is_atom: false };
    let kind = match reader.name(root).1 {
        "feed" => "atom",
        "rss" => "rss",
        "RDF" => "rdf",
        _ => return Err(no_feed(&format!("Its first element is `{:.100}`", tree.name(root)))),
    };
    reader.is_atom = kind == "atom";
    let channel = if kind == "atom" {
        root
    } else {
        reader.children(root).find(|(.., local)| *local == "channel").map_or(root, |(item, ..)| item)
    };
    let is_entry = |(_, space, local): &(Item, &str, &str)| ["item", "entry"].contains(local) && ["", "atom"].contains(space);
    let within = reader.children(channel).chain(reader.children(root).filter(|_| channel != root));
    let entries = within.filter(is_entry).map(|(item, ..)| reader.entry(item).entry(reader.base(item, base).as_ref())).collect();
    Ok(Feed { info: reader.info(channel, kind, base), entries, left_out: 0 })
}

pub(super) struct Reader<'t> {
    tree: &'t Tree,
    /// Whether names without a namespace are those of Atom.
    is_atom: bool,
}

impl<'t> Reader<'t> {
    /// The usual prefix of an element's namespace, and its name without one.
    fn name(&self, item: Item) -> (&'t str, &'t str) {
        let (name, space) = (self.tree.name(item), self.tree.namespace(item).to_ascii_lowercase());
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let known = SPACES.iter().find(|(begins, _)| space.starts_with(begins)).map(|(_, usual)| *usual);
        match known.unwrap_or(prefix) {
            "" if self.is_atom => ("atom", local),
            usual => (usual, local),
        }
    }

    pub(super) fn children(&self, item: Item) -> impl Iterator<Item = (Item, &'t str, &'t str)> {
        self.tree.elements(item).map(|(child, _)| {
            let (space, local) = self.name(child);
            (child, space, local)
        })
    }

    /// The address at which relative ones begin.
    pub(super) fn base(&self, item: Item, base: Option<&Url>) -> Option<Url> {
        let around = std::iter::successors(Some(item), |item| self.tree.parent(*item));
        let declared: Vec<&str> = around.filter_map(|item| self.tree.attribute(item, "xml:base")).collect();
        let mut found = base.cloned();
        for address in declared.into_iter().rev() {
            found = match &found {
                Some(base) => base.join(address).ok().or_else(|| found.clone()),
                None => Url::parse(address).ok(),
            };
        }
        found
    }

    pub(super) fn text(&self, item: Item) -> Option<String> {
        let text = self.tree.text(item);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn attribute(&self, item: Item, name: &str) -> Option<String> {
        self.tree.attribute(item, name).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    /// A text of Atom, which may have markup of its own.
    pub(super) fn content(&self, item: Item) -> Option<String> {
        if self.tree.attribute(item, "type") != Some("xhtml") {
            return self.text(item);
        }
        let around = self.children(item).find(|(.., local)| *local == "div").map_or(item, |(div, ..)| div);
        Some(self.tree.inner(around).trim().to_owned()).filter(|inner| !inner.is_empty())
    }

    pub(super) fn person(&self, item: Item) -> Option<String> {
        let part =
            |names: &[&str]| self.children(item).find(|(.., local)| names.contains(local)).and_then(|(part, ..)| self.text(part));
        match self.tree.elements(item).next() {
            Some(_) => person(part(&["name"]), part(&["email"]), part(&["uri", "url"])),
            None => self.text(item),
        }
    }

    pub(super) fn link(&self, item: Item) -> Option<Link> {
        let href = self.attribute(item, "href").or_else(|| self.text(item))?;
        Some(Link { href, rel: self.attribute(item, "rel"), kind: self.attribute(item, "type") })
    }

    fn entry(&self, entry: Item) -> Raw {
        let (mut raw, mut identifier, mut permalink, mut original) = (Raw::default(), None, None, None);
        let mut images: [Option<String>; 3] = Default::default();
        for (item, space, local) in self.children(entry) {
            let first = |field: &mut Option<String>, value: Option<String>| *field = field.take().or(value);
            match (space, local) {
                ("", "guid") => {
                    first(&mut raw.id, self.text(item));
                    let is_permalink = self.attribute(item, "isPermaLink").is_none_or(|is| is.eq_ignore_ascii_case("true"));
                    first(&mut permalink, self.text(item).filter(|text| is_permalink && text.starts_with("http")));
                }
                ("atom" | "", "id") => first(&mut raw.id, self.text(item)),
                ("dc" | "dcterms", "identifier") => first(&mut identifier, self.text(item)),
                ("feedburner", "origLink") => first(&mut original, self.text(item)),
                ("" | "atom", "link") => raw.links.extend(self.link(item)),
                ("" | "atom", "title") => first(&mut raw.title, self.content(item)),
                ("dc" | "media", "title") if raw.title.is_none() => raw.title = self.text(item),
                ("", "description") | ("atom" | "", "summary") => first(&mut raw.description, self.content(item)),
                ("dc", "description") if raw.description.is_none() => raw.description = self.text(item),
                ("content", "encoded") => raw.content = self.text(item).or(raw.content.take()),
                ("atom" | "", "content") => first(&mut raw.content, self.content(item)),
                ("media", "thumbnail") => first(&mut images[0], self.attribute(item, "url")),
                ("media", "content" | "group") => self.media(item, &mut images[1], &mut raw.enclosure),
                ("", "image") => first(&mut images[0], self.link(item).map(|link| link.href)),
                ("", "enclosure") => {
                    if let (Some(url), true) = (self.attribute(item, "url"), raw.enclosure.is_none()) {
                        let kind = self.attribute(item, "type");
                        if kind.as_ref().is_some_and(|kind| kind.starts_with("image/")) {
                            images[2] = Some(url.clone());
                        }
                        raw.enclosure = Some(Enclosure { url, kind, length: self.attribute(item, "length") });
                    }
                }
                ("" | "atom", "author") | ("dc", "creator") => {
                    let author = self.person(item).filter(|name| !raw.authors.contains(name));
                    raw.authors.extend(author);
                }
                ("", "category") | ("dc", "subject") => raw.categories.extend(self.text(item)),
                ("atom", "category") => {
                    raw.categories.extend(
                        self.attribute(item, "term").or_else(|| self.attribute(item, "label")).or_else(|| self.text(item)),
                    );
                }
                ("", "pubDate") | ("atom", "published" | "issued") | ("dcterms", "issued" | "created") => {
                    self.date(&mut raw.published, item)
                }
                ("dc", "date") if raw.published.is_none() => self.date(&mut raw.published, item),
                ("atom", "updated" | "modified") | ("dcterms", "modified") => self.date(&mut raw.updated, item),
                ("itunes", _) => raw.more.extend(self.itunes(item, local)),
                _ => {}
            }
        }
        let enclosed = raw.links.iter().find(|link| link.rel.as_deref() == Some("enclosure"));
        if let (Some(link), None) = (enclosed, &raw.enclosure) {
            raw.enclosure = Some(Enclosure { url: link.href.clone(), kind: link.kind.clone(), length: self.link_length(entry) });
        }
        let main = raw
            .links
            .iter()
            .find(|link| link.rel.is_none())
            .or_else(|| raw.links.iter().find(|link| link.rel.as_deref() == Some("alternate")));
        let main = main.map(|link| link.href.clone());
        raw.url = original.or(main).or(permalink);
        raw.image = images.into_iter().flatten().next();
        raw.id = raw.id.or(identifier).or_else(|| self.attribute(entry, "rdf:about"));
        raw
    }

    /// A date, unless a better one stands before it.
    pub(super) fn date(&self, field: &mut Option<String>, item: Item) {
        let is_read = field.as_deref().is_some_and(|text| dates::read(text).is_some());
        if !is_read {
            *field = self.text(item).or(field.take());
        }
    }

    fn link_length(&self, entry: Item) -> Option<String> {
        let links = self.children(entry).filter(|(.., local)| *local == "link").map(|(item, ..)| item);
        links
            .filter(|item| self.tree.attribute(*item, "rel") == Some("enclosure"))
            .find_map(|item| self.attribute(item, "length"))
    }

    /// Pictures of Media RSS, and other files where there is no enclosure.
    fn media(&self, item: Item, image: &mut Option<String>, enclosure: &mut Option<Enclosure>) {
        for (part, space, local) in self.children(item).chain([(item, "media", "content")]) {
            if (space, local) != ("media", "content") && (space, local) != ("media", "thumbnail") {
                continue;
            }
            let Some(url) = self.attribute(part, "url") else { continue };
            let (kind, medium) = (self.attribute(part, "type"), self.attribute(part, "medium"));
            let is_image = match (&medium, &kind) {
                (Some(medium), _) => medium == "image",
                (None, Some(kind)) => kind.starts_with("image/"),
                (None, None) => true,
            };
            if is_image {
                *image = image.take().or(Some(url));
            } else if enclosure.is_none() {
                *enclosure = Some(Enclosure { url, kind, length: self.attribute(part, "fileSize") });
            }
        }
    }

    /// What stands in an element of iTunes, as a field.
    pub(super) fn itunes(&self, item: Item, local: &str) -> Option<(String, Value)> {
        let mut name = String::from("itunes_");
        let local = local.strip_prefix("is").filter(|rest| rest.starts_with(char::is_uppercase)).unwrap_or(local);
        for (at, char) in local.chars().enumerate() {
            if char.is_uppercase() && at > 0 {
                name.push('_');
            }
            name.extend(char.to_lowercase());
        }
        let value = match local {
            "owner" => return self.person(item).map(|person| ("itunes_owners".to_owned(), vec![person].into())),
            "category" => {
                let inner = self.children(item).filter_map(|(inner, ..)| self.attribute(inner, "text"));
                let names: Vec<String> = self.attribute(item, "text").into_iter().chain(inner).collect();
                return Some(("itunes_categories".to_owned(), names.into()));
            }
            "image" => self.attribute(item, "href").or_else(|| self.text(item)),
            _ => self.text(item),
        };
        Some((name, value?.into()))
    }
}
