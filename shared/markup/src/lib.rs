//! HTML and XML as trees: read leniently, asked by XPath and CSS, written again, and cleaned. Nothing here makes a call or knows an agent.
//!
//! Pages come from anywhere, so all of it is bounded: nodes and their depth when a tree is read ([`Tree`]), steps when it is asked
//! ([`Work`]), and nothing calls itself as deep as a page is nested.
//!
//! The trees are those that libxml2 makes of the same pages (no `tbody` is added, a tag that closes itself is closed), since scenarios of Huginn
//! are written for these. A parser of HTML5 makes others, and would be ten times as large.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod clean;
mod css;
mod entities;
mod html;
mod tree;
mod write;
mod xml;
mod xpath;

pub use clean::clean;
pub use entities::unescape;
pub use tree::{Item, TooLarge, Tree};
pub use xpath::{Failed, Found, NotRead, Work, XPath, number_text};
