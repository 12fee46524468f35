//! Proofs of projects of other deployments: each counts once, for one project at one address, and only by a key of its issuer.

use super::{World, serve};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures::future::join_all;
use rookery_boot::Options;
use rookery_domain::{Kind, ProjectId};
use rookery_egress::Policy;
use rookery_engine::{Engine, Settings};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What is at an issuer's address: a set of keys, or a redirect to one elsewhere.
#[derive(Clone, Default)]
struct Issuer {
    answer: Arc<Mutex<Option<Result<Value, String>>>>,
    asked: Arc<AtomicUsize>,
}

async fn answer(State(issuer): State<Issuer>) -> Response {
    issuer.asked.fetch_add(1, Ordering::Relaxed);
    match issuer.answer.lock().unwrap().clone() {
        Some(Ok(keys)) => Json(keys).into_response(),
        Some(Err(elsewhere)) => Redirect::temporary(&elsewhere).into_response(),
        None => axum::http::StatusCode::NOT_FOUND.into_response(),
    }
}

impl Issuer {
    /// Serves the issuer, and gives its address and a deployment that has the address.
    async fn start(&self, seed: u64) -> (String, World) {
        let app = Router::new().route("/.well-known/jwks.json", get(answer)).with_state(self.clone());
        let url = serve(app).await;
        let settings = Settings { public_url: Some(url.parse().unwrap()), ..Settings::default() };
        (url, World::on(tempfile::tempdir().unwrap(), seed, settings).await)
    }

    fn shows(&self, answer: Result<Value, String>) {
        *self.answer.lock().unwrap() = Some(answer);
    }
}

/// A provider in a deployment that has this address and may call this machine.
pub(crate) fn provider(world: &World, public_url: Option<&str>) -> Arc<Engine> {
    let egress = Policy { allow: vec!["127.0.0.1/32".parse().unwrap()], ..Policy::default() };
    let settings = Settings { public_url: public_url.map(|url| url.parse().unwrap()), ..Settings::default() };
    world.engine(|inner| inner, Options { settings, egress })
}

async fn project(world: &World) -> ProjectId {
    world.calm.store.create_project("provider").await.unwrap().id
}

async fn refused(provider: &Engine, project: &ProjectId, proof: &str) -> String {
    let error = provider.check_proof(proof, project).await.unwrap_err();
    assert_eq!((error.kind, error.code), (Kind::NotVerified, "proof_refused"));
    assert!(error.cause().is_none());
    format!("{error:?}")
}

#[tokio::test]
async fn a_proof_counts_once_for_one_project_at_one_address_and_by_its_issuers_key() {
    let issuer = Issuer::default();
    let (url, client) = issuer.start(1).await;
    let world = World::start(2).await;
    let here = &provider(&world, None);
    let (sub, aud) = (ProjectId::random(), project(&world).await);
    let tasks_url = format!("https://provider.example/p/{aud}/_tasks");
    let proof = async || client.calm.sign_proof(&sub, aud.as_str(), &tasks_url).await.unwrap();

    // Whoever has asked in vain does not ask again at once: anybody can name an address where nobody is.
    let early = provider(&world, None);
    let away = refused(&early, &aud, &proof().await).await;
    refused(&early, &aud, &proof().await).await;
    assert_eq!(issuer.asked.load(Ordering::Relaxed), 1);
    let mut large = client.calm.jwks().await.unwrap();
    large["more"] = "x".repeat(64 * 1024).into();
    issuer.shows(Ok(large));
    let too_large = refused(&provider(&world, None), &aud, &proof().await).await;
    issuer.shows(Ok(client.calm.jwks().await.unwrap()));
    let good = proof().await;
    let named = here.check_proof(&good, &aud).await.unwrap();
    assert_eq!((named.deployment.as_deref(), named.project.as_str()), (Some(url.as_str()), sub.as_str()));
    let asked = issuer.asked.load(Ordering::Relaxed);

    let mut answers = vec![away, too_large, refused(here, &aud, &good).await];
    answers.push(refused(here, &ProjectId::random(), &proof().await).await);
    let elsewhere = client.calm.sign_proof(&sub, aud.as_str(), "https://other.example/p/x/_tasks").await.unwrap();
    let addressed = provider(&world, Some("https://provider.example"));
    answers.push(refused(&addressed, &aud, &elsewhere).await);
    addressed.check_proof(&proof().await, &aud).await.unwrap();

    // Another deployment that says that it is the issuer.
    let other = World::start(3).await;
    let lie = provider(&other, Some(&url)).sign_proof(&sub, aud.as_str(), &tasks_url).await.unwrap();
    answers.push(refused(here, &aud, &lie).await);
    let swapped = format!("{}.{}", proof().await.rsplit_once('.').unwrap().0, lie.rsplit_once('.').unwrap().1);
    answers.push(refused(here, &aud, &swapped).await);
    answers.push(refused(here, &aud, "no proof").await);
    let nobody = ProjectId::random();
    let lost =
        client.calm.sign_proof(&sub, nobody.as_str(), &format!("https://provider.example/p/{nobody}/_tasks")).await.unwrap();
    answers.push(refused(here, &nobody, &lost).await);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "each is refused alike: {answers:?}");
    assert!(issuer.asked.load(Ordering::Relaxed) <= asked + 1, "keys are kept, and not fetched for each name that is not known");
}

