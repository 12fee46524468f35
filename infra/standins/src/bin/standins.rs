//! Serves both stand-ins from a data folder until SIGTERM or Ctrl-C: `standins DATA_FOLDER`.
//! Its one line of output names the endpoints: `{"dynamodb":"http://...","sqs":"http://..."}`.

use rookery_standins::Standins;
use std::path::PathBuf;
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(data) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: standins DATA_FOLDER");
        return ExitCode::from(2);
    };
    match serve(&data).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("standins: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(data: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut standins = Standins::start(data)?;
    let endpoints = standins.listen().await?;
    println!("{}", serde_json::json!({"dynamodb": endpoints.dynamodb, "sqs": endpoints.sqs}));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
        Err(damage) = standins.checked() => return Err(damage.into()),
    }
    standins.stop().await;
    Ok(())
}
