//! What becomes of agents that read and write buckets.

use super::super::Status;
use super::{agents, one};
use serde_json::json;

#[test]
fn buckets_are_read_with_a_secret_for_their_host_and_point_to_no_file() {
    let options = |mode: &str, bucket: &str| {
        json!({
            "mode": mode, "access_key_id": "AKIDEXAMPLE", "access_key_secret": "s3cret-of-you", "region": "eu-central-1", "bucket": bucket, "watch": "true",
            "filename": "{{ id }}.txt", "data": "{{ data }}", "expected_update_period_in_days": "1"
        })
    };
    let (config, status, notes) = one("S3Agent", options("read", "photos"));
    assert_eq!((status, notes), (Status::Different, vec!["file_pointer".to_owned()]), "{config}");
    assert_eq!((&config["schedule"], &config["watch"]), (&json!("every_1h"), &json!("true")));
    let (config, status, notes) = one("S3Agent", options("write", "photos"));
    assert_eq!((status, notes.len(), &config["filename"]), (Status::Mapped, 0, &json!("{{ id }}.txt")), "{notes:?}");
    for (bucket, host) in [
        ("photos", "photos.s3.eu-central-1.amazonaws.com"),
        ("my.photos", "s3.eu-central-1.amazonaws.com"),
        ("{{ bucket }}", "*.s3.eu-central-1.amazonaws.com"),
    ] {
        let file = agents(json!([{"type": "Agents::S3Agent", "name": "Files", "options": options("write", bucket)}]));
        let kept: Vec<_> = file.credentials.iter().map(|kept| (kept.value.as_str(), kept.hosts.clone())).collect();
        assert_eq!(kept, [("s3cret-of-you", vec![host.to_owned()])], "{bucket}");
    }
}
