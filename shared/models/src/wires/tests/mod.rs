//! The wires against recorded streams and a conversation with every kind of part. The streams are written by hand, in the form that the
//! providers' documentation gives.

mod decode;
mod encode;

use rookery_domain::{Args, Part, Payload, Seal, ToolCall};

fn call(id: &str, name: &str, args: &str, seal: Option<Seal>) -> Part {
    let args = Payload::parse(args.as_bytes()).map_or_else(|_| Args::Malformed(args.into()), Args::Json);
    Part::ToolCall(ToolCall { id: id.into(), name: name.into(), args, seal })
}

fn sealed(wire: &str, text: &str) -> Option<Seal> {
    Some(Seal { wire: wire.into(), text: text.into() })
}
