#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
#[path = "conformance/clients.rs"]
mod clients;
use aws_sdk_dynamodb::types as d;
use aws_sdk_sqs::types::*;
use std::sync::Arc;
use std::sync::atomic::*;
use std::time::Instant;

fn main() {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(run());
}
async fn run() {
    let data = std::env::args().nth(1).map(std::path::PathBuf::from).unwrap_or(std::env::temp_dir().join("bench-standins"));
    let _ = std::fs::remove_dir_all(&data);
    let t = Instant::now();
    let st = rookery_standins::Standins::start(&data).await.unwrap();
    println!("start {:?}", t.elapsed());
    let t = Instant::now();
    let sqs = clients::sqs_client(st.sqs_url());
    let ddb = clients::dynamodb_client(st.dynamodb_url());
    println!("clients {:?}", t.elapsed());
    let url = sqs.create_queue().queue_name("bench").send().await.unwrap().queue_url.unwrap();
    println!("first request {:?}", t.elapsed());
    // wake latency
    let mut lat = vec![];
    for _ in 0..300 {
        let (s2, u2) = (sqs.clone(), url.clone());
        let h = tokio::spawn(async move {
            let r = s2.receive_message().queue_url(&u2).wait_time_seconds(20).send().await.unwrap();
            (Instant::now(), r)
        });
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        let s0 = Instant::now();
        sqs.send_message().queue_url(&url).message_body("x").send().await.unwrap();
        let acked = s0.elapsed();
        let (at, r) = h.await.unwrap();
        lat.push((at.duration_since(s0), acked));
        sqs.delete_message().queue_url(&url).receipt_handle(r.messages()[0].receipt_handle().unwrap()).send().await.unwrap();
    }
    lat.sort();
    println!("send->received p50 {:?} p99 {:?}", lat[150], lat[297]);
    for (tasks, batch) in [(16usize, 1usize), (16, 10), (32, 10)] {
        let n = Arc::new(AtomicUsize::new(0));
        let t = Instant::now();
        let mut js = tokio::task::JoinSet::new();
        for _ in 0..tasks {
            let (sqs, url, n) = (sqs.clone(), url.clone(), n.clone());
            js.spawn(async move {
                while t.elapsed().as_secs() < 2 {
                    let es = (0..batch)
                        .map(|i| {
                            SendMessageBatchRequestEntry::builder()
                                .id(i.to_string())
                                .message_body("{\"v\":1,\"type\":\"deliver\",\"id\":\"01890000-0000-7000-8000-000000000000\"}")
                                .build()
                                .unwrap()
                        })
                        .collect();
                    sqs.send_message_batch().queue_url(&url).set_entries(Some(es)).send().await.unwrap();
                    let r = sqs
                        .receive_message()
                        .queue_url(&url)
                        .max_number_of_messages(batch as i32)
                        .wait_time_seconds(1)
                        .send()
                        .await
                        .unwrap();
                    if r.messages().is_empty() {
                        continue;
                    }
                    let ds = r
                        .messages()
                        .iter()
                        .enumerate()
                        .map(|(i, m)| {
                            DeleteMessageBatchRequestEntry::builder()
                                .id(i.to_string())
                                .receipt_handle(m.receipt_handle().unwrap())
                                .build()
                                .unwrap()
                        })
                        .collect();
                    sqs.delete_message_batch().queue_url(&url).set_entries(Some(ds)).send().await.unwrap();
                    n.fetch_add(r.messages().len(), Ordering::Relaxed);
                }
            });
        }
        js.join_all().await;
        println!("sqs tasks {tasks} batch {batch}: {:.0} cycles/s", n.load(Ordering::Relaxed) as f64 / t.elapsed().as_secs_f64());
    }
    ddb.create_table()
        .table_name("ttt")
        .billing_mode(d::BillingMode::PayPerRequest)
        .attribute_definitions(
            d::AttributeDefinition::builder().attribute_name("pk").attribute_type(d::ScalarAttributeType::S).build().unwrap(),
        )
        .key_schema(d::KeySchemaElement::builder().attribute_name("pk").key_type(d::KeyType::Hash).build().unwrap())
        .send()
        .await
        .unwrap();
    for tasks in [1usize, 16] {
        for write in [true, false] {
            let n = Arc::new(AtomicUsize::new(0));
            let t = Instant::now();
            let mut js = tokio::task::JoinSet::new();
            for w in 0..tasks {
                let (ddb, n) = (ddb.clone(), n.clone());
                js.spawn(async move {
                    let mut i = 0;
                    while t.elapsed().as_secs() < 3 {
                        i += 1;
                        if write {
                            ddb.put_item()
                                .table_name("ttt")
                                .item("pk", d::AttributeValue::S(format!("{tasks}-{w}-{i}")))
                                .item("v", d::AttributeValue::S("x".repeat(1000)))
                                .condition_expression("attribute_not_exists(pk)")
                                .send()
                                .await
                                .unwrap();
                        } else {
                            ddb.get_item()
                                .table_name("ttt")
                                .key("pk", d::AttributeValue::S(format!("{tasks}-{w}-{i}")))
                                .consistent_read(true)
                                .send()
                                .await
                                .unwrap();
                        }
                        n.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            js.join_all().await;
            println!("ddb tasks {tasks} write {write}: {:.0}/s", n.load(Ordering::Relaxed) as f64 / t.elapsed().as_secs_f64());
        }
    }
    st.stop().await;
}
