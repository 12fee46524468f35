//! Persistent agents, asked over the paths of PyFlue.

mod crashes;
mod keys;
mod order;
mod prompts;
mod sockets;

use rookery_tests::Agents;

/// Starts the program with agents of these names, and this front matter besides the model.
async fn start(agents: &[(&str, &str)]) -> Agents {
    Agents::start(super::rookery(), agents).await
}
