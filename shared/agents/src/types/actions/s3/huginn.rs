//! How `s3` takes Huginn's S3Agent, whose events point to files that other agents of Huginn open by themselves.

use super::bucket::address;
use crate::huginn::{Mapping, Taken};

pub(super) const MAPPING: Mapping = Mapping { map: from_huginn, ..Mapping::of("S3Agent") };

fn from_huginn(taken: &mut Taken<'_>) {
    if taken.text("mode") != Some("write") {
        let message = "Events have `bucket`, `file`, `size`, `etag`, `last_modified` and `url` here, and no `file_pointer`. No agent opens the file by itself: put a \
                       `website` with the `url_from_event` `{{ url }}` behind this agent, or an `http_request`. The `url` opens the file for an hour.";
        taken.differs("file_pointer", message);
    }
    let Some((region, bucket)) = taken.text("region").zip(taken.text("bucket")) else { return };
    let (region, bucket) = (region.trim(), bucket.trim());
    // A template may give the name of any bucket, which stands before the host.
    let is_any = bucket.contains("{{") || bucket.contains("{%");
    let host = if is_any { format!("*.{}", address(region, "*").0) } else { address(region, bucket).0 };
    taken.hosts = vec![host];
}