#[tokio::test]
async fn keys_that_another_host_shows_prove_nothing() {
    let (issuer, elsewhere) = (Issuer::default(), Issuer::default());
    let (_, client) = issuer.start(1).await;
    let (other, _) = elsewhere.start(2).await;
    elsewhere.shows(Ok(client.calm.jwks().await.unwrap()));
    issuer.shows(Err(format!("{other}/.well-known/jwks.json")));
    let world = World::start(3).await;
    let (sub, aud) = (ProjectId::random(), project(&world).await);
    let proof = client.calm.sign_proof(&sub, aud.as_str(), "https://provider.example").await.unwrap();
    refused(&provider(&world, None), &aud, &proof).await;
    assert_eq!(issuer.asked.load(Ordering::Relaxed), 1);
    assert_eq!(elsewhere.asked.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn so_many_deployments_are_asked_in_a_minute_and_each_once_however_many_wait() {
    let issuer = Issuer::default();
    let url = serve(Router::new().route("/{n}/.well-known/jwks.json", get(answer)).with_state(issuer.clone())).await;
    let (client, world) = (World::start(1).await, World::start(2).await);
    issuer.shows(Ok(client.calm.jwks().await.unwrap()));
    let (here, aud, other) = (provider(&world, None), project(&world).await, project(&world).await);
    let proof = async |n: usize, aud: &ProjectId| {
        let signer = provider(&client, Some(&format!("{url}/{n}")));
        signer.sign_proof(&ProjectId::random(), aud.as_str(), "https://provider.example").await.unwrap()
    };
    let at_once = join_all((0..10).map(async |_| here.check_proof(&proof(0, &aud).await, &aud).await)).await;
    assert!(at_once.iter().all(Result::is_ok), "{at_once:?}");
    assert_eq!(issuer.asked.load(Ordering::Relaxed), 1);
    let (mut good, mut late) = (1, None);
    // Twenty a minute, and a new minute may begin once meanwhile.
    for n in 1..=40 {
        match here.check_proof(&proof(n, &aud).await, &aud).await {
            Ok(_) => good += 1,
            Err(error) => {
                late = Some((n, error));
                break;
            }
        }
    }
    let (n, late) = late.expect("some are not looked at");
    assert_eq!((late.kind, late.code), (Kind::TooMany, "too_many_proofs"));
    assert!((1..=60).contains(&late.retry_after_seconds().unwrap()) && (20..=40).contains(&good), "{good}: {late:?}");
    assert_eq!(issuer.asked.load(Ordering::Relaxed), good, "nobody is asked for a proof that is not looked at");
    here.check_proof(&proof(0, &aud).await, &aud).await.expect("who is known is not counted");
    here.check_proof(&proof(n, &other).await, &other).await.expect("each project has its own count");
}

#[tokio::test]
async fn all_processes_of_a_deployment_have_one_key_and_no_two_deployments_have() {
    let (one, other) = (World::start(1).await, World::start(2).await);
    let (second, _) = one.counted();
    let (first, second) = tokio::join!(one.calm.jwks(), second.jwks());
    assert_eq!(first.unwrap(), second.unwrap());
    assert_ne!(one.calm.jwks().await.unwrap(), other.calm.jwks().await.unwrap());
}
